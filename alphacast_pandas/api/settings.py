"""The key and the address of a client: the sources they are taken from, and their checks."""

from __future__ import annotations

import ipaddress
import math
import os
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from alphacast_pandas.api.cache_setting import (
    DEFAULT_LIMIT,
    OFF,
    CacheSetting,
    cache_of_variable,
    check_cache,
    check_limit,
)
from alphacast_pandas.api.colab import colab_secret
from alphacast_pandas.api.stored_login import Login, stored_login
from alphacast_pandas.errors import ConfigurationError
from alphacast_pandas.text import value_text

DEFAULT_BASE_URL = "https://api.alphacast.io"
# Search is on the host of the web pages; any other service is taken to have it beside the rest.
DEFAULT_SEARCH_URL = "https://www.alphacast.io"
ENVIRONMENT = "the environment"
DEFAULT_TIMEOUT = (10.0, 60.0)
DEFAULT_RETRIES = 5
_MEANS_OFF = {"0", "false", "no", "off"}
KEYS_PAGE = "https://www.alphacast.io/settings/api-keys"
# The service's documentation says that files have at most "50 MB": not whether 10**6 or 2**20 bytes
# are a MB, whether a file counts as sent or unpacked, nor whether the form around it counts. This
# takes the smaller MB and files as sent, and leaves a million bytes for the form with its manifest.
LARGEST_FILE_BYTES = 49_000_000


@dataclass(frozen=True)
class Settings:
    """
    What one client was set up with.

    `search_url` is None where search is at the host that belongs to `base_url`. `key_source`,
    `address_source` and `search_source` say, for messages, where they came from.
    """

    api_key: str = field(repr=False)
    base_url: str = DEFAULT_BASE_URL
    timeout: tuple[float, float] = DEFAULT_TIMEOUT
    retries: int = DEFAULT_RETRIES
    largest_file_bytes: int = LARGEST_FILE_BYTES
    search_url: str | None = None
    cache: CacheSetting = OFF
    stale_ok: bool = False
    key_source: str = field(default="the argument api_key", compare=False)
    address_source: str = field(default="the default", compare=False)
    search_source: str | None = field(default=None, compare=False)

    def is_same(self, other: Settings) -> bool:
        """Tell whether the other settings are equal, and come from the same sources."""
        mine, others = (
            (each, each.key_source, each.address_source, each.search_source)
            for each in (self, other)
        )
        return mine == others

    @property
    def search_address(self) -> str:
        """The address that search is sent to."""
        if self.search_url is not None:
            return self.search_url
        return DEFAULT_SEARCH_URL if self.base_url == DEFAULT_BASE_URL else self.base_url


@dataclass
class _ProcessState:
    """The login set in this process."""

    login: Login | None = None


_process = _ProcessState()


def resolve_settings(
    *,
    api_key: str | None = None,
    base_url: str | None = None,
    search_url: str | None = None,
    timeout: Any = DEFAULT_TIMEOUT,
    retries: int = DEFAULT_RETRIES,
    cache: Any = None,
    stale_ok: Any = False,
    login: Login | None = None,
) -> Settings:
    """
    Return complete settings.

    Key and addresses are taken together, from the first source that has a key, so that no key is
    sent to an address that it was not meant for. Only an address passed as an argument goes with a
    key from elsewhere. `login` is the login set in this process.
    """
    found = _first_with_key(
        Login(api_key, None, "the argument api_key"), login or Login(), login_from_environment()
    )
    if base_url is not None:
        address, address_source = base_url, "the argument base_url"
    elif found.base_url is not None:
        address, address_source = found.base_url, found.source
    else:
        address, address_source = DEFAULT_BASE_URL, "the default"
    search_source = found.source if search_url is None else "the argument search_url"
    search_url = found.search_url if search_url is None else search_url
    is_stale_ok = _check_stale_ok(stale_ok)
    return Settings(
        api_key=check_api_key(found.api_key),
        base_url=check_base_url(address, _name_of(address_source, "base_url")),
        search_url=_checked_search_url(search_url, _name_of(search_source, "search_url")),
        search_source=None if search_url is None else search_source,
        timeout=check_timeout(timeout),
        retries=check_retries(retries),
        cache=_resolve_cache(cache, login, stale_ok=is_stale_ok),
        stale_ok=is_stale_ok,
        key_source=found.source,
        address_source=address_source,
    )


