"""The caller's frame: to the flat frame that is checked and sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.column_types import DATE, DECIMAL, SHORT_INTEGER, STRING, parse_type
from alphacast_pandas.contracts.failures import Failure, refuse
from alphacast_pandas.contracts.schemas import roles_of, to_schema
from alphacast_pandas.contracts.validation import run_schema
from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.names import canonical_name, unknown_name
from alphacast_pandas.user_warnings import warn
from alphacast_pandas.writing.kinds import Kind, kind_of
from alphacast_pandas.writing.roles import Roles, resolve_roles
from alphacast_pandas.writing.rules import check_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.column_types import ColumnType


def flat_frame(df: pd.DataFrame, index: Any) -> pd.DataFrame:
    """Return `df` with index levels as columns where they belong to the data."""
    if not (index is None or isinstance(index, bool)):
        msg = f"index is None, True or False, not {index!r}."
        raise QueryError(msg)
    if df.columns.nlevels > 1:
        msg = (
            "The columns are a MultiIndex, and a dataset has one row of names. "
            'Join the levels first: df.columns = ["_".join(names) for names in df.columns].'
        )
        raise ValidationError(msg)
    names = list(df.index.names)
    named = [name for name in names if name is not None]
    if index is False or (index is None and not named and _is_only_a_count(df.index)):
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
    both = [name for name in named if name in df.columns]
    if both:
        msg = (
            f"{both[0]!r} is both in the index and a column. Leave one out: index=False, "
            f"or df.drop(columns={both[0]!r})."
        )
        raise ValidationError(msg)
    return df.reset_index()


def _copies_on_write() -> bool:
    """Tell whether a frame that shares its values is safe from changes to the other."""
    return int(pd.__version__.partition(".")[0]) >= 3 or pd.options.mode.copy_on_write is True


def _is_only_a_count(index: pd.Index) -> bool:
    """Tell an index that numbers rows, whole or filtered, from one that holds data."""
    return index.nlevels == 1 and pd.api.types.is_integer_dtype(index.dtype)


# The types of new columns; all others are numbers, or refused.
_TYPES = {Kind.TEXT: STRING, Kind.SHORT: SHORT_INTEGER}
_DROPPED = "They are not sent; the modes 'replace' and 'mirror' delete what is not sent."
_REFUSED = "Nothing was sent, since the frame breaks its contract"


@dataclass(frozen=True)
class Checked:
    """A frame that may be sent, with what its columns are."""

    frame: pd.DataFrame
    roles: Roles
    types: Mapping[str, ColumnType]


def check_frame(
    df: pd.DataFrame,
    *,
    index: Any = None,
    date: str | None = None,
    entities: str | Sequence[str] | None = None,
    schema: Any = None,
    definitions: Definitions | None = None,
    accept_new_columns: bool = True,
) -> Checked:
    """Return the frame with its roles and types, or raise a `ValidationError` for all at once."""
    contract = None if schema is None else to_schema(schema)
    frame = flat_frame(df, index)
    if frame.empty:
        msg = "The frame is empty: there is nothing to push."
        raise ValidationError(msg)
    outcome = run_schema(df, frame, contract, _DROPPED)
    frame = frame if contract is None else outcome.frame.reset_index(drop=True)
    failures = outcome.failures
    if frame.empty and not failures:
        msg = "The schema leaves nothing of the frame, so there is nothing to push."
        raise ValidationError(msg)
    names = _name_failures(frame)
    if names:
        refuse([*names, *failures], _REFUSED)
    stated = {} if contract is None else roles_of(contract, frame)
    try:
        roles = resolve_roles(
            frame, date=date, entities=entities, stated=stated, definitions=definitions
        )
    except ValidationError as error:
        # What the user's schema found is said with it, not on the next attempt.
        refuse([Failure(None, str(error)), *failures] if failures else [], _REFUSED)
        raise
    ignored = [name for name in roles.ignored if name in frame.columns]
    frame = frame.drop(columns=ignored) if ignored else frame
    failures = [
        *_column_failures(frame, roles, definitions, accept_new_columns=accept_new_columns),
        *failures,
    ]
    order = _in_order(frame, roles)
    frame = frame if order == [*frame.columns] else frame[order]
    types = _types(frame, roles, definitions)
    refuse([*failures, *check_values(frame, roles, types, outcome.labels)], _REFUSED)
    _warn_of_empty_text(frame, roles)
    return Checked(frame, roles, types)


def _name_failures(frame: pd.DataFrame) -> list[Failure]:
    names = [*frame.columns]
    odd = [
        Failure(n, "names are text", remedy="Rename it.") for n in names if not isinstance(n, str)
    ]
    texts = [name for name in names if isinstance(name, str)]
    blank = [Failure(n, "names are not empty", remedy="Rename it.") for n in texts if not n.strip()]
    loose = [
        Failure(name, "names have no blanks around and no line breaks", remedy="Rename it.")
        for name in texts
        if name.strip() and (name != name.strip() or "\n" in name or "\r" in name)
    ]
    folded: dict[str, str] = {}
    same = []
    for name in texts:
        if canonical_name(name) in folded and name.strip():
            what = f"the service takes it for the same name as {folded[canonical_name(name)]!r}"
            same.append(Failure(name, what, remedy="Rename one: case and accents do not count."))
        folded.setdefault(canonical_name(name), name)
    return [*odd, *blank, *loose, *same]


def _column_failures(
    frame: pd.DataFrame,
    roles: Roles,
    definitions: Definitions | None,
    *,
    accept_new_columns: bool,
) -> list[Failure]:
    names = [*frame.columns]
    absent = [name for name in roles.keys if name not in names]
    failures = [Failure(n, f"required: {unknown_name(n, names)}") for n in absent]
    if definitions is None:
        return failures
    ignored = sorted(definitions.ignored & set(names))
    remedy = "The dataset's manifest ignores it: drop the column, or replace the manifest."
    failures += [Failure(name, "would be dropped", remedy=remedy) for name in ignored]
    unknown = [n for n in names if n not in definitions.names and n not in ignored]
    if accept_new_columns:
        return failures + _twins(unknown, definitions)
    remedy = "Rename it, drop it, or add it to the dataset with accept_new_columns=True."
    return failures + [
        Failure(n, f"known to the dataset: {unknown_name(n, definitions.names)}", remedy=remedy)
        for n in unknown
    ]


def _twins(unknown: list[str], definitions: Definitions) -> list[Failure]:
    """Return what is wrong with new names whose values an existing column would get."""
    stored = {canonical_name(name): name for name in definitions.names}
    return [
        Failure(
            name,
            f"the service takes it for the dataset's column {stored[canonical_name(name)]!r}",
            remedy="Give it exactly that name, or one that differs in more than case and accents.",
        )
        for name in unknown
        if canonical_name(name) in stored
    ]


def _in_order(frame: pd.DataFrame, roles: Roles) -> list[str]:
    keys = [name for name in roles.keys if name in frame.columns]
    return [*keys, *(name for name in frame.columns if name not in keys)]


def _types(
    frame: pd.DataFrame, roles: Roles, definitions: Definitions | None
) -> dict[str, ColumnType]:
    return {name: _type(name, frame[name], roles, definitions) for name in frame.columns}


def _type(
    name: str, values: pd.Series, roles: Roles, definitions: Definitions | None
) -> ColumnType:
    """Return the type a column has in its dataset, or will have."""
    if name == roles.date:
        return DATE
    column = definitions.get(name) if definitions is not None else None
    stated = parse_type(column.type) if column is not None and column.type else None
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
        count = int((frame[name] == "").sum())
        if count:
            warn(
                f"Column {name!r} has {count} empty texts, which come back as missing: "
                "an empty field is missing in Alphacast."
            )
