"""The command ``model``: writes a dataset's contract as Python source."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alphacast_pandas.api.default import get_client
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.contracts.schemas import definitions_of
from alphacast_pandas.contracts.source import model_source
from alphacast_pandas.errors import AlphacastError

if TYPE_CHECKING:
    from collections.abc import Sequence


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
