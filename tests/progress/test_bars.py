"""A bar on a terminal and in a notebook: what is seen of it, and that nothing is left."""

import concurrent.futures
import contextlib
import html
import io
import re
from pathlib import Path
from typing import Any

import pytest
from progress.programs import program
from progress.terminal import on_terminal

from alphacast_pandas.progress.bars import CellOutput, open_bar
from alphacast_pandas.progress.lines import LOCK

_CELL = """
from clocks import Clock
from alphacast_pandas.progress import Meter
import logging, sys
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
for title in ("Reading dataset 5", "Reading dataset 6"):
    with Meter(title, progress=None, clock=Clock(step=0.5)) as meter:
        meter.begin(10_000)
        for number in range(100):
            meter.advance(100)
            if number % 50 == 0:
                logging.info("record %d", number)
print("done")
"""


class Display:
    """What IPython's `display` shows at one place, time after time."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def __call__(self, output: dict[str, str], **how: bool) -> "Display":
        assert how == {"raw": True, "display_id": True}
        return self.update(output, raw=True)

    def update(self, output: dict[str, str], *, raw: bool) -> "Display":
        assert raw
        assert without_markup(output["text/html"]) == output["text/plain"]
        self.shown.append(output["text/plain"])
        return self


def without_markup(text: str) -> str:
    """Return what a browser shows of HTML."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "", text))


def test_a_bar_leaves_nothing_on_the_screen() -> None:
    shown = on_terminal(program("pass", after="print('done')"))
    assert "50%" in shown.everything
    assert shown.lines == ["done"]


def test_a_bar_fits_on_a_terminal_of_any_width() -> None:
    for columns in (0, 40):
        shown = on_terminal(program("pass"), columns=columns)
        drawn = shown.everything.split("\r")
        assert any("Reading dataset 5" in line for line in drawn)
        assert max(map(len, drawn)) <= (columns or 80)


def test_the_word_of_tqdm_for_no_bars_is_heard() -> None:
    after = "print('write' in vars(sys.stderr))"
    shown = on_terminal(program("pass", after=after), TQDM_DISABLE="1")
    assert shown.everything == "False\r\n"


def test_how_processes_are_started_remains_open() -> None:
    after = "import multiprocessing; multiprocessing.set_start_method('spawn')"
    on_terminal(program("pass", after=after))


def test_bars_at_the_same_time_share_the_screen() -> None:
    before = """
import concurrent.futures
logging.basicConfig(level=logging.INFO, format="%(message)s")
both = threading.Barrier(2)
def read(title):
    with Meter(title, progress=None, clock=Clock(step=0.5)) as meter:
        for number in range(10):
            meter.advance(1)
            both.wait()
            logging.info("%s %d", title, number)
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    list(pool.map(read, ["one", "two"]))
"""
    shown = on_terminal(program("pass", before=before))
    assert sorted(shown.lines) == sorted(f"{t} {n}" for t in ("one", "two") for n in range(10))


def test_a_line_takes_the_place_of_the_one_before() -> None:
    display = Display()
    cell = CellOutput(display)
    for text in ("\rone", "\rone  ", "\rtwo", "\r   ", "\r", ""):
        assert cell.write(text) == len(text)
    cell.flush()
    assert display.shown == ["one", "two", ""]


def test_a_heading_of_markup_is_text_in_a_cell() -> None:
    display = Display()
    cell = CellOutput(display)
    cell.heading = "Pushing to '<img src=x onerror=alert(1)>'"
    cell.write(f"\r{cell.heading}:  50%|#####     | <b>")
    cell.heading = "another"  # which the line does not begin with
    cell.write("\r<i>")
    assert display.shown == [
        "Pushing to '<img src=x onerror=alert(1)>':  50%|#####     | <b>",
        "<i>",
    ]


def test_a_status_and_a_long_heading_fit_on_one_line() -> None:
    title = "Pushing to " + "'a name as long as people like them', part 12, uploading" * 2
    work = f"""
with Meter({title!r}, progress=None, clock=Clock(step=0.5)) as meter:
    for _ in range(5):
        meter.show_pause("status 503, trying again in 2 s (2 of 6)")
    meter.show_pause(None)
    meter.begin(10_000_000)
    for _ in range(5):
        meter.advance(1_000_000)
"""
    for columns in (40, 80, 120):
        shown = on_terminal(program("pass", before=work), columns=columns)
        drawn = shown.everything.split("\r")
        assert max(map(len, drawn)) <= columns
        assert any(line.startswith("Pushing t") and "..." in line for line in drawn)
        if columns >= 80:
            assert any("(2 of 6) [00:" in line for line in drawn)
            assert any("4.00M/10.0M [" in line for line in drawn)


@pytest.mark.filterwarnings("default")  # Jupyter's own
def test_an_executed_notebook_keeps_no_drawings(tmp_path: Path) -> None:
    nbformat: Any = pytest.importorskip("nbformat")
    client: Any = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    (tmp_path / "home").mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(_CELL)])
    here = {"metadata": {"path": str(Path(__file__).parent)}}
    client.NotebookClient(notebook, kernel_name="python3", resources=here).execute()
    outputs = notebook.cells[0].outputs
    text = "".join(output.text for output in outputs if output.output_type == "stream")
    assert text == "record 0\nrecord 50\n" * 2 + "done\n"
    shown = [output for output in outputs if output.output_type != "stream"]
    assert [output["data"]["text/plain"] for output in shown] == [""]
    assert without_markup(shown[0]["data"]["text/html"]) == ""


def test_a_bar_that_cannot_be_drawn_leaves_the_lock_free() -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("the terminal is gone")

    with contextlib.redirect_stderr(Broken()):
        bar = open_bar("Reading", total=None, unit="B", count=0, seconds=2.0)
        for draw in (lambda: bar.show(10, 1), lambda: bar.show_status("Processing", 2.0)):
            with pytest.raises(OSError, match="the terminal is gone"):
                draw()
        bar.close()
    with concurrent.futures.ThreadPoolExecutor(1) as another:
        assert another.submit(LOCK.acquire, blocking=False).result()
        another.submit(LOCK.release).result()


@pytest.mark.parametrize(("heading", "least"), [("Pushing to 'x'", 14), ("Reading " * 9, 22)])
def test_a_heading_keeps_its_beginning_and_gets_no_blank(heading: str, least: int) -> None:
    shown: list[dict[str, str]] = []
    output = CellOutput(lambda output, **_: shown.append(output))
    output.heading = heading
    output.write(f"{heading}: Processing")
    assert f"min-width: min({least}ch, 50%)" in shown[0]["text/html"]
    assert without_markup(shown[0]["text/html"]) == shown[0]["text/plain"]
