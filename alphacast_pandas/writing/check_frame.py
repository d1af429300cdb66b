"""The check of a frame before a push: the flat frame that is sent, its roles and its types."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.column_types import DATE, DECIMAL, SHORT_INTEGER, STRING, parse_type
from alphacast_pandas.contracts.failures import Failure, listed, refuse, short
from alphacast_pandas.contracts.schemas import roles_of, to_schema
from alphacast_pandas.contracts.validation import Outcome, run_schema
from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.names import canonical_name, close_matches, unknown_name
from alphacast_pandas.text import INVISIBLE, JOINERS
from alphacast_pandas.user_warnings import warn
from alphacast_pandas.writing.arrow import count_empty_texts
from alphacast_pandas.writing.date_parts import date_parts
from alphacast_pandas.writing.date_remedies import holds_dates
from alphacast_pandas.writing.dates import as_timestamps, date_format
from alphacast_pandas.writing.kinds import Kind, kind_of
from alphacast_pandas.writing.roles import Roles, is_date_name, resolve_roles
from alphacast_pandas.writing.rules import check_values
from alphacast_pandas.writing.value_remedies import remedy_to_text
from alphacast_pandas.writing.wide_frames import date_columns, remedy_to_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.column_types import ColumnType

# The types of new columns; all others are numbers, or refused.
_TYPES = {Kind.TEXT: STRING, Kind.SHORT: SHORT_INTEGER}
_DROPPED = "They are not sent; the modes 'replace' and 'mirror' delete what is not sent."
_REFUSED = "Nothing was sent, since the frame breaks its contract"
_NAMED_INDEX = '.rename_axis("Date")'


@dataclass(frozen=True)
class FrameOptions:
    """
    What a caller says about a frame: its index, the roles of its columns, its contract.

    `refusal` begins the message of what is wrong with it.
    """

    index: bool | None = None
    date: str | None = None
    entities: str | Sequence[str] | None = None
    schema: Any = None
    accept_new_columns: bool = False
    refusal: str = _REFUSED


@dataclass(frozen=True, eq=False)
class CheckedFrame:
    """
    A frame that may be sent, with the roles and the types of its columns.

    `given_dates` are those of the caller's frame, before its schema dropped any rows; `given_roles`
    are the roles by the names that columns have there.
    """

    frame: pd.DataFrame
    roles: Roles
    types: Mapping[str, ColumnType]
    given_dates: pd.Series
    given_roles: Roles

    @cached_property
    def date_format(self) -> str:
        """How dates are written."""
        return date_format(self.frame[self.roles.date])

    @property
    def date_span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The first and the last date that was given."""
        dates = as_timestamps(self.given_dates)
        return dates.min(), dates.max()

    @property
    def subject(self) -> str:
        """What is sent, as a sentence about it begins."""
        return "The frame"

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        """The columns that are sent, in their order."""
        return [*self.frame.columns]

    def frames(self, first_row: int) -> Iterator[pd.DataFrame]:
        """Yield the rows from one on."""
        yield self.frame.iloc[first_row:]


def check_frame(
    df: pd.DataFrame, options: FrameOptions, definitions: Definitions | None
) -> CheckedFrame:
    """
    Return the frame with its roles and types, or raise a `ValidationError` for all at once.

    `definitions` are those of the dataset it is for, None if there is none yet.
    """
    checked, failures = examine_frame(df, options, definitions)
    refuse(failures, options.refusal)
    warn_of_empty_text(count_empty_text(checked))
    return checked


