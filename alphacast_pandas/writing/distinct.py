"""Tests of a column's values, made once for each distinct one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable


class Distinct:
    """The distinct values of a column, looked for once however many tests there are."""

    def __init__(self, values: pd.Series) -> None:
        self._values = values

    def passes(self, test: Callable[[Any], bool], *, missing: bool = True) -> bool | pd.Series:
        """Return True if every value passes, or else which ones do."""
        found, has_missing = self._found
        if (missing or not has_missing) and all(test(value) for value in found):
            return True
        codes, distinct = pd.factorize(self._values.astype(object))
        passed = np.array([*(test(value) for value in distinct), missing], dtype=bool)
        return pd.Series(passed[codes], index=self._values.index)

    @cached_property
    def _found(self) -> tuple[list[Any], bool]:
        values = self._values
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.cat.remove_unused_categories()
            return [*values.cat.categories], bool(values.isna().any())
        found = pd.Series(values.unique(), dtype=values.dtype)
        present = found[found.notna()]
        return [*present], len(present) < len(found)
