"""The rules that values of each role and type must meet, checked before a push."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.column_types import DATE, SHORT_INTEGER, STRING, is_object
from alphacast_pandas.contracts.failures import Failure, plain, short
from alphacast_pandas.parallel import side_by_side
from alphacast_pandas.writing.arrow import can_fail, to_arrow
from alphacast_pandas.writing.date_parts import date_parts
from alphacast_pandas.writing.date_remedies import (
    remedy_to_dates,
    remedy_to_local_time,
    remedy_to_microseconds,
)
from alphacast_pandas.writing.dates import (
    ATTOSECONDS,
    DATE_FORMAT,
    as_timestamps,
    exact_attoseconds,
)
from alphacast_pandas.writing.kinds import NUMBERS, Kind, describe_kind, kind_of
from alphacast_pandas.writing.value_remedies import (
    not_numbers,
    remedy_to_numbers,
    remedy_to_text,
    remedy_to_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.contracts.validation import CallerLabels
    from alphacast_pandas.writing.roles import Roles

LARGEST_EXACT = 2**53
UNIQUE_KEY = "unique key"
_OWN_TYPE = "Convert the column to a type of pandas' own, such as with .astype(float)."
# From here on threads are worth their start.
_MANY_ROWS = 100_000
# Rows compared together: few calls, and little memory beyond the frame.
_ROWS_PER_SLICE = 1 << 17
_SHORT_RANGE = (-32768, 32767)
_FIRST_INSTANT, _END_OF_TIME = np.datetime64("0001-01-01"), np.datetime64("10000-01-01")
_CALENDAR = range(
    *(int(end.astype(np.int64)) * ATTOSECONDS["D"] for end in (_FIRST_INSTANT, _END_OF_TIME))
)
_TOO_FAR = (OverflowError, pd.errors.OutOfBoundsDatetime)
# Python's own dates are years 1 to 9999, in microseconds.
_CALENDAR_TYPES = {datetime.date, datetime.datetime, type(None)}


@dataclass(frozen=True)
class Rule:
    """
    One check of a column: its name, and a test of which rows pass.

    `predicate` says of a value that does not pass what is wrong, `remedy` what to do.
    """

    name: str
    passes: Callable[[pd.Series], Any]
    predicate: str
    remedy: str | Callable[[], str] = ""


def check_values(
    frame: pd.DataFrame,
    roles: Roles,
    types: Mapping[str, ColumnType],
    labels: CallerLabels,
    existing: Sequence[str] = (),
) -> list[Failure]:
    """
    Return what is wrong with the values of `frame`, whose rows are numbered from 0.

    The types of the columns `existing` cannot be changed, since the dataset has them.
    """
    frame = _with_plain_objects(frame)
    rules = {
        name: _rules_of(frame, name, roles, type_, is_new=name not in existing)
        for name, type_ in types.items()
    }

    columns = ((frame[name], rules[name], types[name]) for name in rules)
    found = (
        side_by_side(columns, lambda _, column: _check_column(*column))
        if len(frame) > _MANY_ROWS
        else (_check_column(*column) for column in columns)
    )
    keys = [frame[name] for name in roles.keys if name in frame.columns]
    return [_explain(failure, keys, labels) for failures in found for failure in failures]


def _with_plain_objects(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with categories of dates or numbers that are objects as those objects."""
    plain_columns = {
        str(name): values.astype(object)
        for name, values in frame.items()
        if isinstance(values.dtype, pd.CategoricalDtype)
        and is_object(values.dtype.categories.dtype)
        and kind_of(values) is not Kind.TEXT
    }
    return frame.assign(**plain_columns) if plain_columns else frame


def _check_column(values: pd.Series, rules: Sequence[Rule], type_: ColumnType) -> list[Failure]:
    """Return what is wrong with a column, with the positions of rows."""
    failures = [failure for rule in rules for failure in _break_of(values, rule)]
    if failures or not can_fail(values.dtype):
        return failures
    try:
        _try_conversion(values, type_)
    except Exception as error:  # noqa: BLE001 - objects may be of classes that raise anything
        what = f"its values cannot be written: {_describe_error(error)}"
        return [Failure(values.name, what, remedy=_OWN_TYPE)]
    return []


