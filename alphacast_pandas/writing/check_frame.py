"""The check of a frame before a push: the flat frame that is sent, its roles and its types."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.column_types import DATE, DECIMAL, SHORT_INTEGER, STRING, parse_type
from alphacast_pandas.contracts.failures import Failure, refuse, short
from alphacast_pandas.contracts.schemas import roles_of, to_schema
from alphacast_pandas.contracts.validation import run_schema
from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.names import canonical_name, unknown_name
from alphacast_pandas.text import INVISIBLE, JOINERS
from alphacast_pandas.user_warnings import warn
from alphacast_pandas.writing.arrow import count_empty_texts
from alphacast_pandas.writing.dates import date_format
from alphacast_pandas.writing.kinds import Kind, kind_of
from alphacast_pandas.writing.roles import Roles, resolve_roles
from alphacast_pandas.writing.rules import check_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.column_types import ColumnType

# The types of new columns; all others are numbers, or refused.
_TYPES = {Kind.TEXT: STRING, Kind.SHORT: SHORT_INTEGER}
_DROPPED = "They are not sent; the modes 'replace' and 'mirror' delete what is not sent."
_REFUSED = "Nothing was sent, since the frame breaks its contract"


@dataclass(frozen=True)
class FrameOptions:
    """What a caller says about a frame: its index, the roles of its columns, its contract."""

    index: bool | None = None
    date: str | None = None
    entities: str | Sequence[str] | None = None
    schema: Any = None
    accept_new_columns: bool = False


@dataclass(frozen=True, eq=False)
class CheckedFrame:
    """
    A frame that may be sent, with the roles and the types of its columns.

    `given_dates` are those of the caller's frame, before its schema dropped any rows.
    """

    frame: pd.DataFrame
    roles: Roles
    types: Mapping[str, ColumnType]
    given_dates: pd.Series

    @cached_property
    def date_format(self) -> str:
        """How dates are written."""
        return date_format(self.frame[self.roles.date])


def check_frame(
    df: pd.DataFrame, options: FrameOptions, definitions: Definitions | None
) -> CheckedFrame:
    """
    Return the frame with its roles and types, or raise a `ValidationError` for all at once.

    `definitions` are those of the dataset it is for, None if there is none yet.
    """
    contract = None if options.schema is None else to_schema(options.schema)
    given = frame = flat_frame(df, options.index)
    if frame.empty:
        msg = "The frame is empty: there is nothing to push."
        raise ValidationError(msg)
    outcome = run_schema(df, frame, contract, _DROPPED)
    frame = frame if contract is None else outcome.frame.reset_index(drop=True)
    if frame.empty and not outcome.failures:
        msg = "The schema leaves nothing of the frame, so there is nothing to push."
        raise ValidationError(msg)
    frame = _with_dense_columns(frame)
    name_failures = _name_failures([*frame.columns])
    if name_failures:
        refuse([*name_failures, *outcome.failures], _REFUSED)
    stated_roles = {} if contract is None else roles_of(contract, frame)
    try:
        roles = resolve_roles(
            frame,
            date=options.date,
            entities=options.entities,
            stated=stated_roles,
            definitions=definitions,
            attrs=df.attrs,
        )
    except ValidationError as error:
        # What the user's schema found is reported with it, not on the next attempt.
        if outcome.failures:
            refuse([Failure(None, str(error)), *outcome.failures], _REFUSED)
        raise
    frame = _columns_to_send(frame, roles)
    types = {name: _type_of(name, frame[name], roles, definitions) for name in frame.columns}
    failures = [
        *_column_failures(frame, roles, definitions, accept_new=options.accept_new_columns),
        *outcome.failures,
        *check_values(frame, roles, types, outcome.labels),
    ]
    if failures:
        refuse(failures, _REFUSED)
    _warn_of_empty_text(frame, roles)
    return CheckedFrame(frame, roles, types, _given_dates(given, frame[roles.date]))


def _given_dates(given: pd.DataFrame, checked: pd.Series) -> pd.Series:
    """Return the dates of the caller's frame, or the checked ones if a schema made dates of it."""
    dates = given.get(checked.name)
    return dates if isinstance(dates, pd.Series) and kind_of(dates) is Kind.DATE else checked


