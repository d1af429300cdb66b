"""Readings: which words they may have."""

import pytest

from alphacast_pandas.emulator import Readings


def test_an_unknown_word_for_a_reading_is_refused():
    with pytest.raises(ValueError, match=r"Readings\(last=...\) is one of periods, rows"):
        Readings(last="days")
