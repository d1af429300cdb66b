"""Trees and expressions that several files of tests share."""

import sys
import types
from pathlib import Path

if "filters" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("filters")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["filters"] = package
