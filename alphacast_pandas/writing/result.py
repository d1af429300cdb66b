"""The result of a push, with its parts."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alphacast_pandas.display import (
    WIDTH,
    Link,
    html_facts,
    html_table,
    plural,
    text_table,
)
from alphacast_pandas.text import quoted, shorten
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MOST_CHARACTERS = 300  # of a text of the service
_MOST_PARTS = 20
_FOLLOW = "; result.wait() follows it"
_PART_HEAD = ("rows", "process", "status", "added", "updated", "deleted", "bytes")
_PART_NUMBERS = frozenset(_PART_HEAD) - {"status"}


@dataclass(frozen=True)
class PushPart:
    """
    One upload of a push: some rows of the frame in their order, and how their process ended.

    Parameters
    ----------
    first_row, last_row : int
        Position of its first and its last row in the frame that was pushed, counted from 0.
        With ``only_changes``, rows between them that were in the dataset already were left out.
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


@dataclass(frozen=True, repr=False, kw_only=True)
@short_tracebacks
class PushResult:
    """
    The outcome of a push.

    A frame too large for one file goes in several uploads, one after the other: the counts are
    those of all of them, process, status and description those of the last.

    Parameters
    ----------
    name : str or None
        Name of the dataset; None if nothing has told it.
    repository : str or None
        Name of its repository; None if the dataset was named by its number.
    created : tuple of str
        What was created on the way: ``()``, ``("dataset",)`` or ``("repository", "dataset")``.
    dataset_id : int
        The dataset that was written to.
    process_id : int or None
        The service's process of the upload; None if there was nothing to send.
    status : str
        Its state as the service names it, or "Nothing to send".
    description : str or None
        The service's own text.
    rows : int
        Rows sent.
    inserted, updated, deleted : int or None
        Values (cells, not rows), as the service counts them; None if it does not say.
    bytes_sent : int
        Size of the request bodies.
    seconds : float
        From the beginning of the push to the last thing known of the process.
    url : str
        Address of the dataset.
    parts : tuple of PushPart
        The uploads in their order, mostly one; empty if there was nothing to send.

    See Also
    --------
    DataFrame.alphacast.push : Gives these.

    Examples
    --------
    >>> result = df.alphacast.push(name="Prices", repository="Examples")
    >>> result.status, result.rows == len(df)
    ('Processed', True)
    >>> print(result)  # doctest: +ELLIPSIS
    Pushed to ...
      3 rows sent; 2 values added, 0 updated, 0 deleted
      process ...: Processed, "2 values added to database."
      ... bytes in ... seconds
      http...
    """

    name: str | None
    repository: str | None
    created: tuple[str, ...]
    dataset_id: int
    process_id: int | None
    status: str
    description: str | None
    rows: int
    inserted: int | None
    updated: int | None
    deleted: int | None
    bytes_sent: int
    seconds: float
    url: str
    parts: tuple[PushPart, ...] = ()
    _wait: Callable[[float], PushResult] | None = field(default=None, repr=False, compare=False)

    def wait(self, *, timeout: float = 600.0) -> PushResult:
        """
        Follow the process to its end; all but that of the last upload have ended.

        Parameters
        ----------
        timeout : float, default 600.0
            Seconds until it must have ended.

        Returns
        -------
        PushResult
            How it ended.

        Raises
        ------
        ProcessError
            If it ended badly, with the service's own text.
        ProcessTimeout
            If it was still running when the time was up.
        PushInterrupted
            Either of these, if the push went in several uploads.

        Examples
        --------
        >>> result = df.alphacast.push(name="Prices", repository="Examples", wait=False)
        >>> result.wait(timeout=60.0).status
        'Processed'
        """
        return self if self._wait is None else self._wait(timeout)

    def __str__(self) -> str:
        return "\n".join(_lines(self, is_under_way=self._wait is not None))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        is_under_way = self._wait is not None
        title = _headline(self, is_under_way=is_under_way)
        table = html_facts(_facts(self, is_under_way=is_under_way), title=title)
        return table + _parts_html(self.parts) if len(self.parts) > 1 else table


def combine_parts(
    parts: Sequence[PushPart],
    *,
    name: str | None,
    repository: str | None,
    created: tuple[str, ...],
    dataset_id: int,
    seconds: float,
    url: str,
    wait: Callable[[float], PushResult] | None,
) -> PushResult:
    """Return the result of a push; `wait` follows the process of the last part if it goes on."""
    last = parts[-1]
    return PushResult(
        name=name,
        repository=repository,
        created=created,
        dataset_id=dataset_id,
        process_id=last.process_id,
        status=last.status,
        description=last.description,
        rows=sum(part.rows for part in parts),
        inserted=_total([part.inserted for part in parts]),
        updated=_total([part.updated for part in parts]),
        deleted=_total([part.deleted for part in parts]),
        bytes_sent=sum(part.bytes_sent for part in parts),
        seconds=seconds,
        url=url,
        parts=tuple(parts),
        _wait=wait,
    )


def _total(counts: Sequence[int | None]) -> int | None:
    """Return the sum of the counts, None if the service did not state one of them."""
    stated = [count for count in counts if count is not None]
    return sum(stated) if len(stated) == len(counts) else None


