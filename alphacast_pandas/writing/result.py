"""How a push ended."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.api.clock import Clock
    from alphacast_pandas.api.records import Process


@dataclass(frozen=True)
class PushResult:
    """
    What became of a push.

    Parameters
    ----------
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
        Size of the request body.
    seconds : float
        From the beginning of the push to the last thing known of the process.
    url : str
        Address of the dataset.

    See Also
    --------
    DataFrame.alphacast.push : Gives these.

    Examples
    --------
    >>> result = df.alphacast.push(name="Prices", repository="Examples")
    >>> result.status, result.rows == len(df)
    ('Processed', True)
    """

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
    _process: Process | None = field(default=None, repr=False, compare=False)
    _clock: Clock | None = field(default=None, repr=False, compare=False)

    def wait(self, *, timeout: float = 600.0) -> PushResult:
        """
        Follow the process to its end.

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

        Examples
        --------
        >>> result = df.alphacast.push(name="Prices", repository="Examples", wait=False)
        >>> result.wait(timeout=60.0).status
        'Processed'
        """
        return followed(self, timeout)

    def _repr_html_(self) -> str:
        shown = [(f.name, getattr(self, f.name)) for f in fields(self) if f.repr]
        rows = "".join(
            f"<tr><th>{name}</th><td>{html.escape(_shown(name, value))}</td></tr>"
            for name, value in shown
        )
        return f"<table><caption>PushResult</caption>{rows}</table>"


def result_of(
    process: Process,
    *,
    dataset_id: int,
    rows: int,
    sent: int,
    seconds: float,
    url: str,
    clock: Clock,
) -> PushResult:
    """Return the result of a push as far as its process has come."""
    return PushResult(
        dataset_id=dataset_id,
        process_id=process.id,
        **_facts(process),
        rows=rows,
        bytes_sent=sent,
        seconds=seconds,
        url=url,
        _process=process,
        _clock=clock,
    )


def followed(
    result: PushResult, timeout: float, on_status: Callable[[str], None] | None = None
) -> PushResult:
    """Return how the process of a push ended; `on_status` is told every status that is seen."""
    process, clock = result._process, result._clock  # noqa: SLF001 - its own
    if process is None or process.follow is None or clock is None:
        return result
    begun = clock.monotonic()
    process = process.follow(process, timeout, on_status)
    seconds = result.seconds + clock.monotonic() - begun
    return replace(result, **_facts(process), seconds=seconds, _process=process)


def _facts(process: Process) -> dict[str, Any]:
    return {
        "status": process.status,
        "description": process.description,
        "inserted": process.count("insertedValues"),
        "updated": process.count("updatedValues"),
        "deleted": process.count("deletedValues"),
    }


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "not stated"
    if name in {"rows", "inserted", "updated", "deleted", "bytes_sent"}:
        return f"{value:,}"
    return f"{value:.2f}" if name == "seconds" else str(value)
