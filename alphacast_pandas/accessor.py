"""``DataFrame.alphacast``: the functions of the package that take a frame, as methods of it."""

from __future__ import annotations

import functools
import inspect
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Callable


_FRAME_PARAMETER = re.compile(r"^ *d?df : .*\n(?: {8,}.*\n)+", re.MULTILINE)


class Accessor(Protocol):
    """An accessor, of whichever library's frames."""

    _frame: Any


class Method:
    """
    A function that takes a frame, as a method of the accessor.

    Every import of the package loads this file, so the function is imported when it is first
    used. The method then has its signature and its documentation, less the frame, so that both
    are written once.
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, accessor: Accessor | None, owner: type) -> Any:
        module, _, name = self._module.partition(":")
        method = _as_method(getattr(import_module(module), name), self._name, owner)
        setattr(owner, self._name, method)
        return method.__get__(accessor, owner)


def _as_method(function: Callable[..., Any], name: str, owner: type) -> Any:
    @functools.wraps(function)
    def method(self: Accessor, *args: Any, **kwargs: Any) -> Any:
        return function(self._frame, *args, **kwargs)

    signature = inspect.signature(function)
    frame, *others = signature.parameters.values()
    method.__signature__ = signature.replace(parameters=[frame.replace(name="self"), *others])  # type: ignore[attr-defined] # which inspect reads
    method.__doc__ = _FRAME_PARAMETER.sub("", function.__doc__ or "")
    method.__name__, method.__module__ = name, owner.__module__
    method.__qualname__ = f"{owner.__qualname__}.{name}"
    return short_traceback(method)


# A Series has the accessor too, whose methods say how to make a frame of it.
@pd.api.extensions.register_series_accessor("alphacast")
@pd.api.extensions.register_dataframe_accessor("alphacast")
class AlphacastAccessor:
    """
    What a DataFrame can do with Alphacast, as ``df.alphacast``.

    Each method is a function of the package, called with the frame: ``df.alphacast.push(7938)`` is
    ``alphacast_pandas.push(df, 7938)``, whose types a type checker sees.

    Parameters
    ----------
    frame : DataFrame
        The frame; it is never changed.

    See Also
    --------
    read_alphacast : Read a dataset into a DataFrame.

    Examples
    --------
    >>> import alphacast_pandas
    >>> df.alphacast.manifest()[0]["dataType"]
    'Date'
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def __repr__(self) -> str:
        shape = " x ".join(f"{size:,}" for size in self._frame.shape)
        methods = ", ".join(name for name in vars(type(self)) if not name.startswith("_"))
        return f"<{type(self._frame).__name__}.alphacast of {shape}: {methods}>"

    diff = Method("alphacast_pandas.writing.push:diff")
    latest = Method("alphacast_pandas.alignment.latest:latest")
    manifest = Method("alphacast_pandas.writing.push:manifest")
    push = Method("alphacast_pandas.writing.push:push")
    schema = Method("alphacast_pandas.writing.push:schema_of_frame")
    validate = Method("alphacast_pandas.writing.push:validate")
