"""Polls a process until it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.errors import ProcessError, ProcessTimeout, QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.api.clock import Clock
    from alphacast_pandas.api.records import Process


_FIRST_PAUSE = 0.02
# The interval that the service's documentation advises.
_LONGEST_PAUSE = 5.0


def wait_for(
    process: Process,
    ask: Callable[[], Process],
    clock: Clock,
    timeout: float,
    on_status: Callable[[str], None] | None = None,
) -> Process:
    """
    Return the process once it has succeeded; raise if it failed or the time is up.

    `on_status` is called with every status that is seen, also if it is the same again.
    """
    report = on_status or (lambda _status: None)
    check_seconds(timeout)
    deadline = clock.monotonic() + timeout
    pause = _FIRST_PAUSE
    report(process.status)
    while not process.succeeded:
        if process.failed:
            msg = (
                f"{_label(process)} ended as {process.status!r}. The service says: "
                f'"{process.description or "nothing"}"'
            )
            raise ProcessError(
                msg,
                process=process,
            )
        left = deadline - clock.monotonic()
        if left <= 0:
            msg = (
                f"{_label(process)} was still {process.status!r} after {timeout:g} seconds. "
                "It goes on: follow it with error.process.wait(timeout=...)."
            )
            raise ProcessTimeout(
                msg,
                process=process,
                in_doubt=True,
            )
        clock.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
        process = ask()
        report(process.status)
    return process


def check_seconds(timeout: Any) -> None:
    """Raise unless `timeout` is a time to wait."""
    number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if not number or not timeout >= 0:
        msg = f"timeout must be a number of seconds >= 0, got {timeout!r}."
        raise QueryError(msg)


def _label(process: Process) -> str:
    return f"Process {process.id} of dataset {process.dataset_id}"
