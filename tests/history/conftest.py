"""Histories of datasets, and what a few lines of pandas say of them."""

import sys
import types
from pathlib import Path

if "history" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("history")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["history"] = package
