"""HTTP requests of one client; the only importer of requests."""

from __future__ import annotations

import base64
import json
import os
import random
import socket
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests
import urllib3

from alphacast_pandas.api import retrying
from alphacast_pandas.api.body import CHUNK_BYTES, BodyStream
from alphacast_pandas.api.clock import Clock, SystemClock
from alphacast_pandas.api.responses import (
    Answer,
    Content,
    RawAnswer,
    Request,
    error_of,
    parse_json,
)
from alphacast_pandas.api.settings import DEFAULT_BASE_URL, is_loopback
from alphacast_pandas.cancellation import CancelledError, check_not_cancelled, ended_if_cancelled
from alphacast_pandas.errors import (
    AlphacastError,
    APIError,
    ConfigurationError,
    ConnectionFailed,
    DecodeError,
    QueryError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from alphacast_pandas.api.settings import Settings

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READS = frozenset({"GET", "HEAD"})
_ERROR_BODY_BYTES = 1 << 16
# What is shorter is no secret, and may well be a part of some other text.
_LEAST_LENGTH = 8
# A block must leave within the time to connect, on slow lines too.
_SENT_BYTES = 1 << 17
# Failures before the first byte of the request has left.
_NOTHING_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
    urllib3.exceptions.SSLError,
)


class _Cancellable:
    """A connection at which no thread waits for an answer once its call is cancelled."""

    def getresponse(self) -> Any:
        wire = self.sock  # type: ignore[attr-defined] # of urllib3's class beside this one
        with _shut_down_if_cancelled(wire):
            response = super().getresponse()  # type: ignore[misc] # as above
        response.wire = wire  # the connection forgets it if the answer is the last one
        return response


class _Adapter(requests.adapters.HTTPAdapter):
    """
    Sends bodies in large blocks, and keeps every connection for the next request.

    The blocks of the default, 16 KiB, make thousands of calls. Its pool has ten places, and a
    warning of urllib3 for each request at the same time beyond them; 0 is no limit, so that there
    are as many connections as there were requests at the same time.
    """

    def __init__(self) -> None:
        super().__init__(pool_maxsize=0)

    def init_poolmanager(self, *sizes: Any, **words: Any) -> None:
        super().init_poolmanager(*sizes, **words, blocksize=_SENT_BYTES)

    def get_connection_with_tls_context(self, *args: Any, **words: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **words)
        _add_base(pool, _Cancellable)
        return pool


def _add_base(pool: Any, base: type, **attributes: Any) -> None:
    """Let a pool open connections of a class with another base; that of a proxy is its own."""
    kind = pool.ConnectionCls
    if not issubclass(kind, base):
        pool.ConnectionCls = type(f"{base.__name__}Connection", (base, kind), attributes)


class _KeyInQuery:
    """
    A connection that adds the key to the query of each request, as the search host wants it.

    urllib3 logs addresses and quotes them in its errors, but what a connection writes is below
    both, so that the key is in none of them.
    """

    key_query = ""

    def putrequest(self, method: str, url: str, *args: Any, **words: Any) -> None:
        joined = f"{url}{'&' if '?' in url else '?'}{self.key_query}"
        super().putrequest(method, joined, *args, **words)  # type: ignore[misc] # of urllib3's class beside this one


class _SearchAdapter(_Adapter):
    """Opens connections that add the key to the query."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key_query = urlencode({"apiKey": key}, quote_via=quote, safe="")

    def get_connection_with_tls_context(self, *args: Any, **words: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **words)
        _add_base(pool, _KeyInQuery, key_query=self._key_query)
        return pool


class _Session(requests.Session):
    """Leaves redirects to `Transport`: requests would look where they lead, and may fail at it."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - it never leads anywhere
        return None


