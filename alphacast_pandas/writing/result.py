"""The result of a push, with its parts."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from alphacast_pandas.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NUMBERS = {"first_row", "last_row", "rows", "inserted", "updated", "deleted", "bytes_sent"}


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


@dataclass(frozen=True)
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

    def _repr_html_(self) -> str:
        names = [f.name for f in fields(self) if f.repr and f.name != "parts"]
        rows = "".join(
            f"<tr><th>{name}</th><td>{_cell(name, getattr(self, name))}</td></tr>" for name in names
        )
        table = f"<table><caption>PushResult</caption>{rows}</table>"
        return table + _parts_table(self.parts) if len(self.parts) > 1 else table


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


def _parts_table(parts: Sequence[PushPart]) -> str:
    names = [f.name for f in fields(PushPart)]
    head = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_cell(name, getattr(part, name))}</td>' for name in names)}</tr>"
        for part in parts
    )
    return f"<table><caption>parts</caption><tr>{head}</tr>{rows}</table>"


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "not stated"
    if name in _NUMBERS:
        return f"{value:,}"
    return f"{value:.2f}" if name == "seconds" else html.escape(printable(str(value)))
