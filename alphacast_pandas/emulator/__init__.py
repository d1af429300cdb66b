"""
A local Alphacast: a real HTTP server over a real store, for tests, demonstrations and offline work.

An independent reading of the service's documentation; it shares no code with the client. What the
sources contradict each other about is a switch (`Readings`); what can go wrong can be ordered
(`Faults.add`).
"""

from alphacast_pandas.emulator.faults import Fault, Faults
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.refusals import Plan
from alphacast_pandas.emulator.server import Emulator
from alphacast_pandas.emulator.traffic import ReceivedRequest

__all__ = ["Emulator", "Fault", "Faults", "Plan", "Readings", "ReceivedRequest"]
