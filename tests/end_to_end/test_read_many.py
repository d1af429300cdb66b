"""`read_many` on good and bad days: equal to single reads, cancelled, paused, shown as one."""

import contextlib
import datetime
import http.client
import re
import socket
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pandera.pandas as pa
import pytest
from end_to_end.interrupts import Relay, interrupted
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.api.client import client_with
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings
from alphacast_pandas.emulator import Emulator, Readings

LONG = 10.0  # seconds that no test takes
READINGS = [
    Readings(),
    Readings(last="rows", filter_names="bare", select_quotes="refused", column_ids="small"),
    Readings(filter_names="quoted", booleans="text", date_time="always", row_count="never"),
]
KEYWORDS = st.fixed_dictionaries(
    {},
    optional={
        "filter": st.sampled_from(
            [{"country": "Brasil"}, {"country": "Nowhere"}, [("CPI", ">", 101)], "CPI gt 102"]
        ),
        "select": st.sampled_from(["CPI", ["note", "Vivienda, agua"]]),
        "start": st.sampled_from(["2020", "2020-05-31"]),
        "last": st.integers(1, 16),
        "top": st.integers(1, 70),
        "index": st.sampled_from([True, "Date"]),
        "dtype_backend": st.sampled_from(["pyarrow", "numpy_nullable"]),
        "categories": st.just(value=True),
        "schema": st.just(value=True),
    },
)
# Each happens once, and there are at most as many as a read has retries.
FAULTS = st.builds(
    lambda path: {"path": path}, st.sampled_from(["*/data", "*/columns", "/datasets/*"])
) | st.builds(lambda place: {"port": "storage", "cut_at": place}, st.integers(0, 2000))
STATUSES = st.sampled_from([429, 500, 502, 503, 504])


@dataclass
class Clock:
    """A clock that nobody waits for, and that moves whenever somebody looks."""

    step: float = 0.0
    seconds: float = 0.0

    def monotonic(self) -> float:
        self.seconds += self.step
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> datetime.datetime:
        return datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)


def warned(read: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What a read returns, and what it warns of in this file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read()
    assert {each.filename for each in caught} <= {__file__}
    return found, [str(each.message) for each in caught]


def outcome_of(read: Callable[[], pd.DataFrame]) -> Any:
    """A frame, or the error in its place."""
    try:
        return read()
    except ap.AlphacastError as error:
        return error


def facts(frame: pd.DataFrame) -> dict[str, Any]:
    return {**frame.attrs["alphacast"], "retrieved_at": None}


@given(
    wanted=st.dictionaries(st.sampled_from("abc"), KEYWORDS, min_size=1),
    common=KEYWORDS,
    readings=st.sampled_from(READINGS),
    faults=st.lists(st.tuples(FAULTS, STATUSES), max_size=3),
    workers=st.integers(1, 4),
)
def test_each_frame_is_that_of_a_single_read(
    wanted: dict[str, dict[str, Any]],
    common: dict[str, Any],
    readings: Readings,
    faults: list[tuple[dict[str, Any], int]],
    workers: int,
    stored: int,
    client: ap.Client,
    emulator: Emulator,
) -> None:
    emulator.readings = readings
    for fault, status in faults:
        emulator.faults.add(**fault, **({} if "cut_at" in fault else {"status": status}))
    address = f"https://www.alphacast.io/datasets/other-words-{stored}"
    asked = {label: {"dataset_id": address, **own} for label, own in wanted.items()}
    frames, told = warned(
        lambda: ap.read_many(asked, client=client, workers=workers, errors="collect", **common)
    )
    emulator.faults.clear()
    told_alone = []
    for label, own in asked.items():
        alone, messages = warned(
            lambda words=common | own: outcome_of(lambda: ap.read_alphacast(client=client, **words))
        )
        told_alone += [f"{label}: {message}" for message in messages]
        together = outcome_of(lambda label=label: frames[label])
        if isinstance(alone, pd.DataFrame):
            pd.testing.assert_frame_equal(together, alone, check_exact=True)
            assert facts(together) == facts(alone)
        else:
            assert str(together) == f"{label} could not be read: {alone}"
            assert type(together.cause) is type(alone)
    assert told == told_alone
    assert [*frames, *frames.errors["label"]] == sorted(asked, key=lambda each: each not in frames)


# --- the first error


class Hold:
    """
    Passes requests on to the emulator, but holds the answer to those that match.

    Of that only so many bytes come; with 0 the emulator is not even asked.
    """

    def __init__(self, url: str, pattern: str, after: int) -> None:
        self._server = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        self._pattern, self._after = re.compile(pattern.encode()), after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.is_held, self.is_closed = threading.Event(), threading.Event()

    def __enter__(self) -> "Hold":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._server) as far, contextlib.suppress(OSError):
            while head := near.recv(1 << 16):  # requests are small, and come one by one
                if self._pattern.match(head):
                    self._hold(head, near, far)
                    return
                far.sendall(head)
                near.sendall(_answer_of(far))

    def _hold(self, head: bytes, near: socket.socket, far: socket.socket) -> None:
        if self._after:
            far.sendall(head)
            near.sendall(_answer_of(far)[: self._after])
        self.is_held.set()
        with contextlib.suppress(OSError):
            near.recv(1)
        self.is_closed.set()


