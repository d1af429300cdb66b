"""Where a redirect may lead: another https address, never an unencrypted one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from alphacast_pandas.api.settings import is_loopback
from alphacast_pandas.errors import APIError

if TYPE_CHECKING:
    from alphacast_pandas.api.messages import Request


def origin(url: str) -> str:
    """Return the scheme and the host of an address."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


def redirect_target(request: Request, url: str, location: str | None) -> str:
    """Return the address that the answer from `url` leads to, or raise."""
    try:
        target = urljoin(url, location or "")
        parts = urlsplit(target)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        msg = f"{request} was redirected to what is not an address."
        raise APIError(msg) from error
    usable = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not location or not host or not usable:
        msg = (
            f"{request} was redirected to {parts.scheme}://{host}, which is not a place to "
            "read from: only https is followed."
        )
        raise APIError(msg)
    return target
