"""The pages of the site: their examples show what happens, their links and commands exist."""

import ast
import contextlib
import doctest
import inspect
import io
import re
import shlex
import tomllib
import traceback
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from alphacast_pandas.__main__ import _COMMANDS, _command, _parser_of
from alphacast_pandas.emulator import Emulator
from alphacast_pandas.emulator.__main__ import build_parser

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Snippets that other pages include begin with an underscore.
PAGES = sorted(page for page in DOCS.rglob("*.md") if not page.name.startswith("_"))
INCLUDE = re.compile(r"^```\{include\} (_\S+)\n```\n", re.MULTILINE)
FENCE = re.compile(r"^```(?P<word>[^\n`]*)\n(?P<text>.*?)^```\n", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"\balphacast-pandas +[a-z]")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|<(https?://[^>]+)>")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PUSH = ".push("
# Lines of the pages that the tests leave out: pages use one emulator in turn.
START, CLOSE = 'emulator = Emulator(seed="demo")\n', "emulator.close()\n"


@dataclass(frozen=True)
class Example:
    """A block of Python, where it begins, and the output that is shown below it, if any."""

    code: str
    line: int
    shown: str | None


def text_of(page: Path) -> str:
    """Return a page, with the snippets that it includes."""
    text = page.read_text(encoding="utf-8")
    return INCLUDE.sub(lambda found: (page.parent / found[1]).read_text(encoding="utf-8"), text)


def examples(page: Path) -> Iterator[Example]:
    """Yield each block of Python; a block of text right below it is its output."""
    text = text_of(page)
    for fence in FENCE.finditer(text):
        if fence["word"] == "python":
            below = FENCE.match(text, fence.end() + 1)
            shown = below["text"] if below and below["word"] == "text" else None
            yield Example(fence["text"], text.count("\n", 0, fence.start("text")), shown)


def run(example: Example, names: dict[str, Any], page: str) -> tuple[str, Exception | None]:
    """Return what a person would see, prints, warnings, the last value or error; and the error."""
    tree = ast.parse("\n" * example.line + example.code, page)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    seen, error = io.StringIO(), None
    with contextlib.redirect_stdout(seen), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, kind, *_: seen.write(f"{kind.__name__}: {message}\n")
        try:
            exec(compile(tree, page, "exec"), names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), page, "eval"), names)
                seen.write("" if value is None else f"{value!r}\n")
        except Exception as raised:  # noqa: BLE001 - whatever it is, the page may show it
            error = raised
            seen.writelines(traceback.format_exception_only(raised))
    return seen.getvalue(), error


def is_shown(example: Example, seen: str) -> bool:
    return doctest.OutputChecker().check_output(example.shown or "", seen, FLAGS)


def check(example: Example, names: dict[str, Any], page: str) -> None:
    seen, error = run(example, names, page)
    if example.shown is None and error is not None:
        raise error
    if example.shown is not None and not is_shown(example, seen):
        place = f"{page}, line {example.line + 1}"
        pytest.fail(f"{place}, shows\n{example.shown}\nand gives\n{seen}", pytrace=False)


def call_tests(names: dict[str, Any], request: pytest.FixtureRequest) -> None:
    """Run the tests that an example has defined, with their fixtures and a fresh store each."""
    tests = [names.pop(name) for name in [*names] if name.startswith("test_")]
    for test in tests:
        request.getfixturevalue("alphacast_emulator").reset()
        test(*(request.getfixturevalue(name) for name in inspect.signature(test).parameters))


class Shared:
    """An emulator that pages use in turn, until one has changed what it holds."""

    def __init__(self, in_background: ThreadPoolExecutor) -> None:
        self.in_background = in_background
        self.emulator: Emulator | None = None

    def fresh(self) -> Emulator:
        """Return an emulator as the pages start it, with its data and numbers as at the start."""
        if self.emulator is None or any(each.method != "GET" for each in self.emulator.requests):
            self.close()
            self.emulator = Emulator(seed="demo")
        self.emulator.faults.clear()
        return self.emulator

    def close(self) -> None:
        """Close it, which takes some time in which the next page can run."""
        if self.emulator is not None:
            self.in_background.submit(self.emulator.close)


@pytest.fixture(scope="module")
def shared() -> Iterator[Shared]:
    with ThreadPoolExecutor() as in_background:
        shared = Shared(in_background)
        yield shared
        shared.close()


