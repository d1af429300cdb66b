"""What a notebook shows, and what it keeps: one output, however often a bar was drawn."""

from pathlib import Path
from typing import Any

import pytest

from alphacast_pandas.progress.bars import Cell

_CELL = """
from clocks import Clock
from alphacast_pandas.progress import Meter
import logging, sys
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
with Meter("Reading dataset 5", progress=None, clock=Clock(step=0.5)) as meter:
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
        self.shown.append(output["text/plain"])
        return self

    def update(self, output: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(output["text/plain"])


def test_a_line_takes_the_place_of_the_one_before() -> None:
    display = Display()
    cell = Cell(display)
    for text in ("\rone", "\rone  ", "\rtwo", "\r   ", "\r", ""):
        assert cell.write(text) == len(text)
    cell.flush()
    assert display.shown == ["one", "two", ""]


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
    assert text == "record 0\nrecord 50\ndone\n"
    shown = [output for output in outputs if output.output_type != "stream"]
    assert [output["data"] for output in shown] == [{"text/plain": ""}]
