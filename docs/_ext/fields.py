"""Sphinx extension: how the fields of a class are shown."""

import dataclasses
import inspect
import re
import types
from typing import Any, Literal, Union, get_args, get_origin

from sphinx.application import Sphinx

_INTERNAL = {"follow"}  # how a process reaches its client
_COMMENT = r"^    {}: (?:(?!^    \w).*\n)*?.*# (.*)$"


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
    app.connect("autodoc-process-docstring", add_fields, priority=400)
    app.connect("autodoc-process-signature", hide_long_or_internal, priority=600)
