"""What a push may not do: the keywords that guard it, and the refusals."""

from __future__ import annotations

import math
import numbers
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.following import check_seconds
from alphacast_pandas.comparing.vanishing import vanishing_columns, vanishing_entities
from alphacast_pandas.contracts.failures import Failure, refuse
from alphacast_pandas.errors import QueryError
from alphacast_pandas.writing.plan import check_mode

if TYPE_CHECKING:
    from alphacast_pandas.comparing.difference import Difference

_MOST_NAMED = 10


@dataclass(frozen=True)
class Guards:
    """What a caller asked to be held to, checked as far as it can be without the dataset."""

    only_changes: bool = False
    max_delete: int | float | None = None
    verify: bool = False
    wait: bool = True
    timeout: float = 600.0


def check_guards(
    mode: Any, *, only_changes: Any, max_delete: Any, verify: Any, wait: Any, timeout: Any
) -> Guards:
    """Return the guards in one form, or raise for what contradicts itself."""
    check_seconds(timeout)
    chosen = check_mode(mode)
    if only_changes and chosen.deletes:
        msg = (
            f"only_changes does not go with mode={mode!r}: it deletes every row that the upload "
            "lacks, so rows left out because they are unchanged would be deleted. "
            "Leave only_changes out, or use mode='upsert'."
        )
        raise QueryError(msg)
    if verify and not wait:
        msg = "verify reads back what a process has done, so it must be waited for: wait=True."
        raise QueryError(msg)
    limit = _limit(max_delete)
    return Guards(bool(only_changes), limit, bool(verify), bool(wait), timeout)


def deletion_failures(difference: Difference, max_delete: int | float | None) -> list[Failure]:
    """Return why more rows would go than may, an entry for each thing that would vanish."""
    count, rows = len(difference.deleted), difference.before.num_rows
    if max_delete is None or _is_within(max_delete, count, rows):
        return []
    share = f"{100 * count / rows:.3g}%"
    limit = f"{max_delete:,}" if isinstance(max_delete, int) else f"{100 * max_delete:.3g}%"
    remedy = (
        f"Raise max_delete if they are to go; add the rows to the frame, or use mode="
        f"{'upsert' if difference.mode.updates else 'append'!r}, if they are to stay."
    )
    what = f"{count:,} of {rows:,} rows ({share}) would be deleted, and max_delete is {limit}"
    return [
        Failure(difference.keys[0], what, remedy=remedy),
        *(
            Failure(column, "would vanish entirely", None, value)
            for column, values in vanishing_entities(difference).items()
            for value in values
        ),
        *(Failure(name, "would lose every value") for name in vanishing_columns(difference)),
    ]


def check_deletions(difference: Difference, max_delete: int | float | None) -> None:
    """Raise if more rows would go than may; warn of what would vanish within the limit."""
    refuse(
        deletion_failures(difference, max_delete), "Nothing was sent, since too many rows would go"
    )
    gone = vanishing(difference)
    if max_delete is not None and gone:
        warnings.warn(f"{' '.join(gone)} max_delete allows it.", UserWarning, stacklevel=5)


def vanishing(difference: Difference) -> list[str]:
    """Return sentences about entities and columns of which nothing would be left."""
    entities = [
        f"Of {column!r}, {_named(values)} would vanish entirely."
        for column, values in vanishing_entities(difference).items()
    ]
    columns = vanishing_columns(difference)
    lost = [f"{_named(columns)} would lose every value."] if columns else []
    return [*entities, *lost]


def _named(values: list[Any]) -> str:
    more = f" and {len(values) - _MOST_NAMED:,} more" if len(values) > _MOST_NAMED else ""
    return ", ".join(map(repr, values[:_MOST_NAMED])) + more


def _is_within(max_delete: int | float, count: int, rows: int) -> bool:
    """Tell whether so many rows may go; shares are compared as division rounds them."""
    if isinstance(max_delete, int) or not count:
        return count <= max_delete
    return count / rows <= max_delete


def _limit(value: Any) -> int | float | None:
    """Return the limit as Python's own number: rows as int, a share as float."""
    if value is None:
        return None
    is_bool = isinstance(value, bool) or type(value).__name__ in {"bool", "bool_"}
    if isinstance(value, numbers.Integral) and not is_bool and int(value) >= 0:
        return int(value)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral) and not is_bool:
        share = float(value)
        if math.isfinite(share) and 0 <= share <= 1:
            return share
    msg = (
        "max_delete is a number of rows (an int from 0 on) or a share of the dataset's rows "
        f"(a float from 0.0 to 1.0), not {value!r}."
    )
    raise QueryError(msg)
