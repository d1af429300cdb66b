"""The stages of reads and pushes alone, without a network."""

from __future__ import annotations

import gzip
import io
import json
from typing import TYPE_CHECKING, Any

from benchmarks.support import frame_of, without_the_extra

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_DATES = {"Date": "%Y-%m-%d"}
_PART_BYTES = 1 << 20


def parse_ours(_: str, folder: Path) -> Callable[[], Any]:
    """Our frame of a plain body that is there already."""
    from alphacast_pandas.api.body import BodyStream
    from alphacast_pandas.api.csv_head import read_head
    from alphacast_pandas.api.definitions import define
    from alphacast_pandas.api.records import (
        Column,
    )
    from alphacast_pandas.reading.answer import OpenAnswer
    from alphacast_pandas.reading.csv_table import parse_table
    from alphacast_pandas.reading.frame import to_frame
    from alphacast_pandas.reading.query import Query

    columns = json.loads((folder / "columns.json").read_text())
    definitions = define(None, map(Column.from_json, columns))
    body = (folder / "data.csv").read_bytes()

    def parse() -> Any:
        read = io.BytesIO(body).read
        stream = BodyStream(read, encoding="", end_is_proven=True, length=len(body))
        header = tuple(read_head(stream).header)
        table = parse_table(OpenAnswer(definitions, Query(), {}, stream, header, header))
        return to_frame(table, definitions, dtype_backend=None, categories=False, is_last_use=True)

    return parse


def parse_pyarrow(_: str, folder: Path) -> Callable[[], Any]:
    """The bare parser on the same bytes, with the types declared, to a frame."""
    import pandas  # noqa: F401, ICN001 - importing is measured on its own
    import pyarrow as pa
    from pyarrow import csv

    columns = json.loads((folder / "columns.json").read_text())
    kinds = {"Date": pa.timestamp("s"), "String": pa.string(), "Decimal": pa.float64()}
    types = {c["sourceName"]: kinds[c["dataType"]] for c in columns}
    options = csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    body = pa.py_buffer((folder / "data.csv").read_bytes())
    return lambda: csv.read_csv(pa.BufferReader(body), convert_options=options).to_pandas(
        split_blocks=True, self_destruct=True
    )


def parse_pandas(_: str, folder: Path) -> Callable[[], Any]:
    """The parser of pandas on the same bytes, with the types declared."""
    import pandas as pd

    columns = json.loads((folder / "columns.json").read_text())
    types = {
        c["sourceName"]: "float64" if c["dataType"] == "Decimal" else "str"
        for c in columns
        if c["dataType"] != "Date"
    }
    body = (folder / "data.csv").read_bytes()
    return lambda: pd.read_csv(
        io.BytesIO(body), dtype=types, parse_dates=["Date"], date_format="%Y-%m-%d",
        keep_default_na=False, na_values=[""],
    )  # fmt: skip


def serialise_ours(_: str, folder: Path) -> Callable[[], Any]:
    """Our text of the frame, which is not kept."""
    from alphacast_pandas.parallel import side_by_side
    from alphacast_pandas.writing.csv_files import _slices, _to_csv

    table = frame_of(folder)

    def serialise() -> int:
        slices = _slices(table, [*table.columns], _DATES, 64_000, 16)
        return sum(side_by_side(slices, lambda _, part: len(_to_csv(part, include_header=False))))

    return serialise


def serialise_pandas(_: str, folder: Path) -> Callable[[], Any]:
    """The text that pandas makes, as the SDK has it made."""
    table = frame_of(folder)
    return lambda: len(table.to_csv(index=False))


def write_ours(_: str, folder: Path) -> Callable[[], Any]:
    """Our gzip CSV of the frame."""
    from alphacast_pandas.writing.csv_files import csv_files

    table = frame_of(folder)

    def write() -> int:
        files = csv_files([table], [*table.columns], _DATES, largest_bytes=1 << 40)
        return sum(file.stream.size for file in files)

    return write


def write_zlib(url: str, folder: Path) -> Callable[[], Any]:
    """The same where the extra is not installed."""
    return without_the_extra(lambda: write_ours(url, folder))


def compress_ours(_: str, folder: Path) -> Callable[[], Any]:
    """The text deflated by one thread, part by part."""
    from alphacast_pandas.compression import deflate

    text = (folder / "data.csv").read_bytes()
    return lambda: sum(
        len(deflate(text[n : n + _PART_BYTES])) for n in range(0, len(text), _PART_BYTES)
    )


def compress_zlib(url: str, folder: Path) -> Callable[[], Any]:
    """The same where the extra is not installed."""
    return without_the_extra(lambda: compress_ours(url, folder))


def compress_gzip(_: str, folder: Path) -> Callable[[], Any]:
    """The text compressed as the SDK does it."""
    text = (folder / "data.csv").read_bytes()
    return lambda: len(gzip.compress(text, 9))


def inflate_ours(_: str, folder: Path) -> Callable[[], Any]:
    """A gzip body inflated by one thread."""
    from alphacast_pandas.compression import GZIP, Inflater

    body = (folder / "data.csv.gz").read_bytes()

    def inflate() -> int:
        inflater, size = Inflater(GZIP), 0
        inflater.feed(body)
        while not inflater.is_hungry:
            size += len(inflater.inflated())
        return size

    return inflate


def inflate_zlib(url: str, folder: Path) -> Callable[[], Any]:
    """The same where the extra is not installed."""
    return without_the_extra(lambda: inflate_ours(url, folder))


def inflate_gzip(_: str, folder: Path) -> Callable[[], Any]:
    """The same by the standard library's own module."""
    body = (folder / "data.csv.gz").read_bytes()
    return lambda: len(gzip.decompress(body))
