"""How much of the suite a run takes, and what every test has: an emulator and no settings."""

import datetime
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.client import client_with, forget_default_client
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings, set_process_login
from alphacast_pandas.emulator import Emulator, Plan, Readings

PARAMETERS = 2  # of each test in a plain run
SERVERS = {"server", "running"}  # fixtures of tests that wait, of which it takes one parameter
EXAMPLES = 6  # of each property in a plain run
CAMPAIGN = 300  # examples of each property in an exhaustive run
LEFT_OUT = pytest.StashKey[int]()
PLACES = ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
PLACES += ("APPDATA", "LOCALAPPDATA")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("how much of the suite runs")
    group.addoption(
        "--exhaustive",
        action="store_true",
        help=f"run every parameter of every test, {CAMPAIGN} examples of every property, and"
        " thousands of cases of each kind in tests/campaign",
    )
    group.addoption(
        "--at-most",
        type=int,
        metavar="N",
        help="run at most N parameters of each test, spread from the first to the last"
        f" (default: {PARAMETERS}, and one of a test with a server; a test named with :: runs with"
        " all of them)",
    )
    group.addoption(
        "--from-the-end",
        action="store_true",
        help="count the parameters from the last: of one, the last is run and not the first",
    )
    group.addoption("--cases", type=int, metavar="N", help="cases of each kind in tests/campaign")
    group.addoption(
        "--readings",
        type=Path,
        metavar="FILE",
        help="file of `alphacast-pandas probe`, whose readings tests/live checks",
    )
    group.addoption(
        "--site",
        type=Path,
        metavar="FOLDER",
        help="the built site, for tests/docs and tests/browser",
    )
    group.addoption(
        "--pictures", type=Path, metavar="FOLDER", help="where tests/browser keeps its pictures"
    )
    group.addoption(
        "--first-case", type=int, default=0, metavar="N", help="number of the first of them"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = 0
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So a shell starts what runs in its background; programs that tests start inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.version_info < (3, 11, 4):
        # http.client leaves the answer of a proxy open that refuses a tunnel (gh-103472).
        left_open = r"ignore:unclosed <socket\.socket \[closed\]:ResourceWarning"
        config.addinivalue_line("filterwarnings", left_open)
    config.addinivalue_line(
        "markers", "every_parameter: each parameter is a promise, so every run takes all of them"
    )
    config.addinivalue_line(
        "markers", "at_least(n): a run takes so many parameters, however few it takes of others"
    )
    config.addinivalue_line(
        "markers", "live: asks the service itself, with ALPHACAST_API_KEY and only if -m names it"
    )
    config.addinivalue_line("markers", "browser: opens Chromium, and only if -m names it")
    hypothesis.settings.register_profile(
        "plain",
        max_examples=EXAMPLES,
        deadline=None,  # how long an example takes depends on what else the machine does
        suppress_health_check=[
            # A store that lasts for all examples of a test is meant: each makes what it needs.
            hypothesis.HealthCheck.function_scoped_fixture,
            hypothesis.HealthCheck.too_slow,
        ],
        # On CI a failure comes again whenever the same commit is tried.
        **({"derandomize": True, "database": None} if os.environ.get("CI") else {}),
    )
    hypothesis.settings.register_profile(
        "exhaustive", hypothesis.settings.get_profile("plain"), max_examples=CAMPAIGN
    )
    if not config.getoption("--hypothesis-profile"):
        hypothesis.settings.load_profile("exhaustive" if takes_all(config) else "plain")


def takes_all(config: pytest.Config) -> bool:
    return bool(config.getoption("--exhaustive"))


def names_tests(config: pytest.Config) -> bool:
    """Whether the command line names single tests."""
    return all("::" in argument for argument in config.args)


def pytest_report_header(config: pytest.Config) -> str:
    if takes_all(config):
        return f"taken: every parameter, {CAMPAIGN} examples of each property"
    if names_tests(config):
        return f"taken: every parameter of the tests named, {EXAMPLES} examples of each property"
    most = config.getoption("--at-most")
    parameters = f"{PARAMETERS} parameters, one with a server," if most is None else f"{most}"
    return (
        f"taken: at most {parameters} of each test, {EXAMPLES} examples of each property"
        " (--exhaustive for all)"
    )


@pytest.hookimpl(tryfirst=True)  # before --last-failed and -k: what a run takes depends on neither
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take every test, but of its parameters only so many, spread from the first to the last."""
    if takes_all(config) or names_tests(config):
        return
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("every_parameter") is not None:
            tests[item.nodeid] = [item]
            continue
        tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    if config.getoption("--from-the-end"):
        tests = {test: many[::-1] for test, many in tests.items()}
    most = config.getoption("--at-most")
    taken = {
        id(many[place])
        for many in tests.values()
        for place in spread(len(many), how_many_of(many[0], most))
    }
    left_out = [item for item in items if id(item) not in taken]
    config.stash[LEFT_OUT] = len(left_out)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if id(item) in taken]


def how_many_of(item: pytest.Item, most: int | None) -> int:
    """Return how many parameters a run takes of a test."""
    if most is None:
        most = 1 if SERVERS & {*getattr(item, "fixturenames", ())} else PARAMETERS
    mark = item.get_closest_marker("at_least")
    return most if mark is None else max(most, int(mark.args[0]))


def spread(many: int, most: int) -> set[int]:
    """Return `most` places among `many`, the first and the last included."""
    if many <= most:
        return set(range(many))
    return {round(n * (many - 1) / max(1, most - 1)) for n in range(most)}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Start no workers where they take longer than they save, or would hide what is shown."""
    shows = config.getoption("trace") or config.getoption("capture") == "no"
    files = {argument.partition("::")[0] for argument in config.args}
    folder = config.invocation_params.dir
    single = len(files) == 1 and all((folder / file).is_file() for file in files)
    # All tests of the service itself share one repository, all tests of displays one JupyterLab.
    shares = re.search(r"(?<!not )\b(live|browser)\b", config.getoption("-m") or "") is not None
    return 0 if shows or single or shares or names_tests(config) else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that started this one, if one did, how many parameters were left out."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Note what a worker left out; all of them leave out the same."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist's, which has no types
    output = getattr(node, "workeroutput", {})
    config.stash[LEFT_OUT] = max(config.stash[LEFT_OUT], output.get("left_out", 0))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if left_out := config.stash[LEFT_OUT]:
        terminalreporter.write_line(
            f"{left_out} more cases of these tests were left out; pytest --exhaustive runs them."
        )


class Clock:
    """A clock that nobody waits for: a pause passes at once, and `meanwhile` happens in it."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return sum(self.pauses)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.meanwhile()

    def now(self) -> datetime.datetime:
        return datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No settings, nothing stored, and a proxy that nobody may use: all servers are local."""
    for name in list(os.environ):
        is_setting = name.upper().startswith("ALPHACAST_") and name != "ALPHACAST_TRACEBACK"
        if is_setting or name.upper() == "NO_PROXY":
            monkeypatch.delenv(name)
    for name in ("COLUMNS", "LINES"):  # of the terminal that started the tests
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    for name in PLACES:
        monkeypatch.setenv(name, str(tmp_path / "home"))
    yield
    set_process_login(None)
    forget_default_client()


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"no network in tests: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def server() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator) -> Iterator[Emulator]:
    """The emulator with a fresh store, in which nothing may go wrong by itself."""
    server.readings = Readings()
    server.plan = Plan()
    server.reset()
    yield server
    assert server.internal_errors == []


@pytest.fixture
def clock(emulator: Emulator) -> Clock:
    """A clock in whose pauses the emulator works off what it has to do."""
    return Clock(emulator.wait)


@pytest.fixture
def chunked_client(emulator: Emulator, clock: Clock) -> Callable[[int], ap.Client]:
    """Return a client that receives so many bytes at once, so that small tables have blocks."""

    def make(chunk_bytes: int) -> ap.Client:
        settings = Settings(emulator.api_key, emulator.url, timeout=(5, 5), retries=3)
        return client_with(Connection(settings, clock, chunk_bytes))

    return make


@pytest.fixture
def client(emulator: Emulator, clock: Clock) -> Iterator[ap.Client]:
    settings = Settings(emulator.api_key, emulator.url, timeout=(5, 5), retries=3)
    with client_with(Connection(settings, clock)) as client:
        yield client
