"""What a read asks for, in a canonical form that can be kept, and which answers hold the answer."""

from __future__ import annotations

import datetime
import enum
import hashlib
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.filters.dates import parse_end, parse_instant
from alphacast_pandas.filters.describe import describe
from alphacast_pandas.filters.expression import (
    Attribute,
    Call,
    Expression,
    Item,
    Name,
    Operation,
    inner_expressions,
    step_of,
)
from alphacast_pandas.filters.parse import Literal
from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Membership,
    Missing,
    Node,
    Not,
    Or,
    PandasCondition,
    Range,
    is_rowwise,
    leaves,
    parts_of,
)
from alphacast_pandas.filters.walk import reduce_tree
from alphacast_pandas.text import shorten, value_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from alphacast_pandas.reading.options import ReadOptions

# Types whose repr tells each value from every other one. A subclass may have any repr.
_PLAIN = {str, bytes, bool, int, float, complex, type(None), Decimal}
_PLAIN |= {datetime.date, datetime.datetime, datetime.time, datetime.timedelta}
_PLAIN |= {pd.Timestamp, pd.Timedelta, pd.Period, type(pd.NaT), type(pd.NA)}
_GROUP_CHARACTERS = 16
_LONGEST = 200  # characters of a description


class NotCanonicalError(Exception):
    """A filter holds what cannot be told from something else, such as a function."""


