"""`login` and `logout`: a key is asked for, tried, kept if the service takes it, and forgotten."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Any, Literal

from alphacast_pandas.api.cache_setting import check_cache
from alphacast_pandas.api.colab import forget_secrets
from alphacast_pandas.api.settings import (
    KEYS_PAGE,
    check_login,
    resolve_settings,
    set_process_login,
)
from alphacast_pandas.api.stored_login import (
    KeyringError,
    Login,
    forget_stored_login,
    store_in_file,
    store_in_keyring,
)
from alphacast_pandas.errors import (
    AlphacastError,
    APIError,
    AuthenticationError,
    ConfigurationError,
    NotFoundError,
)
from alphacast_pandas.text import value_text
from alphacast_pandas.tracebacks import short_traceback
from alphacast_pandas.user_warnings import warn

if TYPE_CHECKING:
    from alphacast_pandas.api.cache_setting import Cache
    from alphacast_pandas.api.transport import Transport

# Fewer than reads have: somebody waits for the answer.
_RETRIES = 2
# The one small object that every account has. What answers 404 to it and to the list it stands in
# is not the API.
_PATHS = ("/repositories/home", "/repositories")
# The key is known, and its plan or its permissions do not cover the request.
_TAKEN_STATUSES = frozenset({402, 403})
_NOT_CHECKED = (
    "The API key could not be checked and is not kept; login(..., check=False) keeps it unchecked."
)


@short_traceback
def login(
    key: str | None = None,
    *,
    base_url: str | None = None,
    store: bool | Literal["keyring"] = False,
    check: bool = True,
    cache: Cache | None = None,
) -> None:
    """
    Set the API key of this process.

    Parameters
    ----------
    key : str, optional
        Key of the account. Without it, a terminal or a notebook prompts for it; what is typed is
        not shown.
    base_url : str, optional
        Address of the API, if it is not Alphacast's own. ``ALPHACAST_BASE_URL`` is not looked
        at: key and address belong together.
    store : bool or "keyring", default False
        Also keep both on this computer for later processes: with True in a file in the user's
        configuration folder that only its owner may read, with ``"keyring"`` in the keyring of
        the system, which needs the extra ``keyring``. Where the keyring fails, or does not answer
        within 15 seconds, the login holds for this process, with a warning, and nothing is
        stored.
    check : bool, default True
        Ask the service whether it takes the key, with one small request for the home
        repository. Only status 401 means that it does not: a key that lacks a permission is
        kept. If the check fails, nothing is kept, and an earlier login stays as it is. With
        False nothing is sent, as is needed without a connection.
    cache : bool, str or timedelta, optional
        How reads of this process use the cache, as `Client` takes it; it is not stored. By
        default as ``ALPHACAST_CACHE`` says, and off without it.

    Raises
    ------
    AuthenticationError
        If the service refuses the key.
    ConfigurationError
        If there is no key, or key, address, `store` or `cache` cannot be used.
    ConnectionFailed
        If the service cannot be reached, so that the key could not be tried.
    APIError, DecodeError
        If the answer does not tell whether the service takes the key: the service failed, or
        what is at this address is not the API.

    Warns
    -----
    UserWarning
        If the login was to be kept in the keyring and could not be.

    See Also
    --------
    logout : Forgets the login.
    whoami : Where the key that is used came from.
    get_client : The client that uses this key.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.login("ak_0000", base_url="http://127.0.0.1:8400", check=False)
    """
    _check_store(store)
    setting = None if cache is None else check_cache(cache, error=ConfigurationError)
    if key is None and _can_ask():
        key = _ask_for_key()
    checked = check_login(Login(key, base_url, "ap.login()", cache=setting))
    if check:
        _check_key(checked)
    failure = None
    if store == "keyring":
        failure = _store_in_keyring(checked)
    elif store:
        store_in_file(checked)
    set_process_login(checked)
    if failure is not None:
        warn(
            f"The login holds for this process and is not stored: the system's keyring {failure}. "
            "store=True (on the command line, leaving out --keyring) keeps it in a file that only "
            "you can read."
        )


@short_traceback
def logout() -> None:
    """
    Forget the login of this process and the one that is stored on this computer.

    A key in the environment variable ``ALPHACAST_API_KEY`` or in a secret of Colab stays where it
    is and is used from then on; `whoami` tells.

    Raises
    ------
    ConfigurationError
        If what is stored cannot be deleted.

    See Also
    --------
    login : Sets, and stores, a key.
    whoami : Where the key that is used came from.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.login("ak_0000", check=False)
    >>> ap.logout()
    """
    set_process_login(None)
    forget_secrets()
    forget_stored_login()


def _check_store(store: Any) -> None:
    if not isinstance(store, bool) and store != "keyring":
        msg = f'store must be True, False or "keyring", got {value_text(store)}.'
        raise ConfigurationError(msg)


def _store_in_keyring(login: Login) -> str | None:
    """Keep the login in the keyring; return a clause that says why it is not kept, or None."""
    try:
        store_in_keyring(login)
    except KeyringError as error:
        return str(error)
    return None


def _check_key(login: Login) -> None:
    """Raise unless the service takes the key."""
    # Only here: a login that is not checked does not load what sends requests.
    from alphacast_pandas.api.transport import Transport

    transport = Transport(resolve_settings(retries=_RETRIES, login=login))
    base_url = transport.settings.base_url
    try:
        is_api = any(_is_found(transport, path) for path in _PATHS)
    except AuthenticationError as error:
        msg = (
            f"{base_url} refuses this API key, so it is not kept (status 401): the key is wrong or "
            "revoked, or belongs to another address, which is passed as base_url=."
        )
        raise AuthenticationError(msg, status_code=error.status_code) from error
    except AlphacastError as error:
        error.args = (f"{error} {_NOT_CHECKED}",)
        raise
    finally:
        transport.close()
    if not is_api:
        msg = (
            f"There is no Alphacast API at {base_url}: it answered 404 to "
            f"{' and '.join(f'GET {path}' for path in _PATHS)}. Check base_url."
        )
        raise NotFoundError(msg, status_code=404)


def _is_found(transport: Transport, path: str) -> bool:
    """Tell whether there is an answer other than 404; raise if the key is not accepted in it."""
    try:
        transport.get(path)
    except APIError as error:
        if error.status_code == 404:
            return False
        if error.status_code not in _TAKEN_STATUSES:
            raise
    return True


def _can_ask() -> bool:
    return "ipykernel" in sys.modules or (sys.stdin is not None and sys.stdin.isatty())


def _ask_for_key() -> str | None:
    """Return what is typed without showing it; None where nobody can be asked after all."""
    try:
        return getpass.getpass(f"Alphacast API key (from {KEYS_PAGE}): ")
    except (EOFError, RuntimeError):  # the latter in a notebook that is executed by a program
        return None
