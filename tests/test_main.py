"""The program `alphacast-pandas`, as it is typed."""

import subprocess
import sys

import pytest

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main
from alphacast_pandas.commands.demo import Demonstration, run, seed


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


def test_an_unknown_command_is_answered_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["dem"])
    assert stopped.value.code == 2
    assert "demo" in capsys.readouterr().err


def test_the_module_is_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alphacast_pandas", "emulator", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--port" in done.stdout


EXTRA = [
    *("duckdb", "filelock", "odata_query", "python_multipart", "starlette", "uvicorn"),
    "xlsxwriter",
]
# An installation without the package: a finder that comes first and finds nothing.
WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
"""


def run_without(package: str, program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(package=package) + program],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("package", EXTRA)
def test_without_the_extra_the_import_says_what_to_install(package: str) -> None:
    done = run_without(package, "from alphacast_pandas.emulator import Emulator")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"ModuleNotFoundError: The emulator needs the package {package}, which is not installed. "
        "Install it with: pip install 'alphacast-pandas[emulator]'"
    )


@pytest.mark.parametrize("command", ["demo", "emulator"])
def test_without_the_extra_a_command_says_what_to_install(command: str) -> None:
    program = f"from alphacast_pandas.__main__ import main; sys.exit(main([{command!r}]))"
    done = run_without("uvicorn", program)
    assert done.returncode == 1
    assert done.stderr == (
        "error: The emulator needs the package uvicorn, which is not installed. "
        "Install it with: pip install 'alphacast-pandas[emulator]'\n"
    )


def test_without_the_extra_everything_else_works() -> None:
    done = run_without("uvicorn", "import alphacast_pandas as ap; print(ap.Client('ak_1'))")
    assert done.stdout.startswith("Client(")


def test_a_mistake_in_the_emulator_itself_is_not_called_a_missing_extra() -> None:
    absent = "alphacast_pandas.emulator.readings"
    program = f"sys.modules[{absent!r}] = None\nimport alphacast_pandas.emulator"
    done = run_without("nothing", program)
    assert "pip install" not in done.stderr
    assert f"import of {absent} halted" in done.stderr


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
