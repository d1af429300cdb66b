"""The rules that values of each role and type must meet, checked before a push."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.column_types import SHORT_INTEGER, STRING
from alphacast_pandas.contracts.failures import Failure, from_pandera, plain
from alphacast_pandas.parallel import side_by_side
from alphacast_pandas.writing.arrow import as_timestamps
from alphacast_pandas.writing.kinds import NUMBERS, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.contracts.validation import CallerLabels
    from alphacast_pandas.writing.roles import Roles

LARGEST_EXACT = 2**53
UNIQUE_KEY = "unique key"
# From here on threads are worth their start.
_MANY_ROWS = 100_000
_SHORT_RANGE = (-32768, 32767)
_FIRST_INSTANT, _END_OF_TIME = np.datetime64("0001-01-01"), np.datetime64("10000-01-01")


@dataclass(frozen=True)
class Rule:
    """One check of a column: its name, a test of which rows pass, and what to do if some do not."""

    name: str
    passes: Callable[[pd.Series], Any]
    remedy: str = ""


def check_values(
    frame: pd.DataFrame, roles: Roles, types: Mapping[str, ColumnType], labels: CallerLabels
) -> list[Failure]:
    """Return what is wrong with the values of `frame`, whose rows are numbered from 0."""
    rules = {name: _rules_of(frame, name, roles, type_) for name, type_ in types.items()}
    names = iter(rules)
    passed = (
        side_by_side(names, lambda _, name: _passes(frame[name], rules[name]))
        if len(frame) > _MANY_ROWS
        else (_passes(frame[name], rules[name]) for name in names)
    )
    return [] if all(passed) else _find_failures(frame, roles, rules, labels)


def _passes(values: pd.Series, rules: list[Rule]) -> bool:
    """Tell whether all values of a column pass all of its rules."""
    try:
        return all(bool(np.all(rule.passes(values))) for rule in rules)
    except Exception:  # noqa: BLE001 - pandera runs the rule again, and reports which value it was
        return False


def _find_failures(
    frame: pd.DataFrame, roles: Roles, rules: Mapping[str, list[Rule]], labels: CallerLabels
) -> list[Failure]:
    """Return what pandera reports; its import takes half a second, which good frames are spared."""
    import pandera.errors
    import pandera.pandas as pa

    columns = {
        name: pa.Column(
            nullable=True,
            checks=[
                pa.Check(rule.passes, name=rule.name, ignore_na=False) for rule in column_rules
            ],
        )
        for name, column_rules in rules.items()
    }
    # pandera tells the rows and the values, and joins them with those of the user's own schema.
    try:
        pa.DataFrameSchema(columns).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        remedies = {(name, rule.name): rule.remedy for name, rs in rules.items() for rule in rs}
        keys = frame[[name for name in roles.keys if name in frame.columns]]
        failures = sorted(from_pandera(error, None, may_raise=False), key=_reading_order([*rules]))
        return [_explain(failure, keys, remedies, labels) for failure in failures]
    return []


def _reading_order(names: list[str]) -> Callable[[Failure], tuple[int, str, int]]:
    """Return the key that sorts failures by column, check and row."""
    return lambda f: (names.index(f.column), f.check, -1 if f.row is None else int(f.row))


def _explain(
    failure: Failure, keys: pd.DataFrame, remedies: Mapping[Any, str], labels: CallerLabels
) -> Failure:
    """Return a failure of pandera's with the caller's row, the remedy, and a key as a whole."""
    remedy = remedies.get((failure.column, failure.check), "")
    if failure.row is None:
        return replace(failure, value=None, remedy=remedy)
    row = int(failure.row)
    value = tuple(keys.iloc[row]) if failure.check == UNIQUE_KEY else failure.value
    return replace(failure, row=plain(labels[row]), value=value, remedy=remedy)


def _rules_of(frame: pd.DataFrame, name: str, roles: Roles, type_: ColumnType) -> list[Rule]:
    kind = kind_of(frame[name])
    if name == roles.date:
        return [*_date_rules(kind), _unique_key(frame, roles)]
    if name in roles.entities and type_ is STRING:
        return _entity_rules(kind, frame[name])
    required = [_not_missing()] if name in roles.entities else []
    if type_ is STRING:
        return [*required, *_text_rules(kind, frame[name])]
    is_object = frame[name].dtype == object and kind is not Kind.DECIMAL
    return [*required, *_number_rules(kind, short=type_ is SHORT_INTEGER, is_object=is_object)]


def _date_rules(kind: Kind) -> list[Rule]:
    if kind is Kind.ZONED:
        return [_never("dates without time zone", "Use df[column].dt.tz_localize(None).")]
    if kind is not Kind.DATE:
        return [_never(f"dates, not {kind}", "Use df[column] = pd.to_datetime(df[column]).")]
    return [
        _not_missing(),
        Rule("years 1 to 9999", _in_calendar),
        Rule("microseconds at most", _in_microseconds, 'Use df[column].dt.round("us").'),
    ]


def _entity_rules(kind: Kind, values: pd.Series) -> list[Rule]:
    if kind is Kind.EMPTY:
        return [_not_missing()]
    if kind is not Kind.TEXT:
        remedy = "Entities are text; use df[column].astype(str) if that is what you mean."
        return [_never(f"text, not {kind}", remedy)]
    distinct = _DistinctValues(values)
    return [
        Rule(
            "not missing",
            lambda _: distinct.pass_test(bool, missing=False),
            "Drop these rows, or give the entity a name.",
        ),
        Rule(
            "no blanks around",
            lambda _: distinct.pass_test(lambda text: text.strip() == text),
            "Use df[column].str.strip().",
        ),
        *_unicode_rules(distinct, values),
    ]


def _text_rules(kind: Kind, values: pd.Series) -> list[Rule]:
    if kind is Kind.EMPTY:
        return []
    if kind is not Kind.TEXT:
        return [_never(f"text, not {kind}", "Use df[column].astype(str) if that is meant.")]
    return _unicode_rules(_DistinctValues(values), values)


def _unicode_rules(distinct: _DistinctValues, values: pd.Series) -> list[Rule]:
    dtype = values.dtype
    if isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", "") == "pyarrow":
        return []  # Arrow holds nothing else
    remedy = "Use s.encode('utf-8', 'replace').decode()."
    return [Rule("valid Unicode", lambda _: distinct.pass_test(_is_encodable), remedy)]


def _number_rules(kind: Kind, *, short: bool, is_object: bool) -> list[Rule]:
    if kind is Kind.EMPTY:
        return []
    if kind is Kind.BOOLEAN:
        return [_never("numbers, not booleans", 'Use df[column].astype("Int16").')]
    if kind not in NUMBERS:
        return [_never(f"numbers, not {kind}", "Use pd.to_numeric(df[column]).")]
    if short:
        return [Rule("Short Integer", _is_short, "It holds whole numbers of -32768 to 32767.")]
    remedy = (
        f"Whole numbers beyond {LARGEST_EXACT:,} are rounded by the service; send them as text."
    )
    exact = Rule("exact as a double", _is_exact, remedy)
    if kind in {Kind.INTEGER, Kind.SHORT}:
        return [exact]
    finite = Rule("finite", _is_finite, "Replace infinity by a missing value or drop it.")
    return [exact, finite] if is_object else [finite]


def _never(name: str, remedy: str) -> Rule:
    """Return the rule of a column whose kind of values is wrong."""
    return Rule(name, lambda _: False, remedy)


def _not_missing() -> Rule:
    return Rule("not missing", lambda values: values.notna(), "Drop these rows or fill them.")


def _unique_key(frame: pd.DataFrame, roles: Roles) -> Rule:
    keys = [name for name in roles.keys if name in frame.columns]

    def is_unique(_: pd.Series) -> Any:
        if any(kind_of(frame[name]) is Kind.OTHER for name in keys):
            return True  # a value that cannot be hashed breaks another rule
        return ~frame.duplicated(subset=keys, keep=False)

    remedy = (
        f"Rows are identified by {', '.join(map(repr, keys))}; drop or sum repeated ones "
        f"(df.drop_duplicates({keys!r})), or name more columns in entities=."
    )
    return Rule(UNIQUE_KEY, is_unique, remedy)


def _in_calendar(values: pd.Series) -> Any:
    timestamps = as_timestamps(values)
    instants = timestamps.to_numpy()
    if _has_nanoseconds(timestamps) or (
        np.fmin.reduce(instants) >= _FIRST_INSTANT and np.fmax.reduce(instants) < _END_OF_TIME
    ):
        return True
    years = timestamps.dt.year
    return _or_missing(values, (years >= 1) & (years <= 9999))


def _in_microseconds(values: pd.Series) -> Any:
    timestamps = as_timestamps(values)
    return not _has_nanoseconds(timestamps) or _or_missing(values, timestamps.dt.nanosecond == 0)


def _has_nanoseconds(timestamps: pd.Series) -> bool:
    """Tell the unit that only holds the years 1677 to 2262."""
    return str(timestamps.dtype) == "datetime64[ns]"


def _or_missing(values: pd.Series, passes: pd.Series) -> pd.Series:
    """Let missing values pass, which have a rule of their own."""
    return pd.Series(values.isna() | passes, index=values.index)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_finite(values: pd.Series) -> Any:
    if kind_of(values) is Kind.DECIMAL:
        return _DistinctValues(values).pass_test(math.isfinite)
    is_plain = isinstance(values.dtype, np.dtype) and values.dtype.kind == "f"
    numbers = values if is_plain else values.astype("Float64").fillna(0.0).astype("float64")
    doubles = numbers.to_numpy()
    # The extremes of a column are infinite if any value is, and take no memory.
    extremes = np.fmin.reduce(doubles, initial=0), np.fmax.reduce(doubles, initial=0)
    return bool(np.isfinite(extremes).all()) or pd.Series(~np.isinf(doubles), index=values.index)


def _is_exact(values: pd.Series) -> pd.Series:
    numbers = _whole_numbers(values)
    exact = (numbers <= LARGEST_EXACT) & (numbers >= -LARGEST_EXACT)
    fractions = (
        values.map(lambda value: isinstance(value, float)) if values.dtype == object else False
    )
    return (exact | fractions).astype(bool)


def _is_short(values: pd.Series) -> pd.Series:
    numbers = _whole_numbers(values)
    low, high = _SHORT_RANGE
    return ((numbers >= low) & (numbers <= high) & (numbers % 1 == 0)).astype(bool)


def _whole_numbers(values: pd.Series) -> pd.Series:
    """Return values that compare exactly: integers of NumPy's, or Python's with 0 for missing."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu":
        return values
    return values.astype(object).where(values.notna(), 0)


class _DistinctValues:
    """
    The distinct values of a column, found once for all tests of them.

    A million rows of a panel have some hundred entities: to test each row in Python takes a second.
    """

    def __init__(self, values: pd.Series) -> None:
        self._values = values

    def pass_test(self, test: Callable[[Any], bool], *, missing: bool = True) -> bool | pd.Series:
        """Return True if every value passes, or else which ones do; `missing` says if those do."""
        present, has_missing = self._found
        if (missing or not has_missing) and all(test(value) for value in present):
            return True
        codes, distinct = pd.factorize(self._values.astype(object))
        passed = np.array([*(test(value) for value in distinct), missing], dtype=bool)
        return pd.Series(passed[codes], index=self._values.index)

    @cached_property
    def _found(self) -> tuple[list[Any], bool]:
        """The values that are not missing, and whether some are."""
        values = self._values
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.cat.remove_unused_categories()
            return [*values.cat.categories], bool(values.isna().any())
        found = pd.Series(values.unique(), dtype=values.dtype)
        present = found[found.notna()]
        return [*present], len(present) < len(found)
