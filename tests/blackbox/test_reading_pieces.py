"""Section 1: frames of so many rows, joined, are the frame that would come without chunksize."""

import gc
import itertools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from blackbox import tree
from blackbox.frames import PANEL, day
from blackbox.state import State
from blackbox.store import Dataset
from blackbox.test_reading_again import KEY, retype

import alphacast_pandas as ap
from alphacast_pandas.api.clock import SystemClock

ASKED: list[dict[str, Any]] = [
    {},
    {"filter": {"country": ["Chile", "Brazil"]}, "select": "note"},
    {"filter": ap.col("country").str.startswith("C"), "index": "country"},
    {"filter": ap.col("CPI") > ap.col("CPI").mean()},
    {"start": "2020-02", "last": 3, "top": 7},
    {"dtype_backend": "numpy_nullable", "schema": True},
    {"dtype_backend": "pyarrow"},
    {"index": True},
]
SWITCHES: list[dict[str, Any]] = [
    {},
    {"header": "reversed", "dates": "T", "bom": True, "crlf": True},
    {"gzip": True, "transfer": "close"},
    {"transfer": "chunked", "plain_csv": "direct"},
    {"definitions_status": 403, "dataset_status": 403},
    {"definitions": "irregular", "column_records": "absent"},
    {"filter": "ignored", "select": "ids", "last": "rows"},
]


@pytest.fixture
def small_blocks(client: ap.Client) -> None:
    """Blocks of few rows, so that a small table has many."""
    client._connection.transport.chunk_bytes = 50


def check_pieces(client: ap.Client, number: int, rows: int, **asked: Any) -> None:
    """Fail unless the pieces are the whole, cut."""
    whole = ap.read_alphacast(number, client=client, **asked)
    pieces = [*ap.read_alphacast(number, client=client, chunksize=rows, **asked)]
    sizes = [*map(len, pieces)]
    assert sizes[:-1] == [rows] * (len(sizes) - 1)
    assert sizes[-1] or len(sizes) == 1
    pd.testing.assert_frame_equal(pd.concat(pieces), whole, check_exact=True)
    for piece in pieces:
        pd.testing.assert_series_equal(piece.dtypes, whole.dtypes)
    if not asked.get("index"):
        starts = [piece.index[0] for piece in pieces if len(piece)]
        assert starts == [place * rows for place in range(len(starts))]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("switches", SWITCHES, ids=str)
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_pieces_are_the_whole_however_the_service_answers(
    service: State,
    client: ap.Client,
    panel: Dataset,
    asked: dict[str, Any],
    switches: dict[str, Any],
) -> None:
    for name, value in switches.items():
        setattr(service.switches, name, value)
    if asked.get("schema") and "definitions_status" in switches:
        pytest.skip("there is no contract of a dataset that is not described")
    for rows in (1, 5, 1000):
        check_pieces(client, panel.id, rows, **asked)
    assert service.connections() <= 4


@pytest.mark.parametrize("order", ["shuffled", "newest", "entity"])
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_rows_that_do_not_come_by_date_are_put_in_order(
    service: State, client: ap.Client, panel: Dataset, asked: dict[str, Any], order: str
) -> None:
    service.switches.order = order
    check_pieces(client, panel.id, 4, **asked)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("order", ["shuffled", "newest", "entity"])
def test_rows_that_come_too_late_are_an_error_and_never_in_the_wrong_place(
    service: State, client: ap.Client, order: str
) -> None:
    days = [day(f"2020-01-{number:02}") for number in range(1, 10)]
    rows = [(date, f"{n:03}", n / 3) for date in days for n in range(30)]
    dataset = service.seed([*KEY, ("v", "Decimal", False)], rows)
    service.switches.order = order
    whole = ap.read_alphacast(dataset.id, client=client)
    pieces: list[pd.DataFrame] = []
    errors: list[str] = []
    try:
        pieces.extend(ap.read_alphacast(dataset.id, client=client, chunksize=7))
    except tree.DecodeError as error:
        errors.append(str(error))
    for error in errors:
        assert "do not come in order of their dates" in error
    given = pd.concat([whole[:0], *pieces])
    assert given["Date"].is_monotonic_increasing
    assert errors or given.equals(whole)


