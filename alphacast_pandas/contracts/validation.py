"""Runs a pandera schema over a frame, and follows the caller's rows through it."""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.contracts.failures import Failure, from_pandera, refuse, short
from alphacast_pandas.contracts.schemas import index_levels, schema_of, to_schema
from alphacast_pandas.errors import ValidationError
from alphacast_pandas.user_warnings import warn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.contracts.failures import LabelOf

_MOST_LABELS = 5
_UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Outcome:
    """A flat frame as a schema leaves it, the caller's labels of its rows, what is wrong."""

    frame: pd.DataFrame
    labels: CallerLabels
    failures: list[Failure]


def run_schema(df: pd.DataFrame, flat: pd.DataFrame, schema: Any, consequence: str) -> Outcome:
    """
    Return what a schema, if there is one, makes of a frame.

    A schema that describes an index is run over `df`, any other over `flat`, which holds the same
    rows with index levels as columns where they belong to the data. `consequence` is the sentence
    that tells a caller what becomes of rows that the schema drops.
    """
    if schema is None:
        return Outcome(flat, CallerLabels(df.index, flat, flat), [])
    levels = index_levels(schema)
    if not levels:
        return _run(flat, df.index, schema, consequence, on_index=False)
    failures = _index_failures(df, levels)
    if failures:
        return Outcome(flat, CallerLabels(df.index, flat, flat), failures)
    outcome = _run(df, df.index, schema, consequence, on_index=True)
    names, made_names = [*df.index.names], [*outcome.frame.index.names]
    has_levels = len(flat.columns) > len(df.columns)
    if made_names != names or (has_levels and {*names} & {*outcome.frame.columns}):
        changed = Failure(None, "the schema's parsers leave another index than they were given")
        return Outcome(flat, CallerLabels(df.index, flat, flat), [changed, *outcome.failures])
    frame = outcome.frame.reset_index(drop=not has_levels)
    return Outcome(frame, outcome.labels, outcome.failures)


def check_arrival(
    frame: pd.DataFrame, contract: Any, definitions: Definitions, index: Sequence[str]
) -> pd.DataFrame:
    """Return the frame as the schema leaves it, still without its index, or raise."""
    if contract is True:
        schema: Any = schema_of(definitions, {name: frame[name].dtype for name in frame.columns})
    else:
        schema = to_schema(contract)
    indexed = frame.set_index([*index]) if index else frame
    outcome = run_schema(indexed, frame, schema, "They are not in the frame.")
    refuse(outcome.failures, "What arrived breaks its contract")
    absent = [name for name in index if name not in outcome.frame.columns]
    if absent:
        msg = f"The schema leaves no column {absent[0]!r}, which index= names."
        raise ValidationError(msg)
    return outcome.frame


class CallerLabels:
    """
    The caller's labels of the rows that a schema has made, looked up by position.

    `given` is the frame that the schema was run over, whose rows are the caller's; `made` is what
    it was made into.
    """

    def __init__(
        self,
        labels: pd.Index,
        given: pd.DataFrame,
        made: pd.DataFrame,
        parsers: Sequence[Any] = (),
    ) -> None:
        self._labels = labels
        self._given, self._made = given, made
        # One that is called for each cell moves no rows.
        self._parsers = [parser for parser in parsers if not parser.element_wise]

    def place(self, position: int) -> tuple[Any, int | None]:
        """
        Return the label of a row, and its position if other rows have that label too.

        Both are None for a row that cannot be traced to the caller's frame.
        """
        return self._place(self.positions[position])

    def of_label(self, label: Any) -> tuple[Any, int | None]:
        """Return the place of the row that has this label in the frame made."""
        positions = {self.positions[n] for n in np.flatnonzero(self._made.index == label)}
        return self._place(positions.pop() if len(positions) == 1 else _UNKNOWN)

    @cached_property
    def positions(self) -> np.ndarray:
        """The position in the caller's frame of each row made, -1 where it is not known."""
        given, made = self._given.index, self._made.index
        if self._parsers:
            return _trace(self._given, made, self._parsers)
        if given.equals(made):
            return np.arange(len(given))
        return given.get_indexer(made) if given.is_unique else np.full(len(made), _UNKNOWN)

    def dropped(self) -> list[Any]:
        """Return the labels of rows that are gone, none if they cannot be told."""
        if (self.positions == _UNKNOWN).any():
            return []
        rows = np.setdiff1d(np.arange(len(self._given)), self.positions)
        return [self._labels[row] for row in rows]

    def _place(self, position: int) -> tuple[Any, int | None]:
        if position == _UNKNOWN:
            return None, None
        return self._labels[position], int(position) if self._repeated[position] else None

    @cached_property
    def _repeated(self) -> np.ndarray:
        return self._labels.duplicated(keep=False)


