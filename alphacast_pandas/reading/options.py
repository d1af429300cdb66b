"""The keywords of a read, checked as far as they can be without knowing the dataset."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.api.cache_setting import check_cache
from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.dates import parse_end, parse_instant
from alphacast_pandas.filters.parse import parse_text, to_tree
from alphacast_pandas.reading.expected import check_expect
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from alphacast_pandas.api.cache_setting import CacheSetting
    from alphacast_pandas.filters.expression import Expression
    from alphacast_pandas.filters.tree import Node

    Filter: TypeAlias = (
        str | Mapping[str, Any] | Sequence[Any] | Expression | pd.api.typing.Expression
    )
    Date: TypeAlias = str | datetime.date | pd.Timestamp | pd.Period

_BACKENDS = (None, "numpy_nullable", "pyarrow")
_ERRORS = ("raise", "collect")


@dataclass(frozen=True)
class ReadOptions:
    """
    The keywords of a read, in one form each.

    `text` is a filter in the service's own language, which is sent as it is; `tree` is what it
    means, None if this package cannot parse it.
    """

    tree: Node | None = None
    text: str | None = None
    select: tuple[str, ...] | None = None
    start: Any = None
    end: Any = None
    last: int | None = None
    top: int | None = None
    index: bool | tuple[str, ...] = False
    dtype_backend: str | None = None
    categories: bool = False
    schema: Any = None
    expect: str | None = None
    as_of: Any = None
    store: Any = None
    cache: CacheSetting | None = None

    @property
    def names_columns(self) -> bool:
        """Whether a keyword must be checked against the definitions before data are requested."""
        named = (self.tree, self.select, self.start, self.end, self.last, self.expect)
        return any(part is not None for part in named) or isinstance(self.index, tuple)


def check_options(
    *,
    filter: Any = None,  # noqa: A002 - the name of the public keyword
    select: Any = None,
    start: Any = None,
    end: Any = None,
    last: Any = None,
    top: Any = None,
    index: Any = None,
    dtype_backend: Any = None,
    categories: Any = False,
    schema: Any = None,
    expect: Any = None,
    as_of: Any = None,
    store: Any = None,
    cache: Any = None,
) -> ReadOptions:
    """Return the keywords in one form, or raise for what can be known to be wrong."""
    spelling = to_tree(filter)
    _check_order(start, end)
    if store is not None and as_of is None:
        msg = (
            "store= says where vintages are kept, and without as_of= none is read. Pass as_of= "
            "too, or leave store= out to read what the service holds now."
        )
        raise QueryError(msg)
    if dtype_backend is pd.api.extensions.no_default:
        dtype_backend = None
    if dtype_backend not in _BACKENDS:
        shown = value_text(dtype_backend)
        msg = f"dtype_backend is 'numpy_nullable' or 'pyarrow', as in pandas, not {shown}."
        raise QueryError(msg)
    return ReadOptions(
        tree=parse_text(spelling) if isinstance(spelling, str) else spelling,
        text=spelling if isinstance(spelling, str) else None,
        select=None if select is None else _names(select, "select"),
        start=start,
        end=end,
        last=None if last is None else check_count(last, "last"),
        top=None if top is None else check_count(top, "top"),
        index=_index(index),
        dtype_backend=dtype_backend,
        categories=check_flag(categories, "categories"),
        schema=schema,
        expect=check_expect(expect),
        as_of=as_of,
        store=store,
        cache=_cache(cache, as_of),
    )


def _cache(cache: Any, as_of: Any) -> CacheSetting | None:
    """Return how a read uses the cache, None for as its client does."""
    setting = None if cache is None else check_cache(cache)
    if as_of is not None and setting is not None and setting.is_on:
        msg = (
            "as_of reads what the store of vintages holds, without a request, so "
            f"cache={value_text(cache)} means nothing. Leave one of them out."
        )
        raise QueryError(msg)
    return setting


def _check_order(start: Any, end: Any) -> None:
    first = None if start is None else parse_instant(start, "start")
    if end is None:
        return
    stop, included = parse_end(end, "end")
    if first is not None and (first > stop or (first == stop and not included)):
        msg = f"start {_shown(start)} is after end {_shown(end)}. Exchange them."
        raise QueryError(msg)


def _shown(date: Any) -> str:
    return repr(date) if isinstance(date, str) else str(date)


def check_flag(value: Any, what: str) -> bool:
    """Return a keyword that is True or False, or raise: a text such as "no" would be true."""
    if not isinstance(value, bool | np.bool_):
        msg = f"{what} must be True or False, got {value_text(value)}."
        raise QueryError(msg)
    return bool(value)


def check_count(value: Any, what: str) -> int:
    """Return a number of rows or dates, or raise."""
    try:
        number = 0 if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        msg = f"{what} must be an integer >= 1, got {value_text(value)}."
        raise QueryError(msg)
    return number


def check_errors(errors: Any) -> None:
    """Raise unless it says what becomes of the errors of single datasets among many."""
    if errors not in _ERRORS:
        msg = f"errors is 'raise' or 'collect', not {value_text(errors)}."
        raise QueryError(msg)


def _names(value: Any, what: str) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not pd.api.types.is_list_like(names) or isinstance(names, dict | set | frozenset):
        msg = f"{what} is the name of a column or a list of names, not {value_text(value)}."
        raise QueryError(msg)
    names = tuple(names)
    odd = [name for name in names if not isinstance(name, str)]
    if odd:
        msg = f"{what}: {odd[0]!r} is not the name of a column; names are text."
        raise QueryError(msg)
    if not names:
        msg = f"{what} is empty; leave it out to read every column."
        raise QueryError(msg)
    repeated = [name for position, name in enumerate(names) if name in names[:position]]
    if repeated:
        msg = f"{what} names {repeated[0]!r} twice."
        raise QueryError(msg)
    return tuple(str.__str__(name) for name in names)


def _index(index: Any) -> bool | tuple[str, ...]:
    if index is None or isinstance(index, bool):
        return bool(index)
    return _names(index, "index")
