"""The rows of a plan on their way: file by file, each followed to its end before the next."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from alphacast_pandas.api.following import check_seconds
from alphacast_pandas.errors import AlphacastError, ProcessError, ProcessTimeout, ValidationError
from alphacast_pandas.progress import Meter
from alphacast_pandas.writing.account import Stopped, give_account
from alphacast_pandas.writing.csv_stream import csv_files
from alphacast_pandas.writing.manifest import header_names
from alphacast_pandas.writing.parts import PushPart, begun_part, with_end
from alphacast_pandas.writing.result import PushResult, result_of
from alphacast_pandas.writing.upload import Upload, upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from alphacast_pandas.api.records import Process
    from alphacast_pandas.writing.csv_stream import CsvFile
    from alphacast_pandas.writing.plan import Plan

    Then = Callable[[PushResult], None]

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
        clock = self._plan.client.clock
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
        with self._plan.client.one_upload_at_a_time(self._dataset_id):
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
        client.remember(self._dataset_id, None)
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
            seconds=plan.client.clock.monotonic() - plan.begun,
            url=plan.client.page_of(self._dataset_id),
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