class Transport:
    """
    Sends requests, follows redirects, and raises errors of this package only.

    The key goes to the origin of the API and nowhere else. `open` and `send` make one attempt;
    `attempts` are for reads, which may be repeated. With `key_in_query` the key travels in the
    query instead of the header, and no redirect is followed, since it would take the key along.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        chunk_bytes: int = CHUNK_BYTES,
        *,
        key_in_query: bool = False,
    ) -> None:
        self.settings = settings
        self._key_in_query = key_in_query
        self.chunk_bytes = chunk_bytes
        self.clock = clock or SystemClock()
        self.reset()

    def reset(self) -> None:
        """Begin with connections, locks and random numbers of its own, as after a fork."""
        self._random = random.Random()  # noqa: S311 - spreads pauses, protects nothing
        self._session = _Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            adapter = _SearchAdapter(self.settings.api_key) if self._key_in_query else _Adapter()
            self._session.mount(scheme, adapter)
        self._routes: dict[str, dict[str, Any]] = {}
        self._service_pause = retrying.ServicePause()

    def close(self) -> None:
        """Close the connections of the pool."""
        self._session.close()

    def attempts(self, path: str) -> Iterator[retrying.Attempt]:
        """Yield the attempts that a read of `path` has."""
        shared = retrying.Retrying(
            self.settings.retries, self.clock, self._random, self._service_pause
        )
        return retrying.attempts(str(Request("GET", path)), shared)

    @contextmanager
    def open(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        if_none_match: str | None = None,
    ) -> Iterator[Answer]:
        """
        Give the answer to a GET, whose body has not been read yet.

        With `if_none_match`, the ETag of an earlier answer, the storage that a redirect leads to
        may answer 304 and send no body.
        """
        request = Request("GET", path)
        sent_at = self.clock.now()
        with self._reset_if_interrupted():
            response, is_from_storage = self._follow(
                request, self._url(path, params), if_none_match
            )
            with response:
                answer = self._answer(request, response, is_conditional=if_none_match is not None)
                etag = _strong_etag(response) if is_from_storage else None
                yield replace(answer, etag=etag, sent_at=sent_at)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON value of a GET."""
        for attempt in self.attempts(path):
            with attempt, self.open(path, params) as answer:
                return self._json_of(answer)
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: Content | None = None,
        secrets: tuple[str, ...] = (),
    ) -> Any:
        """
        Return the JSON value of a request that changes something: sent once, never again.

        The answer may repeat the `secrets` that were sent; they are taken out of it.
        """
        request = Request(method, path, secrets)
        headers = dict(content.headers) if content is not None else {}
        url = self._url(path, params)
        retrying.wait_for(self._service_pause, self.clock)
        with (
            self._reset_if_interrupted(),
            self._exchange(request, url, headers, json=json, content=content) as response,
        ):
            if response.status_code in _REDIRECTS:
                msg = (
                    f"{request} was redirected; only reads follow a redirect. Check base_url "
                    f"{self.settings.base_url!r} (from {self.settings.address_source})."
                )
                raise APIError(msg, status_code=response.status_code)
            try:
                return self._json_of(self._answer(request, response))
            except (ConnectionFailed, DecodeError) as error:
                error.in_doubt = True
                raise

    def exchange(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
    ) -> RawAnswer:
        """
        Return the answer to a request whatever its status is, without following a redirect.

        A read is tried again where `attempts` would; raise if the service does not serve requests
        at the moment, 429 or 5xx.
        """
        request = Request(method, path, secrets)
        url = self._url(path, params)
        sent = dict(headers or {}) | dict(content.headers if content is not None else {})
        if method in _READS:
            return self._read_raw(request, url, sent)
        retrying.wait_for(self._service_pause, self.clock)
        return self._raw(request, url, sent, json=json, content=content)

    def follow(
        self, answer: RawAnswer, *, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> RawAnswer:
        """Return the answer at the address that a redirect leads to, as `exchange` does."""
        request = replace(answer.request, method=method)
        url = _redirect_target(request, answer.url, answer.headers.get("Location"))
        return self._read_raw(request, url, dict(headers or {}))

    def _read_raw(self, request: Request, url: str, headers: dict[str, str]) -> RawAnswer:
        for attempt in self.attempts(request.path):
            with attempt:
                return self._raw(request, url, headers)
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _raw(
        self,
        request: Request,
        url: str,
        headers: dict[str, str],
        *,
        json: Any = None,
        content: Content | None = None,
    ) -> RawAnswer:
        with (
            self._reset_if_interrupted(),
            self._exchange(request, url, headers, json=json, content=content) as response,
        ):
            status = response.status_code
            if status == 429 or status >= 500:
                self._answer(request, response)  # which raises
            body = b"" if request.method == "HEAD" else self._stream(request, response).read_all()
            body = without_secrets(body, (self.settings.api_key, *request.secrets))
            return RawAnswer(request, status, response.headers, body, url)

    @contextmanager
    def _reset_if_interrupted(self) -> Iterator[None]:
        """
        Begin with new connections after a Ctrl-C.

        The pool of connections is a queue written in Python. An interrupt between the two steps in
        which it takes its lock leaves the lock taken, and the next request would wait for ever.
        """
        try:
            yield
        except (Exception, GeneratorExit, CancelledError):
            raise
        except BaseException:
            self.reset()
            raise

    def _url(self, path: str, params: Mapping[str, Any] | None) -> str:
        try:
            query = urlencode(params or {}, quote_via=quote, safe="$")
        except UnicodeEncodeError as error:
            msg = f"The query for {path} holds half of a surrogate pair, which is no character."
            raise QueryError(msg) from error
        return f"{self.settings.base_url}{path}" + (f"?{query}" if query else "")

    def _follow(
        self, request: Request, url: str, if_none_match: str | None
    ) -> tuple[requests.Response, bool]:
        """Return the response at the end of the redirects, and whether there were any."""
        response = self._exchange(request, url, {})
        if self._key_in_query and response.status_code in _REDIRECTS:
            response.close()
            msg = (
                f"{request} was redirected, which is not followed, since the API key would go "
                f"along. Check search_url {self.settings.base_url!r} (from "
                f"{self.settings.address_source})."
            )
            raise APIError(msg, status_code=response.status_code)
        condition = {} if if_none_match is None else {"If-None-Match": if_none_match}
        for redirects in range(_MOST_REDIRECTS):
            if response.status_code not in _REDIRECTS:
                return response, redirects > 0
            response.close()
            url = _redirect_target(request, url, response.headers.get("Location"))
            response = self._exchange(request, url, condition)
        response.close()
        msg = f"{request} was redirected more than {_MOST_REDIRECTS} times."
        raise APIError(msg)

    def _exchange(
        self,
        request: Request,
        url: str,
        headers: dict[str, str],
        *,
        json: Any = None,
        content: Content | None = None,
    ) -> requests.Response:
        """Return the response to one request, whatever its status."""
        check_not_cancelled()
        prepared = self._prepared(request, url, headers, json=json, content=content)
        route = self._route(request, url)
        try:
            return self._send(prepared, route)
        except requests.exceptions.InvalidProxyURL as error:
            msg = f"{request} cannot be sent: the address of the proxy cannot be used ({error})."
            raise ConfigurationError(msg) from error
        except requests.exceptions.InvalidURL as error:
            raise self._unusable_address(request, url, error) from error
        except requests.exceptions.InvalidHeader as error:
            msg = f"The answer to {request} is not HTTP: {error}."
            raise DecodeError(msg, in_doubt=request.method != "GET") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            check_not_cancelled()
            raise self._connection_failed(request, url, error, content) from error

    def _send(self, prepared: requests.PreparedRequest, route: dict[str, Any]) -> requests.Response:
        try:
            return self._session.send(
                prepared,
                stream=True,
                allow_redirects=False,
                timeout=self.settings.timeout,
                **route,
            )
        except requests.RequestException:  # which holds the request, for whoever looks at it
            prepared.headers.pop("Authorization", None)
            raise

    def _prepared(
        self,
        request: Request,
        url: str,
        headers: dict[str, str],
        *,
        json: Any,
        content: Content | None,
    ) -> requests.PreparedRequest:
        # Object stores refuse pre-signed addresses that come with credentials besides.
        try:
            return requests.Request(
                request.method,
                url,
                headers={
                    "User-Agent": f"alphacast_pandas {requests.utils.default_user_agent()}",
                    "Accept-Encoding": "gzip",
                    **headers,
                },
                data=content,
                json=json,
                auth=(self.settings.api_key, "") if self._is_in_header(url) else None,
            ).prepare()
        except (requests.RequestException, ValueError) as error:
            raise self._unusable_address(request, url, error) from error

    def _route(self, request: Request, url: str) -> dict[str, Any]:
        """
        Return the proxies and certificates for an address.

        The environment is asked once for each origin: every time would cost a third of a small
        call. This computer is reached directly, since plain http to it is allowed, and a proxy
        would be sent the key.
        """
        origin = _origin(url)
        if origin in self._routes:
            return self._routes[origin]
        found = self._session.merge_environment_settings(origin, {}, None, None, None)
        route = {name: found[name] for name in ("proxies", "verify", "cert")}
        if is_loopback(urlsplit(url).hostname):
            route["proxies"] = {}
        bundle = route["verify"]
        if isinstance(bundle, str) and not os.path.exists(bundle):  # noqa: PTH110 - as requests looks
            msg = (
                f"{request} cannot be sent: the environment variable REQUESTS_CA_BUNDLE or "
                f"CURL_CA_BUNDLE names {bundle!r}, which does not exist. Correct or unset it."
            )
            raise ConfigurationError(msg)
        self._routes[origin] = route
        return route

    def _connection_failed(
        self, request: Request, url: str, error: Exception, content: Content | None
    ) -> ConnectionFailed:
        cause = _cause(error)
        is_sent = (
            request.method != "GET"
            and not isinstance(cause, _NOTHING_SENT)
            and (content is None or content.sent_whole)
        )
        doubt = (
            " The service may have carried it out: the request had been sent." if is_sent else ""
        )
        nobody_listens = isinstance(_root(cause), ConnectionRefusedError)
        is_local = nobody_listens and is_loopback(urlsplit(url).hostname)
        advice = " Nothing listens there: is the emulator running?" if is_local else ""
        return ConnectionFailed(
            f"No answer from {_origin(url)}{self._address_source(url)} to {request}: "
            f"{self._reason(error)}.{doubt}{advice}",
            retryable=not isinstance(error, requests.exceptions.SSLError),
            in_doubt=is_sent,
        )

    def _unusable_address(self, request: Request, url: str, error: Exception) -> AlphacastError:
        if self._is_api(url):
            msg = f"{request} cannot be sent to {self.settings.base_url!r}: {error}."
            return ConfigurationError(msg)
        return APIError(f"{request} was redirected to an address that cannot be used: {error}.")

    def _is_api(self, url: str) -> bool:
        return _origin(url) == _origin(self.settings.base_url)

    def _is_in_header(self, url: str) -> bool:
        """Tell whether the key goes into the header of a request."""
        return self._is_api(url) and not self._key_in_query

    def _address_source(self, url: str) -> str:
        source = self.settings.address_source
        return f" (the address is from {source})" if self._is_api(url) else ""

    def _reason(self, error: BaseException) -> str:
        if isinstance(error, requests.ConnectTimeout):
            return f"no connection within {self.settings.timeout[0]:g} s"
        if isinstance(error, requests.ReadTimeout | urllib3.exceptions.ReadTimeoutError):
            return f"nothing came for {self.settings.timeout[1]:g} s"
        by_proxy = isinstance(_cause(error), urllib3.exceptions.ProxyError)
        root = _root(_cause(error))
        text = f"{type(root).__name__}: {root}".rstrip(".: ")
        return f"the proxy could not be used ({text})" if by_proxy else text

    def _answer(
        self, request: Request, response: requests.Response, *, is_conditional: bool = False
    ) -> Answer:
        stream = self._stream(request, response)
        is_unchanged = is_conditional and response.status_code == 304
        if not (200 <= response.status_code < 300 or is_unchanged):
            retry_after = retrying.retry_after_seconds(response.headers, self.clock.now())
            body = self._error_body(request, stream)
            raise error_of(
                request,
                response.status_code,
                body,
                retry_after,
                self._sources,
                place="" if self.settings.base_url == DEFAULT_BASE_URL else self.settings.base_url,
                is_from_storage=not self._is_api(response.url),
            )
        return Answer(request, response.status_code, response.headers, stream)

    @property
    def _sources(self) -> str:
        settings = self.settings
        return f"The key is from {settings.key_source}, the address from {settings.address_source}."

    def _error_body(self, request: Request, stream: BodyStream) -> bytes:
        """Return the beginning of the body of an error, in which the key is not repeated."""
        try:
            body = stream.read(_ERROR_BODY_BYTES) or b""
        except AlphacastError:
            return b""
        return without_secrets(body, (self.settings.api_key, *request.secrets))

    def _json_of(self, answer: Answer) -> Any:
        """Return the JSON value of an answer, which does not repeat what is secret."""
        body = answer.stream.read_all()
        # A page may show its own address, with the key in it.
        own = (self.settings.api_key,) if self._key_in_query else ()
        secrets = [each for each in (*answer.request.secrets, *own) if len(each) >= _LEAST_LENGTH]
        body = without_secrets(body, secrets)
        return parse_json(answer.request, body) if body.strip() else None

    def _stream(self, request: Request, response: requests.Response) -> BodyStream:
        raw = response.raw
        wire = getattr(raw, "wire", None)

        def read_wire(size: int) -> bytes:
            try:
                with _shut_down_if_cancelled(wire):
                    taken = bytes(raw.read(size, decode_content=False))
            except urllib3.exceptions.ReadTimeoutError as error:
                raise self._connection_failed(request, response.url, error, None) from error
            except (urllib3.exceptions.HTTPError, OSError) as error:
                msg = f"The answer to {request} was cut short: {self._reason(error)}."
                status = response.status_code
                raise DecodeError(msg, status_code=status, retryable=True) from error
            check_not_cancelled()  # what was shut down seems to have ended
            return taken

        return BodyStream(
            read_wire,
            encoding=response.headers.get("Content-Encoding", ""),
            chunk_bytes=self.chunk_bytes,
            length=raw.length_remaining,
            # A body that only the end of its connection ends may have been cut unseen.
            end_is_proven=raw.length_remaining is not None or raw.chunked or not raw.version,
        )


def without_secrets(body: bytes, secrets: Iterable[str]) -> bytes:
    """Return a body in which ``***`` stands for each secret, however it is spelled."""
    for secret in secrets:
        plain = secret.encode()
        in_json = json.dumps(secret)[1:-1]
        forms = {
            plain,
            base64.b64encode(plain + b":"),
            quote(secret, safe="").encode(),
            in_json.encode(),
            in_json.replace("/", r"\/").encode(),
        }
        for form in sorted(forms - {b""}, key=len, reverse=True):
            body = body.replace(form, b"***")
    return body


def _strong_etag(response: requests.Response) -> str | None:
    """Return the ETag of an answer, if it stands for its very bytes."""
    etag = response.headers.get("ETag", "")
    return etag if len(etag) > 2 and etag.startswith('"') and etag.endswith('"') else None


def _shut_down_if_cancelled(wire: socket.socket | None) -> AbstractContextManager[None]:
    """Shut a connection down if the call of this thread is cancelled while it waits there."""
    if wire is None:
        return nullcontext()
    return ended_if_cancelled(partial(wire.shutdown, socket.SHUT_RDWR))


def _origin(url: str) -> str:
    """Return the scheme, host and port of an address, the port always written out."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def _redirect_target(request: Request, url: str, location: str | None) -> str:
    """Return the address that the answer from `url` leads to, or raise."""
    try:
        # Headers are decoded as Latin-1, and servers write addresses in UTF-8.
        raw = (location or "").encode("latin-1", "surrogateescape")
        target = urljoin(url, raw.decode("utf-8", "replace"))
        parts = urlsplit(target)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        msg = f"{request} was redirected to what is not an address."
        raise APIError(msg) from error
    usable = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not location or not host or not usable:
        msg = (
            f"{request} was redirected to {parts.scheme}://{host}, which is not read from: "
            "only https is followed."
        )
        raise APIError(msg)
    return target


def _cause(error: BaseException) -> BaseException:
    """Return what requests wrapped: the innermost error that says what went wrong."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, BaseException):
        return reason
    if isinstance(error, requests.ConnectionError | urllib3.exceptions.ProtocolError):
        inner = [part for part in error.args if isinstance(part, BaseException)]
        return _cause(inner[0]) if inner else error
    return error


def _root(error: BaseException) -> BaseException:
    """Return what the system said, without the descriptions of connections around it."""
    inner = [part for part in (*error.args, error.__cause__) if isinstance(part, BaseException)]
    return _root(inner[0]) if inner else error
