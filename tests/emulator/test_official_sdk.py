"""The official SDK and curl against the emulator."""

import datetime as dt
import io
import json
import shutil
import subprocess

import alphacast.alphacast as sdk
import openpyxl
import pytest

from alphacast_pandas.emulator import Readings

CSV = (
    "Date,country,GDP\n2020-01-01,Argentina,1.5\n2020-01-01,Brazil,2.5\n2021-01-01,Argentina,3.5\n"
)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_quickstart_typed_with_curl_works(emulator, tmp_path):
    def curl(*words):
        command = ["curl", "-sS", "--fail-with-body", "-u", f"{emulator.api_key}:", *words]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout

    base = emulator.url
    (tmp_path / "data.csv").write_text(CSV)
    manifest = (
        '[{"sourceName": "Date", "dataType": "Date", "isEntity": true},'
        ' {"sourceName": "country", "dataType": "String", "isEntity": true}]'
    )
    as_json = ["-H", "Content-Type: application/json", "-d"]
    repository = json.loads(
        curl(
            "-X",
            "POST",
            f"{base}/repositories",
            *as_json,
            '{"name": "My repo", "privacy": "Private"}',
        )
    )["id"]
    body = json.dumps({"name": "My data", "repositoryId": repository})
    dataset = json.loads(curl("-X", "POST", f"{base}/datasets", *as_json, body))["id"]
    process = json.loads(
        curl(
            "-X",
            "PUT",
            f"{base}/datasets/{dataset}/data?deleteMissingFromDB=false&onConflictUpdateDB=true",
            "-F",
            f"data=@{tmp_path / 'data.csv'}",
            "-F",
            f"manifest={manifest}",
        )
    )
    emulator.wait()
    status = json.loads(curl(f"{base}/datasets/{dataset}/processes/{process['id']}"))["status"]
    assert status == "Processed"
    assert curl("-L", f"{base}/datasets/{dataset}/data") == CSV
    filtered = curl(
        "-G",
        f"{base}/datasets/{dataset}/data",
        "--data-urlencode",
        "$filter=country eq 'Brazil' and Date ge '2020-01-01'",
    )
    assert filtered == "Date,country,GDP\n2020-01-01,Brazil,2.5\n"
    assert curl(f"{base}/datasets/{dataset}/data?$last=1&$select=GDP").endswith(
        "\n2021-01-01,Argentina,3.5\n"
    )
    assert curl("-X", "DELETE", f"{base}/datasets/{dataset}") == ""


@pytest.fixture
def alphacast(emulator, monkeypatch):
    monkeypatch.setattr(sdk, "BASE_URL", emulator.url)
    monkeypatch.setattr(sdk, "WORKSPACE_URL", emulator.search_url)
    return sdk.Alphacast(emulator.api_key)


def test_the_official_sdk_creates_fills_reads_and_deletes(alphacast, emulator):
    repository = alphacast.repository.create("Macro data")
    assert (
        alphacast.repository.create("Macro data", returnIdIfExists=True)["id"] == repository["id"]
    )
    assert alphacast.repository.read_by_name("nothing") is False
    made = alphacast.datasets.create("GDP", repository["id"], "Growth")
    with pytest.raises(ValueError, match="Dataset already exists"):
        alphacast.datasets.create("GDP", repository["id"])
    dataset = alphacast.datasets.dataset(made["id"])
    dataset.initialize_columns("Date", ["country"], "%Y-%m-%d")
    definitions = dataset.get_column_definitions()
    assert [entry["sourceName"] for entry in definitions] == ["Date", "country"]

    answers = []
    for delete in (False, True):
        for update in (False, True):
            answers.append(json.loads(dataset.upload_data_from_csv(CSV, delete, update)))
            emulator.wait()
    states = [process["status"] for process in json.loads(dataset.processes())]
    assert states == ["Processed"] * 4
    assert (
        json.loads(dataset.process(answers[0]["id"]))["statusDescription"]
        == "3 values added to database./n"
    )
    assert json.loads(dataset.datestats()) == {
        "frequency": "yearly",
        "minDate": "2020-01-01",
        "maxDate": "2021-01-01",
    }
    assert dataset.metadata()["name"] == "GDP"

    assert dataset.download_data("csv") == CSV.encode()
    assert list(dataset.download_data("pandas")["GDP"]) == [1.5, 2.5, 3.5]
    assert dataset.download_data("json")[0] == {
        "Date": "2020-01-01",
        "country": "Argentina",
        "GDP": 1.5,
    }
    assert dataset.download_data("tsv").startswith(b"Date\tcountry\tGDP\n")
    since = dt.datetime(2020, 6, 1)  # noqa: DTZ001 - the SDK sends it as it is
    assert list(dataset.download_data("pandas", startDate=since)["GDP"]) == [3.5]
    chosen = dataset.download_data(
        "pandas",
        startDate=dt.date(2020, 1, 1),
        endDate=dt.date(2020, 12, 31),
        filterVariables=["GDP"],
        filterEntities={"country": ["Brazil", "Chile"]},
    )
    assert list(chosen["GDP"]) == [2.5]

    assert dataset.delete() == b""
    assert alphacast.datasets.read_all() == []
    assert alphacast.repository.delete(repository["id"]) == b""


