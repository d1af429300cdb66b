"""Section 3: what is refused, all at once, before anything is uploaded."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from blackbox import tree
from blackbox.pushing import sample, seed_dataset
from blackbox.state import State

import alphacast_pandas as ap

DATES = pd.to_datetime(["2020-01-01", "2020-01-01", "2020-02-01"])
ODD = {
    "a date that is missing": {"Date": pd.to_datetime(["2020-01-01", None, "2020-02-01"])},
    "an entity that is missing": {"country": ["Chile", None, "Perú"]},
    "an entity that is empty": {"country": ["Chile", "", "Perú"]},
    "an entity with blanks before": {"country": ["Chile", " Perú", "Perú"]},
    "an entity with blanks after": {"country": ["Chile", "Perú\t", "Perú"]},
    "two rows with one key": {"country": ["Chile", "Chile", "Chile"]},
    "infinity": {"CPI": [1.0, np.inf, 2.0]},
    "minus infinity": {"CPI": [1.0, -np.inf, 2.0]},
    "nullable infinity": {"CPI": pd.array([1.0, np.inf, None], dtype="Float64")},
    "flags": {"CPI": [True, False, True]},
    "nullable flags": {"CPI": pd.array([True, None, True], dtype="boolean")},
    "flags among numbers": {"CPI": pd.Series([1.0, True, 2.0], dtype=object)},
    "a time zone": {"Date": DATES.tz_localize("UTC")},
    "spans of time": {"CPI": pd.to_timedelta([1, 2, 3], unit="D")},
    "complex numbers": {"CPI": [1j, 2j, 3j]},
    "bytes": {"note": [b"a", b"b", b"c"]},
    "lists": {"note": [["a"], ["b"], ["c"]]},
    "dicts": {"note": [{"a": 1}, {"b": 2}, {"c": 3}]},
    "integers too large": {"CPI": [1, 2**53 + 1, 3]},
    "integers too small": {"CPI": [1, -(2**53) - 1, 3]},
    "nullable integers too large": {"CPI": pd.array([1, 2**53 + 1, None], dtype="Int64")},
    "python integers too large": {"CPI": pd.Series([1, 2**70, 3], dtype=object)},
    "beyond a short integer": {"rank": [1, 32768, 2]},
    "below a short integer": {"rank": [1, -32769, 2]},
    "a fraction in a short integer": {"rank": [1, 1.5, 2]},
    "text for a number": {"CPI": ["1.0", "2.0", "high"]},
    "decimal infinity": {"CPI": [Decimal(1), Decimal("Infinity"), Decimal(2)]},
}
SHAPES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "no rows": lambda frame: frame.head(0),
    "no columns": lambda frame: frame[[]],
    "a repeated name": lambda frame: frame.set_axis(["Date", "country", "country"], axis=1),
    "a name that is no text": lambda frame: frame.rename(columns={"CPI": 7}),
    "an empty name": lambda frame: frame.rename(columns={"CPI": ""}),
    "a missing name": lambda frame: frame.rename(columns={"CPI": None}),
    "names that fold to one": lambda frame: frame.assign(cpi=1.0),
    "names that fold by accents": lambda frame: frame.assign(País=1.0, pais=2.0),
    "a newline in a name": lambda frame: frame.rename(columns={"CPI": "C\nPI"}),
    "columns of two levels": lambda frame: pd.concat({"a": frame}, axis=1),
    "no date at all": lambda frame: frame.drop(columns="Date"),
    "no entity": lambda frame: frame.drop(columns="country"),
    "an unknown column": lambda frame: frame.assign(unheard=1.0),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("way", ["push", "validate"])
def test_values_that_would_change_on_the_way_are_refused(
    service: State, client: ap.Client, name: str, way: str
) -> None:
    frame, dataset = sample(**ODD[name]), seed_dataset(service)
    with pytest.raises(tree.ValidationError) as caught:
        push_or_validate(frame, way, dataset.id, client)
    failures = caught.value.failures
    assert list(failures.columns)[:4] == ["column", "check", "row", "value"]
    assert len(failures) > 0
    assert service.uploads() == []


@pytest.fixture(autouse=True)
def default_client(service: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the default client be one of this service."""
    monkeypatch.setenv("ALPHACAST_API_KEY", service.key)
    monkeypatch.setenv("ALPHACAST_BASE_URL", service.url)


