"""How Sphinx builds the site."""

import itertools
import os
import re
import shutil
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

import alphacast_pandas as ap

HERE = Path(__file__).parent
REPOSITORY = "https://github.com/alphacast-pandas/alphacast_pandas"

project = "alphacast_pandas"
author = "alphacast_pandas contributors"
project_copyright = author
release = version = ap.__version__

sys.path.insert(0, str(HERE / "_ext"))
extensions = [
    "docstrings",  # in _ext
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_*", "guide/_*"]
templates_path = ["_templates"]
nitpicky = True

# Docstrings.
autodoc_typehints = "none"  # numpydoc's sections say the types, in words
default_role = "documented"
numpydoc_show_class_members = False  # the members stand below their class
maximum_signature_line_length = 80
add_module_names = False
toc_object_entries_show_parents = "hide"

# Pages.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # .ci/notebooks runs them; the site shows their stored outputs
highlight_language = "none"  # of blocks that state none, such as trees of folders
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "pydata_sphinx_theme"
html_title = "alphacast_pandas"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_sourcelink_suffix = ""
html_copy_source = False
html_show_sphinx = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "github_url": REPOSITORY,
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "navbar_end": ["theme-switcher", "navbar-icon-links"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"changelog": [], "contributing/index": [], "es/index": []}

INVENTORIES = {
    "dask": "https://docs.dask.org/en/stable/",
    "pandas": "https://pandas.pydata.org/docs/",
    "pandera": "https://pandera.readthedocs.io/en/stable/",
    "pyarrow": "https://arrow.apache.org/docs/",
    "requests": "https://requests.readthedocs.io/en/latest/",
}


def is_reachable(address: str) -> bool:
    """Whether the inventory of another site can be read; what is not reachable is not linked."""
    try:
        with urllib.request.urlopen(f"{address}objects.inv", timeout=5):  # noqa: S310 - all https
            return True
    except OSError:
        return False


def reachable() -> dict[str, str]:
    """Return the sites whose names can be linked; none with `ALPHACAST_DOCS_OFFLINE`."""
    if os.environ.get("ALPHACAST_DOCS_OFFLINE"):
        return {}
    with ThreadPoolExecutor() as pool:
        answers = [*pool.map(is_reachable, INVENTORIES.values())]
    return dict(itertools.compress(INVENTORIES.items(), answers))


intersphinx_mapping = {name: (address, None) for name, address in reachable().items()}
# Names of these packages may stand in the pages; without their inventories they are plain text.
absent = "|".join(sorted(INVENTORIES.keys() - intersphinx_mapping.keys()))
nitpick_ignore_regex = [("py:.*", rf"(?!.*alphacast)({absent})\..*")] if absent else []


def link_to_repository(app: Sphinx, path: Path, document: str, content: list[str]) -> None:
    """Let links of an included file, such as the changelog, lead to the files of the repository."""
    if ".." not in Path(path).parts:
        return
    content[0] = re.sub(
        r"\]\((?!https?:|#|mailto:)([^)\s]+)\)", rf"]({REPOSITORY}/blob/main/\1)", content[0]
    )


def renew_generated(*_: object) -> None:
    """Copy the notebooks, which Sphinx reads only below its own folder, and drop old stubs."""
    for folder in (HERE / "notebooks", HERE / "reference" / "api"):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        HERE.parent / "notebooks", HERE / "notebooks", ignore=shutil.ignore_patterns(".*")
    )


def mark_long_words(app: Sphinx, doctree: nodes.document) -> None:
    """Mark code with words that no narrow screen can hold on one line, so that they may break."""
    for code in doctree.findall(nodes.literal):
        if max(map(len, code.astext().split()), default=0) > 40:
            code["classes"].append("long")


def state_language(
    app: Sphinx, page: str, template: str, context: dict[str, object], *_: object
) -> None:
    """Let the pages of docs/es say that they are in Spanish; Sphinx knows one language a site."""
    if page.startswith("es/"):
        context["language"] = "es"


def setup(app: Sphinx) -> None:
    """Connect the functions above."""
    app.connect("config-inited", renew_generated)
    app.connect("include-read", link_to_repository)
    app.connect("doctree-read", mark_long_words)
    app.connect("html-page-context", state_language)
