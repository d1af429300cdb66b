"""The program `alphacast-pandas`, as it is typed."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
import alphacast_program
from alphacast_pandas.__main__ import _COMMANDS, _FILES, _command, _parser_of, main
from alphacast_pandas.commands.demo import Demonstration, run, seed
from alphacast_pandas.emulator.__main__ import build_parser


def test_the_demonstration_shows_frames_and_everything_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo"]) == 0
    shown = capsys.readouterr().out
    assert "Everything held." in shown
    assert "FAILED" not in shown
    assert "Argentina" in shown
    assert shown.count("  ok: ") >= 10


class Failing(Demonstration):
    """A demonstration one of whose checks fails."""

    def last(self) -> None:
        """Read nothing."""
        self.check("they are the last four", holds=False)


def test_a_demonstration_that_does_not_hold_says_so(
    client: ap.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Failing(client, seed("world_development"), seed("us_macro_quarterly"))) == 1
    assert "Failed: they are the last four" in capsys.readouterr().out


def test_a_reader_that_goes_does_not_end_a_demonstration(
    client: ap.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    demonstration = Demonstration(client, pd.DataFrame(), pd.DataFrame())
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        for what in ("it is told", "it is counted"):
            demonstration.check(what, holds=False)
    assert demonstration.failures == ["it is told", "it is counted"]


EXTRA = [
    *("duckdb", "filelock", "odata_query", "python_multipart", "starlette", "uvicorn"),
    "xlsxwriter",
]
# What is told where packages are not installed, and where a module of the emulator is broken.
ABSENCES = """
import contextlib, io, json, sys
import alphacast_pandas as ap
from alphacast_pandas.__main__ import main

@contextlib.contextmanager
def without(name):
    ours = "alphacast_pandas.emulator"
    hidden = {n: m for n, m in sys.modules.items() if f"{n}.".startswith((f"{name}.", f"{ours}."))}
    for n in hidden:
        del sys.modules[n]
    sys.modules[name] = None
    yield
    del sys.modules[name]
    sys.modules.update({n: m for n, m in hidden.items() if not f"{n}.".startswith(f"{ours}.")})

told = {}
for name in sys.argv[1:]:
    with without(name):
        try:
            from alphacast_pandas.emulator import Emulator
        except ImportError as error:
            told[name] = f"{type(error).__name__}: {error}"
for command in ("demo", "emulator"):
    with without("uvicorn"), contextlib.redirect_stderr(io.StringIO()) as stderr:
        told[command] = [main([command]), stderr.getvalue()]
with without("uvicorn"):
    told["client"] = str(ap.Client("ak_1"))
json.dump(told, sys.stdout)
"""
BROKEN = "alphacast_pandas.emulator.readings"


@pytest.fixture(scope="module")
def absences() -> dict[str, Any]:
    command = [sys.executable, "-c", ABSENCES, *EXTRA, BROKEN]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("package", EXTRA)
@pytest.mark.every_parameter
def test_without_the_extra_the_import_says_what_to_install(
    package: str, absences: dict[str, Any]
) -> None:
    assert absences[package] == (
        f"ModuleNotFoundError: The emulator needs the package {package}, which is not installed. "
        "Install it with: pip install 'alphacast-pandas[emulator]'"
    )


@pytest.mark.parametrize("command", ["demo", "emulator"])
def test_without_the_extra_a_command_says_what_to_install(
    command: str, absences: dict[str, Any]
) -> None:
    assert absences[command] == [
        1,
        "error: The emulator needs the package uvicorn, which is not installed. "
        "Install it with: pip install 'alphacast-pandas[emulator]'\n",
    ]


def test_without_the_extra_everything_else_works(absences: dict[str, Any]) -> None:
    assert absences["client"].startswith("Client(")


def test_a_mistake_in_the_emulator_itself_is_not_called_a_missing_extra(
    absences: dict[str, Any],
) -> None:
    assert "pip install" not in absences[BROKEN]
    assert f"import of {BROKEN} halted" in absences[BROKEN]


def test_without_a_command_the_program_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("usage: alphacast-pandas")
    for command in ("demo", "model", "emulator"):
        assert f"\n  {command} " in shown.out
    assert shown.err == ""


def test_the_program_tells_its_version() -> None:
    command = [sys.executable, "-m", "alphacast_pandas", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"alphacast-pandas {ap.__version__}\n"


NAMES = [*_COMMANDS]
# What a help may load on top of `import pandas`.
OF_PYTHON = {"argparse", "gettext", "getpass", "termios", "html", "html.entities", "shlex"}
OF_THE_PACKAGE = {
    *("", ".__main__", ".accessor", ".display", ".errors", ".lazy", ".text", ".tracebacks"),
    *(".commands", ".commands.arguments", ".commands.command", ".commands.lines"),
    *(".commands.differences", ".commands.output", ".commands.questions", ".commands.wording"),
}
HELPS = """
import contextlib, io, json, sys
import pandas
before = {*sys.modules}
from alphacast_pandas.__main__ import main
told = {}
for name in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as stdout:
        with contextlib.suppress(SystemExit, Exception):
            main([*name.split(), "--help"])
    told[name] = [stdout.getvalue(), sorted({*sys.modules} - before)]
    before = {*sys.modules}
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module")
def helps() -> dict[str, tuple[str, list[str]]]:
    """The help of the program and of each command, and the modules that it loaded."""
    command = [sys.executable, "-c", HELPS, "", *NAMES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["", *(name for name in NAMES if name != "emulator")])
