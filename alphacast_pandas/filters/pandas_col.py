"""
Translation of expressions of `pandas.col` to expressions of `ap.col`.

pandas has no public way to look inside an expression. `DataFrame.assign` evaluates one, and
all that it asks of the frame is a copy, the names and the columns: with columns that record,
the result is an expression of ours.
"""

from __future__ import annotations

import sys
from typing import Any, Protocol

import pandas as pd

from alphacast_pandas.errors import AlphacastError, QueryError
from alphacast_pandas.filters.expression import Expression, Name
from alphacast_pandas.text import error_text, value_text


def to_expression(expression: Any) -> Expression:
    """Return our own expression of what a `pandas.col` expression says."""
    try:
        return _evaluate(expression)
    except AlphacastError:
        raise
    except RecursionError as error:
        # The message cannot show the expression: pandas builds its text at every level anew.
        msg = (
            "filter: the expression of pd.col is nested too deeply: pandas evaluates it by "
            f"recursion, and Python ends that at {sys.getrecursionlimit():,} calls. Write a long "
            'chain of pd.col("x") == ... joined by | as pd.col("x").isin([...]), or use ap.col, '
            "which has no such limit."
        )
        raise QueryError(msg) from error
    except Exception as error:
        msg = (
            f"filter: pandas {pd.__version__} does not let the expression {value_text(expression)} "
            f"be read ({error_text(error)}). Write it with ap.col, which means the same."
        )
        raise QueryError(msg) from error


class _Names(Protocol):
    """What `DataFrame.columns` is asked for here."""

    def __contains__(self, name: object) -> bool: ...


class _EveryName:
    """Every name is a column: names are checked later, against the dataset."""

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
        return Expression(Name(name))

    def __setitem__(self, name: str, result: Any) -> None:
        self.result = result


def _evaluate(expression: Any) -> Expression:
    # Not expression._eval_expression(frame), which is what assign calls: that is private.
    recorder: Any = _Recorder()
    pd.DataFrame.assign(recorder, result=expression)
    result = recorder.result
    if not isinstance(result, Expression):
        msg = f"it gave {type(result).__name__}"
        raise TypeError(msg)
    return result
