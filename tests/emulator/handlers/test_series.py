"""Series: one value column of a dataset."""

import io
import json

import openpyxl
import pytest

from alphacast_pandas.emulator import Plan, Readings

TEXT = "Date,country,GDP,CPI\n2020-01-01,Chile,1,2\n2020-02-01,Chile,3,\n"


def test_a_series_is_one_value_column(call):
    dataset = call.filled(TEXT)
    date, country, gdp, cpi = call("GET", f"/datasets/{dataset}").json["columns"]
    shown = call("GET", f"/series/{cpi['id']}").json
    assert (shown["id"], shown["name"], shown["datasetId"]) == (cpi["id"], "CPI", dataset)
    assert (shown["frequency"], shown["minDate"]) == ("monthly", "2020-01-01")
    path = f"/series/{gdp['id']}/data"
    assert (
        call("GET", path).text == "Date,country,GDP\n2020-01-01,Chile,1.0\n2020-02-01,Chile,3.0\n"
    )
    lines = call("GET", f"/series/{cpi['id']}/data?$format=json&$top=1").text.splitlines()
    assert [json.loads(line)["CPI"] for line in lines] == [2.0, None]
    assert call("GET", f"{path}?$format=tsv").text.startswith("Date\tcountry\tGDP\n")
    book = openpyxl.load_workbook(io.BytesIO(call("GET", f"{path}?$format=xlsx").body))
    assert book.active["C3"].value == 3
    for number in (date["id"], country["id"], 5, "x"):
        for rest in ("", "/data"):
            answer = call("GET", f"/series/{number}{rest}")
            assert (answer.status, answer.json) == (404, {"error": "Series not found"})
    assert call("GET", f"{path}?$format=pdf").status == 400


def test_a_series_needs_read_on_its_dataset(call, call_as, emulator):
    dataset = call.filled(TEXT)
    number = call("GET", f"/datasets/{dataset}").json["columns"][-1]["id"]
    guest = call_as(emulator.add_account("guest"))
    assert guest("GET", f"/series/{number}").status == 404
    emulator.grant(call("GET", "/repositories/home").json["id"], guest.key, "Read")
    assert guest("GET", f"/series/{number}/data").status == 200
    emulator.plan = Plan(monthly_exports=0)
    assert guest("GET", f"/series/{number}/data").status == 402


@pytest.mark.parametrize(
    ("word", "fields"),
    [
        ("full", {"id", "name", "datasetId", "datasetName", "dataType", "units", "frequency"}),
        ("bare", {"id", "name"}),
        ("renamed", {"series_id", "label", "dataset_id", "dataset_name", "type", "unit"}),
        ("nested", {"id", "name", "dataset", "units", "frequency", "dates"}),
        ("empty", set()),
    ],
)
def test_the_metadata_of_a_series_have_other_fields_by_reading(call, emulator, word, fields):
    dataset = call.filled(TEXT)
    number = call("GET", f"/datasets/{dataset}").json["columns"][-1]["id"]
    emulator.readings = Readings(series_fields=word)
    shown = call("GET", f"/series/{number}").json
    dates = {"full": {"minDate", "maxDate"}, "renamed": {"periodicity", "start_date", "end_date"}}
    assert set(shown) == fields | dates.get(word, set())
    assert {shown.get("id", number), shown.get("series_id", number)} == {number}
    assert shown.get("dataset", {"id": dataset, "name": "A dataset"})["id"] == dataset


def test_the_values_of_a_series_have_another_header_by_reading(call, emulator):
    dataset = call.filled(TEXT)
    number = call("GET", f"/datasets/{dataset}").json["columns"][-1]["id"]
    emulator.readings = Readings(series_column="value")
    path = f"/series/{number}/data"
    assert call("GET", path).text.startswith("Date,country,value\n2020-01-01,Chile,2.0\n")
    line = call("GET", f"{path}?$format=json").text.splitlines()[0]
    assert json.loads(line) == {"Date": "2020-01-01", "country": "Chile", "value": 2.0}
    assert call("GET", f"/datasets/{dataset}").json["columns"][-1]["name"] == "CPI"


def test_an_entity_called_value_leaves_the_series_its_own_name(call, emulator):
    entity = {"sourceName": "value", "dataType": "String", "isEntity": True}
    date = {"sourceName": "Date", "dataType": "Date", "isEntity": True}
    dataset = call.filled("Date,value,GDP\n2020-01-01,x,1\n", manifest=[date, entity])
    number = call("GET", f"/datasets/{dataset}").json["columns"][-1]["id"]
    emulator.readings = Readings(series_column="value")
    assert call("GET", f"/series/{number}/data").text == "Date,value,GDP\n2020-01-01,x,1.0\n"