def flat_frame(df: pd.DataFrame, index: Any) -> pd.DataFrame:
    """Return `df` with index levels as columns where they belong to the data."""
    if not (index is None or isinstance(index, bool)):
        msg = f"index must be None, True or False, got {short(index)}."
        raise QueryError(msg)
    if df.columns.nlevels > 1:
        msg = (
            "The columns are a MultiIndex, and a dataset has one row of names. "
            'Join the levels first: df.columns = ["_".join(names) for names in df.columns].'
        )
        raise ValidationError(msg)
    names = list(df.index.names)
    named = [name for name in names if name is not None]
    if index is False or (index is None and not named and _only_counts(df.index)):
        # A diff is pushed and a push resumed later: what the caller changes meanwhile stays out.
        flat = df.copy(deep=not _copies_on_write())
        flat.index = pd.RangeIndex(len(df))
        return flat
    if len(named) < len(names):
        msg = (
            "The index has no name, so it cannot become a column. Name it "
            '(df.index.name = "Date"), or leave it out with index=False.'
        )
        raise ValidationError(msg)
    if len({*named}) < len(named):
        msg = f"Levels of the index share a name: {named!r}. Rename them (df.index.names = [...])."
        raise ValidationError(msg)
    # Before pandas makes columns of them, whose names cannot hold half a character.
    refuse(_name_failures(named), _REFUSED)
    both = [name for name in named if name in df.columns]
    if both:
        msg = (
            f"{both[0]!r} is both in the index and a column. Leave one out: index=False, "
            f"or df.drop(columns={both[0]!r})."
        )
        raise ValidationError(msg)
    try:
        return df.reset_index()
    except (
        Exception
    ) as error:  # pandas converts labels, which may be of classes that raise anything
        msg = (
            f"The index cannot become a column: {type(error).__name__}: {error}. "
            "Leave it out with index=False, or make columns of it that pandas holds."
        )
        raise ValidationError(msg) from error


def _copies_on_write() -> bool:
    """Tell whether a frame that shares its values is safe from changes to the other."""
    return int(pd.__version__.partition(".")[0]) >= 3 or pd.options.mode.copy_on_write is True


def _only_counts(index: pd.Index) -> bool:
    """Tell an index that numbers rows from one that holds data."""
    # Not only a RangeIndex: that of a frame which was filtered or sorted is one of integers.
    return index.nlevels == 1 and pd.api.types.is_integer_dtype(index.dtype)


