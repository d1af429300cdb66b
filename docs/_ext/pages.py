"""Sphinx extension: where pages come from, and what they need beyond their text."""

import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

_LONGEST_WORD = 40  # characters that a narrow screen holds on one line


def copy_notebooks(app: Sphinx, config: Config) -> None:
    """Copy the notebooks, which Sphinx reads only below its own folder, and drop old stubs."""
    docs = Path(app.srcdir)
    for folder in (docs / "notebooks", docs / "reference" / "api"):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        docs.parent / "notebooks", docs / "notebooks", ignore=shutil.ignore_patterns(".*")
    )


def link_to_repository(app: Sphinx, path: Path, document: str, content: list[str]) -> None:
    """Let links of an included file, such as the changelog, lead to the files of the repository."""
    if ".." not in Path(path).parts:
        return
    start = f"{app.config.html_theme_options['github_url']}/blob/main"
    content[0] = re.sub(r"\]\((?!https?:|#|mailto:)([^)\s]+)\)", rf"]({start}/\1)", content[0])


def mark_long_words(app: Sphinx, doctree: nodes.document) -> None:
    """Mark code with words that no narrow screen can hold on one line, so that they may break."""
    for code in doctree.findall(nodes.literal):
        if max(map(len, code.astext().split()), default=0) > _LONGEST_WORD:
            code["classes"].append("long")


def state_language(
    app: Sphinx, page: str, template: str, context: dict[str, object], *_: object
) -> None:
    """Let the pages of docs/es say that they are in Spanish; Sphinx knows one language a site."""
    if page.startswith("es/"):
        context["language"] = "es"


def setup(app: Sphinx) -> None:
    """Connect the functions above."""
    app.connect("config-inited", copy_notebooks)
    app.connect("include-read", link_to_repository)
    app.connect("doctree-read", mark_long_words)
    app.connect("html-page-context", state_language)
