"""The built site, light and dark, narrow and wide: pages fit, and displays are legible there."""

from __future__ import annotations

import functools
import http.server
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
NAME_OUTPUTS = """() => {
    const outputs = document.querySelectorAll(".cell_output .text_html:not(:has(table.dataframe))");
    outputs.forEach((output, n) => { output.dataset.alphacast = `display ${n + 1}`; });
    return outputs.length;
}"""


class Files(http.server.SimpleHTTPRequestHandler):
    """The files of a folder, without a line for each of them."""

    protocol_version = "HTTP/1.1"  # whose connections serve many requests

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Path:
    folder: Path | None = request.config.getoption("--site")
    if folder is None:
        pytest.skip("--site says where the site was built; .ci/docs builds it")
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(Files, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_pages_fit_and_displays_are_legible(
    site: Path, address: str, browser: Browser, pictures: Path
) -> None:
    from browser.checks import THEMES, WIDTHS, contrast, width_beyond_window

    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    assert len(pages) > 50
    wrong, requests, displays = [], [], 0
    widths = [*WIDTHS]
    page = browser.new_page()
    page.on("request", lambda request: requests.append(request.url))
    for path in sorted(pages):
        name = path.relative_to(site).as_posix()
        page.goto(f"{address}/{name}")
        count = page.evaluate(NAME_OUTPUTS)
        displays += count
        for theme in THEMES if count else THEMES[:1]:  # colours alone depend on it, and no widths
            page.emulate_media(color_scheme=theme)
            page.wait_for_selector(f"html[data-theme={theme}]", state="attached")
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                if (beyond := width_beyond_window(page)) > 0:
                    wrong.append(f"{name} {theme} {width}: {beyond} pixels too wide")
                if not count:
                    continue
                found = contrast(page)
                wrong += [f"{name} {theme} {width}: {text}" for text in found.pale + found.unknown]
                assert len(found.good) == count
                for n in range(count):
                    file = f"site-{path.stem}-{n + 1}-{theme}-{width}.png"
                    page.locator("[data-alphacast]").nth(n).screenshot(path=pictures / file)
            widths.reverse()  # which leaves the window as it is, since resizing it takes long
    page.close()
    assert wrong == []
    assert displays
    assert [each for each in requests if not each.startswith((address, "data:"))] == []
