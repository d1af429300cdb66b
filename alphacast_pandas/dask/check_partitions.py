"""The check of all partitions before the first one is sent, and of their keys among each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.contracts.failures import Failure, refuse
from alphacast_pandas.errors import ValidationError
from alphacast_pandas.writing.arrow import to_table
from alphacast_pandas.writing.check_frame import FrameOptions, check_frame
from alphacast_pandas.writing.rules import UNIQUE_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dask.dataframe as dd

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.writing.check_frame import CheckedFrame
    from alphacast_pandas.writing.roles import Roles

_MOST_TOLD = 3  # partitions whose failures are in the message
_REFUSED = "Nothing was sent, since rows of different partitions have the same key"


@dataclass(frozen=True, eq=False)
class CheckedPartition:
    """
    What is kept of a partition that may be sent: a hash of each key, and one of all its values.

    `rows` are those that are sent; a partition that has none has no roles either.
    """

    number: int
    rows: int
    digest: tuple[int, int]
    roles: Roles
    key_hashes: np.ndarray


def check_partitions(
    ddf: dd.DataFrame, options: FrameOptions, definitions: Definitions | None
) -> list[CheckedPartition]:
    """
    Return the partitions that hold rows, or raise a `ValidationError` for all that is wrong.

    They are computed one at a time.
    """
    checked: list[CheckedPartition] = []
    failed: dict[int, ValidationError] = {}
    types: Mapping[str, ColumnType] | None = None  # of the first partition
    for number in range(ddf.npartitions):
        frame = ddf.partitions[number].compute()
        if not len(frame):
            continue
        try:
            result = check_frame(frame, options, definitions)
            _check_types(result, types)
        except ValidationError as error:
            failed[number] = error
            continue
        if types is None:
            types, roles = result.types, result.roles
            options = replace(options, date=roles.date, entities=[*roles.entities])
        hashes = _hash_rows(_keys_of(result))
        checked.append(
            CheckedPartition(number, len(result.frame), digest(frame), result.roles, hashes)
        )
    if failed:
        raise _joined(failed)
    if not checked:
        msg = "The frame is empty: there is nothing to push."
        raise ValidationError(msg)
    _check_unique(ddf, options, definitions, checked)
    return checked


def digest(frame: pd.DataFrame) -> tuple[int, int]:
    """Return the number of rows and a hash of all values, by which a partition is known again."""
    try:
        hashes = pd.util.hash_pandas_object(frame).to_numpy()
    except TypeError:  # columns that are not sent may hold anything
        return len(frame), 0
    weights = np.arange(1, 2 * len(hashes) + 1, 2, dtype=np.uint64)  # so that the order counts
    return len(frame), int((hashes * weights).sum(dtype=np.uint64))


def _check_types(result: CheckedFrame, types: Mapping[str, ColumnType] | None) -> None:
    """Raise unless the columns would be stored as those of the first partition."""
    failures = [
        Failure(
            name,
            "type of the first partition",
            predicate=f"would be stored as {type_.name}, and in the first partition that holds "
            f"rows as {types[name].name}",
            remedy=f"Give the column one type in all partitions: ddf.astype({{{name!r}: ...}}).",
        )
        for name, type_ in result.types.items()
        if types is not None and name in types and type_ is not types[name]
    ]
    refuse(failures, "Nothing was sent, since the partitions differ")


def _joined(failed: dict[int, ValidationError]) -> ValidationError:
    """Return one error for those of several partitions."""
    told = [f"Partition {number}: {error}" for number, error in [*failed.items()][:_MOST_TOLD]]
    if len(failed) > _MOST_TOLD:
        told.append(f"... and {len(failed) - _MOST_TOLD:,} more partitions: see error.failures.")
    tables = [error.failures.assign(partition=number) for number, error in failed.items()]
    failures = pd.concat(tables, ignore_index=True)
    return ValidationError("\n".join(told), failures=failures)


def _keys_of(checked: CheckedFrame) -> pd.DataFrame:
    """Return the keys as the dataset will hold them, of whatever types the frame has them."""
    keys = checked.frame[[*checked.roles.keys]]
    frame: pd.DataFrame = to_table(keys, checked.types).to_pandas()
    return frame


def _hash_rows(keys: pd.DataFrame) -> np.ndarray:
    hashes: np.ndarray = pd.util.hash_pandas_object(keys, index=False).to_numpy()
    return hashes


def _check_unique(
    ddf: dd.DataFrame,
    options: FrameOptions,
    definitions: Definitions | None,
    checked: list[CheckedPartition],
) -> None:
    """Raise if rows of different partitions have the same key."""
    hashes = np.sort(np.concatenate([each.key_hashes for each in checked]))
    repeated = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    if not len(repeated):
        return
    # Two keys may have one hash, so the keys themselves are compared.
    found = [
        _suspects(ddf, options, definitions, each, repeated)
        for each in checked
        if np.isin(each.key_hashes, repeated).any()
    ]
    names = [*checked[0].roles.keys]
    places: dict[tuple[Any, ...], list[int]] = {}
    for number, keys in found:
        for key in keys.itertuples(index=False, name=None):
            places.setdefault(key, []).append(number)
    remedy = (
        f"ddf = ddf.drop_duplicates(subset={names!r}) keeps one row of each key; or name the "
        "columns that tell the rows apart in entities=."
    )
    failures = [
        Failure(
            names[0],
            UNIQUE_KEY,
            value=key,
            predicate=f"is in the partitions {' and '.join(map(str, numbers))}",
            remedy=remedy,
        )
        for key, numbers in places.items()
        if len(numbers) > 1
    ]
    refuse(failures, _REFUSED)


def _suspects(
    ddf: dd.DataFrame,
    options: FrameOptions,
    definitions: Definitions | None,
    checked: CheckedPartition,
    repeated: np.ndarray,
) -> tuple[int, pd.DataFrame]:
    """Return the keys of a partition that have one of these hashes."""
    frame = ddf.partitions[checked.number].compute()
    keys = _keys_of(check_frame(frame, options, definitions))
    return checked.number, keys[np.isin(_hash_rows(keys), repeated)]
