"""The client that is used when none is named."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from alphacast_pandas.api.client import Client
from alphacast_pandas.api.login import process_login
from alphacast_pandas.api.settings import resolve_settings


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
