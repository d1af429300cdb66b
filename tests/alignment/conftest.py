"""The folder as a package, for the module that its tests share."""

import sys
import types
from pathlib import Path

if "alignment" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("alignment")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["alignment"] = package
