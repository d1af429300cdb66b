"""Which failures deserve another attempt, and when."""

import datetime
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.api.retrying import ServicePause, pause_before, retry_after_seconds

NOW = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)


@given(attempt=st.integers(1, 50), seed=st.integers())
def test_pauses_grow_to_a_limit_and_are_spread(attempt: int, seed: int) -> None:
    pause = pause_before(attempt, None, random.Random(seed))
    grown = min(0.25 * 2 ** (attempt - 1), 8)
    assert pause is not None
    assert grown / 2 <= pause <= grown


@pytest.mark.parametrize(("asked", "pause"), [(0.0, 0.0), (60.0, 60.0), (61.0, None)])
def test_the_service_is_obeyed_up_to_a_minute(asked: float, pause: float | None) -> None:
    assert pause_before(1, asked, random.Random(1)) == pause


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("Thu, 29 Feb 2024 12:00:30 GMT", 30.0),
        ("Thu, 29 Feb 2024 12:00:30 -0000", 30.0),
        ("Thu, 29 Feb 2024 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("٣", None),
    ],
)
def test_retry_after_holds_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after_seconds({"Retry-After": value}, NOW) == seconds


def test_no_header_asks_for_nothing() -> None:
    assert retry_after_seconds({}, NOW) is None


def test_a_pause_that_stands_is_neither_cut_nor_told_again() -> None:
    pause = ServicePause()
    assert pause.extend(10.0, now=0.0, reason="first")
    assert not pause.extend(10.5, now=0.5, reason="again")
    assert not pause.extend(4.0, now=1.0, reason="shorter")
    assert (pause.until, pause.reason) == (10.5, "first")
    assert pause.extend(60.0, now=2.0, reason="longer")
    assert (pause.until, pause.reason) == (60.0, "longer")
    assert pause.extend(61.0, now=60.0, reason="later")