def examine_frame(
    df: pd.DataFrame, options: FrameOptions, definitions: Definitions | None
) -> tuple[CheckedFrame, list[Failure]]:
    """
    Return the frame with its roles and types, and what is wrong with its values.

    What leaves open which columns it has, or what they are, raises a `ValidationError`.
    """
    contract = None if options.schema is None else to_schema(options.schema)
    given = flat_frame(df, options.index)
    outcome = _run_contract(df, given, contract)
    frame = given if contract is None else outcome.frame.reset_index(drop=True)
    frame = _with_dense_columns(frame)
    _refuse_years(frame, definitions)
    stated_roles = {} if contract is None else roles_of(contract, frame)
    # From here on the columns have the dataset's names, so that what follows is not about names.
    renamed = _names_in_dataset(frame, definitions, _stated_date(stated_roles, options))
    frame = frame.rename(columns=renamed) if renamed else frame
    failures = [*_rename_failures(renamed, df, options.date), *outcome.failures]
    if name_failures := _name_failures([*frame.columns]):
        refuse([*name_failures, *failures], options.refusal)
    try:
        roles = resolve_roles(
            frame,
            date=_in_dataset(options.date, renamed),
            entities=_in_dataset(options.entities, renamed),
            stated={renamed.get(name, name): role for name, role in stated_roles.items()},
            definitions=definitions,
            attrs=df.attrs,
        )
    except ValidationError as error:
        # What the user's schema found is reported with it, not on the next attempt.
        if failures:
            refuse([Failure(None, str(error)), *failures], options.refusal)
        if _names_level(str(error), df):
            msg = f"{error} Before that, make columns of the index: df = df.reset_index()."
            raise ValidationError(msg) from error
        raise
    frame = columns_to_send(frame, roles)
    types = {name: _type_of(name, frame[name], roles, definitions) for name in frame.columns}
    existing = definitions.names if definitions is not None and definitions.stated else ()
    unknown = _column_failures(frame, roles, definitions, accept_new=options.accept_new_columns)
    wrong = check_values(frame, roles, types, outcome.labels, existing)
    failures += [*unknown, *_without_new_dates(wrong, frame, roles, unknown)]
    dates = _given_dates(given, frame.get(roles.date))
    checked = CheckedFrame(frame, roles, types, dates, _given_roles(roles, renamed))
    return checked, [_with_index_reset(failure, df) for failure in failures]


def check_is_frame(df: Any) -> None:
    """Raise unless the argument is a DataFrame, with the call that makes one of it."""
    if isinstance(df, pd.DataFrame):
        return
    kind = f"{type(df).__module__.partition('.')[0]}.{type(df).__qualname__}"
    if isinstance(df, pd.Series):
        name = "" if isinstance(df.name, str) and df.name else 'name="value"'
        index = "" if [*df.index.names] != [None] or _only_counts(df.index) else _NAMED_INDEX
        remedy = f"Make a frame of it with series{index}.to_frame({name})."
    elif kind.startswith("dask."):
        remedy = "Make a frame of it with .compute(), or push it in partitions with ap.push_dask()."
    elif callable(getattr(df, "collect", None)) and kind.startswith("polars"):
        remedy = "Make a frame of it with .collect().to_pandas()."
    elif callable(getattr(df, "to_pandas", None)):
        remedy = "Make a frame of it with .to_pandas()."
    elif isinstance(df, list | tuple | dict | np.ndarray):
        remedy = "Make a frame of it with pd.DataFrame(...)."
    elif isinstance(df, str | PathLike):
        remedy = (
            "Of a Parquet file, read it with pd.read_parquet(...); push and validate take its path."
        )
    else:
        remedy = "Pass a DataFrame."
    msg = f"A pandas DataFrame is expected, not {kind.removeprefix('builtins.')}. {remedy}"
    raise ValidationError(msg)


def _refuse_years(frame: pd.DataFrame, definitions: Definitions | None) -> None:
    """Raise if columns are dates, as in files of the World Bank, and not those of the dataset."""
    years = date_columns(frame)
    if not years or (definitions is not None and {*years} & {*definitions.names}):
        return
    are_years = all(len(str(name).strip().removesuffix(".0")) == 4 for name in years)
    what = "years" if are_years else "dates"
    date, value = "Year" if are_years else "Date", "value"
    if definitions is not None and definitions.date is not None:
        values = [name for name in definitions.names if name not in definitions.keys]
        date = str(definitions.date.name)
        value = values[0] if len(values) == 1 else value
    failure = Failure(
        None,
        f"{what} as columns",
        predicate=f"has {what} as columns ({listed(years)}), and a dataset has one row per date",
        remedy=remedy_to_rows([*frame.columns], years, date, value),
    )
    refuse([failure], _REFUSED)


def _names_in_dataset(
    frame: pd.DataFrame, definitions: Definitions | None, stated_date: str | None
) -> dict[str, str]:
    """
    Return the dataset's names of columns that have other ones in the frame.

    Those that differ in case, accents or blanks are one column for the service. What the caller
    states to be the date, or else the only column of dates, is the dataset's date column.
    """
    if definitions is None:
        return {}
    names = [*frame.columns]
    absent = {canonical_name(name): name for name in definitions.names if name not in names}
    folded = [canonical_name(name) if isinstance(name, str) else None for name in names]
    renamed = {
        name: absent[fold]
        for name, fold in zip(names, folded, strict=True)
        if fold in absent and name not in definitions.names and folded.count(fold) == 1
    }
    date = definitions.date.name if definitions.date is not None else None
    if date in absent.values() and date not in renamed.values():
        dates = _likely_dates(frame) if stated_date is None else [stated_date]
        if len(dates) == 1 and dates[0] in names and dates[0] not in definitions.names:
            renamed[dates[0]] = str(date)
    return renamed


