"""The table of questions against the switches of the emulator, which shares no code with it."""

from dataclasses import fields
from typing import get_args

from alphacast_pandas.emulator import Readings
from alphacast_pandas.probe.questions import BY_NAME, QUESTIONS
from alphacast_pandas.probe.run import EXPERIMENTS

ANSWERED = [name for experiment in EXPERIMENTS for name in experiment.answers]


def test_each_switch_of_the_emulator_is_a_question_with_the_same_words():
    switches = {each.name: each.readings for each in QUESTIONS if each.is_switch}
    assert switches == {field.name: get_args(field.type) for field in fields(Readings)}


def test_each_question_is_answered_by_one_experiment_or_has_a_reason_why_calls_cannot_tell():
    assert len(ANSWERED) == len({*ANSWERED})
    assert len(QUESTIONS) == len(BY_NAME)
    for question in QUESTIONS:
        assert (question.name in ANSWERED) != bool(question.untold), question
