"""What the cache says of itself, and how it is emptied."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

COLUMNS = {
    "dataset_id": "int64",
    "query": pd.Series(["text"]).dtype,
    "rows": "int64",
    "bytes": "int64",
    "read_at": "datetime64[us, UTC]",
    "checked_at": "datetime64[us, UTC]",
    "used_at": "datetime64[us, UTC]",
    "base_url": pd.Series(["text"]).dtype,
}


@pytest.fixture
def kept(client: ap.Client) -> Callable[..., int]:
    """Push a dataset and keep what is asked of it; return its number."""

    def keep(name: str, *questions: dict[str, object]) -> int:
        frame = pd.DataFrame(
            {"Date": pd.to_datetime(["2024-01-01", "2024-02-01"]), "country": name, "price": 1.5}
        )
        number = ap.push(frame, name=name, client=client).dataset_id
        for question in questions:
            ap.read_alphacast(number, client=client, cache=True, **question)
        return number

    return keep


def test_an_empty_cache_has_the_same_columns_and_types() -> None:
    assert ap.cache.info().dtypes.to_dict() == COLUMNS
    assert ap.cache.clear() == 0


def test_each_answer_is_a_row_that_says_what_was_asked(
    kept: Callable[..., int], client: ap.Client, emulator: Emulator
) -> None:
    asked = {"filter": {"country": "CPI"}, "last": 1, "select": "price"}
    first, second = kept("CPI", asked, {"start": "2024-02"}), kept("GDP", {})
    found = ap.cache.info()
    assert found.dtypes.to_dict() == COLUMNS
    rows = {(row.dataset_id, row.query): row.rows for row in found.itertuples()}
    words = "country == 'CPI', last=1, select=['price']"
    assert rows == {(first, words): 1, (first, "start='2024-02'"): 1, (second, "everything"): 2}
    assert set(found["base_url"]) == {client.base_url}
    assert (found["bytes"] > 0).all()
    assert found["used_at"].is_monotonic_decreasing
    assert emulator.api_key not in found.to_csv()


def test_clear_removes_what_was_named_and_what_was_not_used(
    kept: Callable[..., int], client: ap.Client
) -> None:
    first, second = kept("CPI", {"top": 1}, {}), kept("GDP", {})
    assert ap.cache.clear(first, older_than="1h") == 0
    root = Path(os.environ["XDG_CACHE_HOME"])
    old = time.time() - 3 * 3600
    for path in [*root.rglob("*.json"), *root.rglob("*.arrow")]:
        os.utime(path, (old, old))
    ap.read_alphacast(first, client=client, cache="only")
    assert ap.cache.clear(older_than=pd.Timedelta(hours=2)) == 2
    assert ap.cache.info()[["dataset_id", "query"]].values.tolist() == [[first, "everything"]]
    assert len([*root.rglob("*.arrow")]) == 1
    assert ap.read_alphacast(first, client=client, cache="only").shape == (2, 3)
    assert ap.cache.clear(f"{client.base_url}/datasets/{first}") == 1
    assert ap.cache.clear(second) == 0
    assert [*root.rglob("*.arrow")] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"older_than": 30}, "A number has no unit: write '30h', '30min' or '30s'"),
        ({"older_than": "a month"}, "older_than is a duration above zero, such as '6h'"),
        ({"dataset_id": "prices"}, "'prices' is not a dataset"),
    ],
)
def test_what_cannot_be_understood_removes_nothing(words: dict[str, object], message: str) -> None:
    with pytest.raises(ap.QueryError, match=message):
        ap.cache.clear(**words)
