"""
Expressions of `pandas.col`, read by letting pandas evaluate them on columns that record.

pandas has no public way to look inside an expression. `DataFrame.assign` evaluates one, and
all that it asks of the frame is a copy, the names and the columns.
"""

from __future__ import annotations

import sys
import threading
from typing import Any, Protocol

import pandas as pd

from alphacast_pandas.errors import AlphacastError, QueryError
from alphacast_pandas.filters.expression import Expression, Named

# Frames, and what they may take of a stack of their own: some go through C.
_DEEPEST = 200_000
_STACK_BYTES = 1 << 29
_lock = threading.Lock()


def is_pandas_expression(value: Any) -> bool:
    """Tell an expression of `pandas.col`, which exists from pandas 3 on."""
    kind = getattr(pd.api.typing, "Expression", None)
    return kind is not None and isinstance(value, kind)


def recorded_by_pandas(expression: Any) -> Expression:
    """Return our own expression of what a `pandas.col` expression says."""
    try:
        try:
            return _evaluated(expression)
        except RecursionError:
            return _evaluated_deeply(expression)
    except AlphacastError:
        raise
    except Exception as error:
        msg = (
            f"filter: pandas {pd.__version__} does not let the expression {expression!r} be read "
            f"({type(error).__name__}: {error}). Write it with ap.col, which means the same."
        )
        raise QueryError(msg) from error


class _Names(Protocol):
    """Every name is a column here: names are checked later, against the dataset."""

    def __contains__(self, name: object) -> bool: ...


class _EveryName:
    def __contains__(self, name: object) -> bool:
        return True


class _Recorder:
    """What `DataFrame.assign` takes for a frame."""

    columns: _Names = _EveryName()

    def __init__(self) -> None:
        self.result: Any = None

    def copy(self, *, deep: bool = False) -> _Recorder:
        del deep
        return self

    def __getitem__(self, name: Any) -> Expression:
        return Expression(Named(name))

    def __setitem__(self, name: str, result: Any) -> None:
        self.result = result


def _evaluated(expression: Any) -> Expression:
    recorder: Any = _Recorder()
    pd.DataFrame.assign(recorder, result=expression)
    result = recorder.result
    if not isinstance(result, Expression):
        msg = f"it gave {type(result).__name__}"
        raise TypeError(msg)
    return result


def _evaluated_deeply(expression: Any) -> Expression:
    """
    Evaluate an expression however deep it is: pandas descends by recursion.

    That is done in a thread with a stack that is large enough, and with a limit it cannot outgrow.
    """
    outcome: list[Expression | Exception] = []

    def work() -> None:
        try:
            outcome.append(_evaluated(expression))
        except Exception as error:  # noqa: BLE001 - raised again by the caller's thread
            outcome.append(error)

    with _lock:
        limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK_BYTES)
        sys.setrecursionlimit(_DEEPEST)
        try:
            thread = threading.Thread(target=work, name="alphacast-pandas-col")
            thread.start()
            thread.join()
        finally:
            sys.setrecursionlimit(limit)
            threading.stack_size(size)
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]
