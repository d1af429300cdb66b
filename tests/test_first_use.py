"""What importing the package loads, and what waits until it is used: work is counted, not time."""

import ast
import json
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

HERE = Path(__file__).parent
AT_IMPORT = {
    "alphacast_pandas",
    "alphacast_pandas.accessor",
    "alphacast_pandas.errors",
    "alphacast_pandas.lazy",
    "alphacast_pandas.tracebacks",
}
# The rooms and the libraries that a step brings, of those that are worth waiting for.
WATCHED = {
    *("alphacast_pandas.dask", "dask", "distributed"),
    *("pandera", "tqdm", "keyring", "duckdb", "odata_query", "starlette", "uvicorn"),
    *(
        f"alphacast_pandas.{room}"
        for room in ("alignment", "api", "difference", "contracts", "emulator", "finding")
    ),
    *(f"alphacast_pandas.{room}" for room in ("filters", "reading", "writing")),
}


def in_a_fresh_process(program: str, *words: str) -> Any:
    command = [sys.executable, str(HERE / program), *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.fixture
def imported(emulator: Emulator, client: ap.Client) -> dict[str, set[str]]:
    """What each of the first steps of a user imported, by the name of the step."""
    frame = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01"]), "country": "Chile", "price": 1.0})
    number = frame.alphacast.push(name="Prices", repository="Mine", client=client).dataset_id
    steps = in_a_fresh_process("first_steps.py", emulator.api_key, emulator.url, str(number))
    return {name: set(modules) for name, modules in steps.items()}


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What the names of the package look like before any of them is used."""
    return in_a_fresh_process("first_names.py")


def test_a_step_loads_what_it_needs_and_no_more(imported: dict[str, set[str]]) -> None:
    assert imported["import"] == AT_IMPORT
    watched = {name: modules & WATCHED for name, modules in imported.items()}
    assert watched["completion"] == set()
    assert watched["client"] == {"alphacast_pandas.api"}
    rooms = ("contracts", "filters", "reading")
    assert watched["read"] == {f"alphacast_pandas.{room}" for room in rooms}
    assert watched["search"] == {"alphacast_pandas.finding"}
    assert watched["bar"] == {"tqdm"}
    assert watched["schema"] == {"pandera"}
    assert watched["push"] == {"alphacast_pandas.difference", "alphacast_pandas.writing"}
    libraries = {"duckdb", "odata_query", "starlette", "uvicorn"}
    assert watched["emulator"] == {"alphacast_pandas.emulator", *libraries}


def test_every_name_is_listed_before_it_is_used(found: dict[str, Any]) -> None:
    assert set(ap.__all__) == {name for name in found["dir"] if not name.startswith("__")}
    assert found["dir"] == sorted(found["dir"])
    assert set(ap.__all__) <= set(found["star"])


def test_help_shows_what_has_not_been_used(found: dict[str, Any]) -> None:
    assert all(name in found["help"] for name in ap.__all__)
    assert "Read a dataset from Alphacast into a DataFrame." in found["help"]


def test_a_name_that_is_not_there_is_an_ordinary_attribute_error(found: dict[str, Any]) -> None:
    assert found["unknown"] == {
        "text": "module 'alphacast_pandas' has no attribute 'read_alphacst'",
        "name": "read_alphacst",
        "of": "alphacast_pandas",
    }


def test_a_library_that_is_absent_is_named_by_what_needs_it(found: dict[str, Any]) -> None:
    assert "requests" in found["broken"]
    assert "pip install 'alphacast-pandas[dask]'" in found["without dask"]


def test_threads_that_come_first_together_get_the_same(found: dict[str, Any]) -> None:
    assert found["at once"] == 1


@pytest.mark.parametrize("name", ap.__all__)
def test_a_type_checker_is_told_what_a_program_gets(name: str) -> None:
    tree = ast.parse(Path(ap.__file__).read_text(encoding="utf-8"))
    told = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    assert getattr(ap, name) is getattr(import_module(told[name]), name)


@pytest.mark.parametrize("name", [name for name in ap.__all__ if name != "cache"])  # a module
def test_a_name_survives_pickling(name: str) -> None:
    thing = getattr(ap, name)
    assert pickle.loads(pickle.dumps(thing)) is thing


def test_a_name_is_kept_once_it_is_used() -> None:
    assert ap.col is vars(ap)["col"]