@pytest.mark.every_parameter
def test_a_help_costs_no_more_than_pandas(
    name: str, helps: dict[str, tuple[str, list[str]]]
) -> None:
    text, modules = helps[name]
    assert text.startswith(f"usage: alphacast-pandas {name}".rstrip())
    files = {f".commands.{_FILES.get(each, each)}" for each in NAMES}
    ours = {f"alphacast_pandas{module}" for module in OF_THE_PACKAGE | files}
    assert {*modules} <= ours | OF_PYTHON


def test_the_help_of_the_emulator_loads_the_emulator_alone(
    helps: dict[str, tuple[str, list[str]]],
) -> None:
    text, modules = helps["emulator"]
    assert text.startswith("usage: alphacast-pandas emulator")
    loaded = {module.partition(".")[0] for module in modules}
    assert not loaded & {"keyring", "openpyxl", "pandera", "pyarrow", "requests", "tqdm"}
    ours = [module for module in modules if module.startswith("alphacast_pandas.")]
    assert all(module.startswith("alphacast_pandas.emulator") for module in ours)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.every_parameter
def test_the_examples_of_a_help_are_words_that_the_command_takes(
    name: str, helps: dict[str, tuple[str, list[str]]]
) -> None:
    _, _, examples = helps[name][0].partition("\nexamples:\n")
    lines = [line.split(" | ")[-1].strip() for line in examples.splitlines() if line]
    assert lines
    parser = build_parser() if name == "emulator" else _parser_of(name, _command(name))
    for line in lines:
        program, command, *words = shlex.split(re.sub(r" [<>] \S+$", "", line))
        assert (program, command) == ("alphacast-pandas", name)
        parser.parse_args(words)


def test_an_unknown_command_is_answered_with_those_that_are_near(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words, said in (
        (["serach", "gdp"], "there is no command 'serach'; did you mean 'search'?\n"),
        (["xyz\x1b[31m"], "there is no command 'xyz\\x1b[31m'; --help lists them all.\n"),
        (["--json", "cache"], "the following arguments are required: command\n"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == 2
        assert capsys.readouterr().err.endswith(f"alphacast-pandas: error: {said}")


def test_a_mistake_of_the_package_itself_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "alphacast_pandas.commands.cache", None)
    with pytest.raises(ModuleNotFoundError, match=r"import of alphacast_pandas\.commands\.cache"):
        main(["cache"])


INTERRUPTED = """
import os, signal, sys
class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
sys.meta_path.insert(0, Pressed())
from alphacast_program import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends a program there")
def test_ctrl_c_is_quiet_while_the_program_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_the_program_has_the_interrupts_of_python_once_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["alphacast-pandas"])
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert alphacast_program.main() == 0
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().out.startswith("usage: alphacast-pandas")
