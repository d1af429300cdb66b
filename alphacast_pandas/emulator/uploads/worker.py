"""The background worker: takes each dataset's uploads one at a time, in their order."""

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue

import duckdb

from alphacast_pandas.emulator.errors import InvalidUpload
from alphacast_pandas.emulator.faults import Faults
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.database import Store
from alphacast_pandas.emulator.store.processes import (
    ERROR,
    PROCESSED,
    PROCESSING,
    Process,
    end_process,
    load_process,
    load_unfinished,
    set_status,
    upload_path,
)
from alphacast_pandas.emulator.uploads.upload import run_upload

INTERNAL_ERROR = "Internal error"
THREADS = 2  # more would not help: DuckDB uses every core for one query
STOP_TIMEOUT = 10.0  # seconds


class Worker:
    """
    Takes the processes of each dataset through their states.

    Unexpected errors are passed to `report`; the client is not told more than that there was one.
    """

    def __init__(
        self,
        store: Store,
        faults: Faults,
        readings: Callable[[], Readings],
        report: Callable[[Exception], None],
    ) -> None:
        self._store = store
        self._faults = faults
        self._readings = readings
        self._report = report
        self._queues: dict[int, deque[int]] = {}
        self._busy: set[int] = set()  # datasets whose queue a thread is running
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._is_on_hold = False
        self._ready: SimpleQueue[int | None] = SimpleQueue()  # datasets, or None to end a thread
        # No pool of concurrent.futures: the interpreter does not end before its threads do.
        self._threads = [
            threading.Thread(target=self._run, name=f"alphacast-worker-{number}", daemon=True)
            for number in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, process: int, dataset: int) -> None:
        """Queue a process of a dataset."""
        with self._changed:
            self._queues.setdefault(dataset, deque()).append(process)
        self._wake()

    def has_unfinished(self, dataset: int) -> bool:
        """Return whether a dataset has a process that has not ended."""
        with self._changed:
            return bool(self._queues.get(dataset))

    def hold(self) -> None:
        """Stop before the next state of each process, until `release`."""
        with self._changed:
            self._is_on_hold = True
            self._changed.wait_for(lambda: not self._busy)

    def release(self) -> None:
        """Let processes go on by themselves again."""
        with self._changed:
            self._is_on_hold = False
        self._wake()

    def advance(self) -> list[tuple[int, str]]:
        """Move the first process of each dataset one state on; return ids with their states."""
        with self._changed:
            # A process stays at the head of its queue until it has ended.
            first = [(dataset, queue[0]) for dataset, queue in self._queues.items() if queue]
        moved = []
        for dataset, number in first:
            status = self._step(number)
            if status != PROCESSING:
                self._remove(dataset, number)
            moved.append((number, status))
        return moved

    def wait(self, timeout: float) -> bool:
        """Wait until no process is left; return whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not any(self._queues.values()), timeout)

    def requeue_unfinished(self) -> None:
        """Queue the processes that an earlier run left `Requested`; end those left `Processing`."""
        with self._store.write() as cursor:
            for process in load_unfinished(cursor):
                is_there = upload_path(self._store, process.id).exists()
                if process.status == PROCESSING or not is_there:
                    end_process(cursor, process.id, ERROR, "The service was restarted")
                else:
                    self.submit(process.id, process.dataset_id)

    def clear(self) -> None:
        """Empty every queue, and wait for the processes that are running."""
        with self._changed:
            self._queues.clear()
            self._is_on_hold = False
            self._stopping.set()  # ends the delay of a fault
            self._changed.wait_for(lambda: not self._busy)
            self._stopping.clear()

    def close(self) -> None:
        """Stop the threads; the worker cannot be used again."""
        self._stopping.set()
        with self._changed:
            self._queues.clear()
        self._store.interrupt()  # or a long query would hold up the threads
        for _ in self._threads:
            self._ready.put(None)
        for thread in self._threads:
            thread.join(STOP_TIMEOUT)

    def _wake(self) -> None:
        with self._changed:
            for dataset, queue in self._queues.items():
                if queue and not self._is_on_hold and dataset not in self._busy:
                    self._busy.add(dataset)
                    self._ready.put(dataset)

    def _run(self) -> None:
        while (dataset := self._ready.get()) is not None:
            self._run_queue(dataset)

    def _run_queue(self, dataset: int) -> None:
        while (number := self._next_or_leave(dataset)) is not None:
            if self._step(number) != PROCESSING:
                self._remove(dataset, number)

    def _next_or_leave(self, dataset: int) -> int | None:
        # One step under one lock: a process submitted between looking at an empty queue and
        # leaving it would otherwise find no thread.
        with self._changed:
            queue = self._queues.get(dataset)
            if queue and not self._is_on_hold and not self._stopping.is_set():
                return queue[0]
            self._busy.discard(dataset)
            self._changed.notify_all()
            return None

    def _remove(self, dataset: int, number: int) -> None:
        with self._changed:
            queue = self._queues.get(dataset)
            if queue and queue[0] == number:
                queue.popleft()
            self._changed.notify_all()

    def _step(self, number: int) -> str:
        try:
            return self._move(number)
        except Exception as error:  # noqa: BLE001 - no process may stop the worker
            self._report_unless_stopping(error)
            return self._fail(number, INTERNAL_ERROR)

    def _move(self, number: int) -> str:
        with self._store.transaction() as cursor:
            process = load_process(cursor, number)
        if process is None or process.is_over:  # its dataset was deleted, or the store reset
            return process.status if process else ERROR
        if process.status != PROCESSING:
            with self._store.write() as cursor:
                set_status(cursor, number, PROCESSING)
            return PROCESSING
        return self._finish(process)

    def _finish(self, process: Process) -> str:
        try:
            self._apply_fault()
            readings = self._readings()
            if self._faults.keep_old_files:
                readings = replace(readings, export="stale")
            run_upload(self._store, process, readings)
        except InvalidUpload as error:
            return self._fail(process.id, str(error))
        return PROCESSED

    def _apply_fault(self) -> None:
        fault = self._faults.take_process()
        if fault is not None:
            self._stopping.wait(fault.process_delay)
            if fault.process_error is not None:
                raise InvalidUpload(fault.process_error)

    def _fail(self, number: int, text: str) -> str:
        upload_path(self._store, number).unlink(missing_ok=True)
        with contextlib.suppress(duckdb.Error), self._store.write() as cursor:
            end_process(cursor, number, ERROR, text)
        return ERROR

    def _report_unless_stopping(self, error: Exception) -> None:
        # When the worker is closed, DuckDB interrupts what is running.
        if not (self._stopping.is_set() and isinstance(error, duckdb.Error)):
            self._report(error)