def resolve_base_url(login: Login | None) -> str:
    """Return the address that a client without arguments has; what is kept here needs no key."""
    environment = login_from_environment()
    found = _first_with_key(login or Login(), environment)
    source = environment if found.api_key is None else found
    return check_base_url(source.base_url or DEFAULT_BASE_URL, _name_of(source.source, "base_url"))


def _first_with_key(*logins: Login) -> Login:
    """
    Return the first login that has a key; the last of `logins` is that of the environment.

    What is stored, and then the secret of a Colab notebook, is looked for only if none has a key.
    """
    for login in logins:
        if login.api_key is not None:
            return login
    kept = stored_login()
    if kept.api_key is None:
        kept = Login(colab_secret("ALPHACAST_API_KEY"), None, "the secret of the Colab notebook")
    if kept.api_key is None:
        return Login()
    return _with_addresses_of(logins[-1], kept)


def _with_addresses_of(environment: Login, kept: Login) -> Login:
    """Return a login that was kept, unless the environment names other addresses than its own."""
    address = check_base_url(kept.base_url or DEFAULT_BASE_URL, f"The base_url in {kept.source}")
    if environment.base_url is not None and check_base_url(environment.base_url) != address:
        msg = (
            f"ALPHACAST_BASE_URL is {_without_credentials(environment.base_url)}, but the only API "
            f"key found, in {kept.source}, is for {address}, and it is not sent to another "
            "address. Set ALPHACAST_API_KEY beside ALPHACAST_BASE_URL, or unset ALPHACAST_BASE_URL."
        )
        raise ConfigurationError(msg)
    search_url = environment.search_url
    if search_url is not None:
        at_home = Settings(str(kept.api_key), address).search_address
        if _checked_search_url(search_url) != at_home:
            msg = (
                f"ALPHACAST_SEARCH_URL is {_without_credentials(search_url)}, but the only API key "
                f"found, in {kept.source}, is not for that address, and it is not sent to another "
                "one. Set ALPHACAST_API_KEY beside ALPHACAST_SEARCH_URL, or unset "
                "ALPHACAST_SEARCH_URL."
            )
            raise ConfigurationError(msg)
    return kept


def search_settings(settings: Settings) -> Settings:
    """Return the settings of the same client for the host of its search."""
    return replace(
        settings,
        base_url=settings.search_address,
        address_source=settings.search_source or settings.address_source,
    )


def check_login(login: Login) -> Login:
    """Return `login` with its parts checked."""
    if login.base_url is not None:
        login = replace(login, base_url=check_base_url(login.base_url))
    return replace(login, api_key=check_api_key(login.api_key))


def check_api_key(api_key: Any) -> str:
    """Return the key without blanks around it; they can only have come by accident."""
    if api_key is None or (isinstance(api_key, str) and not api_key.strip()):
        msg = (
            "There is no Alphacast API key. Make one at "
            f"{KEYS_PAGE}, then either set the environment variable ALPHACAST_API_KEY, or call "
            'alphacast_pandas.login("ak_...") (with store=True to keep it on this computer, as '
            '"alphacast-pandas login" does on the command line), or pass '
            'client=alphacast_pandas.Client("ak_...").'
        )
        raise ConfigurationError(msg)
    if not isinstance(api_key, str):
        msg = f"The API key must be text, not {type(api_key).__name__}."
        raise ConfigurationError(msg)
    key = api_key.strip()
    if not (key.isascii() and key.isprintable()) or " " in key or ":" in key:
        msg = (
            "The API key holds a blank, a colon or a character that no key has. "
            f"Copy it again from {KEYS_PAGE}."
        )
        raise ConfigurationError(msg)
    return key


