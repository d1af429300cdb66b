"""What the project says of itself, in the README and for PyPI, is true and the same everywhere."""

import importlib.metadata
import re
import tomllib
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from packaging.version import Version

import alphacast_pandas as ap

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPOSITORY = PROJECT["urls"]["Source"]
RAW = REPOSITORY.replace("github.com", "raw.githubusercontent.com")
SITE = PROJECT["urls"]["Documentation"]
LINK = re.compile(r"\]\(([^)\s]+)\)")


class Pictures(HTMLParser):
    """The addresses and the texts of the pictures of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in {"img", "source"}:
            self.addresses.append(found.get("src") or found.get("srcset") or "")
        if tag == "img":
            self.texts.append(found.get("alt") or "")


def file_of(address: str) -> Path | None:
    """The file of this repository that an address shows; None: the address is elsewhere."""
    for start in (f"{REPOSITORY}/blob/main/", f"{REPOSITORY}/tree/main/", f"{RAW}/main/"):
        if address.startswith(start):
            place = address.removeprefix(start)
            package = Path(ap.__file__).parent  # which is elsewhere when the wheel is tested
            return package.parent / place if place.startswith(f"{package.name}/") else ROOT / place
    if address.startswith(SITE):
        return ROOT / "docs" / address.removeprefix(SITE).replace(".html", ".md")
    return None


def test_what_the_readme_links_is_there_wherever_the_readme_is_shown() -> None:
    links = [*LINK.findall(README), *Pictures(README).addresses]
    assert [link for link in links if not link.startswith("https://")] == []
    files = {file for link in links if (file := file_of(link))}
    assert {file.name for file in files} > {"tour-light.png", "tour-dark.png", "SECURITY.md"}
    assert [file for file in files if not file.exists()] == []


def test_the_picture_of_the_readme_has_an_alternative_text() -> None:
    pictures = Pictures(README)
    assert len(pictures.addresses) == 2
    assert [len(text) > 100 for text in pictures.texts] == [True]


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 125


def test_the_readme_names_every_extra_for_users() -> None:
    table = README.partition("| extra |")[2].partition("\n\n")[0]
    named = {line.split("`")[1] for line in table.splitlines()[2:]}
    assert named == {*PROJECT["optional-dependencies"]} - {"browser", "test"}


def test_the_commands_for_windows_are_those_for_posix_translated() -> None:
    posix = re.findall(r"^```sh\n(.*)\n```", README, re.MULTILINE)
    (windows,) = re.findall(r"^```bat\n(.*?)```", README, re.MULTILINE | re.DOTALL)
    translated = [
        re.sub(r"\.venv/bin/(\S+)", r".venv\\Scripts\\\1", line)
        .replace("python3", "py")
        .replace("'", '"')
        for line in posix
    ]
    assert len(posix) == 2
    assert windows.splitlines() == translated


def test_the_newest_release_is_the_same_everywhere() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\S+)$", changes, re.MULTILINE)
    version, day = releases[0]
    assert f"\nversion: {version}\n" in citation
    assert f"\ndate-released: {day}\n" in citation
    is_released = "\n## [Unreleased]\n" not in changes
    assert (Version(ap.__version__) == Version(version)) == is_released
    assert Version(ap.__version__) >= Version(version)


def test_the_numbers_of_the_readme_are_those_of_the_site() -> None:
    site = (ROOT / "docs" / "guide" / "speed.md").read_text(encoding="utf-8")
    rows = README.partition("| time | memory |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(rows) > 3
    assert [row for row in rows if row not in site] == []


@pytest.mark.parametrize("module", ["alphacast_pandas", "alphacast_program", "pytest_alphacast"])
def test_no_other_package_has_a_module_of_ours(module: str) -> None:
    # The official SDK and many plugins of pytest are installed with the extra `test`.
    owners = importlib.metadata.packages_distributions()
    assert "alphacast" in owners
    assert {*owners.get(module, [])} <= {"alphacast-pandas", "alphacast_pandas"}


def test_no_other_plugin_of_pytest_has_the_name_of_ours() -> None:
    plugins = importlib.metadata.entry_points(group="pytest11")
    assert Counter(each.name for each in plugins)["alphacast"] == 1
