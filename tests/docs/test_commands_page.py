"""The page of the commands: its lines run from top to bottom, and show what they print."""

import contextlib
import doctest
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from alphacast_pandas.__main__ import main
from alphacast_pandas.emulator import Emulator

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "commands.md"
ADDRESS = "127.0.0.1:8400"  # of the emulator of the page
FENCE = re.compile(r"^```(?P<word>[^\n]+)\n(?P<text>.*?)^```\n", re.DOTALL | re.MULTILINE)
INSTANT = re.compile(r"\b20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{6}Z| \d\d:\d\d(Z|\b))")
FILE = re.compile(r":caption: (\S+)\n\n(.*)", re.DOTALL)
SETTINGS = ("export ALPHACAST_BASE_URL=", "export ALPHACAST_API_KEY=")
DIFFERENT = 3  # the exit status of `diff`


class Terminal(io.StringIO):
    """Where a person reads what is printed."""

    def isatty(self) -> bool:
        return True


class Keyboard:
    """A person who agrees, and whose terminal shows what is typed."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        self.terminal.write("y\n")
        return "y\n"


def run(line: str) -> str:
    """Return what a terminal shows of a command; ``> FILE`` sends what is printed there."""
    words = shlex.split(line)
    assert words[0] == "alphacast-pandas", line
    terminal, target = Terminal(), None
    if ">" in words:
        words, target = words[: words.index(">")], Path(words[-1])
    printed = terminal if target is None else io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", Keyboard(terminal))
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(terminal):
            status = main(words[1:])
    if target is not None:
        target.write_text(printed.getvalue(), encoding="utf-8")
    assert status == (DIFFERENT if words[1] == "diff" else 0), terminal.getvalue()
    return terminal.getvalue()


def blocks(page: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield the word of each block, its text, and that of a block of text right below, if any."""
    for fence in FENCE.finditer(page):
        below = FENCE.match(page, fence.end() + 1)
        shown = below["text"] if below and below["word"] == "text" else None
        yield fence["word"], fence["text"], shown


def is_shown(shown: str, seen: str) -> bool:
    """Whether a page shows what was seen but for the time; ``...`` stands for anything."""
    shown, seen = (INSTANT.sub("INSTANT", text) for text in (shown, seen))
    return doctest.OutputChecker().check_output(shown, seen, doctest.ELLIPSIS)


def test_the_commands_of_the_page_run_from_top_to_bottom(
    emulator_of_the_page: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = []
    for word, text, shown in blocks(PAGE.read_text(encoding="utf-8")):
        if word.startswith("{code-block}"):
            name, content = FILE.fullmatch(text).groups()  # type: ignore[union-attr] # a page without it fails
            Path(name).write_text(content, encoding="utf-8")
        lines = text.splitlines() if word == "sh" else []
        to_run = [
            line for line in lines if not line.startswith((*SETTINGS, "alphacast-pandas emulator "))
        ]
        seen = "".join(map(run, to_run)).replace(urlsplit(emulator_of_the_page.url).netloc, ADDRESS)
        if shown is not None and not is_shown(shown, seen):
            wrong.append(f"{text}shows\n{shown}and gives\n{seen}")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.fixture
def emulator_of_the_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator that a terminal of 80 columns uses."""
    with Emulator(seed="demo") as emulator:
        monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)
        monkeypatch.setenv("ALPHACAST_API_KEY", emulator.api_key)
        monkeypatch.setenv("COLUMNS", "80")
        yield emulator


def test_what_the_page_does_not_show_right_is_noticed() -> None:
    assert is_shown("a  b\n... of 3\n", "a  b\n2 of 3\n")
    assert not is_shown("a  b\n", "a b\n")
    assert not is_shown("", "a b\n")
    assert is_shown("a 2024-02-29 12:00\n", "a 2026-05-04 23:59\n")
    assert not is_shown("a 2024-02-29\n", "a 2026-05-04\n")
