"""The command ``model``: writes a dataset's contract as the source of a pandera model."""

from __future__ import annotations

import keyword
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import alphacast_pandas as ap
from alphacast_pandas.commands.arguments import dataset_argument
from alphacast_pandas.commands.command import Command
from alphacast_pandas.errors import QueryError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.records import Column

# Names that the file itself uses: a field or a class of this name would hide them.
_NAMES_OF_THE_FILE = frozenset(
    {"Any", "ClassVar", "Config", "Series", "bool", "float", "int", "object", "pa", "pd", "str"}
)
_WIDTH = 88
_FILE = '''\
"""
{title}: dataset {number} of Alphacast.

Written by "alphacast-pandas model {number}". Checks of your own go into the fields, such
as pa.Field(ge=0, ...). Pass the class as schema= to read_alphacast and to df.alphacast.push.
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


def _run(options: argparse.Namespace) -> int:
    """Write the source; return the exit status."""
    from alphacast_pandas.api.identifiers import resolve_dataset
    from alphacast_pandas.commands.output import print_lines
    from alphacast_pandas.contracts.schemas import definitions_of

    client = ap.get_client()
    dataset_id = resolve_dataset(client, options.dataset)
    source = model_source(definitions_of(client, dataset_id), dataset_id)
    if options.output is None:
        print_lines(source.splitlines())
    else:
        _write(source, options.output, is_forced=options.force)
    return 0


def model_source(definitions: Definitions, dataset_id: int) -> str:
    """Return a module with a `DataFrameModel` of a dataset."""
    columns = _ordered_columns(definitions)
    title = definitions.dataset.name if definitions.dataset else f"Dataset {dataset_id}"
    fields = _fields(columns, definitions)
    return _FILE.format(
        title=_docstring_text(title),
        number=dataset_id,
        name=_class_name(title),
        imports=_imports("\n".join(fields)),
        keys=_docstring_text(", ".join(definitions.keys)),
        fields="\n".join(f"    {field}" for field in fields),
        schema_name=_literal(_class_name(title)),
        unique=", ".join(map(_literal, definitions.keys)),
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    dataset_argument(parser)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="file to write; by default it is printed"
    )
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")


def _write(source: str, path: Path, *, is_forced: bool) -> None:
    """Write the file; one that exists may hold checks that somebody added."""
    from alphacast_pandas.commands.output import print_note

    try:
        with path.open("w" if is_forced else "x", encoding="utf-8") as file:
            file.write(source)
    except FileExistsError:
        msg = f"{path} exists; --force overwrites it."
        raise QueryError(msg) from None
    print_note(f"Wrote {path}.")


def _ordered_columns(definitions: Definitions) -> list[Column]:
    """Return the columns in the order of a frame: date, entities, values."""
    keys = [definitions.get(name) for name in definitions.keys]
    values = [column for column in definitions.columns if column.role == "value"]
    return [column for column in (*keys, *values) if column is not None and column.name is not None]


def _fields(columns: Iterable[Column], definitions: Definitions) -> list[str]:
    import pandera.pandas as pa

    fields = []
    used = {*dir(pa.DataFrameModel), *_NAMES_OF_THE_FILE}
    for column in columns:
        name = str(column.name)
        identifier = _identifier(name, used)
        used.add(identifier)
        alias = "" if identifier == name else f"alias={_literal(name)}, "
        nullable = "nullable=True, " if column.role == "value" else ""
        role = f'metadata={{"alphacast": "{column.role}"}}'
        type_ = definitions.type_of(name)
        annotation = "Any" if type_ is None else type_.annotation
        head = f"{identifier}: Series[{annotation}] = pa.Field("
        fields.append(_wrap(head, f"{alias}{nullable}{role}"))
    return fields


def _wrap(head: str, arguments: str) -> str:
    """Return a field as the usual formatters leave it, at their usual width."""
    line = f"{head}{arguments})"
    return line if len(line) + 4 <= _WIDTH else f"{head}\n        {arguments}\n    )"


def _imports(fields: str) -> str:
    names = "Any, ClassVar" if "Series[Any]" in fields else "ClassVar"
    lines = [f"from typing import {names}", ""]
    if "pd." in fields:
        lines.append("import pandas as pd")
    lines += ["import pandera.pandas as pa", "from pandera.typing.pandas import Series"]
    return "\n".join(lines)


def _identifier(name: str, used: set[str]) -> str:
    """Return a name that Python takes for a public attribute and that is not used yet."""
    normalized = unicodedata.normalize("NFKC", name)
    identifier = re.sub(r"\W+", "_", normalized).strip("_") or "column"
    if not identifier.isidentifier():
        identifier = f"column_{identifier}"
    if not identifier.isidentifier():
        identifier = f"column_{len(used)}"
    elif keyword.iskeyword(identifier) or keyword.issoftkeyword(identifier):
        identifier = f"{identifier}_"
    while identifier in used:
        identifier = f"{identifier}_"
    return identifier


def _class_name(title: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", ascii_)
    name = "".join(word[:1].upper() + word[1:] for word in words)
    is_usable = name.isidentifier() and not keyword.iskeyword(name)
    return name if is_usable and name not in _NAMES_OF_THE_FILE else f"Dataset{name}"


def _literal(text: str) -> str:
    """Return a literal of the text, in double quotes where it can be."""
    literal = repr(text)
    return literal if set('"\\') & set(literal) else f'"{literal[1:-1]}"'


def _docstring_text(text: str) -> str:
    """Return text that neither ends a docstring nor escapes anything."""
    visible = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(visible.replace("\\", "/").replace('"', "'").split())


MODEL = Command(
    description="Write a typed pandera DataFrameModel of a dataset.",
    examples="  alphacast-pandas model 7938 -o prices.py",
    add_arguments=_add_arguments,
    run=_run,
)