def _break_of(values: pd.Series, rule: Rule) -> Iterator[Failure]:
    """Yield the rows that break a rule, or that it could not be tried."""
    try:
        passed = rule.passes(values)
        rows = [] if np.all(passed) else np.flatnonzero(~np.asarray(passed, dtype=bool)).tolist()
    except Exception as error:  # noqa: BLE001 - objects may be of classes that raise anything
        what = f"the check {rule.name!r} could not be tried: {_describe_error(error)}"
        yield Failure(values.name, what, remedy=_OWN_TYPE)
        return
    if not rows:
        return
    remedy = rule.remedy if isinstance(rule.remedy, str) else rule.remedy()
    if np.ndim(passed) == 0:
        yield Failure(values.name, rule.name, remedy=remedy, predicate=rule.predicate)
        return
    for row in rows:
        value = _value_at(values, row)
        yield Failure(values.name, rule.name, row, value, remedy, rule.predicate)


def _describe_error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _value_at(values: pd.Series, row: int) -> Any:
    try:
        return values.iloc[row]
    except (ValueError, ArithmeticError, pa.ArrowException):  # Arrow's dates beyond Python's
        return None


def _try_conversion(values: pd.Series, type_: ColumnType) -> None:
    """Convert a column as it is when it is written, some rows at a time; keep nothing."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values[~values.duplicated()]
    kind = kind_of(values)
    for start in range(0, len(values), _ROWS_PER_SLICE):
        part = values.iloc[start : start + _ROWS_PER_SLICE]
        to_arrow(part, kind, DATE_FORMAT if type_ is DATE else None)


def _explain(failure: Failure, keys: Sequence[pd.Series], labels: CallerLabels) -> Failure:
    """Return a failure with the caller's label of its row, and a key as a whole."""
    if failure.row is None:
        return failure
    is_key = failure.check == UNIQUE_KEY
    value = tuple(_value_at(key, failure.row) for key in keys) if is_key else failure.value
    label, position = labels.place(failure.row)
    return replace(failure, row=plain(label), value=value, position=position)


def _rules_of(
    frame: pd.DataFrame, name: str, roles: Roles, type_: ColumnType, *, is_new: bool
) -> list[Rule]:
    values = frame[name]
    kind = kind_of(values)
    if name == roles.date:
        parts = None if kind is Kind.DATE else date_parts(frame)
        # A part of a date is no key, so no more is said of it.
        return (
            [_not_date(kind, values, parts.remedy(name))]
            if parts is not None and name in parts.columns
            else [*_date_rules(kind, values), _unique_key(frame, roles)]
        )
    if name in roles.entities and type_ is STRING:
        return _entity_rules(kind, values)
    required = [_not_missing(values)] if name in roles.entities else []
    if type_ is STRING:
        return [*required, *_text_rules(kind, values)]
    if type_ is SHORT_INTEGER and kind in NUMBERS:
        return [*required, _short_integer()]
    if kind in {Kind.DATE, Kind.ZONED}:
        return [*required, _not_dates(kind, values, roles, is_new=is_new)]
    return [*required, *_number_rules(kind, values, is_new=is_new)]


def _not_date(kind: Kind, values: pd.Series, remedy: str | Callable[[], str]) -> Rule:
    described = describe_kind(kind, values)
    return _never(f"dates, not {described}", f"must hold dates, not {described}", remedy)


def _date_rules(kind: Kind, values: pd.Series) -> list[Rule]:
    if kind is Kind.ZONED:
        return [
            _never(
                "dates without time zone",
                "must hold dates without time zone, since those of a dataset have none",
                lambda: remedy_to_local_time(values),
            )
        ]
    if kind is not Kind.DATE:
        gaps = [_not_missing(values)] if values.hasnans else []
        return [_not_date(kind, values, lambda: remedy_to_dates(values)), *gaps]
    return [
        _not_missing(values),
        Rule(
            "years 1 to 9999",
            _in_calendar,
            "is not in the years 1 to 9999, and a dataset holds no other dates",
            "Correct these dates, or drop their rows.",
        ),
        Rule(
            "microseconds at most",
            _in_microseconds,
            "is finer than a microsecond, and a dataset holds whole microseconds",
            lambda: remedy_to_microseconds(values),
        ),
    ]


def _entity_rules(kind: Kind, values: pd.Series) -> list[Rule]:
    if kind is Kind.EMPTY:
        return [_not_missing(values)]
    if kind is not Kind.TEXT:
        return [_not_text(kind, values)]
    distinct = _DistinctValues(values)
    return [
        Rule(
            "not missing",
            lambda _: distinct.pass_test(bool, missing=False),
            "is missing, and every row needs its entity",
            lambda: _remedy_for_missing(values),
        ),
        Rule(
            "no blanks around",
            lambda _: distinct.pass_test(lambda text: text.strip() == text),
            "has blanks at its ends, which the service would strip",
            f"df[{values.name!r}] = df[{values.name!r}].str.strip().",
        ),
        *_unicode_rules(distinct, values),
    ]


