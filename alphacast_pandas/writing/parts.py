"""What became of one upload of a push."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.api.records import Process

COUNTS = ("inserted", "updated", "deleted")


@dataclass(frozen=True)
class PushPart:
    """
    One upload of a push: some rows of the frame, in their order, and what became of them.

    Parameters
    ----------
    first_row, last_row : int
        Position of its first and its last row in the frame that was pushed, counted from 0.
        With ``only_changes`` rows between them that the dataset held already were left out.
    rows : int
        Rows sent.
    process_id : int
        The service's process of the upload.
    status : str
        Its state as the service names it.
    description : str or None
        The service's own text.
    inserted, updated, deleted : int or None
        Values (cells, not rows), as the service counts them; None if it does not say.
    bytes_sent : int
        Size of the request body.

    See Also
    --------
    PushResult : Has all of them, as ``parts``.

    Examples
    --------
    >>> result = df.alphacast.push(name="Prices", repository="Examples")
    >>> [(part.first_row, part.last_row, part.status) for part in result.parts]
    [(0, 2, 'Processed')]
    """

    first_row: int
    last_row: int
    rows: int
    process_id: int
    status: str
    description: str | None
    inserted: int | None
    updated: int | None
    deleted: int | None
    bytes_sent: int


def begun_part(process: Process, span: tuple[int, int], *, rows: int, sent: int) -> PushPart:
    """Return the part whose process has begun."""
    return PushPart(*span, rows, process.id, **_facts(process), bytes_sent=sent)


def with_end(part: PushPart, process: Process) -> PushPart:
    """Return the part as its process ended."""
    return replace(part, **_facts(process))


def totals(parts: Sequence[PushPart]) -> dict[str, int | None]:
    """Return the values counted in all parts, None where one of them does not say."""
    return {name: _sum([getattr(part, name) for part in parts]) for name in COUNTS}


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _facts(process: Process) -> dict[str, Any]:
    return {
        "status": process.status,
        "description": process.description,
        "inserted": process.count("insertedValues"),
        "updated": process.count("updatedValues"),
        "deleted": process.count("deletedValues"),
    }
