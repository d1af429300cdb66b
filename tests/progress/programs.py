"""Programs that work under a bar, for a terminal."""

_BEGIN = """
import logging, sys, threading, warnings
from clocks import Clock
from alphacast_pandas.progress import Meter
"""
_WORK = """
    with Meter("Reading dataset 5", progress=None, clock=Clock(step=0.5)) as meter:
        meter.begin(10_000_000)
        for number in range(10):
            meter.advance(500_000)
            during(number)
            meter.add_rows(1000)
        meter.tell("Processing")
        during(10)
"""


def program(during: str, *, before: str = "", after: str = "") -> str:
    """Return a program that works ten steps while `during` happens."""
    return f"{_BEGIN}{before}\ndef during(number):\n    {during}\nif True:{_WORK}{after}"