def _text_rules(kind: Kind, values: pd.Series) -> list[Rule]:
    if kind is Kind.EMPTY:
        return []
    if kind is not Kind.TEXT:
        return [_not_text(kind, values)]
    return _unicode_rules(_DistinctValues(values), values)


def _not_text(kind: Kind, values: pd.Series) -> Rule:
    described = describe_kind(kind, values)
    return _never(
        f"text, not {described}",
        f"must hold text, not {described}",
        lambda: remedy_to_text(values),
    )


def _unicode_rules(distinct: _DistinctValues, values: pd.Series) -> list[Rule]:
    dtype = values.dtype
    if isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", "") == "pyarrow":
        return []  # Arrow holds nothing else
    column = f"df[{values.name!r}]"
    return [
        Rule(
            "valid Unicode",
            lambda _: distinct.pass_test(_is_encodable),
            "is not valid Unicode: it holds half a character",
            f"{column} = {column}.map(lambda text: text.encode('utf-8', 'replace').decode(), "
            "na_action='ignore') writes ? instead.",
        )
    ]


def _number_rules(kind: Kind, values: pd.Series, *, is_new: bool) -> list[Rule]:
    column = f"df[{values.name!r}]"
    if kind is Kind.BOOLEAN:
        is_plain = isinstance(values.dtype, np.dtype) and not is_object(values.dtype)
        way = "" if is_plain else '.astype("boolean")'
        return [
            _never(
                "numbers, not booleans",
                "must hold numbers, not booleans",
                f'{column} = {column}{way}.astype("Int16") makes 1 and 0 of them.',
            )
        ]
    if kind not in {*NUMBERS, Kind.EMPTY}:
        return [_not_numbers(kind, values)]
    exact = Rule(
        "exact as a double",
        _is_exact,
        f"is not exact as a double: the service rounds whole numbers beyond {LARGEST_EXACT:,}",
        f"{column} = {column}.astype(float) rounds them here"
        + (f'; {column} = {column}.astype("string") sends them as text.' if is_new else "."),
    )
    finite = Rule(
        "finite",
        _is_finite,
        "is not finite, and a dataset holds finite numbers only",
        f'df.loc[{column}.isin([float("inf"), float("-inf")]), {values.name!r}] = float("nan") '
        "makes missing values of them.",
    )
    in_range = Rule(
        "within the range of doubles",
        _is_in_range,
        "is not within the range of doubles, 4.9e-324 to 1.8e308, and the service holds doubles",
        "Replace these numbers, or send the column in another unit.",
    )
    rules = {
        Kind.EMPTY: [],
        Kind.INTEGER: [exact],
        Kind.SHORT: [exact],
        Kind.DECIMAL: [finite, in_range],
        Kind.FLOAT: [exact, finite, in_range] if _has_odd_numbers(values) else [finite],
    }
    return rules[kind]


def _short_integer() -> Rule:
    low, high = _SHORT_RANGE
    return Rule(
        "Short Integer",
        _is_short,
        f"is not a Short Integer, a whole number of {low} to {high}, which the column must hold",
        "Correct these numbers, or send them in a new column, whose type is chosen for them.",
    )


def _not_numbers(kind: Kind, values: pd.Series) -> Rule:
    """Return the rule of a column that should hold numbers; it names the values that are none."""
    described = describe_kind(kind, values)
    name = f"numbers, not {described}"
    has_texts = kind is Kind.TEXT or (
        kind is Kind.OTHER and any(isinstance(value, str) for value in values)
    )
    if not has_texts:
        return _never(
            name,
            f"must hold {name}",
            lambda: _remedy_for_others(values),
        )
    odd = not_numbers(values)
    has_digits = [any(c.isdigit() for c in str(value)) for value in values]
    if odd[values.notna()].all() and any(has_digits):
        # Of numbers written in another way, the first to be seen is what is no number at all.
        odd &= ~pd.Series(has_digits, index=values.index)
    if odd.any() and not odd[values.notna()].all():
        predicate = f"is not a number, and the column must hold {name}"
        return Rule(name, lambda _: ~odd, predicate, lambda: remedy_to_numbers(values))
    example = f", such as {short(values.dropna().iloc[0])}" if not_numbers(values).any() else ""
    return _never(name, f"must hold {name}{example}", lambda: remedy_to_numbers(values))


