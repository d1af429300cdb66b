"""Answers that are damaged, or come from something else than the service, prove nothing."""

from dataclasses import fields

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from alphacast_pandas.emulator import Fault, Readings
from alphacast_pandas.probe.run import EXPERIMENTS, run_experiments

HTML = {"Content-Type": "text/html"}
DAMAGE = {
    "not found": {"status": 404, "body": '{"message": "Not Found"}'},
    "unauthorized": {"status": 401, "body": '{"message": "Unauthorized"}'},
    "forbidden": {"status": 403, "body": "<html>denied</html>", "headers": HTML},
    "timeout": {"status": 408},
    "busy": {"status": 429, "body": '{"message": "slow down"}', "retry_after": 0},
    "failing": {"status": 500},
    "failing too late": {"status": 500, "applied": True},
    "page": {"status": 200, "body": "<html>Welcome</html>", "headers": HTML},
    "nothing": {"status": 200},
    "bytes": {"garbage": b"\xff\x00\x81 garb,age"},
    "object": {"garbage": "{}"},
    "list": {"garbage": "[]"},
    "deep": {"garbage": "[" * 100_000},
    "infinite": {"garbage": '{"id": Infinity}'},
    "cut": {"cut_at": 3},
    "reset": {"reset": "before"},
    "reset too late": {"reset": "after"},
    "failed process": {"process_error": "Disk full"},
}
# What the emulator does by default, where no switch says it.
RIGHT = {
    "last_and_filter": "after",
    "quote_in_text": "doubled",
    "plain_csv": "redirect",
    "redirect_etag": "no",
    "storage_range": "no",
    "head": "yes",
    "upload_gzip": "yes",
    "sort_order": "by date",
    "unknown_select": "400",
    "process_ids": "global",
    "time_zone": "UTC",
    "list_fields": "id, name, repositoryId",
} | {field.name: field.default for field in fields(Readings)}
# What the service itself may answer, so that it cannot be told from damage.
POSSIBLE = {
    ("search_host", "not found"),
    ("unknown_select", "not found"),
    ("head", "not found"),
    ("series_fields", "object"),
    ("process_list", "list"),
}

(GZIP,) = (each for each in EXPERIMENTS if each.answers == ("upload_gzip",))


@given(
    experiment=st.sampled_from(EXPERIMENTS),
    damage=st.sampled_from([*DAMAGE]),
    n=st.integers(0, 12),
    lasts=st.booleans(),
)
@example(experiment=GZIP, damage="failed process", n=0, lasts=False)
def test_no_damage_leads_to_a_wrong_reading_or_leaves_anything_unsaid(
    emulator, stepped, experiment, damage, n, lasts
):
    if n and "process_error" not in DAMAGE[damage]:
        emulator.faults.add(Fault(path="*", port="*", times=n))
    emulator.faults.add(Fault(path="*", port="*", times=None if lasts else 1, **DAMAGE[damage]))
    lines = []
    seen = run(stepped, experiment.answers, lines.append)
    emulator.faults.clear()
    stepped._connection.transport.reset()  # what stood in for an empty body is still on the line
    for each in seen:
        # Which states of a process are seen is chance.
        is_possible = each.name == "states" or (each.name, damage) in POSSIBLE
        assert is_possible or each.reading in {None, RIGHT[each.name]}, each
    for name in delete_all(stepped):
        assert repr(name) in lines[-1], lines


def delete_all(client):
    """Delete whatever a probe has left; return the names of it."""
    repositories = [each for each in client.repositories.list() if each.name != "Home"]
    for each in repositories:
        client.repositories.delete(each.id)
    datasets = client.datasets.list()
    for each in datasets:
        client.datasets.delete(each.id)
    keys = [each.slug for each in client.user_keys.list()]
    for each in keys:
        client.user_keys.delete(each)
    return [each.name for each in (*repositories, *datasets)] + keys


def run(client, names, show=lambda _: None):
    return run_experiments(client, show, names=names)


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("name", "n", "damage"),
    [
        ("row_count", 7, "page"),
        ("last_and_filter", 9, "nothing"),
        ("plain_csv", 6, "not found"),
        ("storage_etag", 7, "page"),
        ("head", 6, "unauthorized"),
        ("unknown_select", 6, "forbidden"),
        ("url_limit", 10, "page"),
        ("transfer", 6, "nothing"),
        ("search_total", 28, "object"),
        ("upload_gzip", 0, "failed process"),
        ("error_key", 0, "timeout"),
        ("json", 6, "deep"),
    ],
)
def test_what_is_no_answer_of_the_service_leaves_its_question_open(
    emulator, stepped, name, n, damage
):
    fault = Fault(path="*", port="*", times=3, **DAMAGE[damage])
    if n:
        emulator.faults.add(Fault(path="*", port="*", times=n))
    emulator.faults.add(fault)
    (observation,) = run(stepped, {name})
    assert observation.reading is None, observation
    assert observation.undecided


@pytest.mark.parametrize(
    ("data", "shape"),
    [('{"error": "no key"}', None), ('{"dates": [], "values": []}', "columns")],
)
@pytest.mark.every_parameter
def test_what_holds_no_points_says_nothing_of_their_dates(emulator, stepped, data, shape):
    fault = Fault(path="/providers/*/series/*", garbage=f'{{"data": {data}}}', times=None)
    emulator.faults.add(fault)
    forms = {"provider_points", "provider_dates", "provider_values", "provider_missing"}
    seen = {each.name: each for each in run(stepped, forms)}
    assert seen.pop("provider_points").reading == shape
    assert {each.reading for each in seen.values()} == {None}
    assert all(each.undecided for each in seen.values())
