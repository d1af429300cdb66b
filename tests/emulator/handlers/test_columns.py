"""Column definitions and their initializer."""

from alphacast_pandas.emulator import Readings


def test_the_initializer_stores_a_manifest_with_booleans_as_text(call, emulator):
    dataset = call.dataset()
    fields = {
        "dateColumnName": "Day",
        "entitiesColumnNames": ["country", "city"],
        "dateFormat": "%d/%m/%Y",
        "content-type": "json",
    }
    answer = call("PUT", f"/datasets/{dataset}/columns/initializer", fields)
    assert answer.status == 200
    shown = call("GET", f"/datasets/{dataset}/columns").json
    assert shown == answer.json
    assert shown["id"] == dataset
    assert shown["columnDefinitions"] == [
        {"sourceName": "Day", "dataType": "Date", "dateFormat": "%d/%m/%Y", "isEntity": "True"},
        {"sourceName": "country", "isEntity": "True"},
        {"sourceName": "city", "isEntity": "True"},
    ]
    emulator.readings = Readings(booleans="json")
    definitions = call("GET", f"/datasets/{dataset}/columns").json["columnDefinitions"]
    assert [entry["isEntity"] for entry in definitions] == [True, True, True]
    names = [column["name"] for column in call("GET", f"/datasets/{dataset}").json["columns"]]
    assert names == ["Day", "country", "city"]
    text = "Day,country,city,a\n31/12/2020,x,y,1\n"
    assert call.process(dataset, text, manifest=None)["status"] == "Processed"


def test_a_forbidden_initializer_says_so_under_both_keys(call, emulator, call_as):
    guest = call_as(emulator.add_account("guest"))
    dataset = call.dataset("open", call.repository("Open", "Public"))
    answer = guest("PUT", f"/datasets/{dataset}/columns/initializer", {"dateColumnName": "Date"})
    assert answer.status == 403
    assert answer.json["message"] == answer.json["error"]
