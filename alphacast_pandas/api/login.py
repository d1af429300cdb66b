"""What this process was told of key and address."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass

from alphacast_pandas.api.settings import Login, check_login, store_login


@dataclass
class _Told:
    login: Login | None = None


_told = _Told()


def process_login() -> Login | None:
    """Return what `login` was told in this process."""
    return _told.login


def login(api_key: str | None = None, *, base_url: str | None = None, store: bool = False) -> None:
    """
    Set the API key of this process.

    Parameters
    ----------
    api_key : str, optional
        Key of the account. Without it, it is asked for on a terminal or in a
        notebook, and not shown while it is typed.
    base_url : str, optional
        Address of the API, if it is not Alphacast's own.
    store : bool, default False
        Also keep both on this computer for later processes, in a file in the
        user's configuration folder that only its owner may read.

    Raises
    ------
    ConfigurationError
        If there is no key, or key or address cannot be used.

    See Also
    --------
    get_client : The client that uses this key.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.login("ak_0000", base_url="http://127.0.0.1:8400")
    """
    if api_key is None and _can_ask():
        api_key = getpass.getpass("Alphacast API key: ")
    checked = check_login(Login(api_key, base_url))
    if store:
        store_login(checked)
    _told.login = checked


def _can_ask() -> bool:
    return "ipykernel" in sys.modules or (sys.stdin is not None and sys.stdin.isatty())
