"""The emulator as tests use it: started, controlled and stopped from Python."""

import atexit
import contextlib
import os
import secrets
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from alphacast_pandas.emulator.faults import Faults
from alphacast_pandas.emulator.handlers.calls import Service
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.accounts import (
    Plan,
    change_key,
    check_key,
    create_account,
    grant,
    load_accounts,
    new_key,
)
from alphacast_pandas.emulator.store.database import Store, report_unreadable
from alphacast_pandas.emulator.store.folder import locked_folder, temporary_folder
from alphacast_pandas.emulator.store.seed import check_seed, load_seed
from alphacast_pandas.emulator.uploads.worker import Worker
from alphacast_pandas.emulator.web.app import api_app, search_app, storage_app
from alphacast_pandas.emulator.web.server import listen, serve, socket_url
from alphacast_pandas.emulator.web.traffic import MAX_RECORDED_REQUESTS, ReceivedRequest, Traffic

MAX_INTERNAL_ERRORS = 100


class Emulator:
    """
    A local Alphacast on loopback, running from construction to `close`.

    Parameters
    ----------
    host : str, default "127.0.0.1"
        Address to listen on.
    port, storage_port, search_port : int, default 0
        Ports of the API, of pre-signed downloads, and of search; 0 is any free one. The last stands
        for the host of the service's web pages, `search_url`. By default the API answers searches
        as well.
    data : path, optional
        Folder that keeps the store; without one it lives in memory. The folder is locked until
        `close`, or until the process ends.
    readings : Readings, optional
        Which reading to follow where the reference contradicts itself; may be assigned later.
    plan : Plan, optional
        Limits of the account; may be assigned later.
    seed : {"demo"}, optional
        Data to start with; added to what `data` keeps unless it is there.
    api_key : str, optional
        Key of the first account; without one it is made up, or read from `data`. One that differs
        from what `data` keeps replaces it.

    Raises
    ------
    OSError
        If a port cannot be used; if `data` is in use by another emulator, of this process or of
        another one, which the message names; if it is no folder, was written by another version
        of the emulator, or is damaged.
    ValueError
        If there is no such `seed`; if `api_key` is empty, has blanks or colons, or is the key of
        another account; if `data` is an empty text.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        storage_port: int = 0,
        search_port: int = 0,
        data: str | Path | None = None,
        readings: Readings | None = None,
        plan: Plan | None = None,
        seed: str | None = None,
        api_key: str | None = None,
    ) -> None:
        self.faults = Faults()
        self._requests: deque[ReceivedRequest] = deque(maxlen=MAX_RECORDED_REQUESTS)
        self._internal_errors: deque[Exception] = deque(maxlen=MAX_INTERNAL_ERRORS)
        self._seed = check_seed(seed)
        self._process = os.getpid()
        if api_key is not None:
            check_key(api_key, ())
        if data == "":  # an unset variable, and not the current folder
            message = "data must be the path of a folder, got an empty text"
            raise ValueError(message)
        # Whatever fails below, what is open by then is closed; close() does the same at the end.
        with contextlib.ExitStack() as stack:
            # First the sockets, so that a port in use is noticed before the folder is touched.
            ports = (port, storage_port, search_port)
            sockets = [stack.enter_context(listen(host, number)) for number in ports]
            folder = stack.enter_context(
                temporary_folder() if data is None else locked_folder(Path(data))
            )
            with report_unreadable(folder):
                store = Store(folder, in_memory=data is None)
            stack.callback(store.close)
            worker = Worker(store, self.faults, lambda: self.readings, self._internal_errors.append)
            stack.callback(worker.close)
            self._service = Service(
                store=store,
                worker=worker,
                faults=self.faults,
                secret=secrets.token_bytes(32),
                readings=readings or Readings(),
                plan=plan or Plan(),
                reset=self.reset,
                report=self._internal_errors.append,
            )
            with report_unreadable(folder):
                self._fill_store(api_key)
            self.url, self.storage_url, self.search_url = map(socket_url, sockets)
            self._service.storage_url = self.storage_url
            apps = [
                ("api", api_app(self._service)),
                ("storage", storage_app(self._service)),
                ("search", search_app(self._service)),
            ]
            stack.enter_context(
                serve(
                    {
                        listener: Traffic(app, name, self.faults, self._requests)
                        for listener, (name, app) in zip(sockets, apps, strict=True)
                    }
                )
            )
            self._exit_stack = stack.pop_all()
        atexit.register(self.close)

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
        """The requests received at all ports, the oldest first, the last ten thousand."""
        return list(self._requests)

    @property
    def internal_errors(self) -> list[Exception]:
        """
        The errors of the emulator itself, with their tracebacks: the last hundred.

        A client sees none of their words: its request is answered with 500, its process ends with
        `Internal error`.
        """
        return list(self._internal_errors)

    def forget_requests(self) -> None:
        """Empty the list of requests."""
        self._requests.clear()

    def add_account(self, name: str, *, api_key: str | None = None) -> str:
        """Add another account; return its key."""
        with self._service.store.write() as cursor:
            key = new_key() if api_key is None else check_key(api_key, load_accounts(cursor))
            account = create_account(cursor, name, key)
        self._service.accounts[account.key] = account
        return account.key

    def grant(self, repository_id: int, api_key: str, level: str | None) -> None:
        """Give an account `Read`, `Clone`, `Write` or `Admin` on a repository; None takes it."""
        account = self._service.accounts.get(api_key)
        if account is None:
            message = "api_key is the key of no account"
            raise ValueError(message)
        with self._service.store.write() as cursor:
            grant(cursor, repository_id, account, level)

    def lock_manifest(self, dataset_id: int, *, locked: bool = True) -> None:
        """Lock the manifest of a dataset, which the service does by means not documented."""
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

        Faults, recorded requests, internal errors and what the plan has used up are forgotten as
        well; readings and plan stay.
        """
        # The worker comes before the store: an upload under way still uses its tables.
        key = self.api_key
        self.faults.clear()
        self._service.worker.clear()
        self._service.store.clear()
        self._service.accounts.clear()
        self._service.exports.clear()
        self._fill_store(key)
        self._requests.clear()
        self._internal_errors.clear()

    def close(self) -> None:
        """Stop listening, and close the store; happens by itself when the interpreter ends."""
        # A forked child has the store, the sockets and the folder of its parent, but no threads.
        if os.getpid() == self._process:
            atexit.unregister(self.close)
            self._exit_stack.close()

    def __repr__(self) -> str:
        """Return its address; not its key, which would be copied with it."""
        return f"Emulator(url={self.url!r})"

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

    def _fill_store(self, api_key: str | None) -> None:
        with self._service.store.write() as cursor:
            accounts = load_accounts(cursor)
            if not accounts:
                accounts = [create_account(cursor, "owner", api_key or new_key())]
            elif api_key not in {None, accounts[0].key}:
                change_key(cursor, accounts[0], check_key(api_key, accounts))
            if self._seed:
                load_seed(cursor, self._service.store, accounts[0])
            for account in load_accounts(cursor):
                self._service.accounts[account.key] = account
        self._service.worker.requeue_unfinished()
        if self._seed:
            self.wait()
