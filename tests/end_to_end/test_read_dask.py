"""A lazy frame of Dask is what `read_alphacast` gives, read span by span."""

import json
import pickle
import threading
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle
import dask
import pandas as pd
import pandera.pandas as pa
import pytest
from end_to_end.frames import PANEL_KEYS, assert_same, panel
from end_to_end.parts import somebody_uploads
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

PANEL = panel()
VALUES = [name for name in PANEL.columns if name not in PANEL_KEYS]
QUESTIONS = st.fixed_dictionaries(
    {"by": st.sampled_from(["YE", "QE", "ME", ["2020-03", "2020-07-15"], []])},
    optional={
        "filter": st.sampled_from(
            [
                {"country": ["Brasil", "brasil"]},
                [("CPI", ">", 101.5)],
                ap.col("note").str.len() > 2,
                "country eq 'Brasil' and Date ge '2020-03-01'",
            ]
        ),
        "start": st.sampled_from(["2019-12-15", "2020-02", "2018"]),
        "end": st.sampled_from(["2020-11", "2020", "2020-09-30"]),
        "last": st.integers(1, 20),
        "select": st.lists(st.sampled_from(VALUES), min_size=1, unique=True),
        "dtype_backend": st.sampled_from(["numpy_nullable", "pyarrow"]),
    },
)


