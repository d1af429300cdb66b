"""Tests of a column's values, made once for each distinct one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from alphacast_pandas.column_types import SHORT_INTEGER, STRING
from alphacast_pandas.contracts.failures import Failure, from_pandera, plain
from alphacast_pandas.parallel import side_by_side
from alphacast_pandas.writing.arrow import as_timestamps
from alphacast_pandas.writing.kinds import NUMBERS, Kind, kind_of
from alphacast_pandas.writing.unique import is_unique

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.contracts.validation import CallerLabels
    from alphacast_pandas.writing.roles import Roles


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


S = TypeVar("S")
T = TypeVar("T")
LARGEST_EXACT = 2**53
# From here on threads are worth their start.
_MANY_ROWS = 100_000
UNIQUE_KEY = "unique key"
_SHORT_RANGE = (-32768, 32767)
_FIRST_INSTANT, _END_OF_TIME = np.datetime64("0001-01-01"), np.datetime64("10000-01-01")
_ONLY_TEXT = "Entities are text; use df[column].astype(str) if that is what you mean."


@dataclass(frozen=True)
class Rule:
    """One pandera check: which rows pass, what is wrong otherwise, and what to do about it."""

    name: str
    passes: Callable[[pd.Series], Any]
    remedy: str = ""


def check_values(
    frame: pd.DataFrame,
    roles: Roles,
    types: Mapping[str, ColumnType],
    labels: CallerLabels,
) -> list[Failure]:
    """Return what is wrong with the values of `frame`, whose rows are numbered from 0."""
    rules = {name: _rules(frame, name, roles, kind) for name, kind in types.items()}
    columns = ((frame[name], column_rules) for name, column_rules in rules.items())
    held = (side_by_side if len(frame) > _MANY_ROWS else _in_turn)(columns, _hold)
    return [] if all(held) else _told(frame, roles, rules, labels)


def _in_turn(pieces: Iterator[S], work: Callable[[int, S], T]) -> Iterator[T]:
    return (work(number, piece) for number, piece in enumerate(pieces))


def _hold(_: int, column: tuple[pd.Series, list[Rule]]) -> bool:
    values, rules = column
    return all(_holds(rule, values) for rule in rules)


def _holds(rule: Rule, values: pd.Series) -> bool:
    try:
        return bool(np.all(rule.passes(values)))
    except Exception:  # noqa: BLE001 - pandera runs it again, and tells which value it was
        return False


def _told(
    frame: pd.DataFrame,
    roles: Roles,
    rules: Mapping[str, list[Rule]],
    labels: CallerLabels,
) -> list[Failure]:
    """Return what pandera reports; its import takes half a second, so others go without."""
    import pandera.errors
    import pandera.pandas as pa

    schema = pa.DataFrameSchema(
        {
            name: pa.Column(
                nullable=True,
                checks=[
                    pa.Check(rule.passes, name=rule.name, ignore_na=False) for rule in column_rules
                ],
            )
            for name, column_rules in rules.items()
        }
    )
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        remedies = {(name, rule.name): rule.remedy for name, rs in rules.items() for rule in rs}
        keys = frame[[name for name in roles.keys if name in frame.columns]]
        failures = sorted(from_pandera(error, None, may_raise=False), key=_place([*rules]))
        found = [_explained(f, keys, remedies) for f in failures]
        return [replace(f, row=None if f.row is None else plain(labels[int(f.row)])) for f in found]
    return []


def _place(names: list[str]) -> Callable[[Failure], tuple[int, str, int]]:
    """Return the order in which failures are told: by column, check, then row."""
    return lambda f: (names.index(f.column), f.check, -1 if f.row is None else int(f.row))


def _explained(failure: Failure, keys: pd.DataFrame, remedies: Mapping[Any, str]) -> Failure:
    """Return a failure of pandera's with the caller's row, the remedy, and for a key all of it."""
    row, value = failure.row, failure.value
    if row is not None and failure.check == UNIQUE_KEY:
        value = tuple(keys.iloc[int(row)])
    return Failure(
        failure.column,
        failure.check,
        row,
        None if row is None else value,
        remedies.get((failure.column, failure.check), ""),
    )


def _rules(frame: pd.DataFrame, name: str, roles: Roles, type_: ColumnType) -> list[Rule]:
    kind = kind_of(frame[name])
    if name == roles.date:
        return [*_date_rules(kind), *_key_rules(frame, roles)]
    if name in roles.entities and type_ is STRING:
        return _entity_rules(kind, frame[name])
    is_object = frame[name].dtype == object and kind is not Kind.DECIMAL
    required = [_not_missing()] if name in roles.entities else []
    if type_ is STRING:
        return [*required, *_text_rules(kind, frame[name])]
    return [*required, *_number_rules(kind, short=type_ is SHORT_INTEGER, is_object=is_object)]


def _date_rules(kind: Kind) -> list[Rule]:
    if kind is Kind.ZONED:
        return [_always("dates without time zone", "Use df[column].dt.tz_localize(None).")]
    if kind is not Kind.DATE:
        what = f"dates, not {kind}"
        return [_always(what, "Use df[column] = pd.to_datetime(df[column]).")]
    return [
        _not_missing(),
        Rule("years 1 to 9999", _in_calendar),
        Rule("microseconds at most", _in_microseconds, 'Use df[column].dt.round("us").'),
    ]


def _key_rules(frame: pd.DataFrame, roles: Roles) -> list[Rule]:
    keys = [name for name in roles.keys if name in frame.columns]

    def unique(_: pd.Series) -> Any:
        if not _hashable(frame, keys) or is_unique(frame, keys):
            return True
        return ~frame.duplicated(subset=keys, keep=False)

    remedy = (
        f"Rows are identified by {', '.join(map(repr, keys))}; drop or sum repeated ones "
        f"(df.drop_duplicates({keys!r})), or name more columns in entities=."
    )
    return [Rule(UNIQUE_KEY, unique, remedy)]


def _hashable(frame: pd.DataFrame, keys: list[str]) -> bool:
    return all(kind_of(frame[name]) is not Kind.OTHER for name in keys)


def _entity_rules(kind: Kind, values: pd.Series) -> list[Rule]:
    if kind is Kind.EMPTY:
        return [_not_missing()]
    if kind is not Kind.TEXT:
        return [_always(f"text, not {kind}", _ONLY_TEXT)]
    distinct = Distinct(values)
    return [
        Rule(
            "not missing",
            lambda _: distinct.passes(bool, missing=False),
            "Drop these rows, or give the entity a name.",
        ),
        Rule(
            "no blanks around",
            lambda _: distinct.passes(lambda text: text.strip() == text),
            "Use df[column].str.strip().",
        ),
        *_encodable(distinct, values),
    ]


def _text_rules(kind: Kind, values: pd.Series) -> list[Rule]:
    if kind is Kind.EMPTY:
        return []
    if kind is not Kind.TEXT:
        return [_always(f"text, not {kind}", "Use df[column].astype(str) if that is meant.")]
    return _encodable(Distinct(values), values)


def _number_rules(kind: Kind, *, short: bool, is_object: bool) -> list[Rule]:
    if kind is Kind.EMPTY:
        return []
    if kind is Kind.BOOLEAN:
        return [_always("numbers, not booleans", 'Use df[column].astype("Int16").')]
    if kind not in NUMBERS:
        return [_always(f"numbers, not {kind}", "Use pd.to_numeric(df[column]).")]
    if short:
        return [Rule("Short Integer", _is_short, "It holds whole numbers of -32768 to 32767.")]
    if kind in {Kind.INTEGER, Kind.SHORT}:
        return [_exact()]
    mixed = [_exact()] if is_object else []
    return [*mixed, Rule("finite", _is_finite, "Replace infinity by a missing value or drop it.")]


def _always(name: str, remedy: str) -> Rule:
    return Rule(name, lambda _: False, remedy)


def _not_missing() -> Rule:
    return Rule("not missing", lambda values: values.notna(), "Drop these rows or fill them.")


def _exact() -> Rule:
    remedy = (
        f"Whole numbers beyond {LARGEST_EXACT:,} are rounded by the service; send them as text."
    )
    return Rule("exact as a double", _is_exact, remedy)


def _encodable(distinct: Distinct, values: pd.Series) -> list[Rule]:
    dtype = values.dtype
    if isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", "") == "pyarrow":
        return []  # Arrow holds nothing else
    remedy = "Use s.encode('utf-8', 'replace').decode()."
    return [Rule("valid Unicode", lambda _: distinct.passes(_encodes), remedy)]


def _in_calendar(values: pd.Series) -> Any:
    stamps = as_timestamps(values)
    instants = stamps.to_numpy()
    if _has_nanoseconds(stamps) or (
        np.fmin.reduce(instants) >= _FIRST_INSTANT and np.fmax.reduce(instants) < _END_OF_TIME
    ):
        return True
    years = stamps.dt.year
    return _or_missing(values, (years >= 1) & (years <= 9999))


def _in_microseconds(values: pd.Series) -> Any:
    stamps = as_timestamps(values)
    return not _has_nanoseconds(stamps) or _or_missing(values, stamps.dt.nanosecond == 0)


def _has_nanoseconds(stamps: pd.Series) -> bool:
    """Tell the unit that only holds the years 1677 to 2262."""
    return str(stamps.dtype) == "datetime64[ns]"


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_finite(values: pd.Series) -> Any:
    if kind_of(values) is Kind.DECIMAL:
        return Distinct(values).passes(math.isfinite)
    is_plain = isinstance(values.dtype, np.dtype) and values.dtype.kind == "f"
    numbers = values if is_plain else values.astype("Float64").fillna(0.0).astype("float64")
    doubles = numbers.to_numpy()
    extremes = np.fmin.reduce(doubles, initial=0), np.fmax.reduce(doubles, initial=0)
    return bool(np.isfinite(extremes).all()) or pd.Series(~np.isinf(doubles), index=values.index)


def _or_missing(values: pd.Series, passes: pd.Series) -> pd.Series:
    """Let missing values pass: another rule speaks of them."""
    return pd.Series(values.isna() | passes, index=values.index)


def _is_exact(values: pd.Series) -> pd.Series:
    whole = values if _is_plain_integer(values) else _as_objects(values)
    exact = (whole <= LARGEST_EXACT) & (whole >= -LARGEST_EXACT)
    fractions = (
        values.map(lambda value: isinstance(value, float)) if values.dtype == object else False
    )
    return (exact | fractions).astype(bool)


def _is_short(values: pd.Series) -> pd.Series:
    whole = values if _is_plain_integer(values) else _as_objects(values)
    low, high = _SHORT_RANGE
    return ((whole >= low) & (whole <= high) & (whole % 1 == 0)).astype(bool)


def _as_objects(values: pd.Series) -> pd.Series:
    """Return Python's own numbers, zero for missing ones."""
    return values.astype(object).where(values.notna(), 0)


def _is_plain_integer(values: pd.Series) -> bool:
    return isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu"
