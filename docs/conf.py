"""How Sphinx builds the site."""

import inspect
import itertools
import os
import re
import shutil
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyXRefRole

import alphacast_pandas as ap

HERE = Path(__file__).parent
REPOSITORY = "https://github.com/alphacast-pandas/alphacast_pandas"

project = "alphacast_pandas"
author = "alphacast_pandas contributors"
project_copyright = author
release = version = ap.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_templates"]
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
html_sidebars = {"changelog": [], "es/index": []}

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


class DocumentedRole(PyXRefRole):
    """Single backticks in a docstring: a link to what the site documents, else code."""

    def process_link(self, env: Any, refnode: Any, *args: Any) -> tuple[str, str]:
        """Mark the reference as one that may lead nowhere."""
        refnode["may_be_plain"] = True
        refnode["refdomain"], refnode["reftype"] = "py", "obj"
        return super().process_link(env, refnode, *args)


def resolve_by_last_words(app: Sphinx, env: Any, node: Any, content: Any) -> Any:
    """Link a name that a docstring shortens, such as `DataFrame.alphacast.push`, or leave it."""
    if node.get("refdomain") != "py":
        return None
    domain, target = env.get_domain("py"), node["reftarget"]
    places = ["alphacast_pandas", "alphacast_pandas.emulator", "pandas"]
    if "may_be_plain" not in node:
        places += [
            name.rpartition(".")[0] for name in domain.objects if name.endswith(f".{target}")
        ]
    full = next((name for each in places if (name := f"{each}.{target}") in domain.objects), None)
    if full is not None:
        return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", full, node, content)
    return nodes.literal("", content.astext()) if node.get("may_be_plain") else None


def keep_parameters_plain(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Show a parameter that is called like a function, such as `schema`, as code and not a link."""
    try:
        parameters = [*inspect.signature(obj).parameters]
    except (TypeError, ValueError):
        return
    if parameters:
        pattern = re.compile(rf"(?<![`\w:])`({'|'.join(parameters)})`(?!`)")
        lines[:] = [pattern.sub(r"``\1``", line) for line in lines]


def link_to_repository(app: Sphinx, path: Path, document: str, content: list[str]) -> None:
    """Let links of an included file to other files lead to the repository."""
    content[0] = re.sub(
        r"\]\((?!https?:|#|mailto:)([^)\s]+)\)", rf"]({REPOSITORY}/blob/main/\1)", content[0]
    )


def copy_notebooks(*_: object) -> None:
    """Put the notebooks, which Sphinx reads only below its own folder, where git ignores them."""
    for notebook in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
        copy = HERE / "notebooks" / notebook.name
        copy.parent.mkdir(exist_ok=True)
        if not copy.exists() or copy.read_bytes() != notebook.read_bytes():
            shutil.copy(notebook, copy)


def setup(app: Sphinx) -> None:
    """Connect the functions above."""
    app.add_role("documented", DocumentedRole())
    app.connect("config-inited", copy_notebooks)
    app.connect("missing-reference", resolve_by_last_words, priority=900)
    app.connect("autodoc-process-docstring", keep_parameters_plain, priority=400)
    app.connect("include-read", link_to_repository)