def _answer_of(far: socket.socket) -> bytes:
    """Return a whole answer, which is short."""
    response = http.client.HTTPResponse(far)
    response.begin()
    body = response.read()
    fields = {**dict(response.getheaders()), "Content-Length": str(len(body))}
    fields = {name: text for name, text in fields.items() if name.lower() != "transfer-encoding"}
    head = "".join(f"{name}: {text}\r\n" for name, text in fields.items())
    return f"HTTP/1.1 {response.status} OK\r\n{head}\r\n".encode() + body


def threads() -> list[threading.Thread]:
    """Those of reads; one that has done its work may still be leaving."""
    own = [each for each in threading.enumerate() if each.name == "alphacast-background"]
    for each in own:
        each.join(0.5)
    return [each for each in own if each.is_alive()]


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(seed="demo") as running:
        yield running


@pytest.fixture
def demo(running: Emulator) -> Iterator[Emulator]:
    """An emulator that holds three datasets, which no test changes."""
    running.faults.clear()
    running.forget_requests()
    yield running
    assert running.internal_errors == []


@pytest.fixture
def reader(demo: Emulator) -> Iterator[ap.Client]:
    with client_with(Connection(settings(demo), Clock())) as reader:
        yield reader


@pytest.fixture
def datasets(demo: Emulator, reader: ap.Client) -> list[int]:
    """The numbers of the datasets."""
    numbers = ap.datasets(client=reader)["id"].tolist()
    demo.forget_requests()
    return numbers


def settings(emulator: Emulator, url: str | None = None) -> Settings:
    return Settings(emulator.api_key, url or emulator.url, timeout=(5, 2 * LONG), retries=3)


def read_paths(emulator: Emulator) -> list[str]:
    """The paths of the requests for data."""
    return [each.path for each in emulator.requests if each.path.endswith("/data")]


@dataclass
class Patient(Clock):
    """A clock whose pauses last until something has happened."""

    event: threading.Event = field(default_factory=threading.Event)

    def sleep(self, seconds: float) -> None:
        assert self.event.wait(LONG)
        super().sleep(seconds)


@pytest.mark.parametrize("after", [0, 1000], ids=["no first byte", "half a body"])
def test_the_first_error_closes_what_is_under_way(
    after: int, datasets: list[int], demo: Emulator
) -> None:
    held, failing, rest = datasets
    demo.faults.add(path=f"/datasets/{failing}/data", status=503)
    demo.faults.add(path=f"/datasets/{failing}/data", status=404, body="it is gone")
    wanted = {"held": held, "gone": failing, "rest": rest, "again": rest}
    start = time.monotonic()
    with Hold(demo.url, f"GET /datasets/{held}/data", after) as hold:
        clock = Patient(event=hold.is_held)
        with client_with(Connection(settings(demo, hold.url), clock)) as client:
            with pytest.raises(ap.NotFoundError, match=r"^gone: .*it is gone") as caught:
                ap.read_many(wanted, start="1900", workers=2, client=client)
            assert threads() == []
            assert hold.is_closed.wait(LONG)
    assert time.monotonic() - start < LONG
    assert caught.value.status_code == 404
    assert not [path for path in read_paths(demo) if str(rest) in path]


