"""Where a bar can be seen: terminals, the streams that lead there, their size."""

import io
import os
import sys
from pathlib import Path

import pytest

from alphacast_pandas.progress.screen import bar_size, in_notebook, is_terminal, streams_on


class Closed:
    """A stream of which nothing can be asked."""

    def isatty(self) -> bool:
        raise ValueError("I/O operation on closed file")

    def fileno(self) -> int:
        raise OSError("no file")


@pytest.mark.parametrize("stream", [None, Closed(), io.StringIO(), object()])
def test_what_is_no_terminal_is_none(stream: object) -> None:
    assert not is_terminal(stream)
    assert bar_size(stream) == {}
    assert streams_on(stream) == [stream]


def test_a_file_is_no_terminal_and_a_terminal_is(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        assert not is_terminal(file)
    if not hasattr(os, "openpty"):
        pytest.skip("terminals to be had are those of POSIX")
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w") as terminal:
        assert is_terminal(terminal)
        assert bar_size(terminal) == {"ncols": 79, "nrows": 24}  # of a size that is not known
    os.close(ours)


def test_streams_that_lead_to_the_same_file_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "screen").open("w") as screen, (tmp_path / "other").open("w") as other:
        beside = os.fdopen(os.dup(screen.fileno()), "w")
        monkeypatch.setattr(sys, "stderr", beside)
        monkeypatch.setattr(sys, "stdout", other)
        assert streams_on(screen) == [screen, beside]
        beside.close()


def test_a_program_is_no_notebook() -> None:
    assert not in_notebook()