def _not_dates(kind: Kind, values: pd.Series, roles: Roles, *, is_new: bool) -> Rule:
    """Return the rule of dates in a value column."""
    call = f"push(..., date={roles.date!r}, entities={[*roles.entities]!r})"
    return _never(
        f"numbers, not {kind}",
        f"must hold numbers, not {kind}: dates stand in the date column {roles.date!r} only",
        lambda: remedy_to_value(values, call, may_be_text=is_new),
    )


def _remedy_for_others(values: pd.Series) -> str:
    drop = f"df = df.drop(columns={values.name!r})"
    column = f"df[{values.name!r}]"
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        return f"{column} = {column}.dt.total_seconds(), or drop the column: {drop}."
    return f"Make numbers or texts of the values, or drop the column: {drop}."


def _remedy_for_missing(values: pd.Series) -> str:
    """Return how rows without a value of their key are dropped; an empty text is none either."""
    column = f"df[{values.name!r}]"
    calls = [f"df = df.dropna(subset=[{values.name!r}])"] if values.isna().any() else []
    if (values == "").any():
        calls.append(f'df = df[{column} != ""].copy()')
    return f"{'; '.join(calls)} drops these rows; or fill them in."


def _never(name: str, predicate: str, remedy: str | Callable[[], str]) -> Rule:
    """Return the rule of a column whose kind of values is wrong."""
    return Rule(name, lambda _: False, predicate, remedy)


def _not_missing(values: pd.Series) -> Rule:
    return Rule(
        "not missing",
        lambda values: values.notna(),
        "is missing, and every row needs its date and entities",
        lambda: _remedy_for_missing(values),
    )


def _unique_key(frame: pd.DataFrame, roles: Roles) -> Rule:
    keys = [name for name in roles.keys if name in frame.columns]

    def is_unique(_: pd.Series) -> Any:
        if any(kind_of(frame[name]) is Kind.OTHER for name in keys):
            return True  # a value that cannot be hashed breaks another rule
        return has_unique_rows(frame, keys) or ~frame.duplicated(subset=keys, keep=False)

    predicate = f"is not a unique key: several rows have the same {_join(keys)}"
    return Rule(UNIQUE_KEY, is_unique, predicate, lambda: _remedy_for_keys(frame, roles, keys))


def _remedy_for_keys(frame: pd.DataFrame, roles: Roles, keys: list[str]) -> str:
    """Return what to do about rows with one key: where they are equal, dropping loses nothing."""
    rows = frame[frame.duplicated(subset=keys, keep=False)]
    try:
        if not rows.drop_duplicates().duplicated(subset=keys).any():
            return (
                "df = df.drop_duplicates() drops the copies; these rows are equal in every column."
            )
    except TypeError:
        pass  # a value that cannot be hashed breaks another rule
    keep_last = f'df = df.drop_duplicates({keys!r}, keep="last") keeps the last row of each key'
    texts = [
        name for name in frame.columns if name not in keys and kind_of(frame[name]) is Kind.TEXT
    ]
    more = [*roles.entities, *texts[:1]]
    example = f", such as push(..., entities={more!r})" if texts else ""
    return f"Name more columns in entities={example}; or {keep_last} and drops the others."


def _join(names: Sequence[str]) -> str:
    return " and ".join(map(repr, names))


def has_unique_rows(
    frame: pd.DataFrame, keys: Sequence[str], *, rows_per_slice: int = _ROWS_PER_SLICE
) -> bool:
    """
    Tell whether no two rows have the same values in the columns `keys`.

    Most frames are sorted, by date or by entity first, and rows that ascend differ. That takes 1 MB
    for a million rows; pandas takes 24 MB, which raises the peak of a push by 15 %, and as long.
    """
    for order in (keys, [*keys[1:], keys[0]]):
        if _ascend(frame, order, rows_per_slice):
            return True
    return not frame.duplicated(subset=[*keys]).any()


def _ascend(frame: pd.DataFrame, keys: Sequence[str], rows_per_slice: int) -> bool:
    """Tell whether each row is greater than the one before it, compared column by column."""
    try:
        for start in range(1, len(frame), rows_per_slice):
            rows = frame.iloc[start - 1 : start + rows_per_slice]  # with the last row before
            is_greater = np.zeros(len(rows) - 1, dtype=bool)
            is_equal = ~is_greater
            for name in keys:
                values = pa.array(rows[name], from_pandas=True)
                pair = values.slice(1), values.slice(0, len(values) - 1)
                is_greater |= is_equal & np.asarray(pc.greater(*pair).fill_null(False))  # noqa: FBT003 - the value to fill with
                is_equal &= np.asarray(pc.equal(*pair).fill_null(False))  # noqa: FBT003 - the same
            if not is_greater.all():
                return False
    except (ValueError, ArithmeticError, pa.ArrowException):
        return False  # Arrow cannot compare them: pandas decides
    return True


