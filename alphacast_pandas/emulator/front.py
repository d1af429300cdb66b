"""The server in front of the service, which refuses addresses that are too long."""

from collections.abc import Callable

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.web.traffic import is_ours

# A front server does not know how the service words its errors, so this is no JSON.
TOO_LONG = "<html><head><title>414 Request-URI Too Large</title></head></html>\n"


class Front:
    """Wraps the application of the API port."""

    def __init__(self, app: ASGIApp, readings: Callable[[], Readings]) -> None:
        self._app = app
        self._readings = readings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it before anyone asks for its key."""
        limit = self._readings().url_limit
        if limit == "none" or is_ours(scope, "api") or line_length(scope) <= int(limit):
            await self._app(scope, receive, send)
            return
        while (await receive()).get("more_body"):  # or the refusal may be lost to a reset
            pass
        await HTMLResponse(TOO_LONG, 414)(scope, receive, send)


def line_length(scope: Scope) -> int:
    """Return the bytes of the request line without its end, which is how Apache counts."""
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    return len(f"{scope['method']}  HTTP/{scope['http_version']}") + len(target)
