"""On the emulator the probe finds the readings that it follows, and never another one."""

from dataclasses import fields
from typing import get_args

import hypothesis.strategies as st
import pytest
from hypothesis import given

from alphacast_pandas.emulator import Fault, Plan, Readings
from alphacast_pandas.probe.questions import QUESTIONS
from alphacast_pandas.probe.run import run_experiments

WORDS = {field.name: get_args(field.type) for field in fields(Readings)}
UNTOLD = {each.name for each in QUESTIONS if each.untold}
TOLD = [name for name in WORDS if name not in UNTOLD]
# Without a missing value no call can tell how one would be written.
UNSEEN = {("provider_missing", "none")}
MANY = 105  # datasets, so that a page of a hundred does not hold them all


@pytest.mark.at_least(3)
@pytest.mark.parametrize("name", TOLD)
def test_each_word_of_a_switch_is_found(name, probe, stepped):
    if name == "search_length":
        home = stepped.repositories.home().id
        for number in range(MANY):
            stepped.datasets.create(f"gdp {number}", repository_id=home)
    for word in WORDS[name]:
        observation = probe({name}, **{name: word})[name]
        if (name, word) in UNSEEN:
            assert observation.reading is None
            assert observation.undecided
        else:
            assert observation.reading == word, observation


def test_all_questions_are_answered_under_the_last_word_of_each_switch(probe):
    words = {name: words[-1] for name, words in WORDS.items()} | {
        "filter": "honoured",
        "column_ids": "global",
        "error_key": "detail",
        "provider_fields": "renamed",
        "provider_lists": "data",
    }
    seen = probe(**words)
    assert [*seen] == [each.name for each in QUESTIONS]
    wrong = {name: seen[name] for name in TOLD if seen[name].reading != words[name]}
    assert wrong == {}
    others = [each for each in seen.values() if each.name not in {*UNTOLD, *WORDS}]
    assert [each for each in others if each.reading is None] == []
    assert all(seen[name].undecided for name in UNTOLD)


@given(
    words=st.fixed_dictionaries({name: st.sampled_from(words) for name, words in WORDS.items()}),
    names=st.sets(st.sampled_from(TOLD), min_size=3, max_size=6),
)
def test_no_combination_of_readings_leads_to_a_wrong_one(probe, words, names):
    for name, observation in probe(names, **words).items():
        right = observation.reading in {None, words[name]}
        assert right, (observation, words)
        assert (observation.reading is None) == bool(observation.undecided)


def test_without_the_right_to_make_a_repository_the_rest_is_answered(emulator, client):
    emulator.plan = Plan(private_repositories=0)
    lines = []
    seen = {each.name: each for each in run_experiments(client, lines.append)}
    assert {name for name in WORDS if seen[name].reading} >= {
        *("search_host", "error_key", "provider_lists", "provider_points", "provider_text"),
        "user_key_field",
    }
    assert "could not be made: The plan of this account" in seen["last"].undecided
    assert seen["last"].reading is None
    assert [each.name for each in client.repositories.list()] == ["Home"]


def test_an_experiment_that_fails_is_not_answered_and_the_others_go_on(emulator, client):
    names = {"json", "row_count"}
    emulator.faults.add(Fault(path="/datasets/*/data", method="GET", status=418, body=b"teapot"))
    seen = {each.name: each for each in run_experiments(client, lambda _: None, names=names)}
    assert "status 418" in seen["json"].undecided
    assert seen["row_count"].reading == "top or last"


def test_the_key_goes_to_no_storage_and_into_no_address(emulator, client):
    run_experiments(client, lambda _: None, names={"storage_etag", "storage_range", "export"})
    for request in emulator.requests:
        assert (request.header("authorization") is None) == (request.port == "storage")
        assert emulator.api_key not in request.query


def test_a_service_that_is_gone_is_not_asked_again_and_again(emulator, client):
    emulator.faults.add(Fault(path="*", port="api", times=None, reset="before"))
    lines = []
    seen = run_experiments(client, lines.append, names={*WORDS})
    assert all(each.reading is None for each in seen)
    gone = [each.name for each in seen if "not be reached any more" in each.undecided]
    assert "user_key_field" in gone
    assert lines[-1].startswith("Not everything could be deleted: No answer from http")
