"""Section 3: edges where a value could change on the way without a word."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from blackbox import tree
from blackbox.exchange import Reply
from blackbox.frames import PANEL, check_same, whole
from blackbox.pushing import rows_by_key, sample, seed_dataset, sent_column, sent_table
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

PUT = r"api: PUT /datasets/\d+/data$"
FIRST = ("2020-01-01", "Chile")


def pushed(frame: pd.DataFrame, dataset: Dataset, client: ap.Client) -> bool:
    """Push a frame; tell whether it was taken. Only our own errors count as a refusal."""
    try:
        frame.alphacast.push(dataset.id, client=client)
    except tree.AlphacastError:
        return False
    return True


@pytest.mark.parametrize("backend", [None, "numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("asked", [{}, {"index": True}, {"categories": True}], ids=str)
def test_every_frame_that_was_read_can_be_pushed_as_it_is(
    service: State, client: ap.Client, panel: Dataset, backend: str | None, asked: dict[str, Any]
) -> None:
    asked = asked if backend is None else {**asked, "dtype_backend": backend}
    frame = ap.read_alphacast(panel.id, client=client, **asked)
    twin = service.add_dataset("Twin", PANEL)
    frame.alphacast.push(twin.id, client=client)
    check_same(ap.read_alphacast(twin.id, client=client), whole(panel))


@pytest.mark.parametrize(
    "text",
    ["\r", "a\rb", "\x00", "a\x00b", "\ud800", "\ufeffa", "\x1a", "\u2028", " ", "\t"],
    ids=repr,
)
def test_odd_characters_come_back_or_are_refused(
    service: State, client: ap.Client, text: str
) -> None:
    dataset = seed_dataset(service, [])
    if pushed(sample(note=pd.Series([text, "b", "c"], dtype=object)), dataset, client):
        assert ap.read_alphacast(dataset.id, client=client)["note"].tolist()[0] == text
    else:
        assert service.uploads() == []


@pytest.mark.parametrize(
    "blank", ["\u00a0", "\u2003", "\t", "\n", "\r", "\x1f", "\u3000", "\x0b"], ids=repr
)
def test_every_blank_that_would_be_stripped_is_refused(
    service: State, client: ap.Client, blank: str
) -> None:
    dataset = seed_dataset(service)
    for country in (f"Perú{blank}", f"{blank}Perú"):
        with pytest.raises(tree.ValidationError):
            sample(country=["Chile", country, "Chile"]).alphacast.push(dataset.id, client=client)
    assert service.uploads() == []


@pytest.mark.parametrize(
    "dates",
    [
        np.array(["0987-06-05", "1500-01-01", "9999-12-31"], dtype="datetime64[s]"),
        pd.DatetimeIndex(["2020-01-01", "2020-01-02", "2262-04-11"]),
        pd.DatetimeIndex(["2020-01-01 00:00:00.000000001", "2020-01-02", "2020-01-03"]),
        pd.DatetimeIndex(["2020-01-01 00:00:00.5", "2020-01-02", "2020-01-03"]),
        pd.DatetimeIndex(["2020-01-01 00:00:00.000001", "2020-01-02", "2020-01-03"]),
    ],
    ids=["far away", "just near enough", "nanoseconds", "half a second", "microseconds"],
)
def test_dates_come_back_or_are_refused(service: State, client: ap.Client, dates: Any) -> None:
    dataset, frame = seed_dataset(service, []), sample(Date=dates)
    if not pushed(frame, dataset, client):
        assert service.uploads() == []
        return
    try:
        back = ap.read_alphacast(dataset.id, client=client)
    except tree.AlphacastError:
        assert pd.__version__ < "3"  # a date that pandas' own unit cannot hold there
        return
    assert back["Date"].tolist() == frame["Date"].tolist()


@pytest.mark.parametrize(
    "column",
    [
        np.array([2**63, 1, 2], dtype="uint64"),
        pd.array([2**63, 1, 2], dtype="UInt64"),
        pd.Series([2**53 + 1, 1, 2], dtype="int64[pyarrow]"),
        pd.Series([1.0, float("inf"), 2.0], dtype="double[pyarrow]"),
        pd.Series([True, False, None], dtype="bool[pyarrow]"),
        pd.Series([1.0, float("inf"), None], dtype=object),
        pd.Series([np.float64("inf"), 1, None], dtype=object),
        pd.Categorical([True, False, True]),
        pd.Series([pd.Timestamp("2020"), 1.0, None], dtype=object),
        pd.Series(["1.5", 1.0, None], dtype=object),
        pd.Series([np.True_, 1.0, 2.0], dtype=object),
        pd.interval_range(0, 3),
    ],
    ids=range(12),
)
def test_values_hidden_in_other_types_are_refused_too(
    service: State, client: ap.Client, column: Any
) -> None:
    with pytest.raises(tree.ValidationError):
        sample(CPI=column).alphacast.push(seed_dataset(service).id, client=client)
    assert service.uploads() == []


@pytest.mark.parametrize(
    "column",
    [
        np.array([1, 2, 3], dtype="int8"),
        np.array([1, 2, 3], dtype="uint64"),
        np.array([1.5, 2.5, 3.0], dtype="float16"),
        pd.Series([1, None, 3], dtype="int64[pyarrow]"),
        pd.Series([None, None, None], dtype=object),
        pd.Series([np.nan] * 3),
        pd.Series([1, 2.5, None], dtype=object),
        pd.Categorical([1.5, 2.5, 1.5]),
    ],
    ids=range(8),
)
def test_numbers_of_every_type_keep_their_value(
    service: State, client: ap.Client, column: Any
) -> None:
    dataset = seed_dataset(service, [])
    frame = sample(CPI=column)
    frame.alphacast.push(dataset.id, client=client)
    wanted = [None if pd.isna(value) else float(value) for value in frame["CPI"].tolist()]
    assert [row["CPI"] for row in rows_by_key(dataset).values()] == wanted


def test_a_named_date_index_is_the_date(service: State, client: ap.Client) -> None:
    dataset = service.add_dataset("New")
    dates = pd.date_range("2020-01-01", periods=3, name="when")
    pd.DataFrame({"v": [1.5, None, 3.0]}, index=dates).alphacast.push(dataset.id, client=client)
    assert ap.read_alphacast(dataset.id, client=client)["when"].tolist() == dates.tolist()


def test_a_long_frame_is_written_alike_from_first_to_last_row(
    service: State, client: ap.Client
) -> None:
    """What only shows in the last row (a time, a gap, a quote) holds for the whole file."""
    count = 200_001
    frame = pd.DataFrame(
        {
            "Date": pd.Timestamp("2020-01-01"),
            "country": [f"c{i}" for i in range(count)],
            "CPI": np.arange(count) / 3,
            "note": ["plain"] * (count - 1) + ['a "quoted",\nlast'],
        }
    )
    frame.loc[count - 1, "CPI"] = np.nan
    frame.loc[count - 1, "Date"] = pd.Timestamp("2020-01-01 18:30")
    service.order(PUT, reply=Reply(403))
    with pytest.raises(tree.PermissionDenied):
        frame.alphacast.push(seed_dataset(service).id, client=client)
    [upload] = service.uploads()
    lines = sent_table(upload)
    assert len(lines) == count + 1
    assert lines[-1][2:] == ["", 'a "quoted",\nlast']
    assert len({len(line[0]) for line in lines[1:]}) == 1
    numbers = [float(text) for text in sent_column(upload, "CPI")[:-1]]
    assert numbers == frame["CPI"].tolist()[:-1]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("change", ["upload", "create"])
def test_a_change_is_not_carried_elsewhere_by_a_redirect(
    service: State, client: ap.Client, change: str, status: int
) -> None:
    place = {"Location": f"{service.storage_url}/elsewhere"}
    service.order("api: (PUT|POST)", times=9, reply=Reply(status, b"", place))
    calls: dict[str, Any] = {
        "upload": lambda: sample().alphacast.push(seed_dataset(service).id, client=client),
        "create": lambda: client.repositories.create("Mine"),
    }
    with pytest.raises(tree.AlphacastError):
        calls[change]()
    assert all(request.body == b"" for request in service.requests("storage:"))
    assert all("authorization" not in r.headers for r in service.requests("storage:"))
