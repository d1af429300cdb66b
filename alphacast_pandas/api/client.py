"""Clients: the public connection to one account, and the default one."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.cache_setting import OFF, CacheSetting
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.datasets import Datasets
from alphacast_pandas.api.providers import Providers
from alphacast_pandas.api.records import Records
from alphacast_pandas.api.repositories import Repositories
from alphacast_pandas.api.search import SearchResult, fetch_results
from alphacast_pandas.api.series import SeriesEndpoints
from alphacast_pandas.api.settings import (
    DEFAULT_BASE_URL,
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT,
    process_login,
    resolve_settings,
)
from alphacast_pandas.api.user_keys import UserKeys
from alphacast_pandas.errors import ConfigurationError, QueryError
from alphacast_pandas.tracebacks import short_traceback, short_tracebacks

if TYPE_CHECKING:
    from types import TracebackType

    from alphacast_pandas.api.cache_setting import Cache


@short_tracebacks
class Client:
    """
    A connection to Alphacast: one per account, safe to use from several threads.

    Key and addresses are taken together from the first source that has a key: the arguments,
    `login` in this process, the environment (``ALPHACAST_API_KEY``, ``ALPHACAST_BASE_URL``,
    ``ALPHACAST_SEARCH_URL``), the login stored by ``login(store=True)``. Only an address passed
    as `base_url` or `search_url` goes with a key from another source.

    Parameters
    ----------
    api_key : str, optional
        Key of the account.
    base_url : str, optional
        Address of the API; by default ``https://api.alphacast.io``. Plain http is
        refused except to this computer.
    search_url : str, optional
        Address of the search, to which the same rules apply. By default
        ``https://www.alphacast.io`` for Alphacast itself, and `base_url` for any other service.
    timeout : (float, float) or float, default (10.0, 60.0)
        Seconds to wait for a connection, and then between bytes. Not a limit on a
        whole download.
    retries : int, default 5
        How often a read is tried again after a connection fault or a status 429,
        500, 502, 503 or 504. Changes are never repeated.
    cache : bool, str or timedelta, optional
        How `read_alphacast` uses the cache unless a call says otherwise: True asks the service
        whether what is kept is right, a duration such as ``"6h"`` does not ask within that time,
        ``"only"`` never sends a request, False is off. By default what `login` or
        ``ALPHACAST_CACHE`` says, and off without them.
    stale_ok : bool, default False
        Whether a read with the cache on gives the last answer that is kept, with a warning that
        says how old it is, where the service cannot be reached: no connection, or status 502,
        503 or 504 after all attempts. Where nothing else says whether the cache is used, it is
        used as with ``cache=True``.

    Attributes
    ----------
    repositories : Repositories
        The endpoints of repositories.
    datasets : Datasets
        The endpoints of datasets.
    series : SeriesEndpoints
        The endpoints of series.
    providers : Providers
        The endpoints of upstream sources.
    user_keys : UserKeys
        The endpoints of the keys for upstream sources.

    Raises
    ------
    ConfigurationError
        If there is no key, an argument cannot be used, or ``ALPHACAST_BASE_URL`` or
        ``ALPHACAST_SEARCH_URL`` is set without a key beside it and differs from the address that
        the stored key belongs to.

    See Also
    --------
    login : Set the key of the default client.
    get_client : The default client.

    Notes
    -----
    A client may be used before and after a fork: each process has its own connections. It can be
    pickled if another process finds the same key in its environment or in the stored login; the
    key itself is not in the pickle.

    All requests of a client pause, in all threads, if the service answers one of them with status
    429, or with 503 and ``Retry-After``; for a minute at most.

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
        search_url: str | None = None,
        timeout: tuple[float, float] | float = DEFAULT_TIMEOUT,
        retries: int = DEFAULT_RETRIES,
        cache: Cache | None = None,
        stale_ok: bool = False,
    ) -> None:
        settings = resolve_settings(
            api_key=api_key,
            base_url=base_url,
            search_url=search_url,
            timeout=timeout,
            retries=retries,
            cache=cache,
            stale_ok=stale_ok,
            login=process_login(),
        )
        self._use(Connection(settings))

    def _use(self, connection: Connection) -> None:
        self._connection = connection
        self.repositories = Repositories(connection.transport)
        self.datasets = Datasets(connection.transport)
        self.series = SeriesEndpoints(connection.transport)
        self.providers = Providers(connection.transport)
        self.user_keys = UserKeys(connection.transport)

    @property
    def base_url(self) -> str:
        """Address of the API."""
        return self._connection.settings.base_url

    @property
    def search_url(self) -> str:
        """Address of the search."""
        return self._connection.settings.search_address

    def search(
        self,
        query: str,
        *,
        repository_id: int | str | None = None,
        mine: bool = False,
        deprecated: bool = False,
        limit: int | None = 25,
    ) -> Records[SearchResult]:
        """
        Search for datasets by words.

        Parameters
        ----------
        query : str
            The words; the service also finds words that are spelled a little differently.
        repository_id : int or str, optional
            Number of a repository, or the address of its page: only its datasets.
        mine : bool, default False
            Only the account's own datasets, not all of Alphacast.
        deprecated : bool, default False
            Whether to include datasets that are deprecated.
        limit : int or None, default 25
            Most results to return; None for all.

        Returns
        -------
        list of SearchResult
            The best first, each dataset once.

        Raises
        ------
        QueryError
            If `query` is empty, or `limit` is not at least 1.
        PermissionDenied
            If the key may not search.
        DecodeError
            If the answer is not that of a search.

        See Also
        --------
        alphacast_pandas.search : The same as a DataFrame.

        Notes
        -----
        The service does not document whether the offset of a page counts results or pages; every
        result is found under either reading. The key travels in the query of the request, as the
        service requires, so no redirect is followed. It is in no log of this package or of
        urllib3; ``http.client`` prints it if its ``debuglevel`` is set.

        Examples
        --------
        >>> client.search("life expectancy")[0].name
        'World - Life expectancy, population and income'
        """
        found = fetch_results(
            self._connection.search_transport,
            query,
            repository_id=repository_id,
            mine=mine,
            deprecated=deprecated,
            limit=limit,
        )
        return Records(found.results)

    def close(self) -> None:
        """Close the connections; the client can still be used and opens new ones."""
        self._connection.close()

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

    def __dir__(self) -> list[str]:
        return [
            *("base_url", "close", "datasets", "providers", "repositories", "search"),
            *("search_url", "series", "user_keys"),
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        settings = self._connection.settings
        base_url = settings.base_url
        if settings.api_key != _key_of_other_processes():
            msg = (
                f"A client whose key is from {settings.key_source} cannot be pickled, since its "
                "key would be in the pickle. Set ALPHACAST_API_KEY (and ALPHACAST_BASE_URL) for "
                "all processes and make the client without a key, or make one in each process."
            )
            raise ConfigurationError(msg)
        search_url = settings.search_url
        reading = settings.cache, settings.stale_ok
        return _unpickled, (base_url, settings.timeout, settings.retries, search_url, *reading)


def client_with(connection: Connection) -> Client:
    """Return a client of a connection that exists, such as one with another clock."""
    client = Client.__new__(Client)
    client._use(connection)  # noqa: SLF001 - what the constructor does after it found the settings
    return client


def _key_of_other_processes() -> str | None:
    """Return the key in the environment or the stored login: what any process of the user finds."""
    try:
        return resolve_settings(base_url=DEFAULT_BASE_URL).api_key
    except ConfigurationError:
        return None


def _unpickled(  # noqa: PLR0917 - pickle passes values by position
    base_url: str,
    timeout: tuple[float, float],
    retries: int,
    search_url: str | None = None,
    cache: CacheSetting = OFF,
    stale_ok: bool = False,  # noqa: FBT001, FBT002 - as above
) -> Client:
    settings = resolve_settings(
        base_url=base_url,
        search_url=search_url,
        timeout=timeout,
        retries=retries,
        cache=cache,
        stale_ok=stale_ok,
        login=process_login(),
    )
    return client_with(Connection(settings))


@dataclass
class _Default:
    """The default client of this process."""

    client: Client | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_default = _Default()
if hasattr(os, "register_at_fork"):  # another thread may hold the lock while this one forks
    os.register_at_fork(after_in_child=lambda: setattr(_default, "lock", threading.Lock()))


def forget_default_client() -> None:
    """Close the default client, if there is one; the next use makes another."""
    with _default.lock:
        client, _default.client = _default.client, None
    if client is not None:
        client.close()


def is_default_client(client: Client) -> bool:
    """Tell whether a client is the one that `get_client` has returned."""
    return client is _default.client


def resolve_client(client: Any) -> Client:
    """Return the client that a call is to use, or raise for what is none."""
    if client is None:
        return get_client()
    if not isinstance(client, Client):
        # It may be a key, so it is not shown.
        msg = (
            f"client must be an alphacast_pandas.Client, got {type(client).__name__}. "
            "Pass client=alphacast_pandas.Client(...), or log in with alphacast_pandas.login(...)."
        )
        raise QueryError(msg)
    return client


@short_traceback
def get_client() -> Client:
    """
    Return the default client.

    It is created at the first call, kept, and replaced when key or address have changed
    since, or come from another source.

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
    >>> ap.login("ak_0000", base_url="http://127.0.0.1:8400", check=False)
    >>> ap.get_client() is ap.get_client()
    True
    """
    settings = resolve_settings(login=process_login())
    with _default.lock:
        client = _default.client
        if client is None or not client._connection.settings.is_same(settings):
            client = _default.client = Client()
        return client