@pytest.mark.parametrize("backend", [None, "numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("asked", [{}, {"top": 30}, {"start": "2020"}], ids=str)
def test_a_piece_can_be_written_to_and_shares_nothing(
    client: ap.Client, panel: Dataset, asked: dict[str, Any], backend: Any
) -> None:
    asked = {**asked, "dtype_backend": backend}
    whole = ap.read_alphacast(panel.id, client=client, **asked)
    kept = []
    for piece in ap.read_alphacast(panel.id, client=client, chunksize=6, **asked):
        kept.append(piece.copy())
        first = piece.index[0]
        piece.loc[first, "CPI"] = -1.0
        piece.loc[piece.index[-1], "Date"] = pd.Timestamp("1999-01-01")
        piece.loc[first, "rank"] = 99
        piece["GDP"] *= 2
        piece.attrs["alphacast"]["query"]["$top"] = 0
        assert piece["CPI"].iloc[0] == -1.0
    pd.testing.assert_frame_equal(pd.concat(kept), whole, check_exact=True)
    assert all(frame.attrs["alphacast"]["query"].get("$top") != 0 for frame in kept)


@pytest.mark.filterwarnings("ignore:The schema drops:UserWarning")
def test_rows_have_the_labels_that_they_have_in_the_whole(
    client: ap.Client, panel: Dataset
) -> None:
    def small(**words: Any) -> pa.DataFrameSchema:
        return pa.DataFrameSchema({"CPI": pa.Column(float, pa.Check.lt(102))}, **words)

    asked: dict[str, Any] = {"filter": ap.col("CPI").notna(), "client": client}
    for schema in (small(drop_invalid_rows=True), small()):
        try:
            frame = ap.read_alphacast(panel.id, schema=schema, **asked)
        except tree.ValidationError as error:
            expected: Any = error.failures["row"].tolist()
        else:
            expected = frame.index.tolist()
        found: list[Any] = []
        try:
            for piece in ap.read_alphacast(panel.id, schema=schema, chunksize=5, **asked):
                found += piece.index.tolist()
        except tree.ValidationError as error:
            found = error.failures["row"].tolist()
            expected = expected[: len(found)]
        assert found == expected


@pytest.mark.parametrize("asked", [{}, {"start": "1990"}], ids=str)
def test_a_type_that_changed_is_learned_after_the_error(
    service: State, client: ap.Client, asked: dict[str, Any]
) -> None:
    rows = [(day("2020-01-01"), code, value) for code, value in (("a", 7.0), ("b", 12.0))]
    dataset = service.seed([*KEY, ("v", "Decimal", False)], rows)
    ap.read_alphacast(dataset.id, client=client, **asked)
    retype(dataset, "String", ["007", "N/A"])
    with pytest.raises(tree.DecodeError):
        [*ap.read_alphacast(dataset.id, client=client, chunksize=5, **asked)]
    (frame,) = ap.read_alphacast(dataset.id, client=client, chunksize=5, **asked)
    assert frame["v"].tolist() == ["007", "N/A"]


class _Ticking(SystemClock):
    """A clock on which everything takes long enough to be shown."""

    ticks = itertools.count()

    def monotonic(self) -> float:
        return float(next(self.ticks))


def _drop(reader: ap.DatasetReader) -> None:
    del reader


def _leave(reader: ap.DatasetReader) -> None:
    for _ in reader:
        break


def _fail(reader: ap.DatasetReader) -> None:
    def work() -> None:
        for frame in reader:
            len(frame) / 0

    with pytest.raises(ZeroDivisionError):
        work()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("leave", [_drop, _leave, _fail, ap.DatasetReader.close])
def test_whoever_leaves_early_leaves_no_connection_and_no_bar(
    service: State,
    client: ap.Client,
    capsys: pytest.CaptureFixture[str],
    leave: Callable[[ap.DatasetReader], None],
) -> None:
    rows = [(day(f"{1900 + n // 12}-{n % 12 + 1:02}-01"), "a" * 400, n / 7) for n in range(1200)]
    dataset = service.seed([*KEY, ("v", "Decimal", False)], rows)
    client._connection.transport.clock = _Ticking()
    write = sys.stderr.write
    reader = ap.read_alphacast(dataset.id, client=client, chunksize=3, progress=True)
    assert sys.stderr.write != write
    leave(reader)
    del reader
    gc.collect()
    assert sys.stderr.write == write
    assert capsys.readouterr().err.rstrip().count("\n") == 0
    assert len(ap.read_alphacast(dataset.id, client=client)) == len(rows)


def test_a_dataset_without_rows_is_one_frame_without_rows(
    service: State, client: ap.Client
) -> None:
    dataset = service.seed(PANEL, [])
    (frame,) = ap.read_alphacast(dataset.id, client=client, chunksize=5)
    assert (len(frame), [*frame.columns]) == (0, [name for name, *_ in PANEL])
    assert frame["CPI"].dtype == np.dtype("float64")
