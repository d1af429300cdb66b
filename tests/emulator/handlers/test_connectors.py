"""Runs of a connector."""


def test_a_connector_run_is_started_and_found_again(call, call_as, emulator):
    dataset = call.dataset()
    path = f"/datasets/{dataset}/connector/runs"
    made = call("POST", path, form=b"executionParam=full%20load")
    assert made.status == 201
    assert (made.json["executionParam"], made.json["datasetId"]) == ("full load", dataset)
    number = made.json["id"]
    assert call("GET", f"{path}/{number}").json == made.json
    assert call("GET", f"{path}/{number + 1}").status == 404
    assert call("GET", f"/datasets/{call.dataset('b')}/connector/runs/{number}").status == 404
    guest = call_as(emulator.add_account("guest"))
    emulator.grant(call("GET", "/repositories/home").json["id"], guest.key, "Read")
    assert guest("POST", path).status == 403
