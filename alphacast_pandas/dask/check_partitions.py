"""The check of all partitions before the first one is sent, and of their keys among each other."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.column_types import STRING
from alphacast_pandas.contracts.failures import Failure, listed, refuse
from alphacast_pandas.errors import ValidationError
from alphacast_pandas.writing.arrow import to_table
from alphacast_pandas.writing.check_frame import (
    FrameOptions,
    count_empty_text,
    examine_frame,
    warn_of_empty_text,
)
from alphacast_pandas.writing.key_hashes import hash_keys, repeated_hashes
from alphacast_pandas.writing.rules import UNIQUE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import dask.dataframe as dd

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.writing.check_frame import CheckedFrame
    from alphacast_pandas.writing.roles import Roles

_MOST_TOLD = 3  # partitions whose failures are in the message
# Of more failures than these nobody reads all.
_MOST_FAILURES = 1_000
# Keys that are compared at a time: their rows are held for it.
_MOST_KEYS = 200
_BREAKS = "Nothing was sent, since the partition breaks its contract"
_REFUSED = "Nothing was sent, since rows of different partitions have the same key"
_PANDAS_FRAME = re.compile(r"\bdf\b")
_MEANING = "Here df is one partition: ddf = ddf.map_partitions(function) changes each of them."


@dataclass(frozen=True, eq=False)
class CheckedPartition:
    """A partition that may be sent: how many rows of it, a hash of all its values, its roles."""

    number: int
    rows: int
    digest: tuple[int, int]
    roles: Roles


@dataclass(frozen=True, eq=False)
class _Examined:
    """
    A partition that holds rows, and what is wrong with it.

    `checked` is None if it is not even clear which columns it has, or what they are.
    """

    number: int
    frame: pd.DataFrame
    checked: CheckedFrame | None
    error: ValidationError | None


def check_partitions(
    ddf: dd.DataFrame, options: FrameOptions, definitions: Definitions | None
) -> list[CheckedPartition]:
    """
    Return the partitions that hold rows, or raise a `ValidationError` for all that is wrong.

    They are computed one at a time.
    """
    partitions: list[CheckedPartition] = []
    key_hashes: list[np.ndarray] = []  # of the partitions, in their order
    errors: dict[int, ValidationError] = {}
    empty_texts: Counter[str] = Counter()
    for each in _examine(ddf, replace(options, refusal=_BREAKS), definitions):
        if each.error is not None:
            errors[each.number] = each.error
            _raise_if_enough(errors, each)
        elif each.checked is not None and not errors:
            checked = each.checked
            empty_texts.update(count_empty_text(checked))
            key_hashes.append(hash_keys(_keys_of(checked), checked.roles))
            rows = len(checked.frame)
            partition = CheckedPartition(each.number, rows, digest(each.frame), checked.roles)
            partitions.append(partition)
    if errors:
        raise _joined(errors)
    if not partitions:
        msg = "The frame is empty: there is nothing to push."
        raise ValidationError(msg)
    roles = partitions[0].roles
    stated = replace(options, date=roles.date, entities=[*roles.entities])
    _check_unique(ddf, stated, definitions, partitions, key_hashes)
    warn_of_empty_text(empty_texts)
    return partitions


def _examine(
    ddf: dd.DataFrame, options: FrameOptions, definitions: Definitions | None
) -> Iterator[_Examined]:
    """Yield the partitions that hold rows, each compared with the first one."""
    first: CheckedFrame | None = None
    names: list[Any] = []  # of its columns
    for number in range(ddf.npartitions):
        frame = ddf.partitions[number].compute()
        if not len(frame):
            continue
        try:
            checked, failures = examine_frame(frame, options, definitions)
        except ValidationError as error:
            yield _Examined(number, frame, None, error)
            continue
        if first is None:
            first, names = checked, [*frame.columns]
            options = replace(options, date=first.roles.date, entities=[*first.roles.entities])
        unlike = [*_other_columns(frame, names), *_other_types(checked, first)]
        yield _Examined(number, frame, checked, _to_error([*unlike, *failures]))


def digest(frame: pd.DataFrame) -> tuple[int, int]:
    """Return the number of rows and a hash of all values, by which a partition is known again."""
    try:
        hashes = pd.util.hash_pandas_object(frame).to_numpy()
    except TypeError:  # columns that are not sent may hold anything
        return len(frame), 0
    weights = np.arange(1, 2 * len(hashes) + 1, 2, dtype=np.uint64)  # so that the order counts
    return len(frame), int((hashes * weights).sum(dtype=np.uint64))


def _other_columns(frame: pd.DataFrame, names: list[Any]) -> list[Failure]:
    """Return which columns of the first partition are absent, and which are here in addition."""
    remedy = (
        "names = [*ddf.columns]; ddf = ddf.map_partitions(lambda part: "
        "part.reindex(columns=names)) gives all partitions the columns that Dask knows."
    )
    absent = [name for name in names if name not in frame.columns]
    new = [name for name in frame.columns if name not in names]
    is_absent = "is in the first partition that holds rows, and not in this one"
    is_new = "is in this partition, and not in the first one that holds rows"
    return [
        Failure(name, "columns of the first partition", predicate=predicate, remedy=remedy)
        for some, predicate in ((absent, is_absent), (new, is_new))
        for name in some
    ]


def _other_types(checked: CheckedFrame, first: CheckedFrame) -> list[Failure]:
    """Return which columns would be stored as another type than those of the first partition."""
    types = first.types
    return [
        Failure(
            name,
            "type of the first partition",
            predicate=f"would be stored as {type_.name}, and in the first partition that holds "
            f"rows as {types[name].name}",
            remedy=f"ddf = ddf.astype({{{name!r}: {_common_dtype(type_, types[name])!r}}}) gives "
            "the column one type in all partitions.",
        )
        for name, type_ in checked.types.items()
        if name in types and type_ is not types[name]
    ]


def _common_dtype(*types: ColumnType) -> str:
    """Return the type of pandas that holds the values of columns of these types."""
    return "string" if STRING in types else "float64"


def _to_error(failures: list[Failure]) -> ValidationError | None:
    """Return the error for the failures of a partition, None if there are none."""
    try:
        refuse(failures, _BREAKS)
    except ValidationError as error:
        return error
    return None


def _raise_if_enough(errors: dict[int, ValidationError], last: _Examined) -> None:
    """Raise before the next partition is computed if nothing new can be expected of it."""
    count = sum(len(error.failures) for error in errors.values())
    if last.checked is None or count > _MOST_FAILURES:
        raise _joined(errors, f"Later partitions than {last.number} were not checked.")


def _joined(errors: dict[int, ValidationError], note: str = "") -> ValidationError:
    """Return one error for those of several partitions."""
    told = [f"Partition {number}: {error}" for number, error in [*errors.items()][:_MOST_TOLD]]
    if len(errors) > _MOST_TOLD:
        told.append(f"... and {len(errors) - _MOST_TOLD:,} more partitions: see error.failures.")
    if any(_PANDAS_FRAME.search(text) for text in told):
        told.append(_MEANING)
    tables = [error.failures.assign(partition=number) for number, error in errors.items()]
    failures = pd.concat(tables, ignore_index=True)
    return ValidationError("\n".join(filter(None, [*told, note])), failures=failures)


def _keys_of(checked: CheckedFrame) -> pd.DataFrame:
    """Return the keys as the dataset will hold them, of whatever types the frame has them."""
    keys = checked.frame[[*checked.roles.keys]]
    frame: pd.DataFrame = to_table(keys, checked.types).to_pandas()
    return frame


def _check_unique(
    ddf: dd.DataFrame,
    options: FrameOptions,
    definitions: Definitions | None,
    partitions: list[CheckedPartition],
    key_hashes: list[np.ndarray],
) -> None:
    """Raise if rows of different partitions have the same key."""
    hashes = repeated_hashes(np.concatenate(key_hashes))
    # Two keys may have one hash, so the keys themselves are compared.
    for start in range(0, len(hashes), _MOST_KEYS):
        some = hashes[start : start + _MOST_KEYS]
        numbers = [
            each.number
            for each, own in zip(partitions, key_hashes, strict=True)
            if np.isin(own, some).any()
        ]
        failures = _repeated_keys(ddf, options, definitions, numbers, some)
        told = f"; of {len(hashes):,} keys that are repeated, {_MOST_KEYS} are told of"
        refuse(failures, f"{_REFUSED}{told if len(hashes) > _MOST_KEYS else ''}")


def _repeated_keys(
    ddf: dd.DataFrame,
    options: FrameOptions,
    definitions: Definitions | None,
    numbers: list[int],
    hashes: np.ndarray,
) -> list[Failure]:
    """Return which keys among those with these hashes are in several of these partitions."""
    places: dict[tuple[Any, ...], list[int]] = {}
    names: list[str] = []
    for number in numbers:
        checked, _ = examine_frame(ddf.partitions[number].compute(), options, definitions)
        keys, names = _keys_of(checked), [*checked.roles.keys]
        found = keys[np.isin(hash_keys(keys, checked.roles), hashes)]
        for key in found.itertuples(index=False, name=None):
            places.setdefault(key, []).append(number)
    remedy = (
        f"ddf = ddf.drop_duplicates(subset={names!r}) keeps one row of each key; or name the "
        "columns that tell the rows apart in entities=."
    )
    return [
        Failure(
            names[0],
            UNIQUE_KEY,
            value=key,
            predicate=f"is in the partitions {listed(own)}",
            remedy=remedy,
        )
        for key, own in places.items()
        if len(own) > 1
    ]
