"""The files of the cache, and processes that write them."""

import sys
import types
from pathlib import Path

if "cache_files" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("cache_files")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["cache_files"] = package