@dataclass(frozen=True)
class Question:
    """
    Rows and columns that a read asks for, whatever frame it makes of them.

    `rows` stands for the filter, None for none. `first` is included, `end` if `includes_end`.
    """

    rows: str | None = None
    first: datetime.datetime | None = None
    end: datetime.datetime | None = None
    includes_end: bool = True
    last: int | None = None
    top: int | None = None
    select: tuple[str, ...] | None = None

    @property
    def group(self) -> str:
        """What the questions with the same filter have in common, as a part of a name."""
        return "all" if self.rows is None else self.rows[:_GROUP_CHARACTERS]

    @property
    def is_whole(self) -> bool:
        """Whether it is for the whole dataset."""
        return self == WHOLE

    def to_json(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        value = asdict(self)
        for name in ("first", "end"):
            value[name] = None if value[name] is None else value[name].isoformat()
        return {**value, "select": None if self.select is None else [*self.select]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Question:
        """Return the question that `to_json` has described."""
        dates = {
            name: None if value[name] is None else datetime.datetime.fromisoformat(value[name])
            for name in ("first", "end")
        }
        select = None if value["select"] is None else tuple(value["select"])
        return cls(**{**value, **dates, "select": select})


WHOLE = Question()


def question_of(options: ReadOptions) -> Question | None:
    """Return what `options` ask for; None if the filter has no canonical form."""
    end, includes_end = (None, True) if options.end is None else parse_end(options.end, "end")
    try:
        rows = _rows(options)
    except (NotCanonicalError, RecursionError):
        return None
    return Question(
        rows=rows,
        first=None if options.start is None else parse_instant(options.start, "start"),
        end=end,
        includes_end=includes_end,
        last=options.last,
        top=options.top,
        select=None if options.select is None else tuple(sorted(options.select)),
    )


def describe_options(options: ReadOptions) -> str:
    """Return what a read asks for as a person writes it, cut if it is long."""
    filter_ = options.text or (None if options.tree is None else describe(options.tree))
    parts = [] if filter_ is None else [shorten(filter_, _LONGEST)]
    for name in ("start", "end", "last", "top", "select"):
        value = getattr(options, name)
        value = [*value] if isinstance(value, tuple) else value
        parts += [] if value is None else [f"{name}={value_text(value, _LONGEST)}"]
    return ", ".join(parts) or "every row and column"


def holds_rows(kept: Question, asked: Question | None, options: ReadOptions) -> bool:
    """
    Tell whether every row that is asked for is among those kept, and can be found there.

    `asked` is the canonical form of `options`, None if they have none.
    """
    if asked is not None and kept == asked:
        return True
    if kept.is_whole:
        return True
    if asked is None:
        return False
    if kept.top is not None:  # which rows are the first ones depends on all the rest
        is_same = _without_limits(kept) == _without_limits(asked) and kept.last == asked.last
        return is_same and asked.top is not None and asked.top <= kept.top
    if kept.last is not None:
        is_same = _without_limits(kept) == _without_limits(asked)
        return is_same and asked.last is not None and asked.last <= kept.last
    has_filter = kept.rows == asked.rows or (kept.rows is None and _is_rowwise(options))
    return has_filter and _holds_range(kept, asked)


def is_read_alike(options: ReadOptions) -> bool:
    """
    Tell whether a filter that is text selects here what it selects at the service.

    Only equality does under every reading of the service: the order of texts, and what becomes of
    missing values beside `ne`, are not documented.
    """
    if options.text is None:
        return True
    if options.tree is None:
        return False
    return all(
        isinstance(each, Comparison) and each.operator == "==" for each in leaves(options.tree)
    )


def _without_limits(question: Question) -> tuple[object, ...]:
    return question.rows, question.first, question.end, question.includes_end


def _is_rowwise(options: ReadOptions) -> bool:
    return options.tree is not None and is_rowwise(options.tree)


def _holds_range(kept: Question, asked: Question) -> bool:
    """Tell whether the dates asked for are among those kept."""
    begins = kept.first is None or (asked.first is not None and kept.first <= asked.first)
    if kept.end is None:
        return begins
    if asked.end is None:
        return False
    ends = asked.end < kept.end or (
        asked.end == kept.end and (kept.includes_end or not asked.includes_end)
    )
    return begins and ends


def _rows(options: ReadOptions) -> str | None:
    """Return what stands for the filter."""
    if options.text is not None:
        return _digest("text", repr(options.text))
    return None if options.tree is None else reduce_tree(options.tree, parts_of, _node)


def _node(node: Node, parts: list[str]) -> str:
    """Return what stands for a node, given what stands for its parts."""
    match node:
        case And() | Or() | Not():
            own: Iterable[str] = parts
        case Comparison(column, operator, value):
            own = (repr(column), operator, _value(value))
        case Range(column, low, high, operators):
            own = (repr(column), _value(low), _value(high), repr(operators))
        case Membership(column, values):
            own = (repr(column), *map(_value, values))
        case Missing(column):
            own = (repr(column),)
        case PandasCondition(expression, _, True):
            own = (_expression(expression),)
        case _:
            # What looks at other rows is evaluated on the whole dataset, which is kept for it.
            raise NotCanonicalError
    return _digest(type(node).__name__, *own)


def _expression(expression: Expression) -> str:
    known: dict[int, str] = {}

    def visit(each: Expression, _: list[str]) -> str:
        known[id(each)] = _step(each, lambda value: _value(value, known))
        return known[id(each)]

    return reduce_tree(expression, inner_expressions, visit)


def _step(expression: Expression, show: Callable[[Any], str]) -> str:
    match step_of(expression):
        case Name(name):
            return _digest("name", show(name))
        case Operation(symbol, operands):
            return _digest("operation", symbol, *map(show, operands))
        case Attribute(owner, name):
            return _digest("attribute", show(owner), name)
        case Item(owner, item):
            return _digest("item", show(owner), show(item))
        case Call(function, arguments, keywords) if isinstance(function, Expression):
            named = [f"{name}={show(value)}" for name, value in sorted(keywords.items())]
            return _digest("call", show(function), *map(show, arguments), *named)
    raise NotCanonicalError


def _value(value: Any, expressions: Mapping[int, str] | None = None) -> str:
    """Return what stands for a value and for no other, or raise."""
    if isinstance(value, Expression):
        if expressions is None or id(value) not in expressions:
            raise NotCanonicalError
        return f"expression {expressions[id(value)]}"
    if isinstance(value, Literal):
        return f"literal {value.text!r}"
    if isinstance(value, enum.Enum):  # of a type that is str or int besides
        return _value(value.value)
    kind = type(value)
    if kind in {list, tuple}:
        return f"{kind.__name__} {_digest(*(_value(each, expressions) for each in value))}"
    if kind is dict:
        pairs = [_value([key, each], expressions) for key, each in value.items()]
        return f"dict {_digest(*pairs)}"
    if kind in _PLAIN or (isinstance(value, np.generic) and value.dtype.kind in "biufcMUS"):
        return f"{kind.__module__}.{kind.__qualname__} {value!r}"
    raise NotCanonicalError


def _digest(*parts: str) -> str:
    """Return a text that stands for these parts; their lengths keep them apart."""
    digest = hashlib.blake2b(digest_size=20)
    for part in parts:
        body = part.encode("utf-8", "surrogatepass")
        digest.update(f"{len(body)}:".encode())
        digest.update(body)
    return digest.hexdigest()
