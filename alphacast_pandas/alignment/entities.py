"""Which entities of frames are the same, and by which of them each frame is joined."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.alignment.codes import order_of
from alphacast_pandas.column_types import text_dtype
from alphacast_pandas.contracts.failures import plain, short
from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.names import canonical_name, check_names
from alphacast_pandas.text import value_text
from alphacast_pandas.writing.kinds import Kind, kind_of

if TYPE_CHECKING:
    from alphacast_pandas.alignment.sources import Source

DATE_NAME = "Date"
# A nearest name takes a time that grows with both lists: for very many names it is left open.
_MOST_COMPARISONS = 50_000
_LONGEST_CODE = 4
_LOWER_CASE_LENGTHS = (2, 3)  # longer ones are words


@dataclass(frozen=True, eq=False)
class Entity:
    """
    An entity of the result: its values in order, and the numbers of these in each frame's rows.

    `codes` are by place of the frame; a frame that is not joined by this entity has none.
    """

    name: str
    values: pd.Series
    codes: Mapping[int, np.ndarray]


@dataclass(frozen=True, eq=False)
class Entities:
    """
    The entities of the result, and what did not meet, as it is told in attrs.

    `unmatched` are values that one frame alone has, `alone` those of frames joined by period.
    """

    entities: Sequence[Entity]
    unmatched: Sequence[dict[str, Any]]
    alone: Sequence[dict[str, Any]]

    def codes_of(self, place: int) -> dict[str, np.ndarray]:
        """Return the numbers by which the frame at a place is joined."""
        return {each.name: each.codes[place] for each in self.entities if place in each.codes}


@dataclass(frozen=True, eq=False)
class _Member:
    """An entity column of a frame: its distinct values, and their numbers in its rows."""

    values: list[Any]
    codes: np.ndarray
    column: pd.Series


def check_mapping(entities: Any) -> dict[str, tuple[str, ...]]:
    """Return `entities` as the names in frames by the name in the result."""
    if entities is None:
        return {}
    is_mapping = isinstance(entities, Mapping) and all(isinstance(name, str) for name in entities)
    if not is_mapping:
        msg = (
            "entities maps a name of the result to the names in the frames, such as "
            f"{{'country': ['country', 'Country / Region']}}, got {value_text(entities)}."
        )
        raise QueryError(msg)
    mapping: dict[str, tuple[str, ...]] = {}
    for name, given in entities.items():
        names = (given,) if isinstance(given, str) else given
        if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
            msg = f"entities: {name!r} must be a name or a list of names, got {value_text(given)}."
            raise QueryError(msg)
        mapping[name] = tuple(names)
    counts = Counter(each for names in mapping.values() for each in dict.fromkeys(names))
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        msg = f"entities: {twice[0]!r} stands under two names of the result. Leave one of them out."
        raise QueryError(msg)
    return mapping


def match_entities(sources: Sequence[Source], mapping: Mapping[str, Sequence[str]]) -> Entities:
    """Return the entities of the result, joined by equal names or as the caller maps them."""
    known = [*dict.fromkeys(name for each in sources for name in each.columns.entities)]
    for result, names in mapping.items():
        _check_known(result, names, known, sources)
    renamed = {name: result for result, names in mapping.items() for name in names}
    order = [*dict.fromkeys(renamed.get(name, name) for name in known)]
    if DATE_NAME in order:
        names = [*mapping.get(DATE_NAME, (DATE_NAME,))]
        msg = (
            f"An entity is called {DATE_NAME!r}, as the date of the result is. Give it another "
            f"name: entities={{'entity': {names!r}}}."
        )
        raise QueryError(msg)
    members = {name: _members(name, sources, renamed) for name in order}
    entities, unmatched, alone = [], [], []
    for name, own in members.items():
        single = [place for place in own if _is_alone(place, name, members, sources)]
        alone += [_told(sources[place], name, own[place].values[0]) for place in single]
        joined = {place: member for place, member in own.items() if place not in single}
        if single and not any(member.values for member in joined.values()):
            continue  # frames without rows
        unmatched += _unmatched(name, joined, sources)
        entities.append(_entity(name, joined))
    return Entities(entities, unmatched, alone)


def _check_known(
    result: str, names: Sequence[str], known: Sequence[str], sources: Sequence[Source]
) -> None:
    for name in names:
        holders = [each for each in sources if name in each.columns.columns]
        if name not in known and holders:
            msg = (
                f"entities: {name!r} is a column of frame {value_text(holders[0].label)}, but not "
                "an entity of it. Read or make the frame with this entity, or drop the column."
            )
            raise QueryError(msg)
    check_names(names, known, f"entities[{result!r}]")


def _members(
    name: str, sources: Sequence[Source], renamed: Mapping[str, str]
) -> dict[int, _Member]:
    """Return the columns that an entity of the result has in frames, by place of the frame."""
    columns = {
        place: [each for each in source.columns.entities if renamed.get(each, each) == name]
        for place, source in enumerate(sources)
    }
    return {place: _member(sources[place], own, name) for place, own in columns.items() if own}


def _entity(name: str, members: Mapping[int, _Member]) -> Entity:
    values = _in_order([*dict.fromkeys(v for member in members.values() for v in member.values)])
    numbers = {value: number for number, value in enumerate(values)}
    codes = {
        place: np.array([numbers[value] for value in member.values], np.int32)[member.codes]
        for place, member in members.items()
    }
    return Entity(name, _at_type(values, [each.column for each in members.values()], name), codes)


def _member(source: Source, own: Sequence[str], name: str) -> _Member:
    columns = [source.columns.columns[each] for each in own]
    column = columns[0] if len(columns) == 1 else _as_one(source, columns, name)
    missing = int(column.isna().sum())
    if missing:
        how = ', how="all"' * (len(own) > 1)
        call = f"dropna(subset={[*own]!r}{how})"
        levels = [*source.columns.levels]
        if {*own} & {*levels}:
            call = f"reset_index().{call}.set_index({levels!r})"
        msg = (
            f"{source}: {missing:,} of its {len(column):,} rows have no value in the entity "
            f"{own[0]!r}, so they cannot be joined. Leave them out, df = df.{call}, or give them a "
            "name."
        )
        raise ValidationError(msg)
    codes, values = pd.factorize(column)
    return _Member([plain(each) for each in values], np.asarray(codes, np.int32), column)


def _as_one(source: Source, columns: Sequence[pd.Series], name: str) -> pd.Series:
    """Return two entities of a frame as one: of each row the value that is not missing."""
    objects = [column.astype(object) for column in columns]
    joined = objects[0].where(objects[0].notna(), np.nan)
    for other in objects[1:]:
        differs = joined.notna() & other.notna() & (joined != other)
        if differs.any():
            row = int(np.flatnonzero(differs.to_numpy())[0])
            msg = (
                f"{source} has both {columns[0].name!r} and {other.name!r}, which entities= makes "
                f"one ({name!r}), and they differ in a row: {short(joined.iloc[row])} and "
                f"{short(other.iloc[row])}. Drop one of the columns, or keep both as entities."
            )
            raise QueryError(msg)
        joined = joined.where(joined.notna(), other)
    _refuse_meeting(source, columns, joined, name)
    return joined


def _refuse_meeting(
    source: Source, columns: Sequence[pd.Series], joined: pd.Series, name: str
) -> None:
    """Raise if rows of two entities that become one stand on one date."""
    others = [each for each in source.columns.entities if each not in {c.name for c in columns}]
    keys = pd.DataFrame({"day": source.days, "joined": joined.to_numpy()})
    for number, other in enumerate(others):
        keys[f"other {number}"] = source.columns.columns[other].astype(object).to_numpy()
    kinds = sum((1 << n) * column.notna().to_numpy() for n, column in enumerate(columns))
    pairs = keys.assign(kind=kinds).drop_duplicates()
    meets = pairs.duplicated([*keys.columns]).to_numpy()
    if meets.any():
        first = pairs.iloc[int(np.flatnonzero(meets)[0])]
        msg = (
            f"{source}: entities= makes {' and '.join(repr(each.name) for each in columns)} one "
            f"({name!r}), and both have a row of {short(first['joined'])} on "
            f"{np.datetime64(int(first['day']), 'D')}. Drop one of them, or keep both as entities."
        )
        raise QueryError(msg)


def _is_alone(
    place: int,
    name: str,
    members: Mapping[str, Mapping[int, _Member]],
    sources: Sequence[Source],
) -> bool:
    """
    Tell a frame that is not joined by an entity: its only value is in no other frame.

    Not where a frame of several values has it, or a similar one, under any name, or writes codes
    where this one writes a name: then nobody knows whether the value is among them.
    """
    own = members[name]
    others = [each for at, each in enumerate(sources) if at != place and each.found.dates]
    if len(own[place].values) != 1 or not others:
        return False
    value = own[place].values[0]
    if any(value in each.values for at, each in own.items() if at != place):
        return False
    panels = [
        (other == name, member.values)
        for other, held in members.items()
        for at, member in held.items()
        if at != place and len(member.values) > 1
    ]
    return not any(_may_hold(panel, value, is_same=is_same) for is_same, panel in panels)


def _may_hold(panel: Sequence[Any], value: Any, *, is_same: bool) -> bool:
    """Tell whether values of the same entity, or of another one, may mean a value, too."""
    near = _nearest(value, _by_canonical(panel), guess=len(panel) <= _MOST_COMPARISONS)
    return near is not None or value in panel or (is_same and _differ_in_form(panel, value))


def _differ_in_form(panel: Sequence[Any], value: Any) -> bool:
    return _are_codes(panel) != _are_codes([value])


def _are_codes(values: Sequence[Any]) -> bool:
    """Tell codes, such as ARG, EU27, br and 32, from names."""
    return all(not isinstance(each, str) or _is_code(each) for each in values)


def _is_code(text: str) -> bool:
    if text.islower():
        return len(text) in _LOWER_CASE_LENGTHS
    return (text.isupper() or text.isdigit()) and len(text) <= _LONGEST_CODE


def _unmatched(
    name: str, members: Mapping[int, _Member], sources: Sequence[Source]
) -> list[dict[str, Any]]:
    """Return the values that one frame alone has, with the nearest name that others have."""
    if len(members) < 2:
        return []
    counts = Counter(value for member in members.values() for value in member.values)
    found = []
    budget = _MOST_COMPARISONS
    for place, member in members.items():
        own = _in_order([value for value in member.values if counts[value] == 1])
        others = {v for at, each in members.items() if at != place for v in each.values}
        names = _by_canonical(_in_order([*(others - {*member.values})])) if own else {}
        for value in own:
            budget -= len(names)
            nearest = _nearest(value, names, guess=budget > 0)
            found.append({**_told(sources[place], name, value), "nearest": nearest})
    return found


def _told(source: Source, name: str, value: Any) -> dict[str, Any]:
    return {"label": source.label, "entity": name, "value": _to_json(value)}


def _by_canonical(values: Sequence[Any]) -> dict[str, str]:
    return {canonical_name(each): each for each in values if isinstance(each, str)}


def _nearest(value: Any, names: Mapping[str, str], *, guess: bool = True) -> str | None:
    """Return the name that is most like a value, None if none is like it."""
    if not isinstance(value, str):
        return None
    folded = canonical_name(value)
    if folded in names:
        return names[folded]
    close = difflib.get_close_matches(folded, names, n=1) if guess else []
    return names[close[0]] if close else None


def _in_order(values: Sequence[Any]) -> list[Any]:
    return [values[place] for place in order_of(values)]


def _at_type(values: list[Any], columns: Sequence[pd.Series], name: str) -> pd.Series:
    """Return entity values at the type that the columns share; text is pandas' own otherwise."""
    dtypes = {column.dtype for column in columns}
    if all(isinstance(dtype, pd.CategoricalDtype) for dtype in dtypes):
        return pd.Series(pd.Categorical(values, values), name=name)
    if len(dtypes) == 1:
        (dtype,) = dtypes
        return pd.Series(values, dtype=object, name=name).astype(dtype)
    is_text = all(kind_of(column) in {Kind.TEXT, Kind.EMPTY} for column in columns)
    dtype = text_dtype() if is_text else np.dtype(object)
    return pd.Series(values, dtype=object, name=name).astype(dtype)


def _to_json(value: Any) -> Any:
    """Return a value as plain JSON has it, since attrs are written to Parquet as such."""
    return value if isinstance(value, str | int | float | bool) else str(value)
