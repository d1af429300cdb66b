"""Section 1: what is read, in which shape, order and type."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from blackbox import tree
from blackbox.frames import PANEL, check_same, day, whole
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

ENTITY = [("Date", "Date", True), ("country", "String", True)]


@pytest.mark.parametrize(
    "write",
    [
        lambda n: n,
        str,
        lambda n: f"https://www.alphacast.io/datasets/panel-{n}",
        lambda n: f"https://www.alphacast.io/datasets/panel-2020-{n}",
        lambda n: f"https://www.alphacast.io/datasets/{n}",
    ],
    ids=["number", "text", "address", "address with numbers in it", "address without slug"],
)
def test_a_dataset_is_named_by_number_text_or_address(
    panel: Dataset, client: ap.Client, write: Any
) -> None:
    check_same(ap.read_alphacast(write(panel.id), client=client), whole(panel))


@pytest.mark.parametrize(
    "wrong",
    ["", "abc", "https://www.alphacast.io/datasets/", -1, 0, 1.5, None, True, [1]],
    ids=repr,
)
def test_what_is_not_a_dataset_is_refused_before_anything_is_sent(
    service: State, client: ap.Client, wrong: Any
) -> None:
    with pytest.raises((ValueError, TypeError)):
        ap.read_alphacast(wrong, client=client)
    assert service.log == []


def test_everything_after_the_dataset_is_named(panel: Dataset, client: ap.Client) -> None:
    with pytest.raises(TypeError):
        ap.read_alphacast(panel.id, {"country": "Chile"}, client=client)


def test_a_dataset_that_is_not_there_is_said_to_be_absent(client: ap.Client) -> None:
    with pytest.raises(tree.NotFoundError):
        ap.read_alphacast(999_999, client=client)


@pytest.mark.parametrize(
    ("backend", "types"),
    [
        ("numpy_nullable", ["string", "Float64", "Int16"]),
        ("pyarrow", [pd.ArrowDtype(t) for t in (pa.string(), pa.float64(), pa.int16())]),
    ],
    ids=["numpy_nullable", "pyarrow"],
)
def test_types_follow_the_definitions_and_the_backend(
    panel: Dataset, client: ap.Client, backend: Any, types: list[Any]
) -> None:
    frame = ap.read_alphacast(panel.id, dtype_backend=backend, client=client)
    for name, wanted in zip(["note", "CPI", "rank"], types, strict=True):
        assert frame[name].dtype == wanted, name
    if backend == "pyarrow":
        assert frame["Date"].dtype == pd.ArrowDtype(pa.timestamp("us"))
    else:
        assert frame["Date"].dtype == whole(panel)["Date"].dtype
        assert frame["note"].dtype.na_value is pd.NA
    plain = ap.read_alphacast(panel.id, client=client)
    for name in plain.columns:
        assert frame[name].isna().tolist() == plain[name].isna().tolist()
        assert frame[name].dropna().tolist() == plain[name].dropna().tolist()


def test_default_types_are_those_of_pandas(panel: Dataset, client: ap.Client) -> None:
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))


@pytest.mark.parametrize("backend", [None, "numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("how", ["nothing stored", "nothing matches"])
def test_an_empty_answer_has_the_types_of_a_full_one(
    service: State, client: ap.Client, panel: Dataset, backend: str | None, how: str
) -> None:
    asked = {} if backend is None else {"dtype_backend": backend}
    full = ap.read_alphacast(panel.id, client=client, **asked)
    if how == "nothing stored":
        empty = ap.read_alphacast(service.seed(PANEL, []).id, client=client, **asked)
    else:
        empty = ap.read_alphacast(panel.id, start="2090", client=client, **asked)
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns)
    assert empty.dtypes.tolist() == full.dtypes.tolist()


def test_words_for_missing_stay_text_and_empty_is_missing(
    service: State, client: ap.Client
) -> None:
    words = ["NA", "N/A", "null", "nan", "None", "007", "1e5", "NaN", "true", " padded ", None]
    rows = [(day("2020-01-01"), f"c{i}", word) for i, word in enumerate(words)]
    dataset = service.seed([*ENTITY, ("note", "String", False)], rows)
    notes = ap.read_alphacast(dataset.id, client=client)["note"]
    assert notes.tolist()[:-1] == words[:-1]
    assert notes.isna().tolist() == [False] * 10 + [True]


def test_entity_codes_stay_text(service: State, client: ap.Client) -> None:
    rows = [(day("2020-01-01"), code, 1.0) for code in ("007", "1e5", "NA", "12")]
    dataset = service.seed([*ENTITY, ("CPI", "Decimal", False)], rows)
    frame = ap.read_alphacast(dataset.id, client=client)
    assert frame["country"].tolist() == ["007", "1e5", "NA", "12"]


@pytest.mark.parametrize("order", ["date", "shuffled", "newest"])
def test_rows_come_by_date_and_within_a_date_as_the_service_has_them(
    service: State, client: ap.Client, panel: Dataset, order: str
) -> None:
    service.switches.order = order
    frame = ap.read_alphacast(panel.id, client=client)
    check_same(frame, whole(panel, service.switches))


def test_date_and_entities_come_first_whatever_the_service_does(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.switches.header = "reversed"
    frame = ap.read_alphacast(panel.id, select=["GDP", "CPI"], client=client)
    assert list(frame.columns) == ["Date", "country", "GDP", "CPI"]
    everything = ap.read_alphacast(panel.id, client=client)
    assert list(everything.columns)[:2] == ["Date", "country"]
    assert set(everything.columns) == {name for name, *_ in PANEL}


@pytest.mark.parametrize("dates", ["auto", "T", "blank"])
@pytest.mark.parametrize("times", ["00:00", "18:30"])
def test_dates_are_read_with_and_without_time(
    service: State, client: ap.Client, dates: str, times: str
) -> None:
    service.switches.dates = dates
    rows = [(day("2020-01-01"), "Chile", 1.0), (day(f"2020-01-02 {times}"), "Chile", 2.0)]
    dataset = service.seed([*ENTITY, ("CPI", "Decimal", False)], rows)
    check_same(ap.read_alphacast(dataset.id, client=client), whole(dataset))


@pytest.mark.parametrize("shape", ["bom", "crlf", "gzip"])
@pytest.mark.parametrize("transfer", ["length", "chunked", "close"])
def test_every_form_of_transfer_gives_the_same_frame(
    service: State, client: ap.Client, panel: Dataset, shape: str, transfer: str
) -> None:
    setattr(service.switches, shape, True)
    service.switches.transfer = transfer
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    check_same(ap.read_alphacast(panel.id, start="1900", client=client), whole(panel))


def test_an_index_is_made_when_asked_for(panel: Dataset, client: ap.Client) -> None:
    def read(index: Any) -> pd.DataFrame:
        return ap.read_alphacast(panel.id, index=index, client=client)

    plain = whole(panel)
    assert isinstance(read(None).index, pd.RangeIndex)
    for index, names in ((True, ["Date", "country"]), ("country", ["country"])):
        assert list(read(index).index.names) == names
        check_same(read(index).reset_index()[list(plain.columns)], plain)
    assert list(read(["country", "Date"]).index.names) == ["country", "Date"]
    with pytest.raises(tree.QueryError):
        read("county")


def test_entities_come_as_categories_when_asked_for(panel: Dataset, client: ap.Client) -> None:
    frame = ap.read_alphacast(panel.id, categories=True, client=client)
    assert isinstance(frame["country"].dtype, pd.CategoricalDtype)
    assert not isinstance(frame["note"].dtype, pd.CategoricalDtype)
    assert frame["country"].tolist() == whole(panel)["country"].tolist()


def test_the_frame_says_where_it_comes_from(
    service: State, client: ap.Client, panel: Dataset, tmp_path: Path
) -> None:
    before = datetime.now(UTC)
    frame = ap.read_alphacast(panel.id, start="2020", client=client)
    said = frame.attrs["alphacast"]
    facts = {"dataset_id", "name", "repository_id", "url", "query", "retrieved_at", "rows"}
    assert facts <= set(said)
    assert (said["dataset_id"], said["name"], said["rows"]) == (panel.id, "Panel", len(frame))
    assert said["repository_id"] == panel.repository_id
    assert "2020-01-01" in json.dumps(said["query"])
    retrieved = datetime.fromisoformat(said["retrieved_at"])
    assert retrieved.utcoffset() is not None
    assert abs((retrieved - before).total_seconds()) < 60
    assert json.loads(json.dumps(frame.attrs)) == frame.attrs
    assert service.key not in json.dumps(frame.attrs)
    frame.to_parquet(tmp_path / "frame.parquet")
    back = pd.read_parquet(tmp_path / "frame.parquet")
    assert back.attrs == frame.attrs == frame.query("CPI > 0").attrs


def test_a_read_leaves_nothing_behind(
    client: ap.Client, panel: Dataset, clean_environment: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def look() -> tuple[list[Path], Any]:
        names = (
            "display.max_rows",
            "display.precision",
            "io.excel.xlsx.reader",
            "mode.sim_interactive",
        )
        options = [pd.get_option(name) for name in names]
        return sorted(clean_environment.rglob("*")), options

    before = look()
    ap.read_alphacast(panel.id, client=client)
    ap.read_alphacast(panel.id, start="2020", select="CPI", last=2, client=client)
    assert look() == before
    assert capfd.readouterr() == ("", "")


def test_no_socket_outlives_the_client(service: State, panel: Dataset) -> None:
    with ap.Client(service.key, base_url=service.url) as client:
        ap.read_alphacast(panel.id, client=client)
        ap.read_alphacast(panel.id, top=1, client=client)
    for _ in range(200):
        if service.connections() == 0:
            return
        service.stopping.wait(0.005)
    assert service.connections() == 0
