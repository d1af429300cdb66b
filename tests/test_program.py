"""The program `alphacast-pandas`, as it is typed."""

import subprocess
import sys

import pytest

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main
from alphacast_pandas.demo import Demonstration, run, seed


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


def test_without_the_extra_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['duckdb'] = None; "
        "from alphacast_pandas.__main__ import main; sys.exit(main(['demo']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "pip install 'alphacast-pandas[emulator]'" in done.stderr