def _with_dense_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with every value of a sparse column in its place."""
    if not any(isinstance(dtype, pd.SparseDtype) for dtype in frame.dtypes):
        return frame
    columns = (frame.iloc[:, n] for n in range(len(frame.columns)))
    dense: pd.DataFrame = pd.concat([_dense(column) for column in columns], axis=1)
    return dense


def _dense(values: pd.Series) -> pd.Series:
    dtype = values.dtype
    return values.astype(dtype.subtype) if isinstance(dtype, pd.SparseDtype) else values


def _name_failures(names: list[Any]) -> list[Failure]:
    """Return what is wrong with the names of columns, whatever dataset they are for."""
    not_text = [
        Failure(n, "names are text", remedy="Rename it.") for n in names if not isinstance(n, str)
    ]
    texts = [name for name in names if isinstance(name, str)]
    empty = [Failure(n, "names are not empty", remedy="Rename it.") for n in texts if not n.strip()]
    padded = [
        Failure(name, "names have no blanks around and no line breaks", remedy="Rename it.")
        for name in texts
        if name.strip() and (name != name.strip() or "\n" in name or "\r" in name)
    ]
    invisible = [
        Failure(name, f"names have no invisible characters: {text}", remedy=_remedy_of(name))
        for name in texts
        if (text := _invisible(name)) and name not in {failure.column for failure in padded}
    ]
    # The service ignores case and accents in headers, so one of two such columns would be lost.
    first: dict[str, str] = {}
    same = []
    for name in texts:
        if canonical_name(name) in first and name.strip():
            what = f"the service takes it for the same name as {first[canonical_name(name)]!r}"
            same.append(Failure(name, what, remedy="Rename one: case and accents do not count."))
        first.setdefault(canonical_name(name), name)
    return [*not_text, *empty, *padded, *invisible, *same]


def _invisible(name: str) -> str:
    """Return the characters that a reader of the file strips, changes or does not see, escaped."""
    found = dict.fromkeys(
        character
        for n, character in enumerate(name)
        if unicodedata.category(character) in INVISIBLE and not _joins(name, n)
    )
    return ", ".join(f"U+{ord(character):04X}" for character in found)


def _joins(name: str, place: int) -> bool:
    """Tell a joiner between two letters of a script that is written with it."""
    before, after = name[place - 1 : place], name[place + 1 : place + 2]
    return name[place] in JOINERS and before > "\x7f" and after > "\x7f"


def _remedy_of(name: str) -> str:
    if "\ufeff" in name:
        return (
            "Rename it; U+FEFF is the byte order mark of a file, "
            'which pd.read_csv(..., encoding="utf-8-sig") leaves out.'
        )
    return "Rename it."


def _columns_to_send(frame: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """Return the columns in the order of a dataset: date, entities, values."""
    names = [name for name in frame.columns if name not in roles.ignored]
    keys = [name for name in roles.keys if name in names]
    order = [*keys, *(name for name in names if name not in keys)]
    return frame if order == [*frame.columns] else frame[order]


def _column_failures(
    frame: pd.DataFrame, roles: Roles, definitions: Definitions | None, *, accept_new: bool
) -> list[Failure]:
    """Return which columns are missing, or not those of the dataset."""
    names = [*frame.columns]
    absent = [name for name in roles.keys if name not in names]
    failures = [Failure(n, f"required: {unknown_name(n, names)}") for n in absent]
    if definitions is None:
        return failures
    ignored = sorted(definitions.ignored & set(names))
    remedy = "The dataset's manifest ignores it: drop the column, or replace the manifest."
    failures += [Failure(name, "would be dropped", remedy=remedy) for name in ignored]
    new = [n for n in names if n not in definitions.names and n not in ignored]
    if accept_new or definitions.is_fresh:
        return failures + _same_name_failures(new, definitions)
    remedy = "Rename it, drop it, or add it to the dataset with accept_new_columns=True."
    return failures + [
        Failure(n, f"known to the dataset: {unknown_name(n, definitions.names)}", remedy=remedy)
        for n in new
    ]


def _same_name_failures(new: list[str], definitions: Definitions) -> list[Failure]:
    """Return what is wrong with new names whose values an existing column would get."""
    existing = {canonical_name(name): name for name in definitions.names}
    return [
        Failure(
            name,
            f"the service takes it for the dataset's column {existing[canonical_name(name)]!r}",
            remedy="Give it exactly that name, or one that differs in more than case and accents.",
        )
        for name in new
        if canonical_name(name) in existing
    ]


def _type_of(
    name: str, values: pd.Series, roles: Roles, definitions: Definitions | None
) -> ColumnType:
    """Return the type a column has in its dataset, or will have."""
    if name == roles.date:
        return DATE
    column = definitions.get(name) if definitions is not None else None
    stated = parse_type(column.type) if column is not None and column.type else None
    # A dataset has one date column: what was the date before, by other roles, is text or a number.
    if stated not in (None, DATE):
        return stated
    if name in roles.entities:
        return STRING
    if column is not None and definitions is not None and definitions.stated:
        return DECIMAL
    return _TYPES.get(kind_of(values), DECIMAL)


def _warn_of_empty_text(frame: pd.DataFrame, roles: Roles) -> None:
    for name in frame.columns:
        if name in roles.keys or kind_of(frame[name]) is not Kind.TEXT:
            continue
        count = count_empty_texts(frame[name])
        if count:
            warn(
                f"Column {name!r} has {count} empty texts, which come back as missing: "
                "an empty field is missing in Alphacast."
            )
