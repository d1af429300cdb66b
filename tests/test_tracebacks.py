"""What a traceback shows: the user's line, one frame of the package, no chain of causes."""

import gc
import inspect
import io
import pickle
import re
import subprocess
import sys
import traceback
import weakref
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas import errors, tracebacks
from alphacast_pandas.api import processes
from alphacast_pandas.emulator import Emulator
from alphacast_pandas.tracebacks import short_traceback, short_tracebacks

PACKAGE = Path(ap.__file__).parent
OURS = Path(tracebacks.__file__)
FRAME = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01", "2024-02-01"]), "price": [1.5, 2.5]})
MISTYPED = "ap.read_alphacast(number, select='lifeexpectancy', client=client)"
DEAD = "ap.read_alphacast(5, client=ap.Client('ak_0', base_url='http://127.0.0.1:9', retries=0))"
PROGRAM = """
import alphacast_pandas as ap
client, number = ap.Client({key!r}, base_url={url!r}), {number}
def use():
    {line}
use()
"""


@pytest.fixture(autouse=True)
def no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALPHACAST_TRACEBACK", raising=False)


@pytest.fixture
def number(client: ap.Client) -> int:
    """The number of a dataset with the column life_expectancy."""
    frame = FRAME.set_axis(["Date", "life_expectancy"], axis=1)
    return frame.alphacast.push(name="World", repository="Mine", client=client).dataset_id


def frames_inside(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of the package in a traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]


# --- in a program and in a notebook


def run(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (MISTYPED, "life_expectancy"),
        (DEAD, "ConnectionRefusedError"),
        ("for frame in ap.read_alphacast(0, chunksize=5, client=client): pass", "0"),
        ("ap.col('x') == 'a' & (ap.col('y') > 1)", "parentheses"),
        ("ap.col('x') and ap.col('y')", "Join conditions with &"),
        ("import pandas as pd; pd.DataFrame({'x': [1]}).alphacast.push(number)", "API key"),
    ],
)
def test_a_program_that_fails_shows_its_own_lines(
    line: str, words: str, emulator: Emulator, number: int
) -> None:
    program = PROGRAM.format(key=emulator.api_key, url=emulator.url, number=number, line=line)
    done = run(program)
    files = re.findall(r'^ +File "(.*)", line', done.stderr, re.MULTILINE)
    assert files == ["<string>", "<string>", str(OURS)]
    assert done.stderr.count("Traceback") == 1
    assert "ALPHACAST_TRACEBACK=full" in done.stderr
    assert words in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("line", [MISTYPED, DEAD])
def test_a_program_shows_everything_on_request(
    line: str, monkeypatch: pytest.MonkeyPatch, emulator: Emulator, number: int
) -> None:
    monkeypatch.setenv("ALPHACAST_TRACEBACK", "FULL ")
    program = PROGRAM.format(key=emulator.api_key, url=emulator.url, number=number, line=line)
    done = run(program)
    files = re.findall(r'^ +File "(.*)", line', done.stderr, re.MULTILINE)
    assert len([file for file in files if file.startswith(str(PACKAGE))]) > 4
    assert ("direct cause" in done.stderr) == (line is DEAD)


@pytest.mark.filterwarnings("default")  # Jupyter's own
def test_a_cell_that_fails_shows_its_own_line(
    tmp_path: Path, emulator: Emulator, number: int
) -> None:
    nbformat: Any = pytest.importorskip("nbformat")
    nbclient: Any = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    (tmp_path / "home").mkdir()
    begin = "import alphacast_pandas as ap\nclient, number = ap.Client({!r}, base_url={!r}), {}"
    cells = [begin.format(emulator.api_key, emulator.url, number), MISTYPED, DEAD]
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])
    nbclient.NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    assert notebook.cells[0].outputs == []
    for cell in notebook.cells[1:]:
        (output,) = cell.outputs
        shown = re.sub("\x1b\\[[0-9;]*m", "", "\n".join(output["traceback"]))
        assert re.findall(r"^(?:Cell In\[\d+\]|File .*?\.py)", shown, re.MULTILINE) == [
            f"Cell In[{cell.execution_count}]",
            f"File {OURS}",
        ]
        assert f"----> 1 {cell.source}" in shown
        assert "in read_alphacast(" in shown
        assert len(shown.splitlines()) < 20


