"""Every example runs: in docstrings, public and private, in the README, in notebooks."""

import doctest
import importlib
import json
import pkgutil
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
FENCE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def modules() -> Iterator[Any]:
    yield ap
    for found in pkgutil.walk_packages(ap.__path__, f"{ap.__name__}."):
        yield importlib.import_module(found.name)


def examples() -> dict[str, doctest.DocTest]:
    """Everything with ``>>>`` in its docstring, by its full name."""
    finder = doctest.DocTestFinder()
    return {
        test.name: test
        for module in modules()
        for test in finder.find(module, module.__name__)
        if test.examples
    }


EXAMPLES = examples()


@pytest.fixture(scope="module")
def demo_server() -> Iterator[Emulator]:
    with Emulator(seed="demo") as emulator:
        yield emulator


@pytest.fixture
def demo(demo_server: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The demonstration data as they were, and the environment that leads to them."""
    if any(request.method != "GET" for request in demo_server.requests):
        demo_server.reset()
    monkeypatch.setenv("ALPHACAST_API_KEY", demo_server.api_key)
    monkeypatch.setenv("ALPHACAST_BASE_URL", demo_server.url)
    return demo_server


@pytest.fixture
def namespace(
    demo: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[dict[str, Any]]:
    """What the examples take for granted: a client, a dataset, a frame, a folder for files."""
    monkeypatch.chdir(tmp_path)
    with ap.Client(demo.api_key, base_url=demo.url) as client:
        world = client.datasets.find("World - Life expectancy, population and income")
        assert world is not None
        yield {
            "client": client,
            "dataset_id": world.id,
            "df": pd.DataFrame(
                {
                    "Date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01"]),
                    "country": ["Argentina", "Chile", "Argentina"],
                    "price": [1.5, None, 2.5],
                }
            ),
        }


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_shows_what_happens(name: str, namespace: dict[str, Any]) -> None:
    test = EXAMPLES[name]
    said: list[str] = []
    globs = {**test.globs, **namespace}
    example = doctest.DocTest(
        test.examples, globs, test.name, test.filename, test.lineno, test.docstring
    )
    failed, _ = doctest.DocTestRunner().run(example, out=said.append)
    assert not failed, "".join(said)


def test_the_set_up_that_the_reference_shows_has_the_names_of_the_examples(
    namespace: dict[str, Any],
) -> None:
    shown = runpy.run_path(str(ROOT / "docs" / "reference" / "_setup.py"))
    try:
        assert namespace.keys() <= shown.keys()
        # The datasets are compared by name: a store that was begun anew goes on with its numbers.
        one, other = (names["client"].datasets for names in (shown, namespace))
        assert one.get(shown["dataset_id"]).name == other.get(namespace["dataset_id"]).name
        assert shown["client"].base_url == shown["emulator"].url
        pd.testing.assert_frame_equal(shown["df"], namespace["df"])
    finally:
        shown["emulator"].close()


def test_the_readme_runs_from_top_to_bottom(
    demo: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    text = README.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "readme"}
    for block in FENCE.finditer(text):
        line = text.count("\n", 0, block.start(1))
        if ">>>" in block[1]:
            run_session(block[1], names, line)
        else:
            # Blank lines in front, so that a traceback names the line of the README.
            exec(compile("\n" * line + block[1], str(README), "exec"), names)


def run_session(text: str, names: dict[str, Any], line: int) -> None:
    said: list[str] = []
    session = doctest.DocTestParser().get_doctest(text, names, "README", str(README), line)
    failed, _ = doctest.DocTestRunner().run(session, out=said.append, clear_globs=False)
    assert not failed, "".join(said)
    names.update(session.globs)


@pytest.mark.parametrize(
    "notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem
)
def test_a_notebook_keeps_the_outputs_of_one_good_run(notebook: Path) -> None:
    # .ci/notebooks executes it; here is what a reader sees who does not.
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    run = [cell for cell in cells if cell["cell_type"] == "code"]
    outputs = [output for cell in run for output in cell["outputs"]]
    assert [cell["execution_count"] for cell in run] == [*range(1, len(run) + 1)]
    assert {output["output_type"] for output in outputs} <= {
        "display_data",
        "execute_result",
        "stream",
    }
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 1
