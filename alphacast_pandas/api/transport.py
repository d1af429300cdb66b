"""Where a redirect may lead: another https address, never an unencrypted one."""

from __future__ import annotations

import base64
import functools
import itertools
import random
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests
import urllib3

from alphacast_pandas.api.body import BodyStream
from alphacast_pandas.api.clock import Clock, SystemClock
from alphacast_pandas.api.responses import Answer, Content, Request, error_of, parse_json
from alphacast_pandas.api.retrying import pause_after, retry_after_seconds
from alphacast_pandas.api.settings import is_loopback
from alphacast_pandas.errors import (
    AlphacastError,
    APIError,
    ConfigurationError,
    ConnectionFailed,
    DecodeError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alphacast_pandas.api.settings import Settings


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


T = TypeVar("T")
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ERROR_BODY_BYTES = 1 << 16
# A block must leave within the time to connect, on slow lines too.
_SENT_BYTES = 1 << 17
_ADDRESS_ERRORS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidHeader,
)
# Failures of making the connection.
_NOTHING_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
    urllib3.exceptions.SSLError,
)


class _Adapter(requests.adapters.HTTPAdapter):
    """Sends bodies in large blocks: the 16 KiB of the default make thousands of calls."""

    def init_poolmanager(self, *sizes: Any, **words: Any) -> None:
        super().init_poolmanager(*sizes, **words, blocksize=_SENT_BYTES)


