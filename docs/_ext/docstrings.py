"""Sphinx extension: what docstrings mean by single backticks, and the fields of a dataclass."""

import dataclasses
import inspect
import re
import types
from typing import Any, Literal, Union, get_args, get_origin

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyXRefRole

_NAME = re.compile(r"[A-Za-z_][\w.]*")
_PLACES = ("alphacast_pandas", "alphacast_pandas.emulator", "pandas")
_INTERNAL = {"follow"}  # how a process reaches its client
_COMMENT = r"^    {}: (?:(?!^    \w).*\n)*?.*# (.*)$"


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


def add_fields(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """List the fields of a dataclass whose docstring does not."""
    if what != "class" or not has_fields_to_add(obj):
        return
    source = inspect.getsource(obj)
    lines += ["", "Attributes", "----------"]
    for field in dataclasses.fields(obj):
        if field.name in _INTERNAL:
            continue
        comment = re.search(_COMMENT.format(field.name), source, re.MULTILINE)
        lines += [f"{field.name} : {words_of(field.type)}{default_of(field.default)}"]
        lines += [f"    {sentence_of(comment[1])}"] if comment else []


def sentence_of(comment: str) -> str:
    """Return a comment as a sentence; a name such as `updatedAt` at its start stays as it is."""
    first, *rest = comment.split(" ")
    return " ".join([first.capitalize() if first.islower() else first, *rest]) + "."


def has_fields_to_add(obj: Any) -> bool:
    """Whether a class is a dataclass whose docstring says nothing of its fields."""
    return dataclasses.is_dataclass(obj) and "Parameters" not in (obj.__doc__ or "")


def default_of(value: Any) -> str:
    """Return what numpydoc says of a default; none is stated for what may be missing."""
    is_stated = value is not dataclasses.MISSING and value is not None and value != ()
    return f", default {value!r}".replace("'", '"') if is_stated else ""


def words_of(kind: Any) -> str:
    """Return a type in numpydoc's words."""
    if get_origin(kind) is Literal:
        return "{{{}}}".format(", ".join(f'"{word}"' for word in get_args(kind)))
    if get_origin(kind) in {Union, types.UnionType}:
        return " or ".join(map(words_of, get_args(kind)))
    if kind is type(None):
        return "None"
    text = kind if isinstance(kind, str) else inspect.formatannotation(kind)
    text = text.replace("collections.abc.", "").replace("datetime.date", "date")
    return text.replace(" | ", " or ").replace("Any", "object")


def hide_long_or_internal(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str, returns: str
) -> tuple[str, str] | None:
    """Show no signature that repeats the fields, nor of a class that only the package makes."""
    if what != "class":
        return None
    is_made_here = any(
        name == "transport" or name.startswith("_") for name in inspect.signature(obj).parameters
    )
    return ("", "") if is_made_here or has_fields_to_add(obj) else None


def setup(app: Sphinx) -> None:
    """Connect the functions above; numpydoc comes after them, at 500."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_role("documented", DocumentedRole())
    app.connect("autodoc-process-docstring", keep_parameters_plain, priority=400)
    app.connect("autodoc-process-docstring", add_fields, priority=400)
    app.connect("autodoc-process-signature", hide_long_or_internal, priority=600)
    app.connect("missing-reference", resolve_by_last_words, priority=900)