def _stated_date(stated: Mapping[str, str], options: FrameOptions) -> str | None:
    """Return the column that the caller's schema, or else the caller, says is the date."""
    return next((name for name, role in stated.items() if role == "date"), options.date)


def _likely_dates(frame: pd.DataFrame) -> list[Any]:
    """Return the columns of dates, or else those whose texts or years can be made dates."""
    names, columns = [*frame.columns], [frame.iloc[:, n] for n in range(len(frame.columns))]
    kinds = [kind_of(values) for values in columns]
    dates = [name for name, kind in zip(names, kinds, strict=True) if kind is Kind.DATE]
    if dates or date_parts(frame) is not None:
        return dates
    return [
        name
        for name, kind, values in zip(names, kinds, columns, strict=True)
        if (kind is Kind.TEXT or is_date_name(name)) and holds_dates(values)
    ]


def _in_dataset(names: Any, renamed: Mapping[str, str]) -> Any:
    """Return what a caller says in date= or entities= in the names of the dataset."""
    if isinstance(names, str):
        return renamed.get(names, names)
    if isinstance(names, list | tuple):
        return [renamed.get(name, name) if isinstance(name, str) else name for name in names]
    return names


def _rename_failures(
    renamed: Mapping[str, str], df: pd.DataFrame, stated_date: str | None
) -> list[Failure]:
    """Return a failure for each name that is the dataset's but for case, accents or blanks."""
    without = f", and leave date={stated_date!r} out" if stated_date in renamed else ""
    columns = {old: new for old, new in renamed.items() if old in df.columns}
    levels = {old: new for old, new in renamed.items() if old not in columns}
    calls = [f"df = df.rename(columns={columns!r})"] if columns else []
    calls += [f"df = df.rename_axis(index={levels!r})"] if levels else []
    return [
        Failure(
            old,
            "the dataset's name",
            predicate=_naming(old, new),
            remedy=f"{'; '.join(calls)}{without}.",
        )
        for old, new in renamed.items()
    ]


def _naming(old: str, new: str) -> str:
    if canonical_name(str(old)) == canonical_name(new):
        why = f"the service takes it for the dataset's column {new!r}"
        return f"differs in case, accents or blanks only, so {why}: rename {old!r} to {new!r}"
    return f"is the date, and the dataset's date column is {new!r}: rename {old!r} to {new!r}"


def _with_index_reset(failure: Failure, df: pd.DataFrame) -> Failure:
    """Return a failure whose remedy makes columns of the index first if it is about them."""
    if not _names_level(failure.remedy, df):
        return failure
    first = "df = df.reset_index() makes columns of the index."
    return replace(failure, remedy=f"{first} Then: {failure.remedy}")


def _names_level(remedy: str, df: pd.DataFrame) -> bool:
    """Tell whether a remedy takes a level of the index for a column."""
    return any(f"df[{name!r}]" in remedy or f"[{name!r}" in remedy for name in df.index.names)


def _run_contract(df: pd.DataFrame, frame: pd.DataFrame, contract: Any) -> Outcome:
    """Return what the user's schema makes of a frame, in which something must be left to push."""
    if frame.empty:
        msg = "The frame is empty: there is nothing to push."
        raise ValidationError(msg)
    outcome = run_schema(df, frame, contract, _DROPPED)
    if outcome.frame.empty and not outcome.failures:
        msg = "The schema leaves nothing of the frame, so there is nothing to push."
        raise ValidationError(msg)
    return outcome


def _given_dates(given: pd.DataFrame, checked: pd.Series | None) -> pd.Series:
    """Return the dates of the caller's frame, or the checked ones if a schema made dates of it."""
    if checked is None:
        return pd.Series(dtype="datetime64[us]")  # a frame without its date is refused
    dates = given.get(checked.name)
    return dates if isinstance(dates, pd.Series) and kind_of(dates) is Kind.DATE else checked


