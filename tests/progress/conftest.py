"""Bars, on a clock that nobody waits for."""

import sys
import types
from pathlib import Path

if "progress" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("progress")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["progress"] = package