def push_or_validate(frame: pd.DataFrame, way: str, dataset: int, client: ap.Client) -> None:
    """Let the frame be checked; `validate` takes no client, so it stands in as the default."""
    if way == "push":
        frame.alphacast.push(dataset, client=client)
    else:
        frame.alphacast.validate(dataset)


@pytest.mark.parametrize("name", SHAPES)
def test_frames_of_the_wrong_shape_are_refused(
    service: State, client: ap.Client, name: str
) -> None:
    frame = SHAPES[name](sample())
    with pytest.raises(tree.ValidationError):
        frame.alphacast.push(
            seed_dataset(service).id, accept_new_columns="fold" in name, client=client
        )
    assert service.uploads() == []


def test_failures_name_column_row_and_value(service: State, client: ap.Client) -> None:
    frame = sample(CPI=[1.0, np.inf, 2.0], rank=[1, 2, 99999]).set_axis(["a", "b", "c"])
    with pytest.raises(tree.ValidationError) as caught:
        frame.alphacast.push(seed_dataset(service).id, index=False, client=client)
    failures = caught.value.failures
    found = {(f.column, f.row) for f in failures.itertuples()}
    assert {("CPI", "b"), ("rank", "c")} <= found
    assert np.inf in failures["value"].tolist()
    assert 99999 in [v for v in failures["value"] if not isinstance(v, str)] or (
        "99999" in failures["value"].astype(str).tolist()
    )


def test_everything_wrong_is_said_at_once(service: State, client: ap.Client) -> None:
    frame = sample(
        Date=pd.to_datetime(["2020-01-01", None, "2020-02-01"]),
        country=["Chile", " Perú", ""],
        CPI=[np.inf, 1.0, 2.0],
        rank=[1, 40000, 2],
        unheard=[1.0, 2.0, 3.0],
    )
    with pytest.raises(tree.ValidationError) as caught:
        frame.alphacast.push(seed_dataset(service).id, client=client)
    columns = set(caught.value.failures["column"])
    assert {"Date", "country", "CPI", "rank", "unheard"} <= columns
    assert service.uploads() == []


def test_repeated_labels_in_the_index_are_no_obstacle(service: State, client: ap.Client) -> None:
    frame = sample(country=["Chile", "Chile", "Chile"], CPI=[1.0, 2.0, np.inf])
    frame.index = pd.Index([7, 7, 7])
    with pytest.raises(tree.ValidationError) as caught:
        frame.alphacast.push(seed_dataset(service).id, index=False, client=client)
    assert set(caught.value.failures["row"].dropna()) == {7}


def test_the_first_ten_repeated_keys_are_shown(service: State, client: ap.Client) -> None:
    countries = [f"c{i}" for i in range(15)]
    frame = pd.DataFrame({"Date": pd.Timestamp("2020-01-01"), "country": countries * 2, "CPI": 1.0})
    with pytest.raises(tree.ValidationError) as caught:
        frame.alphacast.push(seed_dataset(service).id, client=client)
    assert "c4" in str(caught.value)  # ten rows, or ten keys: it does not say which
    assert "c14" not in str(caught.value)


@pytest.mark.parametrize(
    "columns",
    [
        {"CPI": [1, 2**53, -(2**53)]},
        {"rank": [32767, -32768, 0]},
        {"rank": pd.array([1, None, 2], dtype="Int16")},
        {"rank": [1.0, None, 3.0]},
        {"CPI": [Decimal("0.10"), Decimal("-1E+2"), None]},
        {"note": [None, "a", "b"]},
    ],
    ids=str,
)
def test_what_is_just_within_the_bounds_is_taken(
    service: State, client: ap.Client, columns: dict[str, Any]
) -> None:
    dataset = seed_dataset(service)
    sample(**columns).alphacast.push(dataset.id, client=client)
    assert len(dataset.rows) == 4


def test_the_remedy_stands_in_the_text(service: State, client: ap.Client) -> None:
    cases = {
        "country": ([" Chile", "Perú", "Chile"], "(?i)strip|trim|blank"),
        "Date": (DATES.tz_localize("UTC"), "(?i)tz_localize|tz_convert|zone"),
    }
    for column, (values, remedy) in cases.items():
        with pytest.raises(tree.ValidationError, match=remedy):
            sample(**{column: values}).alphacast.push(seed_dataset(service).id, client=client)