def _given_roles(roles: Roles, renamed: Mapping[str, str]) -> Roles:
    """Return the roles by the names that columns have in the caller's frame."""
    given = {new: old for old, new in renamed.items()}
    date, *entities = (given.get(name, name) for name in roles.keys)
    return replace(roles, date=date, entities=(*entities,))


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
        _check_instants(df.index)
        return df.reset_index()
    except (
        Exception
    ) as error:  # pandas converts labels, which may be of classes that raise anything
        msg = (
            f"The index cannot become a column: {type(error).__name__}: {error}. "
            "Leave it out with index=False, or make columns of it that pandas holds."
        )
        raise ValidationError(msg) from error


def _check_instants(index: pd.Index) -> None:
    """Raise for instants of NumPy in units such as 25 s, which pandas 2 misreads."""
    levels = index.levels if isinstance(index, pd.MultiIndex) else [index]
    for level in levels:
        if level.dtype == object and pd.api.types.infer_dtype(level) == "datetime64":
            units = {np.datetime_data(label.dtype) for label in level if not pd.isna(label)}
            multiples = [f"{count} {unit}" for unit, count in units if count != 1]
            if multiples:
                msg = f"its instants count in units of {multiples[0]}"
                raise ValueError(msg)


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
        Failure(
            name,
            "names are text",
            predicate="has no name, but a missing value for one; names are text"
            if pd.isna(name)
            else "has a name that is not text; names are text",
            remedy="df.columns = df.columns.map(str).",
        )
        for name in names
        if not isinstance(name, str)
    ]
    texts = [name for name in names if isinstance(name, str)]
    empty = [
        Failure(
            name,
            "names are not empty",
            predicate="has an empty name; names are not empty",
            remedy=f"Give it a name, such as with {_renaming(name, 'value')}.",
        )
        for name in texts
        if not name.strip()
    ]
    stripped = _stripped_names(texts)
    padded = [
        Failure(
            old,
            "names have no blanks around and no line breaks",
            predicate="has blanks or a line break in its name; names have no blanks around and no "
            "line breaks",
            remedy=f"{_renaming(old, new)}.",
        )
        for old, new in stripped.items()
    ]
    invisible = [
        Failure(
            name,
            f"names have no invisible characters: {text}",
            predicate=f"has invisible characters in its name, {text}; names have none",
            remedy=_remedy_of(name),
        )
        for name in texts
        if (text := _invisible(name)) and name not in stripped
    ]
    # What is renamed for its blanks gets a name of its own there.
    same = _same_names([name for name in texts if name not in stripped])
    return [*not_text, *empty, *padded, *invisible, *same]


def _stripped_names(names: list[str]) -> dict[str, str]:
    """Return the names with blanks around or line breaks, and ones that no other column has."""
    padded = [n for n in names if n.strip() and (n != n.strip() or "\n" in n or "\r" in n)]
    taken = {canonical_name(name) for name in names if name not in padded}
    stripped: dict[str, str] = {}
    for old in dict.fromkeys(padded):
        plain = " ".join(old.split())
        candidates = (plain if n == 1 else f"{plain}_{n}" for n in itertools.count(1))
        stripped[old] = next(each for each in candidates if canonical_name(each) not in taken)
        taken.add(canonical_name(stripped[old]))
    return stripped


def _same_names(texts: list[str]) -> list[Failure]:
    """Return which columns the service would take for one, so that one would be lost."""
    first: dict[str, str] = {}
    same: list[Failure] = []
    for name in texts:
        other = first.setdefault(canonical_name(name), name)
        if other != name:
            remedy = f"{_renaming(name, f'{name}_2')}, or drop one of the two columns."
        elif name in (each.column for each in same) or texts.count(name) == 1:
            continue
        else:
            remedy = f"df.columns = {_numbered(texts)!r}, or drop all but one of these columns."
        times = "twice" if texts.count(name) == 2 else f"{texts.count(name)} times"
        predicate = (
            f"has the same name as {other!r} for the service, which ignores case and accents"
            if other != name
            else f"occurs {times} in the frame"
        )
        what = f"the service takes it for the same name as {other!r}"
        same.append(Failure(name, what, predicate=predicate, remedy=remedy))
    return [failure for failure in same if failure.column.strip()]


def _numbered(names: list[str]) -> list[str]:
    """Return names of which repeated ones have a number."""
    return [
        f"{name}_{names[:n].count(name) + 1}" if name in names[:n] else name
        for n, name in enumerate(names)
    ]