def test_the_official_sdk_declares_its_columns_in_an_upload(alphacast, emulator):
    home = json.loads(json.dumps(alphacast.repository.read_all()))[0]
    dataset = alphacast.datasets.dataset(alphacast.datasets.create("d", home["id"])["id"])
    dataset.upload_data_from_csv(
        "Day,country,note,a\n31/12/2020,Chile,007,1\n",
        dateColumnName="Day",
        dateFormat="%d/%m/%Y",
        entitiesColumnNames=["country"],
        stringColumnNames=["note"],
    )
    emulator.wait()
    assert dataset.download_data("csv") == b"Day,country,note,a\n2020-12-31,Chile,007,1.0\n"


def test_the_official_sdk_searches_reads_series_and_runs_connectors(alphacast, emulator):
    home = alphacast.repository.read_by_name("Home")
    dataset = alphacast.datasets.dataset(alphacast.datasets.create("Growth", home["id"])["id"])
    dataset.initialize_columns("Date", ["country"], "%Y-%m-%d")
    dataset.upload_data_from_csv(CSV)
    emulator.wait()
    found = alphacast.search.datasets("growht", repository_id=home["id"])
    assert [each["name"] for each in found["data"]] == ["Growth"]
    assert found["totalItems"] == 1

    column = dataset.metadata()["columns"][-1]
    series = alphacast.series(column["id"])
    assert series.metadata()["name"] == "GDP"
    assert list(series.download_data("pandas")["GDP"]) == [1.5, 2.5, 3.5]
    assert series.download_data("csv") == CSV.encode()
    assert [point["GDP"] for point in series.download_data("json")] == [1.5, 2.5, 3.5]

    run = dataset.run_connector("all")
    assert json.loads(dataset.get_connector_run(run["id"]))["id"] == run["id"]
    book = openpyxl.load_workbook(io.BytesIO(dataset.download_data("xlsx"))).active
    assert [cell.value for cell in next(book.iter_rows())] == ["Date", "country", "GDP"]


def test_the_official_sdk_searches_page_by_page_and_in_other_places(alphacast, call_as, emulator):
    other = call_as(emulator.add_account("other"))
    public = other.repository("Open data", "Public")
    theirs = [other.dataset(f"Prices {number}", public) for number in range(2)]
    mine = alphacast.repository.create("Mine")["id"]
    home = alphacast.repository.read_by_name("Home")["id"]
    ours = [
        alphacast.datasets.create(f"Prices {number}", mine if number < 4 else home)["id"]
        for number in range(7)
    ]

    def ids(query="prices", **words):
        return [each["id"] for each in alphacast.search.datasets(query, **words)["data"]]

    assert ids() == ours
    assert ids(length=3) + ids(offset=3, length=3) + ids(offset=6, length=3) == ours
    assert ids(repository_id=mine) == ours[:4]
    assert ids(search_all=True, exclude_deprecated=True) == [*theirs, *ours]
    assert ids("nothing") == []
    emulator.readings = Readings(search_host="web", search_length="3")
    assert ids(length=5) == ours[:3]
    assert {r.port for r in emulator.requests if r.path == "/api/search"} == {"search"}
    assert {r.header("Authorization") for r in emulator.requests if r.port == "search"} == {None}
    with pytest.raises(Exception, match="status code 401"):
        sdk.Alphacast("ak_wrong").search.datasets("prices")
