"""Faults: which values their fields may have."""

import pytest


def test_an_invalid_fault_is_refused(emulator):
    with pytest.raises(ValueError, match="times"):
        emulator.faults.add(times=0)
    with pytest.raises(TypeError, match="a fault has no colour"):
        emulator.faults.add(colour="red")
