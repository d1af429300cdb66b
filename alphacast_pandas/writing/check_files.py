"""The check of Parquet files before a push: all of their rows, some at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alphacast_pandas.api.clock import SystemClock
from alphacast_pandas.contracts.failures import Failure, refuse
from alphacast_pandas.errors import ValidationError
from alphacast_pandas.progress import Meter
from alphacast_pandas.writing.check_frame import (
    FrameOptions,
    columns_to_send,
    count_empty_text,
    examine_frame,
    flat_frame,
    warn_of_empty_text,
)
from alphacast_pandas.writing.dates import longest_format
from alphacast_pandas.writing.key_hashes import hash_keys, repeated_hashes, to_instants
from alphacast_pandas.writing.kinds import Kind, kind_of
from alphacast_pandas.writing.rules import UNIQUE_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.writing.check_frame import CheckedFrame
    from alphacast_pandas.writing.parquet_files import ParquetFiles
    from alphacast_pandas.writing.roles import Roles

# Of more failures than these nobody reads all.
_MOST_FAILURES = 1_000
# Keys of which rows are compared at a time: fewer than the rows that are held for it.
_MOST_KEYS = 200
# What the remedies are for: its types are those of the file.
_FRAME = 'pd.read_parquet(..., dtype_backend="pyarrow")'


@dataclass(frozen=True, eq=False)
class CheckedFiles:
    """Parquet files whose rows may be sent, with the roles and the types of their columns."""

    files: ParquetFiles
    index: bool | None
    roles: Roles
    types: Mapping[str, ColumnType]
    date_format: str
    date_span: tuple[pd.Timestamp, pd.Timestamp]

    @property
    def subject(self) -> str:
        """What is sent, as a sentence about it begins."""
        return self.files.shown

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return self.files.rows

    @property
    def columns(self) -> list[str]:
        """The columns that are sent, in their order."""
        return [*self.types]

    def frames(self, first_row: int) -> Iterator[pd.DataFrame]:
        """Yield the rows from one on; raise if a file is not the one that was checked."""
        for frame in self.files.frames(first_row):
            yield columns_to_send(flat_frame(frame, self.index), self.roles)


def check_files(
    files: ParquetFiles,
    options: FrameOptions,
    definitions: Definitions | None,
    client: Client | None = None,
    *,
    progress: bool | None = False,
) -> CheckedFiles:
    """
    Return the files with roles and types, or raise a `ValidationError` for all rows at once.

    `definitions` are those of the dataset they are for, None if there is none yet.
    """
    if not files.rows:
        msg = f"{files.shown} holds no rows: there is nothing to push."
        raise ValidationError(msg)
    options = replace(
        options,
        refusal=f"Nothing was sent, since {files.shown} breaks its contract (below, df is "
        f"{_FRAME})",
    )
    clock = SystemClock() if client is None else client._connection.clock
    with Meter(f"Checking {files.shown}", progress=progress, clock=clock) as meter:
        meter.begin(files.rows, phase="checking", unit=" rows")
        return _check_files(files, options, definitions, meter.advance)


def _check_files(
    files: ParquetFiles,
    options: FrameOptions,
    definitions: Definitions | None,
    on_rows: Callable[[int], None],
) -> CheckedFiles:
    """Return the files with roles and types, or raise; tell of rows that are checked."""
    failures: dict[object, Failure] = {}
    empty_texts: Counter[str] = Counter()
    checked: CheckedFrame | None = None
    formats: set[str] = set()
    spans: list[pd.Timestamp] = []
    first_row = 0
    for frame in files.frames():
        checked, found = _examine(files, frame, options, definitions)
        for failure in found:
            if failure.check != UNIQUE_KEY:
                failures.setdefault(*_placed(failure, first_row))
        if len(failures) > _MOST_FAILURES and first_row + len(frame) < files.rows:
            last = first_row + len(frame) - 1
            refuse([*failures.values()], f"{options.refusal}; rows after {last:,} were not checked")
        if not failures:
            formats.add(checked.date_format)
            spans += checked.date_span
            empty_texts.update(count_empty_text(checked))
        first_row += len(frame)
        on_rows(len(frame))
    if checked is None:  # pragma: no cover - there are rows
        raise AssertionError
    hashes = _repeated_hashes(files, checked)
    repeated = _repeated_keys(files, checked.given_roles, hashes, options, definitions)
    some = f"; of {len(hashes):,} keys that are repeated, {_MOST_KEYS} are told of"
    is_more = repeated and len(hashes) > _MOST_KEYS
    refuse([*failures.values(), *repeated], f"{options.refusal}{some if is_more else ''}")
    warn_of_empty_text(empty_texts)
    span = min(spans), max(spans)
    return CheckedFiles(
        files, options.index, checked.roles, checked.types, longest_format(formats), span
    )


def _examine(
    files: ParquetFiles,
    frame: pd.DataFrame,
    options: FrameOptions,
    definitions: Definitions | None,
) -> tuple[CheckedFrame, list[Failure]]:
    try:
        return examine_frame(frame, options, definitions)
    except ValidationError as error:
        if str(error).startswith(options.refusal):  # which names the files
            raise
        msg = f"{files.shown}, of which df is {_FRAME}: {error}"
        raise ValidationError(msg, failures=error.failures) from error


def _placed(failure: Failure, first_row: int) -> tuple[object, Failure]:
    """Return a failure of some rows as one of all, and what tells it from others."""
    if failure.row is None:
        return (failure.column, failure.check), failure
    position = None if failure.position is None else failure.position + first_row
    placed = replace(failure, position=position)
    return (failure.column, failure.check, first_row, repr(failure.row), failure.position), placed


def _repeated_hashes(files: ParquetFiles, checked: CheckedFrame) -> np.ndarray:
    """
    Return the hashes that several keys have: of keys that are repeated, very seldom of others.

    Few hashes are held at a time if the rows come by date, and else eight bytes a row.
    """
    frame, roles = checked.frame, checked.roles
    kinds = {name: kind_of(frame[name]) for name in roles.keys if name in frame.columns}
    if len(kinds) < len(roles.keys) or kinds[roles.date] is not Kind.DATE:
        return np.empty(0, np.uint64)  # which is said already
    if Kind.OTHER in kinds.values():
        return np.empty(0, np.uint64)
    given = checked.given_roles
    if not files.have_columns(given.keys):  # but one of the numbers of the rows
        return np.empty(0, np.uint64)
    hashes = _repeated_by_date(files, given)
    return _repeated_in_any_order(files, given) if hashes is None else hashes


def _repeated_keys(
    files: ParquetFiles,
    roles: Roles,
    hashes: np.ndarray,
    options: FrameOptions,
    definitions: Definitions | None,
) -> list[Failure]:
    """Return which rows have the key of another one, comparing those of these hashes by value."""
    stated = replace(options, date=roles.date, entities=roles.entities)
    for start in range(0, len(hashes), _MOST_KEYS):
        candidates = _rows_of(files, roles, hashes[start : start + _MOST_KEYS], options.index)
        _, found = _examine(files, candidates, stated, definitions)
        # Positions would be those among these rows.
        repeated = [replace(each, position=None) for each in found if each.check == UNIQUE_KEY]
        if repeated:
            return repeated
    return []


def _rows_of(
    files: ParquetFiles,
    roles: Roles,
    hashes: np.ndarray,
    index: bool | None,  # noqa: FBT001 - the keyword as given
) -> pd.DataFrame:
    """Return rows whose keys have one of these hashes: all, or more than there are hashes."""
    rows: list[pd.DataFrame] = []
    for frame in files.frames():
        rows.append(frame[np.isin(hash_keys(flat_frame(frame, index), roles), hashes)])
        if sum(map(len, rows)) > _MOST_FAILURES:  # so some of them share a hash
            break
    found = pd.concat(rows).head(_MOST_FAILURES)
    found.attrs = files.attrs
    return found


def _repeated_by_date(files: ParquetFiles, roles: Roles) -> np.ndarray | None:
    """Return hashes that keys share, if the rows come by date, so that few need be compared."""
    repeated: list[np.ndarray] = []
    last, held = None, np.empty(0, np.uint64)
    for keys in files.columns(roles.keys):
        dates = to_instants(keys[roles.date])
        is_by_date = (last is None or last <= dates[0]) and (dates[:-1] <= dates[1:]).all()
        if not is_by_date:
            return None
        hashes = hash_keys(keys, roles)
        repeated.append(repeated_hashes(np.concatenate([held, hashes])))
        is_last = dates == dates[-1]
        held = (
            np.concatenate([held, hashes])
            if is_last.all() and last == dates[-1]
            else hashes[is_last]
        )
        last = dates[-1]
    return np.unique(np.concatenate(repeated)) if repeated else held


def _repeated_in_any_order(files: ParquetFiles, roles: Roles) -> np.ndarray:
    """Return hashes that keys share, of all rows."""
    hashes, filled = np.empty(files.rows, np.uint64), 0
    for keys in files.columns(roles.keys):
        hashes[filled : filled + len(keys)] = hash_keys(keys, roles)
        filled += len(keys)
    return repeated_hashes(hashes)
