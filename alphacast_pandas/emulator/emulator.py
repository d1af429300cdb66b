"""Starts and stops the emulator: two ports, one thread, one store."""

import asyncio
import contextlib
import secrets
import socket
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from alphacast_pandas.emulator.errors import Plan
from alphacast_pandas.emulator.faults import Faults
from alphacast_pandas.emulator.handlers.calls import Service
from alphacast_pandas.emulator.handlers.storage import storage_app
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.accounts import (
    Account,
    accounts,
    create_account,
    grant,
    new_key,
)
from alphacast_pandas.emulator.store.database import Store
from alphacast_pandas.emulator.store.seed import load_seed
from alphacast_pandas.emulator.uploads.worker import Worker
from alphacast_pandas.emulator.web.app import api_app
from alphacast_pandas.emulator.web.traffic import KEPT_REQUESTS, Protocol, ReceivedRequest, Traffic

PATIENCE = 10.0


class Emulator:
    """
    A local Alphacast on loopback, running from construction to `close`.

    Parameters
    ----------
    host : str, default "127.0.0.1"
        Address to listen on.
    port, storage_port : int, default 0
        Ports of the API and of pre-signed downloads; 0 is any free one.
    data : path, optional
        Folder that keeps the store; without one it lives in memory.
    readings : Readings, optional
        Which reading to follow where the reference contradicts itself; may be assigned later.
    plan : Plan, optional
        Limits of the account; may be assigned later.
    seed : {"demo"}, optional
        Data to start with.
    api_key : str, optional
        Key of the first account; without one it is made up, or read from `data`.

    Raises
    ------
    OSError
        If a port is taken.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        storage_port: int = 0,
        data: str | Path | None = None,
        readings: Readings | None = None,
        plan: Plan | None = None,
        seed: str | None = None,
        api_key: str | None = None,
    ) -> None:
        self.faults = Faults()
        self._seen: deque[ReceivedRequest] = deque(maxlen=KEPT_REQUESTS)
        self._seed = seed
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(listen(host, number)) for number in (port, storage_port)]
            store = Store(Path(data) if data is not None else None)
            stack.callback(store.close)
            worker = Worker(store, self.faults, lambda: self.readings)
            stack.callback(worker.close)
            self._service = Service(
                store=store,
                worker=worker,
                faults=self.faults,
                secret=secrets.token_bytes(32),
                readings=readings or Readings(),
                plan=plan or Plan(),
                reset=self.reset,
            )
            store.drop_orphans()
            self._furnish(api_key)
            self.url, self.storage_url = (address(each) for each in sockets)
            self._service.storage_url = self.storage_url
            stack.callback(self._serve(sockets))
            self._closing = stack.pop_all()

    @property
    def api_key(self) -> str:
        """The key of the first account."""
        return next(iter(self._service.accounts))

    @property
    def readings(self) -> Readings:
        """The readings that are followed."""
        return self._service.readings

    @readings.setter
    def readings(self, readings: Readings) -> None:
        self._service.readings = readings

    @property
    def plan(self) -> Plan:
        """The limits of every account."""
        return self._service.plan

    @plan.setter
    def plan(self, plan: Plan) -> None:
        self._service.plan = plan
        self._service.exports.clear()

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The requests received at both ports, the oldest first, the last ten thousand."""
        return list(self._seen)

    def forget_requests(self) -> None:
        """Begin a new list of requests."""
        self._seen.clear()

    def add_account(self, name: str, *, api_key: str | None = None) -> str:
        """Add another account; return its key."""
        with self._service.store.write() as cursor:
            self._adopt(create_account(cursor, name, api_key or new_key()))
        return next(reversed(self._service.accounts))

    def grant(self, repository_id: int, api_key: str, level: str | None) -> None:
        """Give an account `Read`, `Clone`, `Write` or `Admin` on a repository; None takes it."""
        account = self._service.accounts[api_key]
        with self._service.store.write() as cursor:
            grant(cursor, repository_id, account, level)

    def lock_manifest(self, dataset_id: int, *, locked: bool = True) -> None:
        """Lock the manifest of a dataset, as the service does in a way nobody describes."""
        with self._service.store.write() as cursor:
            cursor.execute("UPDATE datasets SET locked = ? WHERE id = ?", [locked, dataset_id])

    @contextlib.contextmanager
    def hold_processes(self) -> Iterator[None]:
        """Keep processes in their state until `advance`, or the end of the block."""
        self._service.worker.hold()
        try:
            yield
        finally:
            self._service.worker.release()

    def advance(self) -> list[tuple[int, str]]:
        """Move the first process of each dataset one state on; return ids with new states."""
        return self._service.worker.advance()

    def wait(self, timeout: float = 60.0) -> None:
        """Wait until no process is left."""
        if not self._service.worker.wait(timeout):
            message = f"processes are still running after {timeout} s"
            raise TimeoutError(message)

    def reset(self) -> None:
        """
        Go back to a fresh store with the first account and the seed.

        Faults, recorded requests and what the plan has used up are forgotten as well; readings
        and plan stay.
        """
        key = self.api_key
        self.faults.clear()
        self._service.worker.clear()
        self._service.store.clear()
        self._service.accounts.clear()
        self._service.exports.clear()
        self._furnish(key)
        self._seen.clear()

    def close(self) -> None:
        """Stop listening, and let go of the store."""
        self._closing.close()

    def __enter__(self) -> Self:
        """Return the emulator, which runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the emulator."""
        self.close()

    def _furnish(self, api_key: str | None) -> None:
        with self._service.store.write() as cursor:
            if not accounts(cursor):
                owner = create_account(cursor, "owner", api_key or new_key())
                load_seed(cursor, self._service.store, owner, self._seed)
            for account in accounts(cursor):
                self._adopt(account)
        self._service.worker.resume()
        if self._seed:
            self.wait()

    def _adopt(self, account: Account) -> None:
        self._service.accounts[account.key] = account

    def _serve(self, sockets: list[socket.socket]) -> "Stop":
        apps: list[tuple[str, ASGIApp]] = [
            ("api", api_app(self._service)),
            ("storage", storage_app(self._service)),
        ]
        servers = [quiet_server(Traffic(app, port, self.faults, self._seen)) for port, app in apps]
        thread = threading.Thread(
            target=asyncio.run, args=[serve(servers, sockets)], name="alphacast-emulator"
        )
        thread.daemon = True
        thread.start()
        return Stop(servers, thread)


class Stop:
    """Stops servers and waits for their thread."""

    def __init__(self, servers: list[uvicorn.Server], thread: threading.Thread) -> None:
        self._servers = servers
        self._thread = thread

    def __call__(self) -> None:
        """Stop."""
        for server in self._servers:
            server.should_exit = server.force_exit = True
        self._thread.join(PATIENCE)


async def serve(servers: list[uvicorn.Server], sockets: list[socket.socket]) -> None:
    """Run servers until they are stopped, then drop whatever is still under way."""
    await asyncio.gather(
        *(server.serve([each]) for server, each in zip(servers, sockets, strict=True))
    )


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


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or say clearly that the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns on TCP_NODELAY only for sockets whose protocol says TCP. Without it a small reply
    # on a kept connection waits 40 ms for the acknowledgement of the one before.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        why = error.strerror or str(error)
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {why}") from error
    return listener


def address(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
