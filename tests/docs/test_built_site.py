"""The site as it was built: read by .ci/docs, which says where it is with --site."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

import alphacast_pandas as ap

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/alphacast-pandas/alphacast_pandas"


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Path:
    folder: Path | None = request.config.getoption("--site")
    if folder is None:
        pytest.skip("--site says where the site was built; .ci/docs builds it")
    return folder


def pages_of(site: Path) -> list[Path]:
    """The pages; the theme keeps templates among its own files."""
    return [path for path in site.rglob("*.html") if "_static" not in path.parts]


class Page(HTMLParser):
    """The anchors of a page, and what it links to or loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.anchors |= {value for key in ("id", "name") if (value := found.get(key))}
        if tag == "a" and (target := found.get("href")):
            self.links.append(target)
        if tag in {"img", "link", "script"} and found.get("rel") != "canonical":
            self.loads += [value for key in ("src", "href") if (value := found.get(key))]


def test_every_link_and_anchor_of_every_page_leads_somewhere(site: Path) -> None:
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in pages_of(site)}
    assert len(pages) > 50
    lost = []
    for path, page in pages.items():
        for link in [*page.links, *page.loads]:
            address, anchor = urldefrag(link)
            if urlsplit(address).scheme:
                continue
            target = (path.parent / unquote(urlsplit(address).path)).resolve() if address else path
            target = target / "index.html" if target.is_dir() else target
            has_anchor = not anchor or target not in pages or anchor in pages[target].anchors
            if not (target.is_file() and has_anchor):
                lost.append((str(path.relative_to(site)), link))
    assert lost == []


def test_links_into_the_repository_lead_to_its_files(site: Path) -> None:
    links = {
        link
        for path in pages_of(site)
        for link in Page(path.read_text(encoding="utf-8")).links
        if link.startswith((f"{REPOSITORY}/blob/", f"{REPOSITORY}/tree/"))
    }
    assert links
    place = re.compile(rf"{REPOSITORY}/(?:blob|tree)/main/(.+)")
    found = {link: place.fullmatch(link) for link in links}
    assert {
        link for link, there in found.items() if not (there and (ROOT / there[1]).exists())
    } == set()


def test_a_page_loads_nothing_from_other_hosts(site: Path) -> None:
    loaded = {
        load
        for path in pages_of(site)
        for load in Page(path.read_text(encoding="utf-8")).loads
        if urlsplit(load).scheme or load.startswith("//")
    }
    assert loaded == set()


def test_a_page_says_which_language_it_is_in(site: Path) -> None:
    stated = {
        path: re.search(r'<html lang="(\w+)"', path.read_text(encoding="utf-8"))
        for path in pages_of(site)
    }
    spanish = {path for path, found in stated.items() if found and found[1] == "es"}
    assert spanish == set(pages_of(site / "es")) != set()
    assert all(found and found[1] in {"en", "es"} for found in stated.values())


def test_every_name_has_an_anchor_of_its_own_on_one_page(site: Path) -> None:
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("reference/**/*.html")]
    modules = {"cache"}
    for name in set(ap.__all__) - modules:
        anchor = re.escape(f'id="{ap.__name__}.{name}"')
        assert sum(bool(re.search(anchor, page)) for page in pages) == 1, name
