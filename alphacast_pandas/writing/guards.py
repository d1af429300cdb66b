"""The keywords of a push that may refuse it, and the refusal of too many deletions."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from alphacast_pandas.api.processes import check_seconds
from alphacast_pandas.contracts.failures import Failure, refuse, short
from alphacast_pandas.difference.difference import vanishing_columns, vanishing_entities
from alphacast_pandas.errors import QueryError
from alphacast_pandas.reading.options import check_flag
from alphacast_pandas.text import value_text
from alphacast_pandas.user_warnings import warn
from alphacast_pandas.writing.check_frame import CheckedFrame

if TYPE_CHECKING:
    from alphacast_pandas.difference.difference import Difference
    from alphacast_pandas.difference.modes import Mode
    from alphacast_pandas.writing.parquet_files import ParquetFiles
    from alphacast_pandas.writing.plan import Plan

_MOST_NAMED = 10


@dataclass(frozen=True)
class Guards:
    """The keywords of a push that guard it, checked as far as it can be without the dataset."""

    only_changes: bool
    max_delete: int | float | None
    keep_stored: bool
    verify: bool
    wait: bool
    timeout: float

    def need_comparison(self, mode: Mode) -> bool:
        """Tell whether a push must know before what the dataset holds."""
        is_limited = self.max_delete is not None and not _allows_everything(self.max_delete)
        limited = is_limited and mode.deletes
        # An upload that updates and deletes nothing leaves what it sent, whatever was there.
        verifies_old_values = self.verify and (mode.deletes or not mode.updates)
        keeps = self.keep_stored and mode.updates
        return self.only_changes or limited or keeps or verifies_old_values


def check_guards(
    mode: Mode,
    *,
    only_changes: Any,
    max_delete: Any,
    missing: Any,
    verify: Any,
    wait: Any,
    timeout: Any,
) -> Guards:
    """Return the guards in one form, or raise for keywords that contradict each other."""
    check_seconds(timeout)
    only_changes, verify, wait = (
        check_flag(value, name)
        for name, value in (("only_changes", only_changes), ("verify", verify), ("wait", wait))
    )
    if only_changes and mode.deletes:
        msg = (
            f"only_changes does not go with mode={mode.name!r}: it deletes every row that the "
            "upload lacks, so rows left out because they are unchanged would be deleted. "
            "Leave only_changes out, or use mode='upsert'."
        )
        raise QueryError(msg)
    if verify and not wait:
        msg = "verify reads back what a process has done, so it must be waited for: wait=True."
        raise QueryError(msg)
    return Guards(
        only_changes=only_changes,
        max_delete=_check_limit(max_delete),
        keep_stored=check_missing(missing),
        verify=verify,
        wait=wait,
        timeout=timeout,
    )


def check_missing(missing: Any) -> bool:
    """Return whether stored values stay where the frame has none."""
    if missing not in ("send", "keep"):
        msg = f"missing must be 'send' or 'keep', got {short(missing)}."
        raise QueryError(msg)
    return bool(missing == "keep")


def check_of_files(files: ParquetFiles, guards: Guards, mode: Mode) -> None:
    """Raise for keywords that need all rows at once, where the rows are sent from files."""
    limits = guards.max_delete is not None and not _allows_everything(guards.max_delete)
    given = {
        "only_changes=True": (guards.only_changes, "Leave it out: rows that are equal do no harm"),
        "verify=True": (guards.verify, "Leave it out, and compare a read of the dataset"),
        "missing='keep'": (
            guards.keep_stored and mode.updates,
            "Leave it out if no value is missing, or drop the columns that have gaps",
        ),
        f"max_delete={guards.max_delete}": (
            limits and mode.deletes,
            "max_delete=1.0 lets everything go",
        ),
    }
    for name, (is_given, remedy) in given.items():
        if is_given:
            refuse_for_files(files, name, remedy)


def refuse_for_files(files: ParquetFiles, keyword: str, remedy: str) -> NoReturn:
    """Raise for a keyword that needs all rows at once."""
    msg = (
        f"{keyword} needs all rows at once, and those of {files.shown} are read some at a time. "
        f"{remedy}; or, if the rows fit in memory, push the frame: "
        "ap.push(pd.read_parquet(...), ...)."
    )
    raise QueryError(msg)


def check_dates_covered(plan: Plan) -> None:
    """
    Raise if a mode that deletes would delete rows of dates beyond those of the frame.

    The dataset's record, which is fetched in any case, has its first and its last date. It is no
    proof that nothing else goes, but finds the frame that holds only the newest rows. Rows that a
    schema dropped count as the frame's: of those, a warning has told.
    """
    record = None if plan.definitions is None else plan.definitions.dataset
    if not plan.mode.deletes or plan.is_first or record is None:
        return
    name = plan.checked.roles.date
    first, last = (date.date() for date in plan.checked.date_span)
    is_before = record.min_date is not None and record.min_date < first
    is_after = record.max_date is not None and record.max_date > last
    if not (is_before or is_after):
        return
    subject = plan.checked.subject
    subject = f"{subject[:1].lower()}{subject[1:]}"
    what = (
        f"the dataset reaches from {record.min_date} to {record.max_date}, {subject} only from "
        f"{first} to {last}, and mode {plan.mode.name!r} deletes every row that is not sent"
    )
    is_frame = isinstance(plan.checked, CheckedFrame)
    shows = "df.alphacast.diff(...) shows what would go; " * is_frame
    remedy = (
        f"mode={'upsert' if plan.mode.updates else 'append'!r} keeps the other rows; "
        f"{shows}max_delete=1.0 lets everything go."
    )
    refuse([Failure(name, what, remedy=remedy)], "Nothing was sent, since rows would be deleted")


def check_deletions(difference: Difference, max_delete: int | float | None) -> None:
    """Raise if more rows would go than may; warn of what would vanish within the limit."""
    if max_delete is None or _allows_everything(max_delete):
        return
    count, rows = len(difference.deleted), difference.stored_table.num_rows
    if not _is_within(max_delete, count, rows):
        failures = _deletion_failures(difference, max_delete)
        refuse(failures, "Nothing was sent, since too many rows would go")
    vanishing = describe_vanishing(difference)
    if vanishing:
        warn(f"{' '.join(vanishing)} max_delete allows it.")


def describe_vanishing(difference: Difference) -> list[str]:
    """Return sentences about entities and columns of which nothing would be left."""
    entities = [
        f"Of {column!r}, {_join(values)} would vanish entirely."
        for column, values in vanishing_entities(difference).items()
    ]
    columns = vanishing_columns(difference)
    return [*entities, f"{_join(columns)} would lose every value."] if columns else entities


def _deletion_failures(difference: Difference, max_delete: int | float) -> list[Failure]:
    """Return a failure for the number of rows, and one for each thing that would vanish."""
    count, rows = len(difference.deleted), difference.stored_table.num_rows
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
            Failure(column, "would vanish entirely", None, value, predicate="would vanish entirely")
            for column, values in vanishing_entities(difference).items()
            for value in values
        ),
        *(
            Failure(name, "would lose every value", predicate="would lose every value")
            for name in vanishing_columns(difference)
        ),
    ]


def _allows_everything(max_delete: int | float) -> bool:
    """Tell whether no number of deletions is too large."""
    return isinstance(max_delete, float) and max_delete >= 1


def _is_within(max_delete: int | float, count: int, rows: int) -> bool:
    """Tell whether so many rows may go; shares are compared as division rounds them."""
    if isinstance(max_delete, int) or not count:
        return count <= max_delete
    # Not count <= max_delete * rows: 0.29 * 100 is less than 29, and 29 / 100 is 0.29.
    return count / rows <= max_delete


def _check_limit(max_delete: Any) -> int | float | None:
    """Return the limit as Python's own number: rows as int, a share as float."""
    if max_delete is None:
        return None
    is_bool = isinstance(max_delete, bool) or type(max_delete).__name__ in {"bool", "bool_"}
    if isinstance(max_delete, numbers.Real) and not is_bool:
        if isinstance(max_delete, numbers.Integral):
            if int(max_delete) >= 0:
                return int(max_delete)
        elif math.isfinite(max_delete) and 0 <= float(max_delete) <= 1:
            return float(max_delete)
    msg = (
        "max_delete must be a number of rows (an int from 0 on) or a share of the dataset's rows "
        f"(a float from 0.0 to 1.0), got {value_text(max_delete)}."
    )
    raise QueryError(msg)


def _join(values: list[Any]) -> str:
    more = f" and {len(values) - _MOST_NAMED:,} more" if len(values) > _MOST_NAMED else ""
    return ", ".join(map(repr, values[:_MOST_NAMED])) + more
