"""Sphinx extension: what docstrings mean by single backticks."""

import inspect
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyXRefRole

_NAME = re.compile(r"[A-Za-z_][\w.]*")
_PLACES = ("alphacast_pandas", "alphacast_pandas.emulator", "pandas")


class DocumentedRole(PyXRefRole):
    """Single backticks in a docstring: a link to what the site documents, else code."""

    def create_xref_node(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave alone what cannot be a name, such as a sign."""
        if not _NAME.fullmatch(self.text):
            return [nodes.literal("", self.text)], []
        return super().create_xref_node()

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
    places = [*_PLACES]
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


def setup(app: Sphinx) -> None:
    """Connect the functions above; numpydoc comes after them, at 500."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_role("documented", DocumentedRole())
    app.connect("autodoc-process-docstring", keep_parameters_plain, priority=400)
    app.connect("missing-reference", resolve_by_last_words, priority=900)
