"""An error that stopped a push in parts tells which rows are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.errors import AlphacastError
    from alphacast_pandas.errors.base import Rest
    from alphacast_pandas.writing.parts import PushPart

    Span = tuple[int, int]


@dataclass(frozen=True)
class Stopped:
    """Where a push was when it stopped: what is in, and the rows that were on their way."""

    parts: Sequence[PushPart]
    span: Span
    process_id: int | None
    is_last: bool
    is_selection: bool


def give_account(error: AlphacastError, stopped: Stopped, rest: Rest) -> None:
    """Let `error` say how far the push came, and go on from there if it is asked to."""
    message = str(error.args[0]) if error.args else ""
    error.args = (f"{message} {_told(error, stopped)}".lstrip(), *error.args[1:])
    error.parts = tuple(stopped.parts)
    error._rest = rest  # noqa: SLF001 - what `resume` calls


def _told(error: AlphacastError, stopped: Stopped) -> str:
    of_what = "Of the rows that are new or differ, " if stopped.is_selection else ""
    after = "" if stopped.is_last else ", and nothing after them was sent"
    return (
        f"{of_what}{_held(stopped.parts, is_first=not of_what)}; rows {_shown(stopped.span)} "
        f"(part {len(stopped.parts) + 1}) {_outcome(error, stopped.process_id)}{after}. "
        "error.resume() goes on from there."
    )


def _held(parts: Sequence[PushPart], *, is_first: bool) -> str:
    if not parts:
        return "No rows are in" if is_first else "none are in"
    word = "Rows" if is_first else "rows"
    many = f" ({len(parts)} parts)" if len(parts) > 1 else " (1 part)"
    return f"{word} {_shown((parts[0].first_row, parts[-1].last_row))} are in{many}"


def _outcome(error: AlphacastError, process_id: int | None) -> str:
    if process_id is not None:
        return f"are with process {process_id}, whose end is not known"
    return "may be in" if error.in_doubt else "failed"


def _shown(span: Span) -> str:
    return f"{span[0]:,} to {span[1]:,}"
