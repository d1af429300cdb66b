"""The page for users of the official SDK: both sides of each row of its tables do the same."""

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import alphacast.alphacast as sdk
import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.emulator import Emulator

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "official-sdk.md"
ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \|$", re.MULTILINE)
MODE = re.compile(r"^\| `(True|False)` \| `(True|False)` \| `\"(\w+)\"`", re.MULTILINE)
NAME = "World - Life expectancy, population and income"
MACRO = 7938
FRAMES = {
    "df": [("2024-01-01", "Chile", 1.5), ("2024-02-01", "Chile", 2.5)],
    "df2": [("2024-02-01", "Chile", 3.5), ("2024-03-01", "Chile", 4.5)],
    "df3": [("2024-03-01", "Chile", 5.5)],
}


def rows() -> list[tuple[str, str]]:
    """The pairs of calls, in the order of the page."""
    return [row for row in ROW.findall(PAGE.read_text(encoding="utf-8")) if "(" in row[0]]


def frame_of(values: list[tuple[str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(values, columns=["Date", "country", "price"])
    return frame.assign(Date=pd.to_datetime(frame["Date"]))


def read(table: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(table), keep_default_na=False)


def same_table(theirs: pd.DataFrame, ours: pd.DataFrame) -> None:
    """The same rows; their dates are text, and Namibia has lost its code."""
    text = ours.assign(Date=ours["Date"].dt.strftime("%Y-%m-%d"))
    if "iso_alpha2" in text:
        text["iso_alpha2"] = text["iso_alpha2"].where(text["iso_alpha2"] != "NA")
    pd.testing.assert_frame_equal(theirs, text, check_dtype=False)


def same_names(theirs: Any, ours: Any) -> None:
    listed = theirs["data"] if isinstance(theirs, dict) else theirs
    assert [each["name"] for each in listed] == ours["name"].tolist()


def same_record(theirs: Any, ours: Any) -> None:
    values = json.loads(theirs) if isinstance(theirs, bytes) else theirs
    assert (values["id"], values.get("name")) == (ours.id, getattr(ours, "name", None))


def same_cells(theirs: bytes, ours: bytes) -> None:
    sheets = [
        zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
        for book in (theirs, ours)
    ]
    assert b"Afghanistan" in sheets[0]
    assert sheets[0] == sheets[1]


def same_definitions(theirs: Any, ours: Any) -> None:
    assert [each["sourceName"] for each in theirs] == [column.name for column in ours]


def same_stats(theirs: bytes, ours: Any) -> None:
    told = json.loads(theirs)
    assert (told["minDate"], told["maxDate"]) == (str(ours.min_date), str(ours.max_date))


def same_processes(theirs: bytes, ours: Any) -> None:
    assert [each["id"] for each in json.loads(theirs)] == [process.id for process in ours]


# What is compared of each pair that reads, by how the SDK's side begins; of those that write, the
# datasets and their rows are compared.
COMPARED: dict[str, Callable[[Any, Any], None]] = {
    'dataset.download_data("pandas"': same_table,
    'dataset.download_data("csv"': lambda theirs, ours: same_frame(read(theirs), read(ours)),
    'dataset.download_data("xlsx"': same_cells,
    "alphacast.series(series_id).download_data": lambda theirs, ours: same_frame(
        theirs["unemp"].to_frame(), ours["unemp"].to_frame()
    ),
    "alphacast.series(series_id).metadata": lambda theirs, ours: same_frame(
        pd.DataFrame([theirs])[["name"]], pd.DataFrame({"name": [ours.name]})
    ),
    "alphacast.search.datasets": same_names,
    "alphacast.datasets.read_all": same_names,
    "alphacast.datasets.read_by_name": same_record,
    "dataset.metadata": same_record,
    "dataset.get_column_definitions": same_definitions,
    "dataset.datestats": same_stats,
    "dataset.processes": same_processes,
    "dataset.process(": same_record,
    "alphacast.repository.read_all": same_names,
    "alphacast.repository.read_by": same_record,
}


def same_frame(theirs: pd.DataFrame, ours: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(theirs, ours)


@pytest.fixture(scope="module")
def emulators() -> Iterator[tuple[Emulator, Emulator]]:
    both = Emulator(seed="demo"), Emulator(seed="demo")
    yield both
    with ThreadPoolExecutor() as pool:  # each waits for its servers to stop
        list(pool.map(Emulator.close, both))


@pytest.fixture
def services(
    emulators: tuple[Emulator, Emulator], monkeypatch: pytest.MonkeyPatch
) -> tuple[Emulator, Emulator]:
    """One service for the SDK, and one for us."""
    theirs, ours = emulators
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # the SDK asks proxies for this computer too
    monkeypatch.setattr(sdk, "BASE_URL", theirs.url)
    monkeypatch.setattr(sdk, "WORKSPACE_URL", theirs.search_url)
    ap.login(ours.api_key, base_url=ours.url)
    return emulators


def test_both_sides_of_each_row_do_the_same(services: tuple[Emulator, Emulator]) -> None:
    theirs, _ = services
    clients = ap.Client(theirs.api_key, base_url=theirs.url), ap.get_client()
    frames = {name: frame_of(values) for name, values in FRAMES.items()}
    frames["df4"] = frames["df3"].assign(volume=2.0)
    given = {"name": NAME, "date": dt.date, **frames}
    alphacast = sdk.Alphacast(theirs.api_key)
    left = {
        **given,
        "alphacast": alphacast,
        "dataset": alphacast.datasets.dataset(7940),
        **numbers_at(clients[0]),
    }
    right = {**given, "ap": ap, "client": clients[1], **numbers_at(clients[1])}
    compared = 0
    for their_call, our_call in rows():
        answers = eval(their_call, left), eval(our_call, right)
        theirs.wait()
        if same := next((v for k, v in COMPARED.items() if their_call.startswith(k)), None):
            same(*answers)
            compared += 1
            continue
        remember(answers, left, right, alphacast)
        assert state_of(clients[0]) == state_of(clients[1]), their_call
    assert compared == len(rows()) - 9


def numbers_at(client: ap.Client) -> dict[str, int | None]:
    """The numbers of a series and of a process, which two services do not share."""
    series = ap.info(MACRO, client=client).columns.set_index("name").loc["unemp", "id"]
    return {"series_id": int(series), "process_id": client.datasets.processes(7940)[0].id}


def remember(
    answers: tuple[Any, Any], left: dict[str, Any], right: dict[str, Any], alphacast: Any
) -> None:
    """Give what a pair has created the names that the rows after it use."""
    theirs, ours = answers
    if not isinstance(theirs, dict):
        return
    if "privacy" in theirs:
        left["mine"], right["mine"] = theirs["id"], ours.id
    else:
        left["new"], right["new_id"] = alphacast.datasets.dataset(theirs["id"]), ours.id


def state_of(client: ap.Client) -> dict[str, Any]:
    """What a service holds: repositories, datasets and their rows."""
    repositories = [each.name for each in client.repositories.list()]
    datasets = {each.name: each.id for each in client.datasets.list()}
    held = {
        name: ap.read_alphacast(number, client=client).to_csv()
        for name, number in datasets.items()
        if name == "Prices"
    }
    return {"repositories": repositories, "datasets": [*datasets], "rows": held}


def test_the_flags_of_the_sdk_are_the_modes_of_the_page() -> None:
    told = {
        mode: (delete == "True", update == "True")
        for delete, update, mode in MODE.findall(PAGE.read_text(encoding="utf-8"))
    }
    assert told == {name: (mode.deletes, mode.updates) for name, mode in MODES.items()}


def test_what_the_page_says_is_different_is_different(
    services: tuple[Emulator, Emulator],
) -> None:
    theirs, _ = services
    alphacast = sdk.Alphacast(theirs.api_key)
    dataset = alphacast.datasets.dataset(7940)
    table = dataset.download_data("pandas")
    ours = ap.read_alphacast(7940)
    assert not pd.api.types.is_datetime64_any_dtype(table["Date"])
    assert pd.api.types.is_datetime64_any_dtype(ours["Date"])
    namibia = table["country"] == "Namibia"
    assert table.loc[namibia, "iso_alpha2"].isna().all()
    assert set(ours.loc[namibia, "iso_alpha2"]) == {"NA"}
    with pytest.raises(Exception, match="400"):
        dataset.download_data("pandas", filterEntities={"country": ["Cote d'Ivoire"]})
    assert len(ap.read_alphacast(7940, filter={"country": "Cote d'Ivoire"})) == 12
    told = json.loads(dataset.upload_data_from_csv("Date,country,unknown\n2024-01-01,Chile,1\n"))
    theirs.wait()
    assert told["status"] == "Requested"
    assert json.loads(dataset.process(told["id"]))["status"] == "Error"
