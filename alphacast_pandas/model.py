"""The command ``model``: writes a dataset's contract as Python source."""

from __future__ import annotations

import argparse
import keyword
import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from alphacast_pandas.api.client import get_client
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.contracts.schemas import definitions_of
from alphacast_pandas.errors import AlphacastError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.records import Column


def main(arguments: Sequence[str]) -> int:
    """Write the source; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        source = _source(options.dataset)
    except AlphacastError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.output is None:
        print(source, end="")
        return 0
    return _write(source, options.output, is_forced=options.force)


def _source(dataset: str) -> str:
    import pandera.pandas as pa

    number = resolve_id(dataset)
    return model_source(
        definitions_of(get_client(), number), number, frozenset(dir(pa.DataFrameModel))
    )


def _write(source: str, path: Path, *, is_forced: bool) -> int:
    """Write the file; one that exists may hold checks that somebody added."""
    try:
        with path.open("w" if is_forced else "x", encoding="utf-8") as file:
            file.write(source)
    except FileExistsError:
        print(f"error: {path} exists; --force overwrites it.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {path} could not be written: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {path}.", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="alphacast-pandas model",
        description="Write a typed pandera DataFrameModel of a dataset. The key is taken from "
        "ALPHACAST_API_KEY, or from what login(store=True) kept.",
    )
    parser.add_argument("dataset", help="number of the dataset, or the address of its page")
    parser.add_argument("--output", type=Path, help="file to write; by default it is printed")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    return parser


# Names that a field would hide: those of the file, and those that pandera's models have.
_TAKEN = {
    "Any",
    "ClassVar",
    "Config",
    "Series",
    "bool",
    "float",
    "int",
    "object",
    "pa",
    "pd",
    "str",
}

_WIDTH = 88

_FILE = '''\
"""
{title}: dataset {number} of Alphacast.

Written by "python -m alphacast_pandas model {number}". Checks of your own go into the fields, such
as pa.Field(ge=0, ...). Give the class as schema= to read_alphacast and to df.alphacast.push.
"""

{imports}


class {name}(pa.DataFrameModel):
    """One row of the dataset for each key: {keys}."""

{fields}

    class Config:
        """What holds for the frame as a whole: one row a key."""

        name = {schema_name}
        unique: ClassVar[list[str]] = [{unique}]
'''


def model_source(definitions: Definitions, dataset_id: int, taken: frozenset[str]) -> str:
    """Return a module with a `DataFrameModel`; `taken` are names that no field may have."""
    columns = [column for column in _in_order(definitions) if column.name is not None]
    title = definitions.dataset.name if definitions.dataset else f"Dataset {dataset_id}"
    fields = _fields(columns, taken | _TAKEN, definitions)
    return _FILE.format(
        title=_plain(title),
        number=dataset_id,
        name=_class_name(title),
        imports=_imports("\n".join(fields)),
        keys=_plain(", ".join(definitions.keys)),
        fields="\n".join(f"    {field}" for field in fields),
        schema_name=_quoted(_class_name(title)),
        unique=", ".join(map(_quoted, definitions.keys)),
    )


def _in_order(definitions: Definitions) -> list[Column]:
    keys = [definitions.get(name) for name in definitions.keys]
    values = [column for column in definitions.columns if column.role == "value"]
    return [*(column for column in keys if column is not None), *values]


def _fields(columns: list[Column], taken: frozenset[str], definitions: Definitions) -> list[str]:
    fields, used = [], set(taken)
    for column in columns:
        name = str(column.name)
        word = _word(name, used)
        used.add(word)
        alias = "" if word == name else f"alias={_quoted(name)}, "
        missing = "nullable=True, " if column.role == "value" else ""
        role = f'metadata={{"alphacast": "{column.role}"}}'
        type_ = definitions.type_of(name)
        kind = "Any" if type_ is None else type_.annotation
        fields.append(_wrapped(f"{word}: Series[{kind}] = pa.Field(", f"{alias}{missing}{role}"))
    return fields


def _wrapped(head: str, arguments: str) -> str:
    """Return a field as the usual formatters leave it, at their usual width."""
    line = f"{head}{arguments})"
    return line if len(line) + 4 <= _WIDTH else f"{head}\n        {arguments}\n    )"


def _imports(fields: str) -> str:
    lines = ["import pandas as pd"] if "pd." in fields else []
    names = "Any, ClassVar" if "Series[Any]" in fields else "ClassVar"
    typing = [f"from typing import {names}", ""]
    models = ["import pandera.pandas as pa", "from pandera.typing.pandas import Series"]
    return "\n".join([*typing, *lines, *models])


def _word(name: str, used: set[str]) -> str:
    """Return a name that Python takes for a public attribute, and that is free."""
    folded = unicodedata.normalize("NFKC", name)
    word = re.sub(r"\W+", "_", folded).strip("_") or "column"
    if not word.isidentifier():
        word = f"column_{word}"
    if not word.isidentifier() or keyword.iskeyword(word) or keyword.issoftkeyword(word):
        word = f"column_{len(used)}" if not word.isidentifier() else f"{word}_"
    while word in used:
        word = f"{word}_"
    return word


def _class_name(title: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", ascii_)
    name = "".join(word[:1].upper() + word[1:] for word in words)
    is_free = name.isidentifier() and not keyword.iskeyword(name) and name not in _TAKEN
    return name if is_free else f"Dataset{name}"


def _quoted(text: str) -> str:
    """Return a literal of the text, in double quotes where it can be."""
    plain = repr(text)
    return plain if set('"\\') & set(plain) else f'"{plain[1:-1]}"'


def _plain(text: str) -> str:
    """Return text that neither ends a docstring nor escapes anything."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.replace("\\", "/").replace('"', "'").split())
