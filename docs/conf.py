"""How Sphinx builds the site."""

import os
import sys
from pathlib import Path

import alphacast_pandas as ap

REPOSITORY = "https://github.com/alphacast-pandas/alphacast_pandas"

project = "alphacast_pandas"
author = "alphacast_pandas contributors"
project_copyright = author
release = version = ap.__version__

sys.path.insert(0, str(Path(__file__).parent / "_ext"))
extensions = [
    # In _ext:
    "backticks",
    "fields",
    "pages",
    # From elsewhere:
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["**/_*"]
templates_path = ["_templates"]
nitpicky = True

# Docstrings.
autodoc_default_options = {
    "members": True,
    # What exceptions inherit of Python, and what only the package calls.
    "exclude-members": "add_note, with_traceback, facts, from_json, one_upload_at_a_time,"
    " only_alone, only_in_tables, page_of, recall, remember, send_form, words",
}
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
html_domain_indices = False
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


# The gate asks no other site: then names of these packages are plain text.
is_offline = bool(os.environ.get("ALPHACAST_DOCS_OFFLINE"))
intersphinx_mapping = {} if is_offline else {name: (to, None) for name, to in INVENTORIES.items()}
nitpick_ignore_regex = (
    [("py:.*", rf"(?!.*alphacast)({'|'.join(INVENTORIES)})\..*")] if is_offline else []
)
