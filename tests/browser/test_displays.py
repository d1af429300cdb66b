"""Displays in JupyterLab, light and dark, narrow and wide: legible, within the page, harmless."""

from __future__ import annotations

import importlib
import io
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

import alphacast_pandas as ap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser.conftest import Notebook
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.every_parameter]
# Axe takes what is in a body without height, as that of JupyterLab is, for hidden.
BODY = "body { height: 100vh }"
# How these look is up to pandas and to Jupyter: frames may scroll in their own boxes, and the
# colours of a traceback are its own.
FRAMES = {"frame", "frame_of_hostile_names", "found_datasets"}
VIEWS = [(theme, width) for theme in ("light", "dark") for width in (700, 1280)]


@dataclass(frozen=True)
class View:
    """The notebook in one theme and at one width."""

    page: Page
    names: set[str]


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def view(request: pytest.FixtureRequest, notebook: Notebook, pictures: Path) -> Iterator[View]:
    theme, width = request.param
    page = notebook.page
    page.emulate_media(color_scheme=theme)
    is_light = str(theme == "light").lower()
    page.wait_for_selector(f"body[data-jp-theme-light={is_light}]", state="attached")
    page.add_style_tag(content=BODY)
    show_whole(page, width)
    take_pictures(page, pictures, f"{theme}-{width}")
    return View(page, {*notebook.names})


def show_whole(page: Page, width: int) -> None:
    """Make the window so high that nothing must be scrolled, which axe and pictures need."""
    resize(page, width, 900)
    content, room = page.evaluate(
        """() => {
            const outer = document.querySelector(".jp-WindowedPanel-outer");
            return [outer.scrollHeight, outer.clientHeight];
        }"""
    )
    resize(page, width, 900 + content - room)


def resize(page: Page, width: int, height: int) -> None:
    """Resize the window, and wait until JupyterLab has laid itself out in it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(
        """() => {
            const { right, bottom } =
                document.querySelector("#jp-bottom-panel").getBoundingClientRect();
            return right === innerWidth && bottom === innerHeight;
        }""",
        polling=20,  # milliseconds
    )


def take_pictures(page: Page, folder: Path, ending: str) -> None:
    """Keep a picture of each display: parts of one of the page, since each would take as long."""
    from PIL import Image

    boxes = page.evaluate(
        """() => [...document.querySelectorAll("[data-alphacast]")].map(part => {
            const cell = part.closest(".jp-OutputArea");
            const { left, top, right, bottom } = cell.getBoundingClientRect();
            return [part.dataset.alphacast, [left, top, right, bottom].map(Math.round)];
        })"""
    )
    with Image.open(io.BytesIO(page.screenshot())) as whole:
        for name, box in boxes:
            whole.crop(box).save(folder / f"{name}-{ending}.png")


def test_every_text_has_the_contrast_that_wcag_aa_asks_for(view: View) -> None:
    from browser.checks import contrast

    found = contrast(view.page)
    ours = {name for name in view.names if not name.startswith("error")}
    assert [text for text in found.pale if text[0] in ours] == []
    assert [text for text in found.unknown if text[0] in ours - FRAMES] == []
    assert ours - found.good == set()


def test_no_display_is_wider_than_its_page(view: View) -> None:
    from browser.checks import scrolling, sticking_out, width_beyond_window

    assert sticking_out(view.page) == []
    scrolls = scrolling(view.page)
    assert {name: size for name, size in scrolls.items() if name not in FRAMES} == {}
    assert width_beyond_window(view.page) <= 0


def test_no_name_acts(view: View) -> None:
    """A script in an output did run, so those in names could have."""
    assert view.page.evaluate("window.trusted") == 1
    assert view.page.evaluate("window.hostile") is None
    made = "[data-alphacast]:not([data-alphacast=script]) :is(script, img, svg, iframe, object, b)"
    assert view.page.locator(made).count() == 0


def test_every_class_with_a_display_is_shown(notebook: Notebook) -> None:
    for module in pkgutil.walk_packages(ap.__path__, f"{ap.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    kinds, waiting = set(), [object]
    while waiting:
        kind = waiting.pop()
        children = type.__subclasses__(kind)
        waiting += [child for child in children if child not in kinds]
        kinds |= {*children}
    displays = {
        f"{kind.__module__}.{kind.__qualname__}"
        for kind in kinds
        if str(kind.__module__).startswith(f"{ap.__name__}.") and hasattr(kind, "_repr_html_")
        if not type.__subclasses__(kind)  # what others are made of is shown with them
    }
    assert len(displays) > 15
    assert displays - {*notebook.kinds} == set()


def test_nothing_is_asked_of_other_hosts(notebook: Notebook) -> None:
    hosts = {urlsplit(address).hostname for address in notebook.requests}
    assert hosts - {None} == {"127.0.0.1"}  # without a host are data in the page itself


FAULTY = """
<div data-alphacast="pale"><p style="color: #bbb; background: #fff">A pale text</p></div>
<div data-alphacast="good"><p style="color: #222">A text that can be read</p></div>
<div data-alphacast="wide" style="width: 300px"><p style="width: 3000px">A wide text</p></div>
<div data-alphacast="box" style="width: 300px; overflow: auto"><p style="width: 600px">Far</p></div>
<div data-alphacast="script"><script>window.hostile = 1</script></div>
"""


def test_what_is_wrong_is_found(blank: Page) -> None:
    """None of the checks passes everything."""
    from browser.checks import contrast, scrolling, sticking_out, width_beyond_window

    blank.set_content(FAULTY)
    found = contrast(blank)
    assert {name for name, _ in found.pale} == {"pale"}
    assert found.good >= {"good"}
    assert [each.partition(":")[0] for each in sticking_out(blank)] == ["wide"]
    assert scrolling(blank) == {"box": "600 pixels in 300"}
    assert width_beyond_window(blank) > 1000
    assert blank.evaluate("window.hostile") == 1
