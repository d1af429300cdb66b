"""Section 15: files that pandas reads as the frame of the same read, and Arrow tables."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from blackbox import tree
from blackbox.exchange import Reply
from blackbox.frames import day
from blackbox.state import State
from blackbox.store import Dataset
from blackbox.test_reading_again import KEY
from blackbox.test_reading_pieces import SWITCHES

import alphacast_pandas as ap

ASKED: list[dict[str, Any]] = [
    {},
    {"filter": {"country": ["Chile", "Brazil"]}, "select": "note"},
    {"filter": ap.col("CPI") > ap.col("CPI").mean(), "dtype_backend": "pyarrow"},
    {"start": "2020-02", "last": 3, "top": 7},
    {"end": "1990", "dtype_backend": "numpy_nullable"},
    {"schema": True},
    {"dtype_backend": "pyarrow"},
    {"select": "rank", "dtype_backend": "numpy_nullable"},
]
ORDERS = ["date", "shuffled", "newest", "entity"]


@pytest.fixture
def small_blocks(client: ap.Client) -> None:
    """Blocks of few rows, so that a small table has many."""
    client._connection.transport.chunk_bytes = 50


def read_file(path: Path, like: pd.DataFrame) -> pd.DataFrame:
    """Read a file as pandas does; before pandas 3 text that is missing is None in it."""
    frame = pd.read_parquet(path)
    objects = [n for n in like.columns if like[n].dtype == object]
    return frame.assign(**{n: frame[n].where(frame[n].notna(), np.nan) for n in objects})


def facts(attrs: Any) -> dict[str, Any]:
    """What attributes say beside the second at which the data came."""
    return {name: value for name, value in attrs["alphacast"].items() if name != "retrieved_at"}


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("switches", SWITCHES, ids=str)
@pytest.mark.at_least(4)
def test_a_file_is_the_frame_of_the_same_read(
    service: State,
    client: ap.Client,
    panel: Dataset,
    switches: dict[str, Any],
    order: str,
    tmp_path: Path,
) -> None:
    for name, value in {**switches, "order": order}.items():
        setattr(service.switches, name, value)
    path = tmp_path / "panel.parquet"
    for asked in ASKED:
        if asked.get("schema") and ("definitions_status" in switches or order != "date"):
            continue  # there is no contract, or too little to sort by
        whole = ap.read_alphacast(panel.id, client=client, **asked)
        assert ap.to_parquet(panel.id, path, client=client, **asked) == path
        back = read_file(path, whole)
        pd.testing.assert_frame_equal(back, whole, check_exact=True)
        assert facts(back.attrs) == facts(whole.attrs)
        assert [*tmp_path.glob("panel*")] == [path]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_an_arrow_table_has_the_rows_of_the_same_read(
    service: State, client: ap.Client, panel: Dataset, asked: dict[str, Any], order: str
) -> None:
    service.switches.order = order
    words = {key: asked[key] for key in asked if key not in ("dtype_backend", "schema")}
    table = ap.read_arrow(panel.id, client=client, **words)
    whole = ap.read_alphacast(panel.id, client=client, dtype_backend="pyarrow", **words)
    pd.testing.assert_frame_equal(table.to_pandas(types_mapper=pd.ArrowDtype), whole)
    kinds = {"Date": "timestamp[us]", "country": "string", "rank": "int16", "note": "string"}
    assert [*map(str, table.schema.types)] == [
        kinds.get(name, "double") for name in table.column_names
    ]
    told = json.loads(table.schema.metadata[b"alphacast"])
    assert facts({"alphacast": told}) == facts(whole.attrs)
    nulls = [column.null_count for column in table.columns]
    assert nulls == whole.isna().sum().tolist()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("order", ["entity", "newest", "shuffled"])
def test_rows_that_come_much_too_late_are_in_their_place(
    service: State, client: ap.Client, order: str, tmp_path: Path
) -> None:
    days = [day(f"2020-01-{number:02}") for number in range(1, 10)]
    rows = [(date, f"{n:03}", n / 3) for date in days for n in range(30)]
    dataset = service.seed([*KEY, ("v", "Decimal", False)], rows)
    service.switches.order = order
    path = ap.to_parquet(dataset.id, tmp_path / "v.parquet", client=client)
    whole = ap.read_alphacast(dataset.id, client=client)
    pd.testing.assert_frame_equal(read_file(path, whole), whole, check_exact=True)


@pytest.mark.usefixtures("small_blocks")
def test_a_read_that_fails_leaves_the_file_of_before_and_nothing_else(
    service: State, client: ap.Client, panel: Dataset, tmp_path: Path
) -> None:
    path = ap.to_parquet(panel.id, tmp_path / "panel.parquet", select="CPI", client=client)
    before = path.read_bytes()

    def shorten(reply: Reply) -> Reply:
        reply.cut = 0.8
        return reply

    service.order("storage: GET", times=99, after="cut", change=shorten)
    with pytest.raises((tree.DecodeError, tree.ConnectionFailed)):
        ap.to_parquet(panel.id, path, client=client)
    assert path.read_bytes() == before
    assert [*tmp_path.glob("panel*")] == [path]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (".", "is a folder"),
        ("none/x.parquet", "There is no folder"),
        (5, "not 5"),
        ("a\0b", r"not 'a\\x00b'"),
        ("x" * 300, "not 'xxx"),
        ("/dev/null", "/dev/null is a device"),
    ],
)
@pytest.mark.every_parameter
def test_a_place_where_no_file_can_be_is_refused_before_any_request(
    service: State, client: ap.Client, path: Any, words: str
) -> None:
    with pytest.raises(ap.QueryError, match=words):
        ap.to_parquet(7, path, client=client)
    assert service.requests("") == []


def test_a_schema_is_checked_with_all_rows_at_hand_and_never_with_one(
    service: State, client: ap.Client, panel: Dataset, tmp_path: Path
) -> None:
    numbers = pa.Column(float, pa.Check(lambda s: s.count() > 1), nullable=True)
    several = pa.DataFrameSchema({"CPI": numbers}, drop_invalid_rows=False)
    whole = ap.read_alphacast(panel.id, schema=several, client=client)
    path = ap.to_parquet(panel.id, tmp_path / "x.parquet", schema=several, client=client)
    pd.testing.assert_frame_equal(read_file(path, whole), whole, check_exact=True)
    none = pa.DataFrameSchema({"CPI": pa.Column(float, pa.Check.lt(-1e9))})
    failures = []
    for read in (ap.read_alphacast, lambda *a, **k: ap.to_parquet(*a, path, **k)):
        with pytest.raises(ap.ValidationError) as caught:
            read(panel.id, schema=none, client=client)
        failures.append(caught.value.failures)
    assert len(failures[0]) > 1
    pd.testing.assert_frame_equal(*failures)


def test_a_file_without_rows_is_warned_of_as_a_frame_is(
    service: State, client: ap.Client, panel: Dataset, tmp_path: Path
) -> None:
    with pytest.warns(UserWarning, match="no row whose country is 'Chilee'"):
        ap.to_parquet(
            panel.id, tmp_path / "x.parquet", filter={"country": ["Chilee"]}, client=client
        )


def test_a_file_that_replaces_another_is_for_no_more_users(
    client: ap.Client, panel: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "x.parquet"
    path.touch(0o600)
    ap.to_parquet(panel.id, path, client=client)
    assert pd.read_parquet(path).shape[0]
    assert path.stat().st_mode & 0o077 == 0


def test_a_process_that_is_killed_leaves_the_file_of_before(
    service: State, client: ap.Client, panel: Dataset, tmp_path: Path
) -> None:
    path = ap.to_parquet(panel.id, tmp_path / "panel.parquet", select="CPI", client=client)
    before = path.read_bytes()
    service.order("storage: GET", after="hold")
    program = (
        "import sys, alphacast_pandas as ap; "
        "ap.to_parquet(int(sys.argv[1]), sys.argv[2], client=ap.Client(*sys.argv[3:4], "
        "base_url=sys.argv[4]))"
    )
    words = [str(panel.id), str(path), service.key, service.url]
    with subprocess.Popen([sys.executable, "-c", program, *words]) as process:
        while not service.requests("storage: GET"):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.01)
        process.kill()
    [partial] = {*tmp_path.glob("panel*")} - {path}
    assert partial.suffix == ".partial"
    assert path.read_bytes() == before