class Transport:
    """Sends requests, follows redirects without the key, repeats reads, maps every failure."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self._random = random.Random()  # noqa: S311 - spreads pauses, protects nothing
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Adapter())
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Proxies and certificates of the environment: a third of a small call if asked each time.
        self._environment = functools.cache(self._ask_environment)

    def close(self) -> None:
        """Close the connections of the pool."""
        self._session.close()

    def fetch(
        self, path: str, params: Mapping[str, Any] | None, consume: Callable[[Answer], T]
    ) -> T:
        """Return what `consume` makes of the answer to a GET; repeat both where that may help."""
        value, close = self.begin(path, params, consume)
        close()
        return value

    def begin(
        self, path: str, params: Mapping[str, Any] | None, consume: Callable[[Answer], T]
    ) -> tuple[T, Callable[[], None]]:
        """
        Return what `consume` makes of the beginning of the answer to a GET, and what closes it.

        Until `consume` has returned both are repeated where that may help; the rest of the answer
        is read once, by the caller.
        """
        request = Request("GET", path)
        return self._repeated(lambda: self._begin_once(request, params, consume))

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON value of a GET."""
        return self.fetch(path, params, _json_of)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: Content | None = None,
    ) -> Any:
        """Return the JSON value of a request that changes something: sent once, never again."""
        request = Request(method, path)
        url = self._url(path, params)
        headers = dict(content.headers) if content is not None else {}
        response = self._exchange(request, url, headers, json=json, content=content)
        with response:
            if response.status_code in _REDIRECTS:
                msg = (
                    f"{request} was redirected; only reads follow a redirect. Check base_url "
                    f"{self.settings.base_url!r}."
                )
                raise APIError(msg, status_code=response.status_code)
            try:
                return _json_of(self._answer(request, response))
            except (ConnectionFailed, DecodeError) as error:
                error.in_doubt = True
                raise

    def _begin_once(
        self,
        request: Request,
        params: Mapping[str, Any] | None,
        consume: Callable[[Answer], T],
    ) -> tuple[T, Callable[[], None]]:
        response = self._follow(request, self._url(request.path, params))
        try:
            return consume(self._answer(request, response)), response.close
        except BaseException:
            response.close()
            raise

    def _follow(self, request: Request, url: str) -> requests.Response:
        response = self._exchange(request, url, {})
        for _ in range(_MOST_REDIRECTS):
            if response.status_code not in _REDIRECTS:
                return response
            response.close()
            url = redirect_target(request, url, response.headers.get("Location"))
            # The key stays at the API host, and object stores refuse signed addresses with it.
            response = self._exchange(request, url, {}, with_key=False)
            if response.status_code == 401 and origin(url) == origin(self.settings.base_url):
                response.close()
                response = self._exchange(request, url, {})
        response.close()
        msg = f"{request} was redirected more than {_MOST_REDIRECTS} times."
        raise APIError(msg)

    def _exchange(
        self,
        request: Request,
        url: str,
        headers: dict[str, str],
        *,
        with_key: bool = True,
        json: Any = None,
        content: Content | None = None,
    ) -> requests.Response:
        try:
            prepared = requests.Request(
                request.method,
                url,
                headers={
                    "User-Agent": f"alphacast_pandas {requests.utils.default_user_agent()}",
                    "Accept-Encoding": "gzip",
                    **headers,
                },
                data=content,
                json=json,
                auth=(self.settings.api_key, "") if with_key else None,
            ).prepare()
            return self._session.send(
                prepared,
                stream=True,
                allow_redirects=False,
                timeout=self.settings.timeout,
                **self._environment(origin(url)),
            )
        except _ADDRESS_ERRORS as error:
            msg = f"{request} cannot be sent: {error}."
            raise ConfigurationError(msg) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._connection_failed(request, error, content) from error
        except ValueError as error:  # requests looks where a redirect leads, even if it must not go
            msg = f"{request} was redirected to what is not an address."
            raise APIError(msg) from error

    def _ask_environment(self, origin: str) -> dict[str, Any]:
        found = self._session.merge_environment_settings(origin, {}, None, None, None)
        return {name: found[name] for name in ("proxies", "verify", "cert")}

    def _connection_failed(
        self, request: Request, error: Exception, content: Content | None
    ) -> ConnectionFailed:
        sent = (
            request.method != "GET"
            and not isinstance(_cause(error), _NOTHING_SENT)
            and (content is None or content.sent_whole)
        )
        doubt = (
            " The request had been sent, so the service may have carried it out." if sent else ""
        )
        return ConnectionFailed(
            f"No answer from {urlsplit(self.settings.base_url).netloc} to {request}: "
            f"{self._reason(error)}.{doubt}",
            retryable=not isinstance(error, requests.exceptions.SSLError),
            in_doubt=sent,
        )

    def _reason(self, error: BaseException) -> str:
        if isinstance(error, requests.ConnectTimeout):
            return f"no connection within {self.settings.timeout[0]:g} seconds"
        if isinstance(error, requests.ReadTimeout | urllib3.exceptions.ReadTimeoutError):
            return f"nothing came for {self.settings.timeout[1]:g} seconds"
        inner = _cause(error)
        return f"{type(inner).__name__}: {inner}".rstrip(".: ")

    def _answer(self, request: Request, response: requests.Response) -> Answer:
        stream = self._stream(request, response)
        if not 200 <= response.status_code < 300:
            retry_after = retry_after_seconds(response.headers, self.clock.now())
            words = self._error_body(stream)
            raise error_of(request, response.status_code, words, retry_after)
        return Answer(request, response.status_code, response.headers, stream)

    def _error_body(self, stream: BodyStream) -> bytes:
        try:
            body = stream.read(_ERROR_BODY_BYTES) or b""
        except AlphacastError:
            return b""
        key = self.settings.api_key.encode()
        return body.replace(key, b"***").replace(base64.b64encode(key + b":"), b"***")

    def _stream(self, request: Request, response: requests.Response) -> BodyStream:
        raw = response.raw

        def read_wire(size: int) -> bytes:
            try:
                return bytes(raw.read(size, decode_content=False))
            except urllib3.exceptions.ReadTimeoutError as error:
                raise self._connection_failed(request, error, None) from error
            except (urllib3.exceptions.HTTPError, OSError) as error:
                msg = f"The answer to {request} was cut short: {self._reason(error)}."
                status = response.status_code
                raise DecodeError(msg, status_code=status, retryable=True) from error

        return BodyStream(
            read_wire,
            encoding=response.headers.get("Content-Encoding", ""),
            length=raw.length_remaining,
            # A body that only the end of its connection ends may have been cut unseen.
            end_is_proven=raw.length_remaining is not None or raw.chunked or not raw.version,
        )

    def _url(self, path: str, params: Mapping[str, Any] | None) -> str:
        query = urlencode(params or {}, quote_via=quote, safe="$")
        return f"{self.settings.base_url}{path}" + (f"?{query}" if query else "")

    def _repeated(self, once: Callable[[], T]) -> T:
        for attempt in itertools.count(1):
            try:
                return once()
            except AlphacastError as error:
                pause = pause_after(error, attempt, self.settings.retries, self._random)
                if pause is None:
                    raise
            self.clock.sleep(pause)
        raise AssertionError  # pragma: no cover - count() does not end


def _cause(error: BaseException) -> BaseException:
    """Return what requests wrapped: the innermost error that says what went wrong."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, BaseException):
        return reason
    if isinstance(error, requests.ConnectionError | urllib3.exceptions.ProtocolError):
        inner = [part for part in error.args if isinstance(part, BaseException)]
        return _cause(inner[0]) if inner else error
    return error


def _json_of(answer: Answer) -> Any:
    body = answer.stream.read_all()
    return parse_json(answer.request, body) if body.strip() else None
