"""Reads and pushes as a person watches them: bytes, rows, phases, status, on and off."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from progress.clocks import Clock

import alphacast_pandas as ap
from alphacast_pandas.api.processes import Process, wait_for
from alphacast_pandas.api.settings import resolve_progress
from alphacast_pandas.emulator import Emulator, Fault

Captured = pytest.CaptureFixture[str]
FRAME = pd.DataFrame({"Date": pd.date_range("2020-01-01", periods=500), "price": range(500)})
READ = """
import os
from clocks import Clock
import alphacast_pandas as ap
with ap.Client("{key}", base_url="{url}") as client:
    client._connection.transport.clock = Clock(step=2.0)
    assert len(ap.read_alphacast({number}, client=client, progress={progress})) == 500
"""


@pytest.fixture
def watched(client: ap.Client, emulator: Emulator) -> ap.Client:
    """A client whose time flies."""
    client._connection.transport.clock = Clock(step=1.5, meanwhile=emulator.wait)
    return client


@pytest.fixture
def stored(client: ap.Client) -> int:
    return FRAME.alphacast.push(name="Prices", client=client, progress=False).dataset_id


@pytest.fixture
def script(emulator: Emulator, stored: int) -> Callable[..., str]:
    """A program that reads the dataset."""
    return lambda progress=None: READ.format(
        key=emulator.api_key, url=emulator.url, number=stored, progress=progress
    )


def test_a_read_shows_its_bytes(watched: ap.Client, stored: int, capsys: Captured) -> None:
    ap.read_alphacast(stored, client=watched, progress=True)
    drawn = capsys.readouterr().err.split("\r")
    assert any(re.search(rf"Reading dataset {stored}: .*B/s", line) for line in drawn)
    assert drawn[-1] == ""


def test_a_push_shows_its_phases_in_order(
    watched: ap.Client, emulator: Emulator, capsys: Captured
) -> None:
    watched._connection.transport.clock = Clock(step=1.5, meanwhile=emulator.advance)
    with emulator.hold_processes():
        result = FRAME.alphacast.push(name="Held", client=watched, progress=True)
    drawn = [line for line in capsys.readouterr().err.split("\r") if line.strip()]
    heads = [re.split(r":? +\d+%| \[", line)[0] for line in drawn]
    assert list(dict.fromkeys(heads)) == [
        "Pushing to 'Held', writing",
        "Pushing to 'Held', uploading",
        "Pushing to 'Held': Requested",
        "Pushing to 'Held': Processing",
        "Pushing to 'Held': Processed",
    ]
    assert any("500/500" in line for line in drawn if "writing" in line)
    assert any("100%" in line for line in drawn if "uploading" in line)
    assert result.bytes_sent > 1000


def test_a_push_in_parts_says_which_part_it_is_at(watched: ap.Client, capsys: Captured) -> None:
    transport = watched._connection.transport
    transport.settings = replace(transport.settings, largest_file_bytes=1000)
    result = FRAME.alphacast.push(name="Large", client=watched, progress=True)
    shown = capsys.readouterr().err
    for part in range(1, len(result.parts) + 1):
        assert f"Pushing to 'Large', part {part}, uploading" in shown
        assert f"Pushing to 'Large', part {part}: Processed" in shown
    assert len(result.parts) > 1
    assert f"part {len(result.parts) + 1}" not in shown
    assert re.search(rf"part 2, writing: .*/{len(FRAME) - result.parts[0].rows} ", shown)


@pytest.mark.parametrize(
    ("path", "keywords"),
    [
        ("/datasets/*/data", {}),
        ("/datasets/*/columns", {"select": "price"}),
        ("/datasets/*/data", {"chunksize": 100}),
    ],
    ids=["the data", "the columns", "in chunks"],
)
def test_a_pause_of_a_read_is_shown_and_logged(
    client: ap.Client,
    emulator: Emulator,
    stored: int,
    path: str,
    keywords: dict[str, Any],
    capsys: Captured,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client._connection.transport.clock = Clock()  # which moves in pauses only
    client._connection.remember(stored, None)
    emulator.faults.add(Fault(path=path, status=503, retry_after=2, times=3))
    with caplog.at_level("INFO", "alphacast_pandas"):
        read = ap.read_alphacast(stored, client=client, progress=True, **keywords)
        assert sum(map(len, read if "chunksize" in keywords else [read])) == 500
    said = [
        f"Reading dataset {stored}: status 503, trying again in 2 s ({n} of 4)" for n in (2, 3, 4)
    ]
    assert [record.getMessage() for record in caplog.records] == said
    assert {(record.name, record.levelname) for record in caplog.records} == {
        ("alphacast_pandas.api", "INFO")
    }
    drawn = [line.rstrip() for line in capsys.readouterr().err.split("\r") if line.strip()]
    # The first second shows nothing, then each pause is drawn as it goes on.
    assert drawn[0] == f"{said[0]} [00:01]"
    assert len(drawn[0]) < 80  # so nothing of it is left out on a terminal
    assert [line for line in drawn if line.startswith(said[2])]
    assert f"{said[1]} [00:00]" in drawn


@pytest.mark.parametrize("path", ["/repositories*", "/datasets/*/columns", "/datasets/*/processes"])
def test_a_pause_of_a_push_is_shown(
    client: ap.Client, emulator: Emulator, stored: int, path: str, capsys: Captured
) -> None:
    assert stored
    client._connection.transport.clock = Clock(meanwhile=emulator.wait)
    emulator.faults.add(Fault(path=path, method="GET", status=429, retry_after=3, times=1))
    FRAME.alphacast.push(name="Prices", client=client, progress=True)
    shown = capsys.readouterr().err
    said = "to 'Prices', uploading: " if path.endswith("processes") else "against 'Prices': "
    assert f"{said}status 429, trying again in 3 s (2 of 4) [00:02]" in shown


def test_a_pause_without_a_bar_is_one_pause_and_is_logged(
    client: ap.Client, emulator: Emulator, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.faults.add(Fault(path="/repositories/home", reset="before"))
    with caplog.at_level("INFO", "alphacast_pandas"):
        client.repositories.home()
    (pause,) = clock.pauses
    assert [record.getMessage() for record in caplog.records] == [
        f"GET /repositories/home: no answer, trying again in {pause:.2g} s (2 of 4)"
    ]


@pytest.mark.parametrize("port", ["api", "storage"])
def test_neither_the_key_nor_a_signed_address_is_logged(
    client: ap.Client,
    emulator: Emulator,
    stored: int,
    port: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for fault in (Fault(port=port, reset="before"), Fault(port=port, status=503)):
        emulator.faults.add(fault)
        with caplog.at_level("INFO"):
            ap.read_alphacast(stored, client=client)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    for secret in (emulator.api_key, "Signature", emulator.storage_url, emulator.url):
        assert not any(secret in message for message in messages)


def test_a_name_is_shown_and_a_long_one_is_cut(
    watched: ap.Client, stored: int, capsys: Captured
) -> None:
    name = f"World - {'very ' * 20}long name"
    FRAME.alphacast.push(name=name, client=watched, progress=True)
    FRAME.alphacast.diff(name="Prices", client=watched, progress=True)
    FRAME.alphacast.push(stored, client=watched, progress=True)
    shown = capsys.readouterr().err
    assert "Pushing to 'World - very very v...ery very long name', up" in shown
    assert name not in shown
    assert "Comparing with 'Prices':" in shown
    assert f"Pushing to {stored}, uploading" in shown


def test_every_status_is_told_and_the_last_one_too() -> None:
    states = iter(["Processing", "Processing", "Processed"])
    told: list[str] = []
    ended = wait_for(
        Process(1, status="Requested"),
        lambda: Process(1, status=next(states)),
        Clock(),
        60.0,
        told.append,
    )
    assert told == ["Requested", "Processing", "Processing", "Processed"]
    assert ended.succeeded


def test_a_comparison_shows_that_it_reads(
    watched: ap.Client, stored: int, capsys: Captured
) -> None:
    FRAME.alphacast.diff(stored, client=watched, progress=True)
    assert f"Comparing with dataset {stored}" in capsys.readouterr().err


def test_a_terminal_shows_it_unasked(script: Callable[..., str]) -> None:
    from progress.terminal import on_terminal

    shown = on_terminal(script())
    assert "Reading dataset" in shown.everything
    assert shown.lines == []


def test_the_environment_turns_it_off(script: Callable[..., str]) -> None:
    from progress.terminal import on_terminal

    assert on_terminal(script(), ALPHACAST_PROGRESS="off").everything == ""


@pytest.mark.parametrize("word", ["0", "false", "No", " OFF "])
@pytest.mark.parametrize("progress", [None, False, True])
def test_words_that_mean_off_hold_without_an_argument(
    word: str, progress: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPHACAST_PROGRESS", word)
    assert resolve_progress(progress=progress) is bool(progress)


@pytest.mark.parametrize("word", ["", "1", "perhaps"])
@pytest.mark.parametrize("progress", [None, False, True])
def test_other_words_in_the_environment_are_left_alone(
    word: str, progress: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPHACAST_PROGRESS", word)
    assert resolve_progress(progress=progress) is progress


def test_the_argument_comes_before_the_environment(
    watched: ap.Client, stored: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPHACAST_PROGRESS", "0")
    ap.read_alphacast(stored, client=watched, progress=True)
    FRAME.alphacast.push(stored, client=watched, progress=True)
    shown = capsys.readouterr().err
    assert "Reading" in shown
    assert "Pushing" in shown


def test_the_argument_turns_it_off(script: Callable[..., str]) -> None:
    from progress.terminal import on_terminal

    assert on_terminal(script(progress=False)).everything == ""


def test_nothing_is_shown_to_a_pipe_unless_asked_for(script: Callable[..., str]) -> None:
    program = f"{script()}print('silent so far', file=sys.stderr)\n{script(progress=True)}"
    run = subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}"],
        capture_output=True,
        cwd=Path(__file__).parent,
        check=True,
    )
    assert run.stdout == b""
    assert re.match(rb"silent so far\s+Reading dataset", run.stderr)