@pytest.fixture(autouse=True)
def default_client(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The default client, which is the one that partitions are read with, in this thread."""
    monkeypatch.setenv("ALPHACAST_API_KEY", emulator.api_key)
    monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)
    with dask.config.set(scheduler="synchronous"):
        yield


def joined(ddf: Any) -> pd.DataFrame:
    frame: pd.DataFrame = ddf.compute().reset_index(drop=True)
    frame.attrs = {}
    return frame


def data_queries(emulator: Emulator) -> list[str]:
    return [each.query for each in emulator.requests if each.path.endswith("/data")]


@given(
    data=st.data(),
    words=QUESTIONS,
    columns=st.none() | st.lists(st.sampled_from([*PANEL]), unique=True),
)
def test_the_partitions_joined_are_the_read(
    data: st.DataObject, words: dict[str, Any], columns: list[str] | None, stored: int
) -> None:
    by, others = words.pop("by"), words
    expected = ap.read_alphacast(stored, **others)
    ddf = ap.read_dask(stored, by=by, **others)
    assert [*ddf.columns] == [*expected.columns]
    if columns is not None:
        names = [name for name in columns if name in expected]
        ddf, expected = ddf[names], expected[names]
        assert len(ddf) == len(expected)
    assert ddf.dtypes.equals(expected.dtypes)
    partition = data.draw(st.sampled_from(range(ddf.npartitions)))  # an empty one too
    assert ddf.partitions[partition].compute().dtypes.equals(expected.dtypes)
    assert_same(joined(ddf), expected)


def test_only_the_columns_and_dates_of_a_partition_cross_the_network(
    stored: int, emulator: Emulator
) -> None:
    ddf = ap.read_dask(stored, by=["2020-03", "2020-07"])
    emulator.forget_requests()
    ddf[["CPI"]].partitions[1].compute()
    (query,) = data_queries(emulator)
    assert "$select=CPI" in query
    assert "ge%202020-03-01" in query
    assert "lt%202020-07-01" in query
    # A partition costs one request for its rows, and three small ones.
    assert len(emulator.requests) == 4
    emulator.forget_requests()
    assert len(ddf) == len(PANEL)
    assert len(emulator.requests) == 4 * 3


def test_neither_key_nor_client_is_in_the_graph(
    stored: int, emulator: Emulator, client: ap.Client
) -> None:
    ddf = ap.read_dask(stored, client=client)
    graph = ddf.optimize().__dask_graph__()
    for pickled in (pickle.dumps(graph), cloudpickle.dumps(graph), cloudpickle.dumps(ddf)):
        assert emulator.api_key.encode() not in pickled
        assert b"alphacast_pandas.api.client" not in pickled
        assert emulator.url.encode() in pickled
    assert emulator.api_key not in repr(graph)
    assert_same(joined(pickle.loads(pickle.dumps(ddf))), PANEL)


def test_a_process_that_finds_no_key_or_another_service_says_so(
    stored: int, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ddf = ap.read_dask(stored)
    monkeypatch.setenv("ALPHACAST_BASE_URL", "http://127.0.0.1:9")
    with pytest.raises(ap.ConfigurationError, match="of the process that reads it is one of http"):
        ddf.compute()
    monkeypatch.delenv("ALPHACAST_BASE_URL")
    monkeypatch.delenv("ALPHACAST_API_KEY")
    with pytest.raises(ap.ConfigurationError, match=r"ALPHACAST_API_KEY.*in every process that"):
        ddf.compute()


@pytest.mark.parametrize("readings", [Readings(), Readings(updated_at="absent")])
def test_a_change_between_partitions_is_an_error(
    readings: Readings, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = readings
    ddf = ap.read_dask(stored, by="QE")
    ddf.partitions[0].compute()
    somebody_uploads(client, stored, "2025-05-01,Brasil,7")
    with pytest.raises(
        ap.ConflictError, match=r"newest process is \d+, and was \d+.*Call read_dask again"
    ):
        ddf.partitions[1].compute()
    assert len(joined(ap.read_dask(stored, by=[]))) == len(PANEL) + 1


def test_where_processes_are_not_told_the_record_shows_a_change(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = Readings(process_list="unfinished")
    ddf = ap.read_dask(stored)
    somebody_uploads(client, stored)
    with pytest.raises(ap.ConflictError, match="it was updated at"):
        ddf.compute()
    emulator.readings = Readings(process_list="unfinished", updated_at="absent")
    with pytest.warns(UserWarning, match="neither processes nor an update"):
        ddf = ap.read_dask(stored)
    somebody_uploads(client, stored, "2025-05-01,Brasil,7")
    with pytest.raises(ap.ConflictError, match="dates are from 2019-11-01 to 2025-05-01"):
        ddf.compute()


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("fault", "error"),
    [({"status": 429, "retry_after": 0}, ap.RateLimitError), ({"garbage": "{"}, ap.DecodeError)],
)
def test_processes_that_cannot_be_listed_just_now_are_no_change(
    fault: dict[str, Any], error: type[Exception], stored: int, emulator: Emulator
) -> None:
    ddf = ap.read_dask(stored)
    emulator.faults.add(path="*/processes", times=None, **fault)
    with pytest.raises(error):
        ap.read_dask(stored)
    with pytest.raises(error):
        ddf.compute()
    emulator.faults.clear()
    assert_same(joined(ddf), PANEL)


def test_processes_that_nobody_may_list_prove_nothing_from_the_start(
    stored: int, emulator: Emulator
) -> None:
    listed = ap.read_dask(stored)
    emulator.faults.add(path="*/processes", times=None, status=403)
    assert_same(joined(ap.read_dask(stored)), PANEL)
    with pytest.raises(ap.PermissionDenied):
        listed.compute()


def test_an_upload_under_way_is_warned_of_and_its_end_is_a_change(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    with emulator.hold_processes():
        PANEL.alphacast.push(stored, client=client, wait=False)
        with pytest.warns(UserWarning, match="is under way"):
            ddf = ap.read_dask(stored)
        ddf.partitions[0].compute()
    emulator.wait()
    with pytest.raises(ap.ConflictError, match="which was under way, has ended"):
        ddf.partitions[0].compute()


def test_dates_of_the_record_may_be_out_of_date(stored: int, emulator: Emulator) -> None:
    # What is counted from them decides where partitions begin, and never which rows there are.
    stale = {"id": stored, "name": "D", "minDate": "2020-03-01", "maxDate": "2020-04-01"}
    emulator.faults.add(path=f"/datasets/{stored}", times=None, garbage=json.dumps(stale))
    ddf = ap.read_dask(stored, by="ME")
    assert ddf.npartitions == 2
    assert_same(joined(ddf), PANEL)


def test_dates_that_only_the_statistics_tell_are_found_there(
    stored: int, emulator: Emulator
) -> None:
    bare = json.dumps({"id": stored, "name": "D"})
    emulator.faults.add(path=f"/datasets/{stored}", times=None, garbage=bare)
    assert ap.read_dask(stored, by="YE").npartitions == 2
    emulator.faults.add(path="*/date-stats", times=None, garbage="{}")
    with pytest.raises(ap.QueryError, match="Pass start= and end="):
        ap.read_dask(stored)
    assert ap.read_dask(stored, start="2020", end="2020-06", by="ME").npartitions == 6


def test_a_dataset_without_rows_is_one_partition_with_its_types(
    new_dataset: Callable[[], int], client: ap.Client
) -> None:
    number = new_dataset()
    with pytest.raises(ap.QueryError, match="states no types"):
        ap.read_dask(number, by=[])
    client.datasets.initialize_columns(number, date="Date", entities=["country"])
    expected = ap.read_alphacast(number)
    with pytest.raises(ap.QueryError, match="does not tell the dates"):
        ap.read_dask(number)
    ddf = ap.read_dask(number, by=["2020"])
    assert ddf.npartitions == 2
    assert_same(joined(ddf), expected)


def test_each_partition_is_checked_against_the_schema(stored: int) -> None:
    schema = pa.DataFrameSchema({"rank": pa.Column("float64", coerce=True, nullable=True)})
    ddf = ap.read_dask(stored, schema=schema)
    assert ddf.dtypes["rank"] == "float64"
    assert_same(joined(ddf[["rank"]]), ap.read_alphacast(stored, schema=schema)[["rank"]])
    narrow = pa.DataFrameSchema({"rank": pa.Column(checks=pa.Check.lt(4), nullable=True)})
    with pytest.raises(ap.ValidationError, match="rank"):
        ap.read_dask(stored, schema=narrow)["CPI"].compute()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"filter": ap.col("CPI") > ap.col("CPI").mean()}, "looks at other rows"),
    ({"cache": "6h"}, "partitions of different ages"),
    ({"cache": "only"}, "Pass cache=True"),
    ({"select": "cpi"}, "did you mean 'CPI'"),
    ({"filter": {"contry": "Brasil"}}, "did you mean 'country'"),
    ({"expect": "Prices"}, "does not match"),
    ({"start": "2021", "end": "2020"}, "after end"),
    ({"by": "h"}, "by is a frequency"),
]


def test_what_cannot_be_meant_is_refused_while_planning(stored: int, emulator: Emulator) -> None:
    for words, match in REFUSED:
        with pytest.raises(ap.QueryError, match=match):
            ap.read_dask(stored, **words)
    assert data_queries(emulator) == []


def test_partitions_that_are_kept_are_asked_about_and_not_read_again(
    stored: int, emulator: Emulator
) -> None:
    ddf = ap.read_dask(stored, cache=True)
    assert_same(joined(ddf), PANEL)
    emulator.forget_requests()
    assert_same(joined(ddf), PANEL)
    assert data_queries(emulator) == []
    facts = ddf.partitions[0].compute().attrs["alphacast"]
    assert (facts["cached"], facts["dataset_id"]) == (True, stored)


def test_the_same_question_is_the_same_frame_for_dask(stored: int, client: ap.Client) -> None:
    words = {"filter": {"country": "Brasil"}, "start": "2020"}
    name = ap.read_dask(stored, **words)._name
    assert ap.read_dask(stored, **words)._name == name
    assert ap.read_dask(stored, filter={"country": "Brasil"}, start="2019")._name != name
    somebody_uploads(client, stored)
    assert ap.read_dask(stored, **words)._name != name
    # What cannot be told apart is another frame each time.
    wanted = threading.Lock()
    odd = ap.col("note").map(lambda text: bool(wanted) and text == "NA")
    assert ap.read_dask(stored, filter=odd)._name != ap.read_dask(stored, filter=odd)._name
    assert_same(joined(ap.read_dask(stored, filter=odd)), ap.read_alphacast(stored, filter=odd))


def test_a_setting_of_dask_does_not_change_types(stored: int) -> None:
    with dask.config.set({"dataframe.convert-string": True}):
        assert_same(joined(ap.read_dask(stored)), PANEL)