# --- each entry of the package


def first_process(client: ap.Client) -> processes.Process:
    result = FRAME.alphacast.push(name="Prices", repository="Mine", client=client)
    return client.datasets.processes(result.dataset_id)[0]


# What each entry is called with, so that it refuses: the error must not show how it found out.
MISTAKES: dict[str, Callable[[ap.Client, int], Any]] = {
    "read_alphacast": lambda c, n: ap.read_alphacast(n, select="lifeexpectancy", client=c),
    "explain": lambda c, n: ap.explain(n, start="yesterday", client=c),
    "push": lambda c, n: ap.push(FRAME[:0], n, client=c),
    "diff": lambda c, n: ap.diff(FRAME, n, mode="delete", client=c),  # type: ignore[arg-type]  # as a user may
    "validate": lambda c, n: ap.validate(FRAME[:0]),
    "manifest": lambda c, n: ap.manifest(FRAME, "x/y/z", client=c),
    "schema": lambda c, n: ap.schema(1, client=c),
    "login": lambda c, n: ap.login(" "),
    "get_client": lambda c, n: ap.get_client(),
    "AlphacastAccessor.push": lambda c, n: FRAME.alphacast.push(client=c),
    "AlphacastAccessor.diff": lambda c, n: FRAME.alphacast.diff(1, client=c),
    "AlphacastAccessor.validate": lambda c, n: FRAME.alphacast.validate(date="price"),
    "AlphacastAccessor.manifest": lambda c, n: FRAME[:0].alphacast.manifest(),
    "AlphacastAccessor.schema": lambda c, n: FRAME[:0].alphacast.schema(),
    "AlphacastAccessor.latest": lambda c, n: FRAME.alphacast.latest(0),
    "align": lambda c, n: ap.align({"prices": FRAME}, frequency="ME"),
    "Client.__init__": lambda c, n: ap.Client("ak_0", base_url="ftp://127.0.0.1"),
    "Datasets.get": lambda c, n: c.datasets.get(1),
    "Datasets.list": lambda c, n: c.datasets.list("x"),
    "Datasets.upload": lambda c, n: c.datasets.upload(1, b"Date,x\n"),
    "Datasets.download": lambda c, n: c.datasets.download(n, format="pdf"),  # type: ignore[arg-type]  # as a user may
    "Repositories.get": lambda c, n: c.repositories.get(1),
    "Process.wait": lambda c, n: first_process(c).wait(timeout=-1),
    "PushInterrupted.resume": lambda c, n: ap.PushInterrupted("stopped").resume(),
    "Diff.push": lambda c, n: ap.diff(FRAME, name="A", client=c).push(timeout=-1),
    "Expression.__bool__": lambda c, n: bool(ap.col("x")),
    "Expression.__and__": lambda c, n: ap.col("x") & "a",
    "Expression.__rand__": lambda c, n: "a" & ap.col("x"),
    "Expression.__iter__": lambda c, n: [*ap.col("x")],
    "Expression.__contains__": lambda c, n: 5 in ap.col("x"),
    "Expression.__setattr__": lambda c, n: setattr(ap.col("x"), "a", 5),
    "col": lambda c, n: ap.col(5),  # type: ignore[arg-type]  # as a user may
}


@pytest.mark.parametrize("name", MISTAKES)
def test_an_error_shows_one_frame_of_the_package(
    name: str, client: ap.Client, number: int, emulator: Emulator
) -> None:
    with pytest.raises(ap.AlphacastError) as caught:
        MISTAKES[name](client, number)
    (frame,) = frames_inside(caught.value)
    assert (Path(frame.filename), frame.name) == (OURS, name.rpartition(".")[2])
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_an_answer_that_breaks_off_shows_one_frame(
    client: ap.Client, number: int, emulator: Emulator
) -> None:
    rows = pd.DataFrame({"Date": pd.date_range("2000", periods=9000), "life_expectancy": 1.5})
    rows.alphacast.push(number, client=client)
    emulator.faults.add(port="storage", cut_at=20_000, times=None)
    reader = ap.read_alphacast(number, chunksize=100, client=client)
    with pytest.raises(ap.DecodeError) as caught:
        list(reader)
    assert [frame.name for frame in frames_inside(caught.value)] == ["__next__"]


