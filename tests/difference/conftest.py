"""Two small tables, compared in each mode."""

import sys
import types
from pathlib import Path

if "difference" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("difference")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["difference"] = package
