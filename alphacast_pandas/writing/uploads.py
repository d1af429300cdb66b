"""The uploads of a push: one file after the other, each sent once and followed to its end."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from alphacast_pandas.api.client import is_default_client
from alphacast_pandas.api.multipart import upload_form
from alphacast_pandas.api.processes import check_seconds
from alphacast_pandas.api.retrying import watched_by
from alphacast_pandas.display import plural
from alphacast_pandas.errors import (
    AlphacastError,
    ProcessError,
    ProcessTimeout,
    PushInterrupted,
    ValidationError,
)
from alphacast_pandas.progress import Meter
from alphacast_pandas.text import quoted
from alphacast_pandas.user_warnings import warn
from alphacast_pandas.writing.check_frame import CheckedFrame
from alphacast_pandas.writing.csv_files import csv_files
from alphacast_pandas.writing.result import PushPart, combine_parts
from alphacast_pandas.writing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    import numpy as np
    import pyarrow as pa

    from alphacast_pandas.api.multipart import Multipart, UploadFlags
    from alphacast_pandas.api.processes import (
        Process,
    )
    from alphacast_pandas.writing.csv_files import CsvFile
    from alphacast_pandas.writing.guards import Guards
    from alphacast_pandas.writing.plan import Plan, Target
    from alphacast_pandas.writing.result import PushResult


# Seconds before each look for the process of an upload whose answer was lost: the service stores
# the file before it answers, so its process may appear a little later.
_PAUSES = (0.0, 0.5, 1.0, 2.0)


@contextmanager
def on_ctrl_c(describe: Callable[[], str]) -> Iterator[None]:
    """Let a Ctrl-C say what has been sent and what goes on; it stays a KeyboardInterrupt."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(describe()) from interrupt