def _renaming(old: str, new: str) -> str:
    return f"df = df.rename(columns={ {old: new}!r})"


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
    visible = "".join(
        character
        for n, character in enumerate(name)
        if unicodedata.category(character) not in INVISIBLE or _joins(name, n)
    )
    remedy = f"{_renaming(name, visible)}." if visible else "Give it a name."
    if "\ufeff" in name:
        return (
            f"{remedy} U+FEFF is the byte order mark of a file, "
            'which pd.read_csv(..., encoding="utf-8-sig") leaves out.'
        )
    return remedy


def columns_to_send(frame: pd.DataFrame, roles: Roles) -> pd.DataFrame:
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
    failures = [
        Failure(
            name,
            f"required: {unknown_name(name, names)}",
            predicate=f"is not in the frame, and belongs to the key{_hint(name, names)}",
            remedy=_remedy_for_absent(name, frame, roles),
        )
        for name in absent
    ]
    if definitions is None:
        return failures
    failures += [
        Failure(
            name,
            "would be dropped",
            predicate="would be dropped, since the dataset's manifest ignores it",
            remedy=f"Drop the column: df = df.drop(columns={name!r}); or replace the manifest.",
        )
        for name in sorted(definitions.ignored & set(names))
    ]
    new = [n for n in names if n not in definitions.names and n not in definitions.ignored]
    parts = date_parts(frame) if roles.date in absent else None
    new = [name for name in new if parts is None or name not in parts.columns]
    if accept_new or definitions.is_fresh:
        return failures
    return failures + [
        Failure(
            name,
            f"known to the dataset: {unknown_name(name, definitions.names)}",
            predicate=f"is not known to the dataset{_hint(name, definitions.names)}",
            remedy=_remedy_for_new(frame[name], names, definitions),
        )
        for name in new
    ]


def _without_new_dates(
    failures: Sequence[Failure], frame: pd.DataFrame, roles: Roles, unknown: Sequence[Failure]
) -> list[Failure]:
    """Return failures of values but for columns of dates of which all is said already."""
    is_date_absent = roles.date not in frame.columns  # then other dates may well be those
    names = {*frame.columns} if is_date_absent else {failure.column for failure in unknown}
    dates = {n for n in names & {*frame.columns} if kind_of(frame[n]) is Kind.DATE}
    return [failure for failure in failures if failure.column not in dates]


def _remedy_for_absent(name: str, frame: pd.DataFrame, roles: Roles) -> str:
    names = [*frame.columns]
    parts = date_parts(frame) if name == roles.date else None
    if parts is not None:
        return parts.remedy(name)
    close = [each for each in close_matches(name, names) if each not in roles.keys]
    if close:
        return f"{_renaming(close[0], name)}, if that is the column that you mean."
    return "Add the column, or name the columns of the key in date= and entities=."


def _hint(name: str, known: Sequence[str]) -> str:
    """Return what follows a statement that there is no such column: near names, or all."""
    return unknown_name(name, known).removeprefix(f"there is no column {name!r}").removesuffix(".")


def _remedy_for_new(values: pd.Series, names: list[str], definitions: Definitions) -> str:
    name = str(values.name)
    if kind_of(values) in {Kind.DATE, Kind.ZONED}:
        text = remedy_to_text(values).removesuffix(".")
        return (
            f"df = df.drop(columns={name!r}) leaves it out. Or send it as text: {text}, and "
            "push(..., accept_new_columns=True) adds it to the dataset."
        )
    close = [each for each in close_matches(name, definitions.names) if each not in names]
    rename = f"{_renaming(name, close[0])} if that is the column that you mean; " if close else ""
    return (
        f"{rename}df = df.drop(columns={name!r}) leaves it out; "
        "push(..., accept_new_columns=True) adds it to the dataset."
    )


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


def count_empty_text(checked: CheckedFrame) -> dict[str, int]:
    """Return how many texts of each value column are empty, of those that have any."""
    frame, keys = checked.frame, checked.roles.keys
    texts = [n for n in frame.columns if n not in keys and kind_of(frame[n]) is Kind.TEXT]
    counts = {name: count_empty_texts(frame[name]) for name in texts}
    return {name: count for name, count in counts.items() if count}


def warn_of_empty_text(counts: Mapping[str, int]) -> None:
    """Warn of texts that come back as missing."""
    for name, count in counts.items():
        warn(
            f"Column {name!r} has {count:,} empty text{'s' * (count > 1)}, which "
            f"come{'s' * (count == 1)} back as missing: "
            "an empty field is missing in Alphacast."
        )
