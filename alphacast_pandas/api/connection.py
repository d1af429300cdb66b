"""The state of a client between calls: transport, remembered definitions, upload locks."""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alphacast_pandas.api.body import CHUNK_BYTES
from alphacast_pandas.api.settings import DEFAULT_BASE_URL, search_settings
from alphacast_pandas.api.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.api.clock import Clock
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.settings import Settings

# The header of each answer proves names, but a type may change without it.
_REMEMBERED_SECONDS = 300.0


class Connection:
    """One client's transport, with the definitions that it remembers of datasets."""

    def __init__(
        self, settings: Settings, clock: Clock | None = None, chunk_bytes: int = CHUNK_BYTES
    ) -> None:
        self.transport = Transport(settings, clock, chunk_bytes)
        self.search_transport = Transport(
            search_settings(settings), self.clock, chunk_bytes, key_in_query=True
        )
        # Which spelling of a query the service accepted after it had refused another.
        self.accepted_spelling = (0, 0)
        self._definitions: dict[int, tuple[float, Definitions]] = {}
        self._make_locks()
        with _forking:
            _connections.add(self)

    @property
    def settings(self) -> Settings:
        """Key, address, time limits and retries."""
        return self.transport.settings

    @property
    def clock(self) -> Clock:
        """Where pauses and instants come from."""
        return self.transport.clock

    def page_of(self, dataset_id: int) -> str:
        """Return the address of a dataset: its page, or the resource of another service."""
        return page_of(self.settings.base_url, dataset_id)

    def recall(self, dataset_id: int) -> Definitions | None:
        """Return the definitions remembered of a dataset, unless they are old."""
        with self._lock:
            since, definitions = self._definitions.get(dataset_id, (0.0, None))
        return definitions if self.clock.monotonic() - since < _REMEMBERED_SECONDS else None

    def remember(self, dataset_id: int, definitions: Definitions | None) -> None:
        """Remember the definitions of a dataset; None forgets them."""
        with self._lock:
            if definitions is None:
                self._definitions.pop(dataset_id, None)
            else:
                self._definitions[dataset_id] = (self.clock.monotonic(), definitions)

    @contextmanager
    def one_upload_at_a_time(self, dataset_id: int) -> Iterator[None]:
        """Hold other uploads to this dataset back: the service works on one at a time."""
        with self._lock:
            lock = self._uploads.setdefault(dataset_id, threading.Lock())
        with lock:
            yield

    @contextmanager
    def one_creation_at_a_time(self) -> Iterator[None]:
        """Let no other thread of this client look for a name while it is being created."""
        with self._creation:
            yield

    def close(self) -> None:
        """Close the sockets of both hosts."""
        self.transport.close()
        self.search_transport.close()

    def reset_after_fork(self) -> None:
        """Replace what must not be shared with the parent process: sockets and locks."""
        self.transport.reset()
        self.search_transport.reset()
        self._make_locks()

    def _make_locks(self) -> None:
        self._lock = threading.Lock()
        self._creation = threading.Lock()
        self._uploads: dict[int, threading.Lock] = {}


def page_of(base_url: str, dataset_id: int) -> str:
    """Return the address of a dataset at the service of this address."""
    base = "https://www.alphacast.io" if base_url == DEFAULT_BASE_URL else base_url
    return f"{base}/datasets/{dataset_id}"


# Without this, a forked child would read answers to requests of its parent, or of another child,
# from the sockets they share, and wait for locks that no thread of the child will release. The set
# must not be forked while it changes, so a fork waits for the lock; logging does the same.
_connections: weakref.WeakSet[Connection] = weakref.WeakSet()
_forking = threading.Lock()


def _after_fork_in_child() -> None:
    _forking.release()  # which the one thread of the child holds
    for connection in _connections:
        connection.reset_after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(
        before=_forking.acquire,
        after_in_parent=_forking.release,
        after_in_child=_after_fork_in_child,
    )