def _run(
    given: pd.DataFrame, labels: pd.Index, schema: Any, consequence: str, *, on_index: bool
) -> Outcome:
    """Return what a schema makes of the very frame that it is given."""
    import pandera.errors

    try:
        made = _validate(given, schema)
    except pandera.errors.SchemaErrors as errors:
        made = errors.data if isinstance(errors.data, pd.DataFrame) else given
        rows = CallerLabels(labels, given, made, schema.parsers or ())
        label_of = _read_label(given.index) if on_index else rows.of_label
        return Outcome(made, rows, from_pandera(errors, label_of))
    except Exception as error:  # noqa: BLE001 - a parser may raise anything, and pandera does too
        what = f"the schema could not be run: {type(error).__name__}: {error}"
        return Outcome(given, CallerLabels(labels, given, given), [Failure(None, what)])
    rows = CallerLabels(labels, given, made, schema.parsers or ())
    failures = _dropping_failures(given, made, schema)
    if not failures:
        _warn_of_dropped(rows, given, made, consequence)
    return Outcome(made, rows, failures)


def _validate(given: pd.DataFrame, schema: Any) -> pd.DataFrame:
    """Return what pandera makes of a frame; rows of a MultiIndex are dropped here."""
    import pandera.errors

    has_parsers = any(column.parsers for column in schema.columns.values())
    if not (schema.drop_invalid_rows and isinstance(given.index, pd.MultiIndex)) or has_parsers:
        made: pd.DataFrame = schema.validate(given, lazy=True)
        return made
    # Pandera evaluates the text of such labels as source, which fails for dates.
    refusing = copy.copy(schema)
    refusing.drop_invalid_rows = False
    try:
        made = refusing.validate(given, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        failures = from_pandera(errors, _read_label(given.index))
        if any(not isinstance(failure.row, tuple) for failure in failures):
            raise
        made = errors.data[~errors.data.index.isin([failure.row for failure in failures])]
    return made


def _dropping_failures(given: pd.DataFrame, made: pd.DataFrame, schema: Any) -> list[Failure]:
    """Return what is wrong if pandera has dropped rows by labels that valid rows have too."""
    parts = (schema, *schema.columns.values())
    drops = any(getattr(part, "drop_invalid_rows", False) for part in parts)
    if not drops or len(made) >= len(given) or given.index.is_unique:
        return []
    what = "drop_invalid_rows would drop valid rows too, since labels of the index repeat"
    remedy = "df = df.reset_index(), and describe the columns that it makes in the schema."
    return [Failure(None, what, remedy=remedy)]


def _warn_of_dropped(
    rows: CallerLabels, given: pd.DataFrame, made: pd.DataFrame, consequence: str
) -> None:
    if made.index.equals(given.index):
        return
    dropped = rows.dropped()
    count = max(len(dropped), len(given) - len(made))
    if count <= 0:
        return
    listed = ", ".join(map(short, dropped[:_MOST_LABELS]))
    more = f" and {len(dropped) - _MOST_LABELS:,} more" if len(dropped) > _MOST_LABELS else ""
    named = f" (row{'s' * (len(dropped) > 1)} {listed}{more})" if dropped else ""
    warn(f"The schema drops {count:,} of {len(given):,} rows{named}. {consequence}")


def _index_failures(df: pd.DataFrame, levels: Sequence[Any]) -> list[Failure]:
    """Return what is wrong if the frame's index is not the one that a schema describes."""
    names = [level.name for level in levels if level.name is not None]
    absent = [name for name in names if name not in {*df.index.names}]
    if not absent:
        return []
    what = f"the schema describes an index of {names!r}, and the frame has none of {absent!r}"
    return [
        Failure(None, what, remedy=f"df = df.set_index({names!r}); in a read, index={names!r}.")
    ]


def _read_label(index: pd.Index) -> LabelOf:
    """Return what gives the label that pandera means; of a MultiIndex it tells the text."""
    if not isinstance(index, pd.MultiIndex):
        return lambda label: (label, None)
    labels = {str(label): label for label in index.tolist()}
    return lambda text: (labels.get(text, text), None)


class _Row:
    """A row of the caller's frame, which a parser carries along in a column of its own."""

    __slots__ = ("position",)

    def __init__(self, position: int) -> None:
        self.position = position

    # All are equal, so that a parser that drops repeated rows drops the same ones as without them.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Row)

    def __hash__(self) -> int:
        return 0


def _trace(given: pd.DataFrame, made: pd.Index, parsers: Sequence[Any]) -> np.ndarray:
    """
    Return the caller's row of each row that a schema has made, -1 where it is not known.

    The parsers run once more, over a frame in which every row carries its position: they may sort,
    filter or add rows and number them anew. Where that changes what they do, nothing is known.
    """
    unknown = np.full(len(made), _UNKNOWN)
    frame = given.copy()
    cells = pd.Series([_Row(n) for n in range(len(given))], index=given.index, dtype=object)
    frame.insert(len(frame.columns), "\uffff", cells.to_numpy())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they have been issued
            for parser in parsers:
                frame = parser(frame).parser_output
        columns = (frame.iloc[:, n] for n in range(len(frame.columns)))
        [carried] = [c for c in columns if any(isinstance(cell, _Row) for cell in c)]
        positions = np.array([getattr(cell, "position", _UNKNOWN) for cell in carried], np.intp)
    except Exception:  # noqa: BLE001 - they are the user's, and may mind the column
        return unknown
    if frame.index.equals(made):
        return positions
    if not frame.index.is_unique:
        return unknown
    places = frame.index.get_indexer(made)
    return np.where(places == _UNKNOWN, _UNKNOWN, positions[places])