def _in_calendar(values: pd.Series) -> Any:
    if is_object(values.dtype):
        return _test_objects(values, _is_in_calendar)
    try:
        timestamps = as_timestamps(values)
    except _TOO_FAR:
        return _test_objects(values, _is_in_calendar)
    instants = timestamps.to_numpy()
    if _has_nanoseconds(timestamps) or (
        np.fmin.reduce(instants) >= _FIRST_INSTANT and np.fmax.reduce(instants) < _END_OF_TIME
    ):
        return True
    passes = (instants >= _FIRST_INSTANT) & (instants < _END_OF_TIME)
    return _or_missing(values, pd.Series(passes, index=values.index))


def _in_microseconds(values: pd.Series) -> Any:
    if is_object(values.dtype):
        return _test_objects(values, _is_in_microseconds)
    try:
        timestamps = as_timestamps(values)
    except _TOO_FAR:
        return True  # which breaks another rule
    return not _has_nanoseconds(timestamps) or _or_missing(values, timestamps.dt.nanosecond == 0)


def _test_objects(values: pd.Series, test: Callable[[Any], bool]) -> Any:
    """Test dates one by one, as the caller gave them: a conversion may change those far away."""
    if {*map(type, values)} <= _CALENDAR_TYPES:
        return True
    return pd.Series([test(value) for value in values], index=values.index, dtype=bool)


def _is_in_calendar(value: Any) -> bool:
    try:
        instant = exact_attoseconds(value)
    except OverflowError:
        return False
    except pd.errors.OutOfBoundsDatetime:
        if 1 <= value.year <= 9999:  # which older pandas cannot hold
            raise
        return False
    return instant is None or instant in _CALENDAR


def _is_in_microseconds(value: Any) -> bool:
    try:
        instant = exact_attoseconds(value)
    except _TOO_FAR:
        return True  # which breaks another rule
    return instant is None or instant % ATTOSECONDS["us"] == 0


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
        return _DistinctValues(values).pass_test(Decimal.is_finite)
    if _has_odd_numbers(values):  # where a long double may be finite beyond doubles
        return _test_numbers(values, lambda number: -math.inf < number < math.inf)
    is_plain = isinstance(values.dtype, np.dtype) and values.dtype.kind == "f"
    numbers = values if is_plain else values.astype("Float64").fillna(0.0).astype("float64")
    doubles = numbers.to_numpy()
    # The extremes of a column are infinite if any value is, and take no memory.
    extremes = np.fmin.reduce(doubles, initial=0), np.fmax.reduce(doubles, initial=0)
    return bool(np.isfinite(extremes).all()) or pd.Series(~np.isinf(doubles), index=values.index)


def _is_in_range(values: pd.Series) -> Any:
    """Tell numbers of wider types that are neither infinite nor zero as a double."""
    if kind_of(values) is Kind.DECIMAL:
        return _DistinctValues(values).pass_test(_keeps_size)
    return _test_numbers(values, _keeps_size)


def _has_odd_numbers(values: pd.Series) -> bool:
    """Tell number objects that are not all Python's own doubles."""
    return is_object(values.dtype) and not {*map(type, values)} <= {float, type(None)}


def _keeps_size(number: Any) -> bool:
    if isinstance(number, int | np.integer):
        return True  # which has a rule of its own
    double = float(number)
    return double == number or 0 < abs(double) < math.inf


def _is_exact(values: pd.Series) -> Any:
    if is_object(values.dtype):
        return _test_numbers(values, _is_exact_number)
    numbers = _whole_numbers(values)
    return (numbers <= LARGEST_EXACT) & (numbers >= -LARGEST_EXACT)


def _is_exact_number(number: Any) -> bool:
    if isinstance(number, np.longdouble):
        double = float(number)
        return double == number or math.isinf(double)  # beyond doubles, which has its own rule
    is_fraction = isinstance(number, float | np.floating)
    return is_fraction or -LARGEST_EXACT <= int(number) <= LARGEST_EXACT


def _test_numbers(values: pd.Series, test: Callable[[Any], bool]) -> pd.Series:
    """Test number objects one by one; missing ones pass."""
    pairs = zip(values, values.isna(), strict=True)
    passed = [missing or test(value) for value, missing in pairs]
    return pd.Series(passed, index=values.index, dtype=bool)


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
        # pandas has no hash table for Arrow's narrow decimals.
        self._values = values.astype(object) if kind_of(values) is Kind.DECIMAL else values

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
