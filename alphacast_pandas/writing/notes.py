"""What must be known of a difference besides its counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphacast_pandas.comparing.text import plural
from alphacast_pandas.writing.guards import deletion_failures, vanishing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.comparing.difference import Difference
    from alphacast_pandas.writing.compared import Compared
    from alphacast_pandas.writing.guards import Guards
    from alphacast_pandas.writing.plan import Plan

_MOST_NAMED = 5


def notes_of(plan: Plan, compared: Compared, guards: Guards) -> tuple[str, ...]:
    """Return sentences for the display, the weightiest first."""
    difference = compared.difference
    return (
        *_of_plan(plan, compared),
        *vanishing(difference),
        *_of_limits(difference, guards),
        *_of_columns(difference),
        *_of_values(difference),
    )


def _of_plan(plan: Plan, compared: Compared) -> Iterator[str]:
    if plan.dataset_id is None:
        yield f"There is no dataset {plan.target.name!r} yet: it would be made."
    elif plan.is_first:
        yield "The dataset holds nothing yet."
    if plan.changed_roles is not None:
        yield f"{plan.changed_roles} Here every row it holds counts as deleted."
    if compared.state.under_way is not None:
        yield (
            f"An upload is under way ({compared.state.under_way}), so the dataset may be about to "
            "change. push() will refuse."
        )


def _of_limits(difference: Difference, guards: Guards) -> Iterator[str]:
    if guards.only_changes:
        count, rows = len(difference.rows_to_send), difference.sent.num_rows
        yield f"only_changes: {count:,} of {rows:,} rows would be sent."
    for failure in deletion_failures(difference, guards.max_delete)[:1]:
        yield f"max_delete refuses this push: {failure.check}."


def _of_columns(difference: Difference) -> Iterator[str]:
    if difference.new_columns:
        yield f"New columns: {_named(difference.new_columns)}."
    absent = difference.absent_columns
    if not absent:
        return
    yield f"The frame lacks {_named(absent)}: their values on keys that stay are kept."
    if difference.mode.deletes and len(difference.rows.sent_shared):
        yield (
            f"Whether mode {difference.mode.name!r} empties columns that the frame lacks is not "
            "documented; verify=True finds out afterwards. To be sure, add them to the frame."
        )


def _of_values(difference: Difference) -> Iterator[str]:
    if difference.erased:
        yield (
            f"{plural(difference.erased, 'value')} would become missing. Whether an empty field "
            "erases a stored value is not documented; verify=True finds out afterwards."
        )
    if difference.kept:
        yield (
            f"{plural(difference.kept, 'value')} on existing keys differ and stay as they are: "
            f"mode {difference.mode.name!r} never revises."
        )


def _named(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(repr, names[:_MOST_NAMED])) + more
