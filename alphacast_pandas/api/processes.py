"""Processes of uploads: their records, what their statuses mean, and how they are waited for."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from alphacast_pandas.api.records import (
    Record,
    flag,
    id_of,
    instant,
    integer,
    object_of,
    text,
)
from alphacast_pandas.errors import ProcessError, ProcessTimeout, QueryError
from alphacast_pandas.text import printable, value_text
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alphacast_pandas.api.clock import Clock


# What each status of a process means, in lower case. The documentation disagrees with itself on
# the names (Processed, completed), so those of comparable services are taken too; a process of any
# other status is waited for, up to the time limit.
PROCESS_STATUSES: dict[str, Literal["running", "success", "failure"]] = {
    "requested": "running",
    "processing": "running",
    "queued": "running",
    "pending": "running",
    "running": "running",
    "processed": "success",
    "completed": "success",
    "finished": "success",
    "done": "success",
    "success": "success",
    "error": "failure",
    "failed": "failure",
    "failure": "failure",
    "cancelled": "failure",
}


class Follow(Protocol):
    """Follows a process to its end; `on_status` is called with every status that is seen."""

    def __call__(
        self, process: Process, timeout: float, on_status: Callable[[str], None] | None = None
    ) -> Process:
        """Return the process as it ended, successfully."""


@dataclass(frozen=True, repr=False)
@short_tracebacks
class Process(Record):
    """What the service does with one upload."""

    words: ClassVar[tuple[str, str]] = ("process", "processes")
    only_in_tables = frozenset({"created_at", "inserted", "updated", "deleted"})

    id: int
    dataset_id: int | None = None
    status: str = ""
    description: str | None = None
    created_at: str | None = None
    processed_at: str | None = None
    delete_missing: bool | None = None
    update_on_conflict: bool | None = None
    stats: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    follow: Follow | None = field(default=None, repr=False, compare=False)

    def wait(self, *, timeout: float = 600.0) -> Process:
        """
        Follow the process to its end.

        Parameters
        ----------
        timeout : float, default 600.0
            Seconds until it must have ended.

        Returns
        -------
        Process
            As it ended, successfully.

        Raises
        ------
        ProcessError
            If it ended badly, with the service's own text.
        ProcessTimeout
            If it was still running when the time was up.
        """
        if self.follow is None:
            msg = "This record has no connection to follow."
            raise ProcessError(msg, process=self)
        return self.follow(self, timeout)

    @property
    def succeeded(self) -> bool:
        """Whether the status is one of those that mean success."""
        return PROCESS_STATUSES.get(self.status.casefold()) == "success"

    @property
    def failed(self) -> bool:
        """Whether the status is one of those that mean failure."""
        return PROCESS_STATUSES.get(self.status.casefold()) == "failure"

    def facts(self) -> dict[str, object]:
        """Return what is shown of it; inserted, updated and deleted are values, not rows."""
        return {
            "id": self.id,
            "status": self.status,
            "created_at": instant(self.created_at),
            "inserted": self._counted("insertedValues"),
            "updated": self._counted("updatedValues"),
            "deleted": self._counted("deletedValues"),
            "description": self.description,
        }

    def _shown(self) -> list[str]:
        number, *others = super()._shown()
        return [number, f"dataset_id={self.dataset_id}", *others]

    def _counted(self, key: str) -> str | None:
        count = self.count(key)
        return None if count is None else f"{count:,}"

    def __getstate__(self) -> dict[str, Any]:
        # Connections cannot be pickled; `wait` of the copy says that there is none.
        return {**vars(self), "follow": None}

    @classmethod
    def from_json(
        cls,
        value: Any,
        *,
        dataset_id: int | None = None,
        follow: Follow | None = None,
    ) -> Process:
        """Return the record of one JSON object about a dataset."""
        item = object_of(value, "a process")
        stats = item.get("stats")
        description = text(item, "statusDescription")
        return cls(
            id=id_of(item, "a process"),
            dataset_id=integer(item.get("datasetId")) or dataset_id,
            follow=follow,
            status=text(item, "status") or "",
            # Real descriptions end in the two characters "/n".
            description=description.removesuffix("/n").strip() if description else None,
            created_at=text(item, "createdAt"),
            processed_at=text(item, "processedAt"),
            delete_missing=flag(item, "deleteMissingFromDB"),
            update_on_conflict=flag(item, "onConflictUpdateDB"),
            stats=stats if isinstance(stats, dict) else {},
            raw=item,
        )

    def count(self, key: str) -> int | None:
        """Return one whole number of the statistics, None if the service does not say."""
        return integer(self.stats.get(key))


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
                f'"{printable(process.description or "nothing")}"'
            )
            raise ProcessError(
                msg,
                process=process,
            )
        left = deadline - clock.monotonic()
        if left <= 0:
            msg = (
                f"{_label(process)} was still {process.status!r} after {timeout:g} seconds. "
                "The process goes on: follow it with error.process.wait(timeout=...)."
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


def check_process_id(process_id: Any) -> int:
    """Return the number of a process, or raise."""
    try:
        return operator.index(process_id)
    except TypeError:
        msg = f"process_id must be the number of a process, got {value_text(process_id)}."
        raise QueryError(msg) from None


def check_seconds(timeout: Any) -> None:
    """Raise unless `timeout` is a time to wait."""
    number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if not number or not timeout >= 0:
        msg = f"timeout must be a number of seconds >= 0, got {value_text(timeout)}."
        raise QueryError(msg)


def _label(process: Process) -> str:
    return f"Process {process.id} of dataset {process.dataset_id}"