class Uploads:
    """
    Sends the rows of a plan in as many files as they need, and remembers which are in.

    `positions` are given if the plan's frame is a selection: those of its rows in the caller's.
    `expected` is what the dataset must hold once all rows are in, if that is to be verified.
    Everything the service is told about a file is determined here once, so that parts differ
    neither in the header nor in the format of dates.
    """

    def __init__(
        self,
        plan: Plan,
        target: Target,
        guards: Guards,
        *,
        positions: np.ndarray | None = None,
        expected: pa.Table | None = None,
    ) -> None:
        if target.dataset_id is None:  # pragma: no cover - it was created before
            raise AssertionError
        self._plan, self._client, self._target = plan, plan.client, target
        self._dataset_id = target.dataset_id
        self._wait, self._timeout = guards.wait, guards.timeout
        self._positions, self._expected = positions, expected
        self._row_count = plan.checked.row_count
        self._manifest, self._header = plan.manifest, plan.header
        self._date_formats = {plan.checked.roles.date: plan.checked.date_format}
        self._is_in_parts = False
        self._parts: tuple[PushPart, ...] = ()
        # The last upload: until its end is seen, or once that was a failure.
        self._pending: tuple[PushPart, Process] | None = None
        self._failed: tuple[PushPart, Process] | None = None
        self._rows_under_way = range(0)
        self._form: Multipart | None = None  # while it is being sent and its process is not known

    def send_all(self, timeout: float) -> PushResult:
        """Send the rows that are not in; the caller holds the turn of the dataset."""
        plan = self._plan
        with on_ctrl_c(self._describe_interrupt):
            with (
                Meter(self._title, progress=plan.progress, clock=plan.clock) as meter,
                watched_by(meter),
                self._interruptible(),
            ):
                self._wait_for_pending(timeout, meter)
                if self._rows_in < self._row_count:
                    with closing(self._write_files(meter)) as files:
                        for file in files:
                            self._send_file(file, timeout, meter)
            result = self._result()
            if self._expected is not None:
                verify(plan, self._expected, result)
            return result

    def resume(self, timeout: float | None) -> PushResult:
        """Go on where an error has stopped it."""
        seconds = self._timeout if timeout is None else timeout
        check_seconds(seconds)
        with self._plan.turn(self._dataset_id):
            return self.send_all(seconds)

    def wait(self, timeout: float) -> PushResult:
        """Follow the last upload of a push that did not wait for it."""
        check_seconds(timeout)
        self._pending = self._pending or self._failed  # a failure is reported again
        with on_ctrl_c(self._describe_interrupt), self._interruptible():
            self._wait_for_pending(timeout, None)
        return self._result()

    @property
    def _title(self) -> str:
        part = f", part {len(self._parts) + 1}" if self._is_in_parts else ""
        name = self._plan.target.name
        place = quoted(name) if name else self._dataset_id
        return f"Pushing to {place}{part}"

    @property
    def _rows_in(self) -> int:
        """How many rows are known to be in, which are the first ones."""
        return sum(part.rows for part in self._parts)

    def _write_files(self, meter: Meter) -> Generator[CsvFile]:
        """Return the rows that are not in as files, each of which is written when asked for."""
        self._begin_writing(meter)
        return csv_files(
            self._plan.checked.frames(self._rows_in),
            self._header,
            self._date_formats,
            largest_bytes=self._client._connection.settings.largest_file_bytes,
            on_rows=meter.advance,
        )

    def _begin_writing(self, meter: Meter) -> None:
        meter.title = self._title
        meter.begin(self._row_count - self._rows_in, phase="writing", unit=" rows")

    def _send_file(self, file: CsvFile, timeout: float, meter: Meter) -> None:
        """Send one file and follow its process; of the last one, only if it is to be waited for."""
        # A file knows whether it is the last, so this is known before the first one is sent.
        self._is_in_parts = self._is_in_parts or not file.is_last
        self._check_deletions(len(file.rows))
        self._rows_under_way = range(self._rows_in, self._rows_in + len(file.rows))
        meter.title = self._title
        with file.stream as stream:  # which frees its memory before the process is waited for
            # After the first part the service knows it.
            manifest = None if self._parts else self._manifest
            form = upload_form(stream, manifest, on_read=meter.advance)
            meter.begin(len(form), phase="uploading")
            process = self._send_once(form)
        # The upload may have changed types and columns.
        self._client._connection.remember(self._dataset_id, None)
        part = _to_part(process, self._span_under_way, len(file.rows), bytes_sent=len(form))
        self._pending, self._form = (part, process), None
        if self._wait or not file.is_last:
            self._wait_for_pending(timeout, meter)
        if not file.is_last:
            self._begin_writing(meter)

    def _check_deletions(self, rows: int) -> None:
        """Raise if files would delete the rows of each other."""
        plan = self._plan
        if not self._is_in_parts or not plan.mode.deletes or plan.is_first:
            return
        mode, remedy = plan.mode.name, "upsert" if plan.mode.updates else "append"
        msg = (
            f"{plan.checked.subject} does not fit in one file: the service takes files of up to "
            f"50 MB, and as gzip CSV {rows:,} of its {self._row_count:,} rows do. In mode {mode!r} "
            "each file deletes every row of the dataset that it lacks, so a second one would "
            "delete the rows of the first. Nothing was sent. Remedy: "
            f"mode={remedy!r} goes in parts and deletes nothing. If rows are to go, push to a new "
            "dataset, name='...', which goes in parts too, and delete this one: "
            f"client.datasets.delete({self._dataset_id})."
        )
        raise ValidationError(msg)

    def _send_once(self, form: Multipart) -> Process:
        """
        Return the process of an upload, which is never sent twice.

        The service knows no key by which it would recognise a repetition, and with a lost answer
        the number of the process is lost too. So the processes are listed before, and if the answer
        does not come, one that has begun since is taken for ours.
        """
        flags = self._flags
        before = self._process_ids()
        self._form = form
        try:
            return self._client.datasets.send_form(self._dataset_id, form, flags)
        except AlphacastError as error:
            found = self._find_process(before, flags) if error.in_doubt else None
            if found is None:
                raise
            return found

    @property
    def _flags(self) -> UploadFlags:
        """What the service is told; a part must not delete the rows of the others."""
        flags = self._plan.flags
        return replace(flags, delete_missing=False) if self._is_in_parts else flags

    def _process_ids(self) -> set[int] | None:
        """Return the processes there are, None if the service does not tell."""
        try:
            return {process.id for process in self._client.datasets.processes(self._dataset_id)}
        except AlphacastError:
            return None

    def _find_process(self, before: set[int] | None, flags: UploadFlags) -> Process | None:
        """
        Return the process that our upload has begun, None if that cannot be proved.

        It is proved if exactly one has begun since and does not state other flags than ours. Of two
        one may be another program's, and the wrong one would vouch for rows that are not in.
        """
        if before is None:
            return None
        for pause in _PAUSES:
            self._plan.clock.sleep(pause)
            try:
                processes = self._client.datasets.processes(self._dataset_id)
            except AlphacastError:
                return None
            begun = [process for process in processes if process.id not in before]
            if begun:
                return begun[0] if len(begun) == 1 and _has_flags(begun[0], flags) else None
        return None

    def _wait_for_pending(self, timeout: float, meter: Meter | None) -> None:
        """Follow the process of the last upload, if its end has not been seen."""
        if self._pending is None:
            return
        part, process = self._pending
        try:
            if process.follow is not None:
                process = process.follow(process, timeout, None if meter is None else meter.tell)
        except ProcessTimeout:
            raise  # the process goes on, so the upload stays pending
        except ProcessError:
            self._pending, self._failed = None, self._pending
            raise
        self._pending = self._failed = None
        span = part.first_row, part.last_row
        ended = _to_part(process, span, part.rows, bytes_sent=part.bytes_sent)
        self._parts = (*self._parts, ended)

    def _result(self) -> PushResult:
        plan, pending = self._plan, self._pending
        result = combine_parts(
            self._parts if pending is None else (*self._parts, pending[0]),
            name=plan.name,
            repository=self._target.repository_name,
            created=self._target.created,
            dataset_id=self._dataset_id,
            seconds=plan.clock.monotonic() - plan.started_at,
            url=self._client._connection.page_of(self._dataset_id),
            wait=None if pending is None else self.wait,
        )
        if pending is None and result.deleted and not plan.mode.deletes:
            deleted = plural(result.deleted, "deleted value")
            warn(
                f"The service reports {deleted}, though mode "
                f"{plan.mode.name!r} deletes nothing: empty cells have erased stored values. "
                "missing='keep' keeps what is stored where the frame has no value."
            )
        return result

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let an error between the parts say which rows are in, and be resumed from there."""
        try:
            yield
        except AlphacastError as error:
            self._form = None
            # A single upload has nothing to go on with: pushing again does the same.
            if not (self._is_in_parts and self._rows_under_way):
                raise
            message = f"{error} {self._describe_progress(error)}".lstrip()
            raise PushInterrupted(message, parts=self._parts, cause=error, push=self) from error

    def _describe_progress(self, error: AlphacastError) -> str:
        """Return which rows are in, and what became of those under way."""
        if isinstance(error, ValidationError):
            # Of rows that are not those which were checked, so that to resume would fail again.
            rows_in = f"{self._rows_in_text}. " if self._parts else ""
            return f"{rows_in}{self._no_other_rows_text}"
        outcome = "may be in" if error.in_doubt else "failed"
        if self._pending is not None:
            process = self._pending[1]
            outcome = f"are with process {process.id}, whose end is not known"
        is_last = self._rows_under_way.stop == self._row_count
        rest = "" if is_last else ", and nothing after them was sent"
        under_way = f"{self._part_under_way} {outcome}{rest}"
        return f"{self._rows_in_text}; {under_way}. error.resume() goes on from there."

    def _describe_interrupt(self) -> str:
        """Return what a Ctrl-C has left: what is in, what goes on, and what to do."""
        if not (self._is_in_parts and self._rows_under_way):
            return self._describe_upload("The upload continues", "the upload")
        rows = self._part_under_way
        upload = self._describe_upload(f"{rows.capitalize()} continue", rows)
        text = f"{self._rows_in_text}. {upload}" if self._parts else upload
        pending = 0 if self._pending is None else self._pending[0].rows
        if self._rows_in + pending == self._row_count:
            return text
        mode = "upsert" if self._plan.mode.updates else "append"
        when = "" if self._pending is None else "When that has ended, p"
        push = f"{text} {when or 'P'}ush"
        if not isinstance(self._plan.checked, CheckedFrame):
            return (
                f"{push} the file to dataset {self._dataset_id} again, with mode={mode!r}: rows "
                "that are in already stay as they are."
            )
        return (
            f"{push} the frame to dataset {self._dataset_id} again, with "
            f"mode={mode!r} and only_changes=True, which leaves out the rows that are in."
        )

    def _describe_upload(self, continues: str, upload: str) -> str:
        """Return what is known of the last upload, and how to learn the rest."""
        number = self._dataset_id
        datasets = f"{'ap.get_client()' if is_default_client(self._client) else 'client'}.datasets"
        if self._pending is not None:
            process = self._pending[1].id
            return (
                f"{continues} as process {process} of dataset {number}. "
                f"Follow it: {datasets}.process({number}, {process}).wait()."
            )
        if self._form is not None and self._form.sent_whole:
            return (
                f"Whether the service took {upload} is not known. To see whether it has begun a "
                f"process: {datasets}.processes({number})."
            )
        if self._form is not None:
            return f"The service has not taken {upload}: it was not sent to its end."
        if not self._parts and not self._is_in_parts:
            new = f"No rows were sent to dataset {number}, which is new."
            return new if self._plan.dataset_id is None else "Nothing was sent."
        if self._rows_in < self._row_count:
            return self._no_other_rows_text
        verified = "" if self._expected is None else ", but was not verified"
        return f"The push to dataset {number} has ended{verified}."

    @property
    def _rows_in_text(self) -> str:
        parts = self._parts
        is_selection = self._positions is not None
        rows_in = "none are in" if is_selection else "no rows are in"
        if parts:
            count = "1 part" if len(parts) == 1 else f"{len(parts)} parts"
            rows_in = f"rows {parts[0].first_row:,} to {parts[-1].last_row:,} are in ({count})"
        if is_selection:
            rows_in = f"of the rows that are new or differ, {rows_in}"
        return rows_in[:1].upper() + rows_in[1:]

    @property
    def _no_other_rows_text(self) -> str:
        return f"No {'other ' if self._parts else ''}rows are known to be in."

    @property
    def _part_under_way(self) -> str:
        first, last = self._span_under_way
        return f"rows {first:,} to {last:,} (part {len(self._parts) + 1})"

    def _position(self, row: int) -> int:
        """Return the position of a row that is sent in the frame of the caller."""
        return row if self._positions is None else int(self._positions[row])

    @property
    def _span_under_way(self) -> tuple[int, int]:
        """The first and the last row under way, as the caller counts them."""
        return self._position(self._rows_under_way[0]), self._position(self._rows_under_way[-1])


def _to_part(process: Process, span: tuple[int, int], rows: int, *, bytes_sent: int) -> PushPart:
    """Return the part of a push whose process has come so far."""
    first_row, last_row = span
    return PushPart(
        first_row=first_row,
        last_row=last_row,
        rows=rows,
        process_id=process.id,
        status=process.status,
        description=process.description,
        inserted=process.count("insertedValues"),
        updated=process.count("updatedValues"),
        deleted=process.count("deletedValues"),
        bytes_sent=bytes_sent,
    )


def _has_flags(process: Process, flags: UploadFlags) -> bool:
    """Tell whether a process states no other flags than these."""
    return process.delete_missing in (None, flags.delete_missing) and (
        process.update_on_conflict in (None, flags.update_on_conflict)
    )