def test_the_first_error_ends_a_pause(datasets: list[int], demo: Emulator) -> None:
    slow, failing, _ = datasets
    demo.faults.add(path=f"/datasets/{slow}/data", status=500, retry_after=60)
    demo.faults.add(path=f"/datasets/{failing}/data", status=403, delay=0.1)
    start = time.monotonic()
    with client_with(Connection(settings(demo))) as client, pytest.raises(ap.PermissionDenied):
        ap.read_many({"slow": slow, "secret": failing}, start="1900", client=client)
    assert time.monotonic() - start < LONG
    assert threads() == []


def test_a_client_is_as_good_as_before(
    datasets: list[int], demo: Emulator, reader: ap.Client
) -> None:
    for _ in range(3):
        demo.faults.add(path=f"/datasets/{datasets[1]}/data", status=403)
        with pytest.raises(ap.PermissionDenied, match=f"^dataset {datasets[1]}: "):
            ap.read_many(datasets, client=reader)
    demo.faults.add(path=f"/datasets/{datasets[0]}/data", delay=0.1)
    frames = ap.read_many(reversed(datasets), client=reader)
    assert [*frames] == datasets[::-1]
    assert [len(frame) for frame in frames.values()] == [1704, 120, 203]


def test_collected_errors_stand_beside_the_frames(
    datasets: list[int], demo: Emulator, reader: ap.Client
) -> None:
    first, second, _ = datasets
    demo.faults.add(path=f"/datasets/{second}/data", status=403, times=None)
    wanted = {"one": first, "secret": second, "none": "No such name", "two": first}
    frames = ap.read_many(wanted, errors="collect", client=reader)
    assert [*frames] == ["one", "two"]
    assert frames.errors["label"].tolist() == ["secret", "none"]
    assert frames.errors["dataset_id"].tolist() == [second, pd.NA]
    kinds = [type(error) for error in frames.errors["error"]]
    assert kinds == [ap.PermissionDenied, ap.NotFoundError]
    assert frames.errors["message"].tolist() == [str(error) for error in frames.errors["error"]]
    with pytest.raises(KeyError, match=r"^secret could not be read: The API key is valid"):
        frames["secret"]


def test_an_error_that_is_kept_holds_no_table(datasets: list[int], reader: ap.Client) -> None:
    schema = pa.DataFrameSchema({"Date": pa.Column(float)})
    frames = ap.read_many(datasets[:1], schema=schema, errors="collect", client=reader)
    each: BaseException | None = frames.errors["error"].iloc[0]
    assert isinstance(each, ap.ValidationError)
    kept: list[str] = []
    while each is not None:
        for frame, _ in traceback.walk_tb(each.__traceback__):
            kept += frame.f_locals
        each = each.__cause__ or each.__context__
    assert kept == []


def test_what_is_no_error_of_the_package_is_always_raised(
    datasets: list[int], demo: Emulator
) -> None:
    class Broken(Clock):
        def sleep(self, seconds: float) -> None:
            raise ZeroDivisionError

    demo.faults.add(path="*/data", status=500)
    with (
        client_with(Connection(settings(demo), Broken())) as client,
        pytest.raises(ZeroDivisionError) as caught,
    ):
        ap.read_many({"one": datasets[0]}, errors="collect", client=client)
    assert caught.value.__notes__ == ["This happened while one was being read."]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_ends_all_of_it(datasets: list[int], demo: Emulator) -> None:
    program = "ap.read_many({n: number for n in range(20)}, start='1900', client=client)"
    with Relay(demo.url, "GET .*/data", n=3) as relay:
        told = interrupted(relay, demo.api_key, datasets[0], program)
    assert told.strip().endswith("\nKeyboardInterrupt")
    assert told.count("Traceback") == 1
    assert len(read_paths(demo)) < 20


# --- pauses


