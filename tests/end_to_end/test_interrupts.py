"""Ctrl-C: what it says of a push, and that it shows the user's line."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from end_to_end.interrupts import Relay, interrupted
from end_to_end.parts import LIMIT, PANEL, read_all, upload_flags

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Plan

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")

PUSH = """
df = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01", "2024-02-01"]), "price": [1.5, 2.5]})
df.alphacast.push(number, client=client)
"""
PUSH_BY_NAME = PUSH.replace("number, ", "name='New', repository='Mine', ")
PUSH_BY_DEFAULT = """
ap.login(key, base_url=url)
""" + PUSH.replace("number, client=client", "number")
PUSH_MUCH = """
import numpy as np
rows = 300_000
dates = pd.Timestamp("2000-01-01") + pd.to_timedelta(np.arange(rows), "min")
df = pd.DataFrame({"Date": dates, "x": np.random.default_rng(1).random(rows)})
df.alphacast.push(number, client=client)
"""
PUSH_IN_PARTS = f"""
from alphacast_pandas.api.client import client_with
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings
client = client_with(Connection(Settings(key, url, largest_file_bytes={LIMIT})))
df = pd.read_pickle("FRAME")
df.alphacast.push(number, entities="country", mode="MODE", client=client)
"""
WAIT = PUSH.replace("client=client)", "client=client, wait=False).wait()")
READ = "ap.read_alphacast(number, client=client)"
FOLLOWED = r"GET /datasets/\d+/processes/\d+"


def check_one_frame(told: str) -> str:
    """Return the message of a KeyboardInterrupt that shows one line of the user and one of ours."""
    files = re.findall(r'^ +File "(.*)", line', told, re.MULTILINE)
    assert files == ["<string>", str(Path(ap.__file__).with_name("tracebacks.py"))]
    assert told.count("Traceback") == 1
    kind, _, message = told.strip().splitlines()[-1].partition(": ")
    assert kind == "KeyboardInterrupt"
    return message


@pytest.fixture(autouse=True)
def no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALPHACAST_TRACEBACK", raising=False)


@pytest.fixture
def held(emulator: Emulator) -> Iterator[None]:
    """No process ends."""
    with emulator.hold_processes():
        yield


@pytest.mark.parametrize("program", [PUSH, PUSH_BY_DEFAULT, WAIT], ids=["push", "default", "wait"])
def test_the_process_that_goes_on_is_named_and_can_be_followed(
    program: str,
    held: None,
    emulator: Emulator,
    client: ap.Client,
    new_dataset: Callable[[], int],
) -> None:
    number = new_dataset()
    with Relay(emulator.url, FOLLOWED) as relay:
        message = check_one_frame(interrupted(relay, emulator.api_key, number, program))
    (process,) = client.datasets.processes(number)
    name = "ap.get_client()" if program is PUSH_BY_DEFAULT else "client"
    call = f"{name}.datasets.process({number}, {process.id}).wait()"
    assert message == (
        f"The upload continues as process {process.id} of dataset {number}. Follow it: {call}."
    )
    while emulator.advance():
        pass
    ap.login(emulator.api_key, base_url=emulator.url)
    assert eval(call, {"client": client, "ap": ap}).succeeded


def test_an_upload_whose_answer_did_not_come_is_in_doubt(
    held: None, emulator: Emulator, client: ap.Client, new_dataset: Callable[[], int]
) -> None:
    number = new_dataset()
    with Relay(emulator.url, "PUT ", is_passed_on=True) as relay:
        message = check_one_frame(interrupted(relay, emulator.api_key, number, PUSH))
    call = f"client.datasets.processes({number})"
    assert message == (
        "Whether the service took the upload is not known. To see whether it has begun a "
        f"process: {call}."
    )
    assert len(eval(call, {"client": client})) == 1


def test_an_upload_that_was_cut_short_is_not_in(
    emulator: Emulator, client: ap.Client, new_dataset: Callable[[], int]
) -> None:
    number = new_dataset()
    with Relay(emulator.url, "PUT ") as relay:
        message = check_one_frame(interrupted(relay, emulator.api_key, number, PUSH_MUCH))
    assert message == "The service has not taken the upload: it was not sent to its end."
    assert client.datasets.processes(number) == []


@pytest.mark.parametrize(
    ("program", "request_", "message"),
    [
        (PUSH, "GET .*/columns", "Nothing was sent."),
        (PUSH, "GET .*/processes", "Nothing was sent."),
        (PUSH.replace("client=", "only_changes=True, client="), "GET .*/data", "Nothing was sent."),
        (PUSH_BY_NAME, "GET /repositories", "Nothing was sent."),
        (
            PUSH_BY_NAME,
            "POST /datasets",
            "No rows were sent. The dataset 'New' may have been created, without rows.",
        ),
        (PUSH_BY_NAME, "GET .*/processes", "No rows were sent to dataset N, which is new."),
    ],
)
def test_before_an_upload_nothing_was_sent(
    program: str,
    request_: str,
    message: str,
    emulator: Emulator,
    new_dataset: Callable[[], int],
) -> None:
    with Relay(emulator.url, request_) as relay:
        told = check_one_frame(interrupted(relay, emulator.api_key, new_dataset(), program))
    assert re.sub(r"dataset \d+", "dataset N", told) == message
    assert upload_flags(emulator) == []


def test_a_check_after_the_push_can_be_left(
    emulator: Emulator, client: ap.Client, new_dataset: Callable[[], int]
) -> None:
    number = new_dataset()
    program = PUSH.replace("client=", "verify=True, client=")
    with Relay(emulator.url, "GET .*/data.*filter") as relay:
        message = check_one_frame(interrupted(relay, emulator.api_key, number, program))
    assert message == f"The push to dataset {number} has ended, but was not verified."
    assert len(read_all(number, client)) == 2


@pytest.mark.parametrize("mode", ["upsert", "append", "replace", "mirror"])
@pytest.mark.parametrize("request_", [FOLLOWED, "PUT "])
def test_of_a_push_in_parts_the_rest_can_be_pushed(
    request_: str,
    mode: str,
    tmp_path: Path,
    emulator: Emulator,
    client: ap.Client,
    new_dataset: Callable[[], int],
) -> None:
    number = new_dataset()
    emulator.plan = Plan(file_bytes=LIMIT)
    PANEL.to_pickle(tmp_path / "frame")
    program = PUSH_IN_PARTS.replace("FRAME", str(tmp_path / "frame")).replace("MODE", mode)
    n = 1 if request_ == FOLLOWED else 3
    with Relay(emulator.url, request_, n=n, is_passed_on=request_ != FOLLOWED) as relay:
        message = check_one_frame(interrupted(relay, emulator.api_key, number, program))
    emulator.wait()
    found = re.search(r"to dataset (\d+) again, with mode='(\w+)' and only_changes=True", message)
    assert found is not None
    uncertain = r"Whether the service took rows 30 to 44 \(part 3\) is not known\. "
    state = {
        FOLLOWED: r"Rows 0 to 14 \(part 1\) continue as process \d+ of dataset \d+\. ",
        "PUT ": r"Rows 0 to 29 are in \(2 parts\)\. " + uncertain,
    }
    assert re.match(state[request_], message)
    assert found[1] == str(number)
    assert found[2] == {"replace": "upsert", "mirror": "append"}.get(mode, mode)
    rows_in = len(read_all(number, client))
    emulator.plan = Plan()
    result = PANEL.alphacast.push(number, mode=found[2], only_changes=True, client=client)
    assert result.rows == len(PANEL) - rows_in
    assert len(read_all(number, client)) == len(PANEL)


@pytest.mark.parametrize("request_", ["GET .*/data", "GET .*/columns"])
def test_a_read_shows_the_line_that_reads(request_: str, emulator: Emulator, stored: int) -> None:
    with Relay(emulator.url, request_) as relay:
        told = interrupted(relay, emulator.api_key, stored, READ)
    assert told.strip().endswith("\nKeyboardInterrupt")
    assert check_one_frame(told) == ""


def test_everything_is_shown_on_request(
    monkeypatch: pytest.MonkeyPatch, held: None, emulator: Emulator, new_dataset: Callable[[], int]
) -> None:
    monkeypatch.setenv("ALPHACAST_TRACEBACK", "full")
    with Relay(emulator.url, FOLLOWED) as relay:
        told = interrupted(relay, emulator.api_key, new_dataset(), PUSH)
    assert "The above exception was the direct cause" in told
    assert told.count(' File "') > 20
