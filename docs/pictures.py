"""Draws the picture of the README: `python docs/pictures.py [FOLDER]`, with the extra `browser`."""

import ast
import html
import io
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

HERE = Path(__file__).parent / "pictures"
WIDTH = 1080
WORLD = "World - Life expectancy, population and income"
# The cells of a notebook. They are run, and what they show is what stands in the picture.
READ = f"""\
life = ap.read_alphacast(
    "{WORLD}",
    filter={{"country": ["Argentina", "Brazil", "Chile"]}},
    select="life_expectancy",
    start="1962",
)
life.pivot(index="Date", columns="country",
           values="life_expectancy").plot()
"""
DIFF = """\
# The new release revises 2007 and adds 2012.
diff = release.alphacast.diff(world)
diff    # Nothing is sent before diff.push().
"""
MISTYPED = """\
ap.read_alphacast(world, select="life_expectency")
"""
PAGE = """\
<!doctype html><meta charset="utf-8">
<style>
{highlighting}
body {{ background: {page}; color: {ink}; font: 14px/1.4 "DejaVu Sans", sans-serif; margin: 0 }}
main {{ box-sizing: border-box; display: flex; gap: 28px; padding: 12px; width: {width}px }}
section {{ flex: 1 1 0; min-width: 0 }}
pre {{ font: 12.5px/1.45 "DejaVu Sans Mono", monospace; margin: 0 }}
div.highlight {{ background: {code}; border: 1px solid {line}; border-radius: 6px }}
div.highlight {{ margin-bottom: 14px; padding: 10px 12px }}
p.error {{ margin: 0; white-space: pre-wrap }}
p.error b {{ color: {error_colour} }}
svg {{ height: auto; width: 100% }}
table {{ font-size: 13px }}
</style>
<main><section>{read}{plot}</section><section>{diff}{display}{mistyped}{error}</section></main>
"""
# The colours are those of GitHub's pages.
THEMES: dict[str, dict[str, str]] = {
    "light": {
        "page": "#ffffff",
        "ink": "#1f2328",
        "line": "#d1d9e0",
        "code": "#f6f8fa",
        "error_colour": "#d1242f",
        "matplotlib": "default",
        "pygments": "default",
    },
    "dark": {
        "page": "#0d1117",
        "ink": "#f0f6fc",
        "line": "#3d444d",
        "code": "#151b23",
        "error_colour": "#ff7b72",
        "matplotlib": "dark_background",
        "pygments": "github-dark",
    },
}


def release_of(life: pd.DataFrame) -> pd.DataFrame:
    """Return made-up figures: 2007 revised, and five years more."""
    newest = life[life["Date"] == "2007-01-01"]
    later = newest.assign(
        Date=pd.Timestamp("2012-01-01"), life_expectancy=newest["life_expectancy"] + 1.25
    )
    revised = life.copy()
    revised.loc[newest.index, "life_expectancy"] *= [1.003, 1.005, 0.998]
    return pd.concat([revised, later], ignore_index=True).round({"life_expectancy": 3})


def value_of(cell: str, names: dict[str, Any]) -> Any:
    """Run a cell and return the value of its last expression, as a notebook does."""
    tree = ast.parse(cell)
    last = tree.body.pop()
    if not isinstance(last, ast.Expr):
        raise TypeError(cell)
    exec(compile(tree, "cell", "exec"), names)  # noqa: S102 - one of the cells above
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307 - the same


def error_of(cell: str, names: dict[str, Any]) -> str:
    """Run a cell that fails and return its error."""
    try:
        value_of(cell, names)
    except ap.AlphacastError as error:
        return f'<p class="error"><b>{type(error).__name__}</b>: {html.escape(str(error))}</p>'
    raise AssertionError(cell)


def plot_of(cell: str, names: dict[str, Any], theme: dict[str, str]) -> str:
    """Run a cell that plots and return its figure as SVG."""
    colours = {"axes.facecolor": theme["page"], "figure.facecolor": theme["page"]}
    with mpl.rc_context(colours | {"figure.figsize": (6, 3.4), "figure.autolayout": True}):
        axes = value_of(cell, names)
        text = io.StringIO()
        axes.figure.savefig(text, format="svg")
        plt.close(axes.figure)
    return text.getvalue()[text.getvalue().index("<svg") :]


def page_of(theme: dict[str, str], names: dict[str, Any]) -> str:
    """Return the page that is photographed."""
    formatter = HtmlFormatter(style=theme["pygments"])
    with plt.style.context(theme["matplotlib"]):
        plot = plot_of(READ, names, theme)
    names["release"] = release_of(names["life"])
    return PAGE.format(
        **theme,
        width=WIDTH,
        highlighting=formatter.get_style_defs(".highlight"),
        read=highlight(READ, PythonLexer(), formatter),
        plot=plot,
        diff=highlight(DIFF, PythonLexer(), formatter),
        display=value_of(DIFF, names)._repr_html_(),
        mistyped=highlight(MISTYPED, PythonLexer(), formatter),
        error=error_of(MISTYPED, names),
    )


def photograph(page: Page, content: str, path: Path) -> None:
    """Write a picture of a page, in as many colours as it takes to look the same."""
    page.set_content(content)
    picture = Image.open(io.BytesIO(page.locator("main").screenshot()))
    picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def chromium() -> str | None:
    """Return where Chromium is; None: it is the one that Playwright installs."""
    return os.environ.get("ALPHACAST_CHROMIUM") or shutil.which("chromium")


def main() -> None:
    """Draw each theme."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    folder.mkdir(parents=True, exist_ok=True)
    mpl.use("svg")
    with Emulator(seed="demo") as emulator, sync_playwright() as playwright:
        ap.login(emulator.api_key, base_url=emulator.url)
        names = {"ap": ap, "world": ap.info(WORLD).id}
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        page = browser.new_page(device_scale_factor=2, viewport={"width": WIDTH, "height": 800})
        for name, theme in THEMES.items():
            photograph(page, page_of(theme, names), folder / f"tour-{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
