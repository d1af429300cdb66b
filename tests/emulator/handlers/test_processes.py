"""Uploads over HTTP and the processes that they start."""

import gzip
import re

from alphacast_pandas.emulator import Plan, Readings

ROW = "Date,country,a\n2020-01-01,x,1\n"
ONE_ROW = "Date,country,a\n2020-01-01,x,1.0\n"


def test_an_accepted_upload_answers_with_a_requested_process(call, emulator):
    dataset = call.dataset()
    with emulator.hold_processes():
        answer = call.upload(dataset, ROW)
        assert answer.status == 201
        assert answer.json["status"] == "Requested"
        assert answer.json["datasetId"] == dataset
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", answer.json["createdAt"])


def test_a_second_upload_is_refused_while_one_runs_by_reading(call, emulator):
    emulator.readings = Readings(concurrent="refuse")
    dataset = call.dataset()
    with emulator.hold_processes():
        assert call.upload(dataset, ROW).status == 201
        assert call.upload(dataset, ROW).status == 409
    emulator.wait()
    assert call.upload(dataset, ROW).status == 201


def test_the_last_state_is_completed_by_reading(call, emulator):
    emulator.readings = Readings(status="completed")
    assert call.process(call.dataset(), ROW)["status"] == "completed"


def test_a_file_of_more_bytes_than_the_plan_allows_is_refused(call, emulator):
    packed = gzip.compress(ONE_ROW.encode())
    emulator.plan = Plan(file_bytes=len(packed))
    dataset = call.filled(packed)
    emulator.plan = Plan(file_bytes=len(packed) - 1)
    answer = call.upload(dataset, packed)
    assert (answer.status, answer.json["error"]) == (
        413,
        f"Files may have {len(packed) - 1} bytes at most",
    )
    assert call.data(dataset).text == ONE_ROW


def test_processes_that_have_ended_are_forgotten_by_reading(call, emulator):
    emulator.readings = Readings(process_list="unfinished")
    dataset = call.dataset()
    number = call.process(dataset, ROW)["id"]
    assert call("GET", f"/datasets/{dataset}/processes").json == []
    assert call("GET", f"/datasets/{dataset}/processes/{number}").status == 200
    with emulator.hold_processes():
        number = call.upload(dataset, ROW).json["id"]
        assert [p["id"] for p in call("GET", f"/datasets/{dataset}/processes").json] == [number]