def check_base_url(base_url: Any, what: str = "base_url", usual: str = DEFAULT_BASE_URL) -> str:
    """Return the address of the API, or of its search, without a slash at its end."""
    if not isinstance(base_url, str):
        msg = f"{what} must be text, not {type(base_url).__name__}."
        raise ConfigurationError(msg)
    try:
        parts = urlsplit(base_url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        msg = f"{what} {_without_credentials(base_url)} is not an address."
        raise ConfigurationError(msg) from None
    if parts.scheme not in {"http", "https"} or not host or any(c.isspace() for c in host):
        shown = _without_credentials(base_url)
        msg = f"{what} {shown} is not an address; it looks like {usual!r}."
        raise ConfigurationError(msg)
    if parts.query or parts.fragment or "@" in parts.netloc:
        msg = (
            f"{what} is the bare address of the service, without credentials, '?' and '#': "
            f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        )
        raise ConfigurationError(msg)
    if parts.scheme == "http" and not is_loopback(host):
        msg = (
            f"{what} {base_url!r} would send the API key unencrypted; use https. "
            "Plain http is for this computer only (127.0.0.1, localhost)."
        )
        raise ConfigurationError(msg)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}".rstrip("/")


def _checked_search_url(search_url: Any, what: str = "search_url") -> str | None:
    """Return the address of the search as `check_base_url` does; None stays None."""
    if search_url is None:
        return None
    return check_base_url(search_url, what, DEFAULT_SEARCH_URL)


def _name_of(source: str, argument: str) -> str:
    """Return the name under which whoever set an address knows it."""
    return f"ALPHACAST_{argument.upper()}" if source == ENVIRONMENT else argument


def _without_credentials(address: str) -> str:
    """Return `address` for a message, without whatever stands before an ``@``."""
    return repr(address.rpartition("@")[2])


def is_loopback(host: str | None) -> bool:
    """Tell whether `host` is this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def check_timeout(timeout: Any) -> tuple[float, float]:
    """Return (connect, read) in seconds; one number serves for both."""
    pair = timeout if isinstance(timeout, tuple | list) else (timeout, timeout)
    numbers = [isinstance(n, int | float) and not isinstance(n, bool) for n in pair]
    if len(pair) != 2 or not all(numbers) or not all(0 < n < math.inf for n in pair):
        msg = f"timeout is (connect, read) in seconds, both above zero, not {value_text(timeout)}."
        raise ConfigurationError(msg)
    return float(pair[0]), float(pair[1])


def check_retries(retries: Any) -> int:
    """Return how often a read is tried again."""
    if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
        msg = f"retries must be an integer >= 0, got {value_text(retries)}."
        raise ConfigurationError(msg)
    return retries


def _resolve_cache(cache: Any, login: Login | None, *, stale_ok: bool) -> CacheSetting:
    """
    Return how reads use the cache: as the argument says, the login, or the environment.

    If nothing says it, what `stale_ok` is to return must have been kept.
    """
    if cache is not None:
        return (
            cache
            if isinstance(cache, CacheSetting)
            else check_cache(cache, error=ConfigurationError)
        )
    if login is not None and login.cache is not None:
        return login.cache
    usual = CacheSetting("ask") if stale_ok else OFF
    return cache_of_variable(os.environ.get("ALPHACAST_CACHE", "")) or usual


def _check_stale_ok(stale_ok: Any) -> bool:
    if not isinstance(stale_ok, bool):
        msg = f"stale_ok must be True or False, got {value_text(stale_ok)}."
        raise ConfigurationError(msg)
    return stale_ok


def resolve_cache_limit() -> int:
    """Return how many bytes the cache may have."""
    text = os.environ.get("ALPHACAST_CACHE_LIMIT", "").strip()
    return check_limit(text) if text else DEFAULT_LIMIT


def resolve_progress(*, progress: bool | None) -> bool | None:
    """Return whether to show a bar; None leaves it to whether there is a terminal or notebook."""
    setting = os.environ.get("ALPHACAST_PROGRESS", "").strip().casefold()
    # Other words are ignored: work is not refused because of how its progress is shown.
    return False if progress is None and setting in _MEANS_OFF else progress


def login_from_environment() -> Login:
    """Return what the environment says; an empty variable says nothing."""
    return Login(
        os.environ.get("ALPHACAST_API_KEY") or None,
        os.environ.get("ALPHACAST_BASE_URL") or None,
        ENVIRONMENT,
        os.environ.get("ALPHACAST_SEARCH_URL") or None,
    )


def process_login() -> Login | None:
    """Return the login set in this process."""
    return _process.login


def set_process_login(login: Login | None) -> None:
    """Set the login of this process, or forget it."""
    _process.login = login
