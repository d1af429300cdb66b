"""What was pushed comes back, whole and by every kind of query."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from live.frames import DATES, KEYS, PLACES, panel
from pandas.testing import assert_frame_equal

import alphacast_pandas as ap
from alphacast_pandas.probe.workspace import Workspace

pytestmark = [pytest.mark.live, pytest.mark.every_parameter]
VALUE = 'said "índice"'
NOTE = "notes, if any"


@pytest.fixture(scope="module")
def stored(workspace: Workspace, client: ap.Client) -> int:
    """A dataset that holds the panel."""
    number = workspace.new_dataset("stored")
    panel().reset_index().alphacast.push(number, entities=KEYS[1], client=client, verify=True)
    return number


def read(number: int, client: ap.Client, **words: Any) -> pd.DataFrame:
    return ap.read_alphacast(number, client=client, **words).set_index(KEYS).sort_index()


def test_every_type_comes_back_as_it_was_pushed(stored: int, client: ap.Client) -> None:
    assert_frame_equal(read(stored, client), panel().sort_index())


def test_short_integers_and_times_of_day_come_back(
    new_dataset: Callable[[], int], client: ap.Client
) -> None:
    frame = pd.DataFrame(
        {
            "Date": pd.to_datetime(["2024-01-01 00:00", "2024-01-01 12:30"]),
            "rank": np.array([-32768, 32767], dtype="int16"),
        }
    )
    number = new_dataset()
    frame.alphacast.push(number, client=client)
    back = ap.read_alphacast(number, client=client).sort_values("Date", ignore_index=True)
    assert back["Date"].tolist() == frame["Date"].tolist()
    assert back["rank"].tolist() == frame["rank"].tolist()


@pytest.mark.parametrize(
    "compare", [getattr(operator, n) for n in ("eq", "ne", "lt", "le", "gt", "ge")]
)
@pytest.mark.parametrize(
    ("column", "value"),
    [("Date", "2024-01-01"), (KEYS[1], PLACES[1]), (VALUE, -2.0), (NOTE, "it's")],
)
def test_each_comparison_keeps_the_rows_that_pandas_keeps(
    stored: int, client: ap.Client, compare: Callable[..., Any], column: str, value: Any
) -> None:
    whole = panel().reset_index()
    right = pd.Timestamp(value) if column == "Date" else value
    # A missing value is not equal to anything, and neither before nor after it, as in pandas.
    is_kept = whole[column].map(lambda cell: compare is operator.ne or cell == cell)
    is_kept &= whole[column].map(lambda cell: cell != cell or compare(cell, right))
    wanted = whole[is_kept]
    found = read(stored, client, filter=compare(ap.col(column), value))
    assert_frame_equal(found, wanted.set_index(KEYS).sort_index())


def test_and_or_and_lists_keep_the_rows_that_pandas_keeps(stored: int, client: ap.Client) -> None:
    both = (ap.col(KEYS[1]) == PLACES[0]) & ((ap.col("Date") < DATES[1]) | (ap.col(VALUE) > 1000))
    assert read(stored, client, filter=both)[VALUE].tolist() == [1.5, 5830.2271000000155]
    found = read(stored, client, filter={KEYS[1]: PLACES, "Date": [DATES[0], DATES[2]]})
    assert len(found) == 4


def test_spans_last_top_and_select(stored: int, client: ap.Client) -> None:
    assert len(read(stored, client, start=DATES[1], end=DATES[1])) == 2
    assert len(read(stored, client, last=2)) == 4
    assert len(read(stored, client, top=3)) == 3
    assert [*read(stored, client, select=[NOTE])] == [NOTE]


def test_a_filter_that_keeps_nothing_has_all_columns(stored: int, client: ap.Client) -> None:
    with pytest.warns(UserWarning, match="Atlantis"):
        nothing = read(stored, client, filter={KEYS[1]: "Atlantis"})
    assert_frame_equal(nothing, panel().head(0))


def test_several_datasets_are_read_at_once(stored: int, client: ap.Client) -> None:
    twice = {"one": stored, "other": stored}
    frames = ap.read_many(twice, client=client, filter={KEYS[1]: PLACES[0]})
    assert {label: len(frame) for label, frame in frames.items()} == {"one": 3, "other": 3}


def test_a_second_read_with_the_cache_is_the_same(stored: int, client: ap.Client) -> None:
    first = read(stored, client, cache=True)
    assert_frame_equal(read(stored, client, cache=True), first)
    assert_frame_equal(read(stored, client, cache="only"), first)


def test_a_snapshot_keeps_what_the_dataset_holds(stored: int, client: ap.Client, tmp_path) -> None:
    store = tmp_path / "store"
    assert len(ap.snapshot([stored], client=client, store=store)) == 1
    now = pd.Timestamp.now("UTC")
    kept = ap.read_alphacast(stored, client=client, store=store, as_of=now)
    assert_frame_equal(kept.set_index(KEYS).sort_index(), panel().sort_index())


def test_an_unknown_column_and_an_unknown_dataset_are_errors(
    stored: int, client: ap.Client
) -> None:
    with pytest.raises(ap.QueryError, match="Datte"):
        ap.read_alphacast(stored, client=client, filter={"Datte": DATES[0]})
    with pytest.raises(ap.NotFoundError):
        client.datasets.get(2**31 - 1)


def test_the_search_finds_a_new_dataset(
    stored: int, workspace: Workspace, client: ap.Client
) -> None:
    for _ in range(10):
        found = client.search(workspace.mark, repository_id=workspace.repository, limit=None)
        if stored in [each.id for each in found]:
            return
        workspace.pause(2.0)
    pytest.skip("the search did not show the new dataset within 20 s; its index may lag")