class Standing(Clock):
    """A clock at which threads wait until it is moved on."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._sleeping: set[int] = set()
        self._is_moved = False

    def sleep(self, seconds: float) -> None:
        with self._changed:
            self._sleeping.add(threading.get_ident())
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._is_moved, LONG)

    def has_sleepers(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self._sleeping) >= count, LONG)

    def move(self, seconds: float) -> None:
        with self._changed:
            self.seconds += seconds
            self._is_moved = True
            self._changed.notify_all()


@pytest.mark.parametrize(("way", "status"), [("many", 429), ("single", 503)])
def test_one_refusal_pauses_all_requests_of_a_client(
    way: str,
    status: int,
    datasets: list[int],
    demo: Emulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    small = datasets[1]
    demo.faults.add(path="*/data", status=status, retry_after=40)
    clock = Standing()
    found: dict[int, pd.DataFrame] = {}
    with client_with(Connection(settings(demo), clock)) as client, caplog.at_level("INFO"):

        def read_all() -> None:
            wanted = dict.fromkeys(range(20), small)
            found.update(ap.read_many(wanted, start="1900", workers=4, client=client))

        def read_some(first: int) -> None:
            for label in range(first, first + 5):
                found[label] = ap.read_alphacast(small, start="1900", client=client)

        alone = [partial(read_some, first) for first in (0, 5, 10, 15)]
        tasks = [read_all] if way == "many" else alone
        readers = [threading.Thread(target=task) for task in tasks]
        for each in readers:
            each.start()
        all_pause, received = clock.has_sleepers(4), len(read_paths(demo))
        clock.move(40.0)
        for each in readers:
            each.join(LONG)
    assert all_pause
    assert received < 10
    assert [len(frame) for frame in found.values()] == [120] * 20
    told = [each.message for each in caplog.records if each.name == "alphacast_pandas.api"]
    assert len(told) == 1
    assert f"status {status}, trying again in 40 s" in told[0]


def test_a_change_waits_for_the_end_of_a_pause(emulator: Emulator) -> None:
    clock = Standing()
    emulator.faults.add(path="/repositories", status=429, retry_after=40)
    with client_with(Connection(settings(emulator), clock)) as client:
        read = threading.Thread(target=client.repositories.list)
        change = threading.Thread(target=client.repositories.create, args=("New",))
        read.start()
        assert clock.has_sleepers(1)
        change.start()
        both_pause, received = clock.has_sleepers(2), [each.method for each in emulator.requests]
        clock.move(40.0)
        read.join(LONG)
        change.join(LONG)
        assert client.repositories.find("New").name == "New"
    assert both_pause
    assert received == ["GET"]


# --- what all of them share


def test_one_bar_counts_datasets_and_bytes_of_all(
    datasets: list[int], demo: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.faults.add(path="*/data", status=500)
    with client_with(Connection(settings(demo), Clock(step=1.5))) as client:
        ap.read_many(datasets, progress=True, workers=2, client=client)
    drawn = capsys.readouterr().err.split("\r")
    shown = "\n".join(drawn)
    assert re.search(r"Reading \d of 3 datasets: .*B \[.*B/s, .* rows\]", shown)
    assert re.search(r"Reading \d of 3 datasets: status 500, trying again", shown)
    counts = [int(count) for count in re.findall(r"Reading (\d) of 3", shown)]
    assert counts == sorted(counts)
    assert {0, 1, 2} <= {*counts}
    assert drawn[-1] == ""


def test_many_workers_keep_their_connections(
    datasets: list[int], demo: Emulator, reader: ap.Client, caplog: pytest.LogCaptureFixture
) -> None:
    session: Any = reader._connection.transport._session

    def opened() -> int:
        pools = session.get_adapter(demo.url).poolmanager.pools
        return sum(pools.get(key).num_connections for key in pools.keys())  # noqa: SIM118 - it cannot be iterated over

    wanted = dict.fromkeys(range(12), datasets[1])
    demo.faults.add(path="*/data", delay=0.05, times=None)
    ap.read_many(wanted, start="1900", workers=12, client=reader)
    before = opened()
    assert before >= 12
    ap.read_many(wanted, start="1900", workers=12, client=reader)
    assert opened() <= before + 2  # the server may have closed one
    assert not [each for each in caplog.records if "pool is full" in each.message]
