"""One file to the service, and what became of it if the answer is lost."""

from __future__ import annotations

from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.api.polling import check_seconds
from alphacast_pandas.errors import AlphacastError, ProcessError, ProcessTimeout, ValidationError
from alphacast_pandas.progress import Meter
from alphacast_pandas.user_warnings import warn
from alphacast_pandas.writing.csv_files import csv_files
from alphacast_pandas.writing.manifest import header_names
from alphacast_pandas.writing.plan import create_missing
from alphacast_pandas.writing.result import PushPart, PushResult, begun_part, result_of, with_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import numpy as np

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.multipart import Payload
    from alphacast_pandas.api.records import Process
    from alphacast_pandas.errors import Rest
    from alphacast_pandas.writing.csv_files import CsvFile
    from alphacast_pandas.writing.manifest import Manifest
    from alphacast_pandas.writing.plan import Plan

    Span = tuple[int, int]
    Then = Callable[[PushResult], None]


# The service stores the file before it answers, so a process may appear a little later.
_PAUSES = (0.0, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Upload:
    """One file on its way, with all that the service is told about it."""

    dataset_id: int
    file: Payload
    manifest: Manifest | None
    flags: dict[str, bool]


def upload(client: Client, sent: Upload, meter: Meter) -> Process:
    """Return the process of the upload; it is sent once, whatever happens."""
    before = _process_ids(client, sent.dataset_id)
    meter.begin(sent.file.seek(0, 2), phase="uploading")
    sent.file.seek(0)
    try:
        return client.datasets.send_file(
            sent.dataset_id,
            sent.file,
            manifest=sent.manifest,
            flags=sent.flags,
            on_read=meter.advance,
        )
    except AlphacastError as error:
        found = _begun_since(client, sent, before) if error.in_doubt else None
        if found is None:
            raise
        return found


def _begun_since(client: Client, sent: Upload, before: set[int] | None) -> Process | None:
    """Return the one process that has begun since, None if it cannot be told which is ours."""
    if before is None:
        return None
    for pause in _PAUSES:
        client._connection.clock.sleep(pause)
        try:
            begun = [p for p in client.datasets.processes(sent.dataset_id) if p.id not in before]
        except AlphacastError:
            return None
        if begun:
            return begun[0] if len(begun) == 1 and _may_be(begun[0], sent) else None
    return None


def _may_be(process: Process, sent: Upload) -> bool:
    stated = {
        "deleteMissingFromDB": process.delete_missing,
        "onConflictUpdateDB": process.update_on_conflict,
    }
    return all(value is None or value == sent.flags[name] for name, value in stated.items())


def _process_ids(client: Client, dataset_id: int) -> set[int] | None:
    """Return the processes there are, None if the service does not tell."""
    try:
        return {process.id for process in client.datasets.processes(dataset_id)}
    except AlphacastError:
        return None


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


# The service's documentation says that files have at most "50 MB": not whether 10**6 or 2**20 bytes
# are a MB, whether a file counts as sent or unpacked, nor whether the form around it counts. This
# takes the smaller MB and files as sent, and leaves a million bytes for the form with its manifest.
MOST_FILE_BYTES = 49_000_000


class Sender:
    """
    Sends the rows of a plan in as many files as they need, and remembers how far it has come.

    `positions` are the rows of the caller's frame that the plan's frame is a selection of; None:
    it is whole. `then` is done once all rows are in. Everything the service is told about the
    file is found out once, so that no part of it differs in its header or in the form of dates.
    """

    def __init__(
        self,
        plan: Plan,
        dataset_id: int,
        *,
        wait: bool,
        timeout: float,
        positions: np.ndarray | None = None,
        then: Then | None = None,
    ) -> None:
        self._plan, self._dataset_id = plan, dataset_id
        self._wait, self._timeout = wait, timeout
        self._positions, self._then = positions, then
        self._manifest = plan.manifest
        frame = plan.checked.frame
        is_replaced = self._manifest is not None
        self._header = header_names([*frame.columns], plan.definitions, replaced=is_replaced)
        self._formats = {plan.checked.roles.date: plan.date_format}
        self._in_parts = False
        self._parts: tuple[PushPart, ...] = ()
        self._pending: tuple[PushPart, Process] | None = None
        self._on_the_way = range(0)

    def send(self, timeout: float) -> PushResult:
        """Return the result once the rows that are left are in; the caller holds the turn."""
        clock = self._plan.client._connection.clock
        with (
            Meter(self._title, progress=self._plan.progress, clock=clock) as meter,
            self._accounted(),
        ):
            self._end_pending(timeout, meter.tell)
            self._send_files(timeout, meter)
        result = self._result()
        if self._then is not None:
            self._then(result)
        return result

    def resume(self, timeout: float | None) -> PushResult:
        """Go on where an error has stopped it."""
        seconds = self._timeout if timeout is None else timeout
        check_seconds(seconds)
        with self._plan.client._connection.one_upload_at_a_time(self._dataset_id):
            return self.send(seconds)

    @property
    def _title(self) -> str:
        part = f", part {len(self._parts) + 1}" if self._in_parts else ""
        return f"Pushing to {self._dataset_id}{part}"

    @property
    def _first_row(self) -> int:
        """The first row that is not known to be in."""
        return sum(part.rows for part in self._parts)

    def _send_files(self, timeout: float, meter: Meter) -> None:
        left = self._plan.checked.frame.iloc[self._first_row :]
        if not len(left):
            return
        files = csv_files(
            left,
            self._header,
            self._formats,
            most_bytes=MOST_FILE_BYTES,
            on_rows=meter.advance,
        )
        is_last = False
        with closing(files):
            while not is_last:
                meter.title = self._title
                meter.begin(
                    len(self._plan.checked.frame) - self._first_row, phase="writing", unit=" rows"
                )
                # No name is given to the file here: it would still be held while the next is made.
                is_last = self._send_file(next(files), timeout, meter)

    def _send_file(self, file: CsvFile, timeout: float, meter: Meter) -> bool:
        """Send one file and follow it; return whether it is the last."""
        self._in_parts = self._in_parts or not file.is_last
        self._check_deletions(len(file.rows))
        self._on_the_way = range(self._first_row, self._first_row + len(file.rows))
        meter.title = self._title
        process = self._uploaded(file, meter)
        span = self._span
        part = begun_part(process, span, rows=len(file.rows), sent=meter.count)
        self._pending = part, process
        if self._wait or not file.is_last:
            self._end_pending(timeout, meter.tell)
        return file.is_last

    def _uploaded(self, file: CsvFile, meter: Meter) -> Process:
        client = self._plan.client
        manifest = None if self._parts else self._manifest
        with file.stream as stream:
            sent = Upload(self._dataset_id, stream, manifest, self._flags)
            process = upload(client, sent, meter)
        client._connection.remember(self._dataset_id, None)
        return process

    @property
    def _flags(self) -> dict[str, bool]:
        """What the service is told; in parts, what a file lacks must stay."""
        flags = self._plan.flags
        return flags if not self._in_parts else {**flags, "deleteMissingFromDB": False}

    def _check_deletions(self, rows: int) -> None:
        """Raise if files would delete the rows of each other."""
        plan = self._plan
        if not self._in_parts or not plan.mode.deletes or plan.is_first:
            return
        mode, way_round = plan.mode.name, "upsert" if plan.mode.updates else "append"
        msg = (
            f"The frame does not fit in one file: the service takes files of up to 50 MB, and as "
            f"gzip CSV {rows:,} of its {len(plan.checked.frame):,} rows do. In mode {mode!r} each "
            "file deletes every row of the dataset that it lacks, so a second one would delete the "
            f"rows of the first. Nothing was sent. Remedy: mode={way_round!r} goes in parts and "
            "deletes nothing. If rows are to go, push to a new dataset, name='...', which goes in "
            f"parts too, and delete this one: client.datasets.delete({self._dataset_id})."
        )
        raise ValidationError(msg)

    def _end_pending(self, timeout: float, on_status: Callable[[str], None] | None) -> None:
        """Follow the process of the last upload, if its end has not been seen."""
        if self._pending is None:
            return
        part, process = self._pending
        try:
            if process.follow is not None:
                process = process.follow(process, timeout, on_status)
        except ProcessTimeout:
            raise  # it goes on, and so may the push
        except ProcessError:
            self._pending = None
            raise
        self._pending = None
        self._parts = (*self._parts, with_end(part, process))

    def _result(self) -> PushResult:
        plan, pending = self._plan, self._pending
        return result_of(
            self._parts if pending is None else (*self._parts, pending[0]),
            dataset_id=self._dataset_id,
            seconds=plan.client._connection.clock.monotonic() - plan.begun,
            url=plan.client._connection.page_of(self._dataset_id),
            follow=None if pending is None else self._following(pending),
        )

    def _following(self, pending: tuple[PushPart, Process]) -> Callable[[float], PushResult]:
        """Return what follows the last upload of a push that did not wait for it."""

        def follow(timeout: float) -> PushResult:
            check_seconds(timeout)
            if self._pending is None and self._first_row < len(self._plan.checked.frame):
                self._pending = pending  # it has failed, and is asked again
            with self._accounted():
                self._end_pending(timeout, None)
            return self._result()

        return follow

    @contextmanager
    def _accounted(self) -> Iterator[None]:
        try:
            yield
        except AlphacastError as error:
            if self._in_parts and self._on_the_way:
                give_account(error, self._stopped(), self.resume)
            raise

    def _stopped(self) -> Stopped:
        return Stopped(
            self._parts,
            self._span,
            None if self._pending is None else self._pending[1].id,
            is_last=self._on_the_way.stop == len(self._plan.checked.frame),
            is_selection=self._positions is not None,
        )

    @property
    def _span(self) -> tuple[int, int]:
        """The first and the last row on its way, as the caller counts them."""
        first, last = self._on_the_way[0], self._on_the_way[-1]
        if self._positions is None:
            return first, last
        return int(self._positions[first]), int(self._positions[last])


def send(
    plan: Plan,
    *,
    wait: bool,
    timeout: float,
    positions: np.ndarray | None = None,
    then: Then | None = None,
) -> PushResult:
    """
    Return the result of the upload; the caller holds the turn of a dataset that exists.

    `positions` are the rows of the caller's frame that the plan's is a selection of. `then` is
    done once all rows are in, also if they come there in a second attempt.
    """
    number = create_missing(plan.client, plan.target)
    sender = Sender(plan, number, wait=wait, timeout=timeout, positions=positions, then=then)
    with _turn(plan, number):
        return sender.send(timeout)


def nothing_to_send(plan: Plan, dataset_id: int, new_columns: Sequence[str]) -> PushResult:
    """Return the result of a push that has nothing to send; new columns hold nothing then."""
    names = ", ".join(map(repr, new_columns))
    empty = f" New columns without values were not added: {names}." if names else ""
    return PushResult(
        dataset_id=dataset_id,
        process_id=None,
        status="Nothing to send",
        description=f"The dataset holds these rows already; nothing was uploaded.{empty}",
        rows=0,
        inserted=0,
        updated=0,
        deleted=0,
        bytes_sent=0,
        seconds=plan.client._connection.clock.monotonic() - plan.begun,
        url=plan.client._connection.page_of(dataset_id),
    )


def point_out(changed_roles: str | None) -> None:
    """Warn, before anything is sent, that the upload changes the key of the dataset."""
    if changed_roles is not None:
        warn(changed_roles)


def _turn(plan: Plan, number: int) -> AbstractContextManager[None]:
    made = plan.dataset_id is None
    return plan.client._connection.one_upload_at_a_time(number) if made else nullcontext()
