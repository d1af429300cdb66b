"""Frames of an archive, checked and brought in as vintages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.column_types import DATE, DECIMAL, SHORT_INTEGER
from alphacast_pandas.errors import ValidationError
from alphacast_pandas.history.recording import record_content, recorded_at
from alphacast_pandas.vintage_store.records import Look
from alphacast_pandas.vintage_store.store import DamageError, plan_content
from alphacast_pandas.writing.arrow import to_table
from alphacast_pandas.writing.check_frame import (
    FrameOptions,
    check_frame,
    check_is_frame,
    flat_frame,
)
from alphacast_pandas.writing.date_remedies import holds_dates, remedy_to_dates
from alphacast_pandas.writing.kinds import NUMBERS, Kind, kind_of
from alphacast_pandas.writing.roles import is_date_name

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence

    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.history.recording import Recorded
    from alphacast_pandas.vintage_store.store import DatasetFolder
    from alphacast_pandas.writing.check_frame import CheckedFrame

_REFUSED = "Nothing was recorded, since the frame could not be the content of a dataset"


def import_frame(
    folder: DatasetFolder, frame: Any, at: datetime.datetime, now: datetime.datetime
) -> Recorded:
    """Record a frame as what a dataset held from an instant on."""
    check_is_frame(frame)
    if not len(frame):
        msg = f"{_REFUSED}: it has no rows."
        raise ValidationError(msg)
    flat = flat_frame(frame, None)
    look, known = _newest(folder)
    roles = _roles_of_index(frame) or _roles_when_read(frame) or _roles_known(frame, known)
    date, entities = roles or _inferred_roles(flat, frame.index.names)
    options = FrameOptions(date=date, entities=entities, refusal=_REFUSED)
    checked = check_frame(frame, options, None)
    types = {name: _type_of(checked, name, known) for name in checked.frame.columns}
    table = to_table(checked.frame, types)
    table = table.take(_order(table.column(checked.roles.date)))
    definitions = _definitions(checked, types)
    name = look.name if look is not None else _name_when_read(frame, folder.number)
    facts = Look(
        name=name,
        repository_id=look.repository_id if look is not None else None,
        is_imported=True,
    )
    folder.store.prepare()
    planned = plan_content(table, definitions)
    there = recorded_at(folder, at, planned, facts)
    return there or record_content(folder, at, planned, facts, now)


def _newest(folder: DatasetFolder) -> tuple[Look | None, Definitions | None]:
    """Return the newest look and its definitions; None for what is not there or is damaged."""
    looks = folder.looks()
    try:
        look = folder.read_look(looks[-1]) if looks else None
        return look, folder.read_content(look.content).definitions if look is not None else None
    except DamageError:
        return None, None


def _roles_of_index(frame: pd.DataFrame) -> tuple[str, tuple[str, ...]] | None:
    """Return date and entities of an index whose levels all have names, None of any other."""
    names = [*frame.index.names]
    if len(names) < 2 or not all(isinstance(name, str) for name in names):
        return None
    kinds = [kind_of(frame.index.get_level_values(n).to_series()) for n in range(len(names))]
    dates = [str(name) for name, kind in zip(names, kinds, strict=True) if kind is Kind.DATE]
    if len(dates) != 1:
        return None
    return dates[0], tuple(str(name) for name in names if name != dates[0])


def _roles_when_read(frame: pd.DataFrame) -> tuple[str, tuple[str, ...]] | None:
    """Return date and entities of a frame that was read from Alphacast."""
    facts = frame.attrs.get("alphacast")
    if not isinstance(facts, dict) or not isinstance(facts.get("date"), str):
        return None
    return _if_there(frame, facts["date"], facts.get("entities"))


def _roles_known(
    frame: pd.DataFrame, known: Definitions | None
) -> tuple[str, tuple[str, ...]] | None:
    """Return date and entities of the dataset as it was seen before."""
    if known is None or known.date is None:
        return None
    return _if_there(frame, known.date.name, [column.name for column in known.entities])


def _if_there(frame: pd.DataFrame, date: Any, entities: Any) -> tuple[str, tuple[str, ...]] | None:
    listed = entities if isinstance(entities, list | tuple) else ()
    names = {*frame.columns, *frame.index.names}
    is_there = isinstance(date, str) and {date, *listed} <= names
    return (date, tuple(listed)) if is_there else None


def _inferred_roles(
    frame: pd.DataFrame, index_names: Sequence[object]
) -> tuple[str, tuple[str, ...]]:
    """Return the only columns of dates and of text; of several texts nobody knows which."""
    kinds = {name: kind_of(values) for name, values in frame.items()}
    # Dates with a time zone are refused later, with a better message than that there are none.
    dates = [str(name) for name, kind in kinds.items() if kind in {Kind.DATE, Kind.ZONED}]
    dates = [name for name in dates if name in index_names] or dates
    texts = [str(name) for name, kind in kinds.items() if kind is Kind.TEXT]
    if len(dates) == 1 and len(texts) < 2:
        return dates[0], tuple(texts)
    if not dates:
        raise _without_dates(frame)
    several = "dates" if len(dates) > 1 else "text"
    names = dates if len(dates) > 1 else texts
    msg = (
        f"{_REFUSED}: several columns hold {several} ({', '.join(map(repr, names))}), and which "
        "of them identify a row cannot be inferred. Make an index of the date and the entities: "
        f"frame=df.set_index({[dates[0], *texts[:1]]!r})."
    )
    raise ValidationError(msg)


def _without_dates(frame: pd.DataFrame) -> ValidationError:
    """Return the error of a frame in which no column holds dates."""
    names = [name for name in frame.columns if is_date_name(name)]
    readable = [name for name in (*names, *frame.columns) if holds_dates(frame[name])]
    remedy = "Add a column of dates."
    if readable or names:
        name = [*readable, *names][0]
        remedy = f"Remedy: {remedy_to_dates(frame[name])}"
    msg = f"{_REFUSED}: no column holds dates, and every dataset has a date column. {remedy}"
    return ValidationError(msg)


def _type_of(checked: CheckedFrame, name: str, known: Definitions | None) -> ColumnType:
    """Return the type of a column: as it was seen before, if these values have it."""
    own = checked.types[name]
    is_known = known is not None and known.get(name) is not None
    before = known.type_of(name) if known is not None and is_known else None
    values = checked.frame[name]
    kind = kind_of(values)
    if before is None or own in {DATE, before} or before is DATE:
        return own
    if kind is Kind.EMPTY or not values.notna().any():
        return before
    if before is SHORT_INTEGER and kind in NUMBERS:
        numbers = pd.to_numeric(values.dropna()).astype("float64")
        limits = (numbers % 1 == 0) & numbers.between(-(2**15), 2**15 - 1)
        return before if limits.all() else own
    if before is DECIMAL and own is SHORT_INTEGER:
        return before
    return own


def _definitions(checked: CheckedFrame, types: Mapping[str, ColumnType]) -> Definitions:
    """Return the definitions of a dataset with these columns."""
    keys = checked.roles.keys
    columns = tuple(
        Column(str(name), types[name].name, is_entity=name in keys)
        for name in checked.frame.columns
    )
    header = tuple(str(name) for name in checked.frame.columns)
    return Definitions(columns, header=header, complete=True, has_rows=True)


def _order(dates: pa.ChunkedArray) -> pa.Array:
    """Return the rows by date; rows of one date keep their order."""
    return pa.array(dates.to_numpy().argsort(kind="stable"))


def _name_when_read(frame: pd.DataFrame, number: int) -> str | None:
    """Return the name in the attributes of a frame that was read from this dataset."""
    facts = frame.attrs.get("alphacast")
    if not isinstance(facts, dict) or facts.get("dataset_id") != number:
        return None
    name = facts.get("name")
    return name if isinstance(name, str) else None