@pytest.mark.parametrize("name", MISTAKES)
def test_everything_is_shown_on_request(
    name: str, client: ap.Client, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPHACAST_TRACEBACK", "full")
    with pytest.raises(ap.AlphacastError) as caught:
        MISTAKES[name](client, number)
    assert len(frames_inside(caught.value)) > 1


# --- what users can call


def public_functions(owner: type | ModuleType, names: list[str]) -> Iterator[tuple[str, Any]]:
    """The functions and properties of an owner, by name, as they are stored in it."""
    for name in names:
        member = inspect.getattr_static(owner, name)
        if isinstance(member, property):
            yield f"{owner.__name__}.{name}", member.fget
        elif isinstance(member, cached_property):
            yield f"{owner.__name__}.{name}", member.func
        elif isinstance(member, FunctionType):
            yield f"{owner.__name__}.{name}", member


def written_for_users(kind: type) -> list[str]:
    return [name for name in vars(kind) if not name.startswith("_")]


def classes_for_users() -> list[type]:
    accessor = type(FRAME.alphacast)
    for name in written_for_users(accessor):
        getattr(accessor, name)  # which are made when they are first used
    with ap.Client("ak_0", base_url="http://127.0.0.1:9") as client:
        resources = [type(each) for each in vars(client).values()]
    public = [each for name in ap.__all__ if isinstance(each := getattr(ap, name), type)]
    made = [processes.Process, type(ap.col("x"))]
    return [accessor, *resources, *public, *made]


def everything_to_call() -> dict[str, Any]:
    functions = [name for name in ap.__all__ if isinstance(getattr(ap, name), FunctionType)]
    found = dict(public_functions(ap, functions))
    for kind in classes_for_users():
        if kind.__module__.startswith("alphacast_pandas.api.connection"):
            continue  # what is behind a client
        found |= public_functions(kind, written_for_users(kind))
    del found["AlphacastError.cause"]  # a fact of an error, which raises nothing
    operators = [name for name in vars(type(ap.col("x"))) if name not in WRITTEN_BY_PYTHON]
    found |= public_functions(type(ap.col("x")), operators)
    special = ["__init__", "__enter__", "__exit__", "__iter__", "__next__", "__reduce__"]
    for kind in (ap.Client, ap.DatasetReader):
        found |= public_functions(kind, [name for name in special if name in vars(kind)])
    return found


WRITTEN_BY_PYTHON = {"__getattr__", "__module__", "__doc__", "__slots__", "__hash__"}
CALLED = everything_to_call()


def is_decorated(function: Any) -> bool:
    return bool(function.__code__.co_filename == str(OURS))


@pytest.mark.every_parameter
@pytest.mark.parametrize("name", CALLED)
def test_all_that_users_call_is_decorated(name: str) -> None:
    assert is_decorated(CALLED[name])


def test_the_walk_finds_what_users_call() -> None:
    assert {
        *(f"alphacast_pandas.{name}" for name in ("read_alphacast", "push", "schema", "login")),
        *(f"AlphacastAccessor.{name}" for name in ("push", "diff", "validate", "manifest")),
        *("Datasets.upload", "Repositories.find", "Client.close", "Client.__init__"),
        *("Process.wait", "PushResult.wait", "PushInterrupted.resume", "Diff.push"),
        *("Diff.changed", "Diff.span", "DatasetReader.__next__", "Expression.__and__"),
    } <= {*CALLED}
    assert {name for name, *_ in MISTAKES.items() if "." in name} <= {*CALLED}


def test_the_walk_finds_what_is_not_decorated() -> None:
    class Undecorated:
        def method(self) -> None: ...

        @property
        def fact(self) -> None: ...

        @cached_property
        def costly(self) -> None: ...

    names = written_for_users(Undecorated)
    assert [is_decorated(f) for _, f in public_functions(Undecorated, names)] == [False] * 3
    short_tracebacks(Undecorated)
    assert [is_decorated(f) for _, f in public_functions(Undecorated, names)] == [True] * 3


def test_a_decorated_function_looks_like_itself() -> None:
    signature = inspect.signature(ap.read_alphacast)
    assert list(signature.parameters)[:2] == ["dataset_id", "filter"]
    assert ap.read_alphacast.__module__ == "alphacast_pandas.reading.read"
    assert "def read_alphacast(" in inspect.getsource(ap.read_alphacast)
    assert pickle.loads(pickle.dumps(ap.read_alphacast)) is ap.read_alphacast


# --- what is left alone, and what is kept


@pytest.mark.parametrize("setting", ["", "full"])
def test_a_bug_is_never_hidden(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHACAST_TRACEBACK", setting)
    broken = ap.Client("ak_0")
    del broken.datasets  # what no user does
    with pytest.raises(AttributeError, match="datasets") as caught:
        ap.read_alphacast("a name", client=broken)
    files = [Path(frame.filename) for frame in frames_inside(caught.value)]
    assert files[0] == OURS
    assert PACKAGE / "reading" / "read.py" in files


@pytest.mark.parametrize("setting", ["", "full"])
def test_the_error_that_a_user_handles_is_shown(
    setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPHACAST_TRACEBACK", setting)
    theirs = ZeroDivisionError("division by zero")
    try:
        raise theirs
    except ZeroDivisionError:
        with pytest.raises(ap.ConfigurationError) as caught:
            ap.Client("ak_0", base_url="ftp://127.0.0.1")
    assert caught.value.__context__ is theirs
    assert "During handling of" in "".join(traceback.format_exception(caught.value))


def as_python_pickles(thing: object) -> bytes:
    """The pickle of a thing, whatever Dask, once it is loaded, has registered for errors."""
    target = io.BytesIO()
    pickler = pickle.Pickler(target)
    pickler.dispatch_table = {}
    pickler.dump(thing)
    return target.getvalue()


@pytest.mark.parametrize("setting", ["", "full"])
def test_the_cause_is_kept_whole(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHACAST_TRACEBACK", setting)
    with pytest.raises(ap.ConnectionFailed) as caught:
        ap.Client("ak_secret", base_url="http://127.0.0.1:9", retries=0).repositories.list()
    error = caught.value
    assert type(error.cause).__name__ == "ConnectionError"
    assert error.__cause__ is (error.cause if setting else None)
    assert traceback.extract_tb(error.cause.__traceback__)[-1].name == "send"
    assert "Connection refused" in str(error)
    assert "urllib3" not in str(error) + repr(error)
    assert "Authorization" not in error.cause.request.headers
    assert pickle.loads(as_python_pickles(error)).cause is None


def test_the_cause_of_a_cause_is_kept(client: ap.Client) -> None:
    inner = ap.ServiceError("no", status_code=503)
    root = OSError(5, "reset")
    inner.__cause__ = root
    with pytest.raises(ap.AlphacastError) as caught:
        _outer(inner)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert caught.value.cause is inner
    assert caught.value.cause.cause is root
    assert type(copy.cause) is ap.ServiceError
    assert copy.cause.cause is None


@short_traceback
def _outer(inner: ap.AlphacastError) -> None:
    """Like a function of the package that calls another one which users call too."""
    try:
        _inner(inner)
    except ap.ServiceError as error:
        raise ap.QueryError("wrong") from error


@short_traceback
def _inner(error: ap.AlphacastError) -> None:
    raise error from error.__cause__


def test_an_error_is_freed_without_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        try:
            ap.Client(" ")
        except ap.ConfigurationError as error:
            kept = weakref.ref(error)
        assert kept() is None
    finally:
        gc.enable()


def test_a_cause_can_be_set() -> None:
    error = errors.AlphacastError("no")
    assert error.cause is None
    error.cause = ValueError("why")
    assert isinstance(error.cause, ValueError)
