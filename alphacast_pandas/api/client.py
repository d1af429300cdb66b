"""One account's connection to the service."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alphacast_pandas.api.datasets import Datasets
from alphacast_pandas.api.repositories import Repositories
from alphacast_pandas.api.settings import (
    DEFAULT_BASE_URL,
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    process_login,
    resolve_settings,
)
from alphacast_pandas.api.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from alphacast_pandas.api.clock import Clock
    from alphacast_pandas.api.definitions import Definitions


# The header of each answer proves names, but a type may change without it.
_REMEMBERED_SECONDS = 300.0


class Client:
    """
    A connection to Alphacast: one per account, safe to use from several threads.

    Each setting is taken from the first of: the argument, `login` in this process,
    the environment (``ALPHACAST_API_KEY``, ``ALPHACAST_BASE_URL``), what
    ``login(store=True)`` kept.

    Parameters
    ----------
    api_key : str, optional
        Key of the account.
    base_url : str, optional
        Address of the API; by default ``https://api.alphacast.io``. Plain http is
        refused except to this computer.
    timeout : (float, float) or float, default (10.0, 60.0)
        Seconds to wait for a connection, and then between bytes. Not a limit on a
        whole download.
    retries : int, default 5
        How often a read is tried again after a connection fault or a status 429,
        500, 502, 503 or 504. Changes are never repeated.

    Attributes
    ----------
    repositories : Repositories
        The endpoints of repositories.
    datasets : Datasets
        The endpoints of datasets.

    Raises
    ------
    ConfigurationError
        If there is no key, or an argument cannot be used.

    See Also
    --------
    login : Set the key of the default client.
    get_client : The default client.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> with ap.Client("ak_0000", base_url="http://127.0.0.1:8400") as client:
    ...     print(client)
    Client(api_key='***', base_url='http://127.0.0.1:8400')
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: tuple[float, float] | float = DEFAULT_TIMEOUT,
        retries: int = DEFAULT_RETRIES,
    ) -> None:
        settings = resolve_settings(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            retries=retries,
            login=process_login(),
        )
        self.transport = Transport(settings)
        self.repositories = Repositories(self.transport)
        self.datasets = Datasets(self.transport)
        # Which spelling of a query the service accepted after it had refused another.
        self.accepted_spelling = (0, 0)
        self._lock = threading.Lock()
        self._definitions: dict[int, tuple[float, Definitions]] = {}
        self._uploads: dict[int, threading.Lock] = {}

    @property
    def base_url(self) -> str:
        """Address of the API."""
        return self.transport.settings.base_url

    @property
    def clock(self) -> Clock:
        """Where this client's pauses and instants come from."""
        return self.transport.clock

    def page_of(self, dataset_id: int) -> str:
        """Return the address of a dataset: its page, or the resource of another service."""
        base = "https://www.alphacast.io" if self.base_url == DEFAULT_BASE_URL else self.base_url
        return f"{base}/datasets/{dataset_id}"

    def close(self) -> None:
        """Close the connections; the client can still be used and opens new ones."""
        self.transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client(api_key='***', base_url={self.base_url!r})"

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


@dataclass
class _Kept:
    client: Client | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept = _Kept()


def get_client() -> Client:
    """
    Return the default client.

    It is made when first asked for, kept, and made anew when key or address have
    changed since.

    Returns
    -------
    Client
        A client with the key of `login`, of the environment, or stored.

    Raises
    ------
    ConfigurationError
        If there is no key, with the ways to set one.

    See Also
    --------
    Client : A client of one's own.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.login("ak_0000", base_url="http://127.0.0.1:8400")
    >>> ap.get_client() is ap.get_client()
    True
    """
    settings = resolve_settings(login=process_login())
    with _kept.lock:
        if _kept.client is None or _kept.client.transport.settings != settings:
            _kept.client = Client()
        return _kept.client
