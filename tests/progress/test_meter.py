"""The bar: it appears after a second, tells how far work has come, and is silent unwatched."""

import re
import subprocess
import sys
import threading
import types
from concurrent.futures import ThreadPoolExecutor

import pytest
from progress.clocks import Clock

from alphacast_pandas.progress import Meter, PartMeter

Captured = pytest.CaptureFixture[str]


def test_nothing_is_shown_within_the_first_second(capsys: Captured) -> None:
    with Meter("Reading", progress=True, clock=Clock()) as meter:
        meter.begin(2000)
        meter.advance(1000)
        meter.add_rows(10)
        meter.tell("Processing")
        meter.begin(2000)
        meter.advance(1000)
    assert meter.count == 1000
    assert capsys.readouterr() == ("", "")


def test_short_work_does_not_load_what_draws() -> None:
    program = (
        "import sys, time; from alphacast_pandas.progress import Meter\n"
        "with Meter('Reading', progress=True, clock=time) as meter: meter.advance(1)\n"
        "assert not [name for name in sys.modules if name.startswith('tqdm')]"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_longer_work_shows_its_bytes_rate_and_rows(capsys: Captured) -> None:
    clock = Clock()
    with Meter("Reading", progress=True, clock=clock) as meter:
        meter.begin(4_000_000)
        clock.seconds = 2.0
        meter.advance(1_000_000)
        clock.seconds = 4.0
        meter.advance(1_000_000)
        meter.add_rows(12_345)
        clock.seconds = 4.2
        meter.advance(1_000_000)
    shown = capsys.readouterr().err
    assert re.search(r"Reading:  25%\|.*\| 1\.00M/4\.00M \[00:02<00:0\d, \d+kB/s\]", shown)
    assert re.search(r"Reading:  75%\|.*\| 3\.00M/4\.00M \[.*B/s, 12\.3k rows\]", shown)


def test_work_of_unknown_size_shows_what_is_done(capsys: Captured) -> None:
    with Meter("Reading", progress=True, clock=Clock(step=2.0)) as meter:
        meter.begin(None)
        meter.advance(5_000_000)
    assert "Reading: 5.00MB [" in capsys.readouterr().err


def test_more_than_the_whole_is_shown_as_the_whole(capsys: Captured) -> None:
    with Meter("Pushing", progress=True, clock=Clock(step=2.0)) as meter:
        meter.begin(1000)
        meter.advance(1100)
    assert "100%" in capsys.readouterr().err
    assert meter.count == 1100


def test_each_phase_counts_from_zero_in_its_own_unit(capsys: Captured) -> None:
    with Meter("Pushing", progress=True, clock=Clock(step=2.0)) as meter:
        meter.begin(200, phase="writing", unit=" rows")
        meter.advance(50)
        meter.begin(4000, phase="uploading")
        meter.advance(3000)
        assert meter.count == 3000
    shown = capsys.readouterr().err
    assert re.search(r"Pushing, writing:  25%.* rows/s", shown)
    assert re.search(r"Pushing, uploading:  75%.*B/s", shown)


def test_the_heading_changes_while_the_counts_of_all_parts_go_on(capsys: Captured) -> None:
    streams = [types.SimpleNamespace(on_wire=None) for _ in range(2)]
    with Meter("Reading 0 of 2", progress=True, clock=Clock(step=2.0)) as meter:
        for stream in streams:
            part = PartMeter("Reading one", meter)
            part.watch(stream, {"Content-Length": "1000"})
            stream.on_wire(1000)
            part.add_rows(50)
            assert part.is_visible
        meter.rename("Reading 1\x1b[2J of 2")
        part.show_pause("no answer")
        part.show_pause(None)
        streams[0].on_wire(500)
        assert (meter.count, meter.rows) == (2500, 100)
    shown = capsys.readouterr().err
    assert re.search(r"Reading 0 of 2: 2\.00kB \[.*B/s, .* rows\]", shown)
    assert r"Reading 1\x1b[2J of 2: no answer [" in shown
    assert re.search(r"Reading 1\\x1b\[2J of 2: 2\.50kB \[.*B/s, 100 rows\]", shown)


def test_a_status_is_shown_in_its_own_words_with_the_time_it_takes(capsys: Captured) -> None:
    clock = Clock(seconds=10.0)
    with Meter("Pushing", progress=True, clock=clock) as meter:
        clock.seconds = 20.0
        meter.tell("Requested")
        clock.seconds = 95.0
        meter.tell("Processing\x1b[2J")
    shown = capsys.readouterr().err
    assert "Pushing: Requested [00:00]" in shown
    assert r"Pushing: Processing\x1b[2J [01:15]" in shown


def test_a_pause_is_shown_until_there_is_something_newer(capsys: Captured) -> None:
    clock = Clock()
    with Meter("Reading", progress=True, clock=clock) as meter:
        meter.begin(2000)
        meter.show_pause("no answer")  # within the first second
        clock.seconds = 3.0
        meter.show_pause("no answer")
        meter.show_pause(None)
        clock.seconds = 4.0
        meter.begin(2000)
        meter.advance(1000)
    lines = [line for line in capsys.readouterr().err.split("\r") if line.strip()]
    assert lines[0].rstrip() == "Reading: no answer [00:03]"
    assert all(line.startswith("Reading:   0%") for line in lines[1:])
    assert len(lines) > 1


def test_a_thread_that_pauses_does_not_stop_the_count_of_another(capsys: Captured) -> None:
    with Meter("Reading", progress=True, clock=Clock(step=2.0)) as meter:
        meter.begin(2000)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(meter.show_pause, "no answer").result()
            meter.advance(500)
            pool.submit(meter.show_pause, None).result()
        meter.advance(500)
        assert meter.count == 1000
    shown = capsys.readouterr().err
    assert shown.index("no answer") < shown.index(" 50%|")


def test_it_is_drawn_no_more_than_ten_times_a_second(capsys: Captured) -> None:
    clock = Clock()
    with Meter("Reading", progress=True, clock=clock) as meter:
        clock.seconds = 2.0
        for _ in range(1000):
            clock.seconds += 0.001
            meter.advance(1)
    assert capsys.readouterr().err.count("Reading") <= 11


@pytest.mark.parametrize("progress", [False, None])
def test_nothing_is_shown_where_nobody_looks(progress: bool | None, capsys: Captured) -> None:
    clock = Clock()
    with Meter("Reading", progress=progress, clock=clock) as meter:
        clock.seconds = 9.0
        meter.advance(10)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_bar_is_gone_and_nothing_is_left_after_an_error(
    error: type[BaseException], capsys: Captured
) -> None:
    stream, threads = sys.stderr, threading.enumerate()
    before = dict(vars(stream))
    meter = Meter("Reading", progress=True, clock=Clock(step=2.0))

    def work() -> None:
        with meter:
            meter.advance(10)
            assert vars(stream) != before
            raise error

    with pytest.raises(error):
        work()
    assert capsys.readouterr().err.rpartition("Reading")[2].rpartition("\r")[2] == ""
    assert vars(stream) == before
    assert threading.enumerate() == threads
    meter.advance(10)
    assert capsys.readouterr().err == ""


def test_many_threads_may_count(capsys: Captured) -> None:
    clock = Clock(step=0.001)
    with Meter("Reading", progress=True, clock=clock) as meter:
        meter.begin(None)
        with ThreadPoolExecutor(8) as pool:
            for _ in range(400):
                pool.submit(lambda: [meter.advance(2) or meter.add_rows(1) for _ in range(50)])
        assert (meter.count, meter.rows) == (40_000, 20_000)
    assert "Reading" in capsys.readouterr().err


def test_work_goes_on_if_it_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None: ...

    for stream in (Broken(), None):
        monkeypatch.setattr(sys, "stderr", stream)
        with Meter("Reading", progress=True, clock=Clock(step=2.0)) as meter:
            meter.advance(10)
            meter.advance(10)
        assert meter.count == 20
    with Meter("Reading", progress=None, clock=Clock(step=2.0)) as meter:
        meter.advance(10)


@pytest.mark.parametrize("length", ["²", "9" * 5000, "-1", "5, 5", "five"])
def test_a_length_that_is_no_number_is_not_known(length: str) -> None:
    stream = types.SimpleNamespace(on_wire=None)
    with Meter("Reading", progress=True, clock=Clock()) as meter:
        meter.watch(stream, {"Content-Length": length})
        stream.on_wire(5)
    assert meter.count == 5