@pytest.mark.every_parameter  # of a page that is not run nobody knows whether it is right
@pytest.mark.parametrize(
    "page",
    # Those that only read come first, and share one emulator.
    sorted((page for page in PAGES if any(examples(page))), key=lambda page: PUSH in text_of(page)),
    ids=lambda page: page.relative_to(DOCS).as_posix(),
)
def test_the_examples_of_a_page_show_what_happens(
    page: Path,
    shared: Shared,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    emulator = shared.fresh() if START in text_of(page) else None
    names: dict[str, Any] = {"__name__": page.stem, "emulator": emulator}
    for example in examples(page):
        code = example.code.replace(START, "\n").replace(CLOSE, "\n")
        check(replace(example, code=code), names, str(page))
        call_tests(names, request)
    assert names["emulator"] is emulator  # one that a page starts otherwise has another name


@pytest.mark.parametrize(
    ("code", "shown", "is_right"),
    [
        ("print('a')\n1 + 1\n", "a\n2\n", True),
        ("print('a')\n1 + 1\n", "a\n3\n", False),
        ("[][1]\n", "IndexError: list index out of range\n", True),
        ("[][1]\n", "IndexError: something else\n", False),
        ("import warnings\nwarnings.warn('w')\n", "UserWarning: w\n", True),
        ("import warnings\nwarnings.warn('w')\n", "\n", False),
    ],
)
def test_what_a_page_does_not_show_right_is_noticed(code: str, shown: str, is_right: bool) -> None:
    example = Example(code, 0, shown)
    assert is_shown(example, run(example, {}, "page")[0]) == is_right


def test_an_error_that_a_page_does_not_show_is_raised() -> None:
    with pytest.raises(IndexError):
        check(Example("[][1]\n", 0, None), {}, "page")


def command_lines() -> list[list[str]]:
    """The words after the name of the program, in the lines of shell blocks."""
    lines = [
        shlex.split(line.partition("alphacast-pandas ")[2])
        for page in PAGES
        for fence in FENCE.finditer(text_of(page))
        if fence["word"] == "sh"
        for line in fence["text"].splitlines()
        if COMMAND.search(line)
    ]
    return [words[: words.index(">")] if ">" in words else words for words in lines]


def test_the_commands_of_the_pages_are_used_as_they_can_be() -> None:
    lines = command_lines()
    assert {words[0] for words in lines} > {"login", "read", "push", "diff", "snapshot", "emulator"}
    for name, *words in lines:
        parser = build_parser() if name == "emulator" else _parser_of(name, _command(name))
        parser.parse_args(words)


def test_the_page_of_the_commands_has_every_command() -> None:
    page = (DOCS / "guide" / "commands.md").read_text(encoding="utf-8")
    table = page.partition("| --- |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[1:]]
    assert sorted(re.findall(r"`([a-z]+)`", " ".join(cells))) == sorted(_COMMANDS)


def test_the_first_page_has_every_extra_for_users() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (DOCS / "guide" / "get-started.md").read_text(encoding="utf-8")
    table = page.partition("| extra |")[2].partition("\n\n")[0]
    named = {line.split("`")[1] for line in table.splitlines()[2:]}
    assert named == {*project["optional-dependencies"]} - {"browser", "test"}


def is_link(page: Path, target: str) -> bool:
    """Whether a link leads to a page of the site, or is a whole and safe address elsewhere."""
    address = urlsplit(target)
    if address.scheme:
        return address.scheme == "https" and "." in address.netloc and "//" not in address.path
    if not address.path:
        return True  # a heading of the same page, which Sphinx checks
    place = (page.parent / address.path).resolve()
    # The notebooks are read from their own folder; see docs/conf.py.
    return place.is_file() or (ROOT / "notebooks" / place.name).is_file()


def test_every_link_leads_to_a_page_or_has_the_form_of_an_address() -> None:
    wrong = [
        (page.name, target)
        for page in PAGES
        for found in LINK.finditer(FENCE.sub("", text_of(page)))
        if not is_link(page, target := found[1] or found[2])
    ]
    assert wrong == []
    assert not is_link(DOCS / "index.md", "http://example.com/")
    assert not is_link(DOCS / "index.md", "guide/nothing.md")