def _headline(result: PushResult, *, is_under_way: bool) -> str:
    """Return what was written to, and what of that is new."""
    verb = "Sent to" if is_under_way else "Pushed to"
    if result.process_id is None:
        verb = "Nothing to send to"
    dataset = f"{_the(result, 'dataset')} {result.dataset_id}"
    if result.name is not None:
        dataset += f", {quoted(result.name)}"
    if result.repository is None:
        return f"{verb} {dataset}"
    comma = "," if result.name is not None else ""
    return f"{verb} {dataset}{comma} in {_the(result, 'repository')} {quoted(result.repository)}"


def _the(result: PushResult, thing: str) -> str:
    return f"the new {thing}" if thing in result.created else thing


def _lines(result: PushResult, *, is_under_way: bool) -> Iterator[str]:
    title = _headline(result, is_under_way=is_under_way)
    yield from textwrap.wrap(title, WIDTH, subsequent_indent="  ")
    if result.process_id is not None:
        yield f"  {plural(result.rows, 'row')} sent; {_counts(result)}"
    process = _process(result, is_under_way=is_under_way)
    yield from textwrap.wrap(process, WIDTH, initial_indent="  ", subsequent_indent="    ")
    yield f"  {_effort(result)}"
    if len(result.parts) > 1:
        yield f"  {plural(len(result.parts), 'part')}"
        rows = [_part_cells(part) for part in result.parts[:_MOST_PARTS]]
        table = text_table(_PART_HEAD, rows, numbers=_PART_NUMBERS, width=WIDTH - 4)
        yield from (f"    {line}" for line in table)
        if len(result.parts) > _MOST_PARTS:
            yield f"    ... and {len(result.parts) - _MOST_PARTS} more, see .parts"
    # Whole, so that it can be followed from a terminal.
    yield f"  {shorten(result.url, _MOST_CHARACTERS)}"


def _counts(result: PushResult) -> str:
    """Return what became of the values, in words."""
    first, *others = zip(
        ("added", "updated", "deleted"),
        (result.inserted, result.updated, result.deleted),
        strict=True,
    )
    if all(count is None for _, count in (first, *others)):
        return "values added, updated and deleted: not stated"
    values = f"values {first[0]}: not stated"
    if first[1] is not None:
        values = f"{plural(first[1], 'value')} {first[0]}"
    rest = (f"{word}: not stated" if n is None else f"{n:,} {word}" for word, n in others)
    return ", ".join((values, *rest))


def _process(result: PushResult, *, is_under_way: bool) -> str:
    """Return how the process stands, with the service's own text."""
    said = shorten(result.description, _MOST_CHARACTERS) if result.description else ""
    if result.process_id is None:
        return said
    status = shorten(result.status, _MOST_CHARACTERS) or "status not stated"
    follow = _FOLLOW if is_under_way else ""
    process = f"{_process_word(result)} {result.process_id}: {status}"
    return process + (f', "{said}"' if said else "") + follow


def _process_word(result: PushResult) -> str:
    """Return what the process is called whose status and text are shown."""
    return "last process" if len(result.parts) > 1 else "process"


def _effort(result: PushResult) -> str:
    return f"{plural(result.bytes_sent, 'byte')} in {_seconds(result.seconds)} seconds"


def _seconds(seconds: float) -> str:
    """Return seconds with the digits that a person reads."""
    return f"{seconds:.2f}" if seconds < 10 else f"{seconds:,.0f}"


def _facts(result: PushResult, *, is_under_way: bool) -> Iterator[tuple[str, str | Link]]:
    """Return the lines of the table, beside what the headline says."""
    if result.process_id is not None:
        follow = _FOLLOW if is_under_way else ""
        status = result.status or "status not stated"
        yield _process_word(result), f"{result.process_id}: {status}{follow}"
    if result.description:
        says = "the service says of it" if len(result.parts) > 1 else "the service says"
        yield says if result.process_id else "why", result.description
    if result.process_id is not None:
        yield "rows sent", f"{result.rows:,}"
        yield from _value_facts(result)
    yield "bytes sent", f"{result.bytes_sent:,}"
    yield "seconds", _seconds(result.seconds)
    yield "address", Link(result.url)


def _value_facts(result: PushResult) -> Iterator[tuple[str, str]]:
    """Return what became of the values; one line if the service says nothing of them."""
    counts = {"added": result.inserted, "updated": result.updated, "deleted": result.deleted}
    if all(count is None for count in counts.values()):
        yield "values", "added, updated and deleted: not stated"
    else:
        yield from ((f"values {word}", _stated(count)) for word, count in counts.items())


def _parts_html(parts: Sequence[PushPart]) -> str:
    title = plural(len(parts), "part")
    if len(parts) > _MOST_PARTS:
        title += f", the first {_MOST_PARTS} of them"
    rows = [_part_cells(part) for part in parts[:_MOST_PARTS]]
    return html_table(_PART_HEAD, rows, title=title, numbers=_PART_NUMBERS)


def _part_cells(part: PushPart) -> tuple[str, ...]:
    span = f"{part.first_row:,} to {part.last_row:,}"
    is_whole = part.rows == part.last_row - part.first_row + 1
    return (
        span if is_whole else f"{span} ({part.rows:,} sent)",
        str(part.process_id),
        part.status,
        *map(_stated, (part.inserted, part.updated, part.deleted)),
        f"{part.bytes_sent:,}",
    )


def _stated(count: int | None) -> str:
    return "not stated" if count is None else f"{count:,}"
