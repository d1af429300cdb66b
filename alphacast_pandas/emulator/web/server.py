"""The HTTP servers of an emulator, in one thread."""

import asyncio
import contextlib
import errno
import socket
import threading
from collections.abc import Iterator, Mapping

import uvicorn
from starlette.types import ASGIApp

from alphacast_pandas.emulator.text import to_printable
from alphacast_pandas.emulator.web.traffic import Protocol

STOP_TIMEOUT = 10.0  # seconds


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or say clearly that the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns on TCP_NODELAY only for sockets whose protocol says TCP. Without it a small
    # reply on a kept connection waits 40 ms for the acknowledgement of the one before.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError, TypeError, ValueError) as error:
        # Names that are too long or hold a NUL, and ports beyond 65535, are not an OSError.
        listener.close()
        number, why = getattr(error, "errno", None), getattr(error, "strerror", None) or error
        message = f"cannot listen on {to_printable(host)}:{port}: {to_printable(why)}"
        raise OSError(number or errno.EINVAL, message) from error
    return listener


def socket_url(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def serve(apps: Mapping[socket.socket, ASGIApp]) -> Iterator[None]:
    """Serve an application on each listening socket, until the end of the block."""
    servers = {listener: quiet_server(app) for listener, app in apps.items()}

    async def run() -> None:
        await asyncio.gather(*(server.serve([listener]) for listener, server in servers.items()))

    thread = threading.Thread(
        target=lambda: asyncio.run(run()), name="alphacast-emulator", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        for server in servers.values():
            # force_exit: requests that are still running, a long delay for one, are dropped.
            server.should_exit = server.force_exit = True
        thread.join(STOP_TIMEOUT)


def quiet_server(app: ASGIApp) -> uvicorn.Server:
    """Return a server that neither logs nor prints."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="critical",
            h11_max_incomplete_event_size=2**24,  # beyond it, a reset may overtake the 400
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
    )
