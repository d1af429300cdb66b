"""The beginning of a table body, and the notices that come in the place of tables."""

from __future__ import annotations

import csv
import io
import re

from alphacast_pandas.api.body import CHUNK_BYTES, BodyStream
from alphacast_pandas.api.responses import check_not_quota_notice, shown_body
from alphacast_pandas.errors import DecodeError

_BOM = b"\xef\xbb\xbf"
# A field, quoted or plain, where one begins.
_FIELD = r'(?:^|(?<={0}))(?:"((?:[^"]|"")*)"|([^{0}]*))(?:{0}|$)'
_DELIMITERS = {"csv": ",", "tsv": "\t"}


def record_end(body: bytes, start: int = 0) -> int | None:
    """Return where the record at `start` ends, line break included; None if it is cut off."""
    newline = body.find(b"\n", start)
    while newline >= 0:
        if body.count(b'"', start, newline) % 2 == 0:
            return newline + 1
        newline = body.find(b"\n", newline + 1)
    return None


def parse_record(record: bytes, delimiter: str = ",") -> list[str]:
    """
    Return the fields of one record.

    >>> parse_record(b'Date,"Vivienda, agua"')
    ['Date', 'Vivienda, agua']
    """
    text = record.removeprefix(_BOM).decode("utf-8", errors="replace").rstrip("\r\n")
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:  # a field is longer than the module takes, for all of the process
        fields = re.findall(_FIELD.format(re.escape(delimiter)), text)
        return [quoted.replace('""', '"') or plain for quoted, plain in fields]


def read_head(stream: BodyStream) -> tuple[list[str], list[str] | None]:
    """Return the header and the first row, if there is one; leave the stream at its beginning."""
    body, end, first = b"", None, None
    while end is None or first is None:
        chunk = stream.read(CHUNK_BYTES)
        if not chunk:
            break
        body += chunk
        end = record_end(body) if end is None else end
        first = None if end is None else record_end(body, end)
    stream.unread(body)
    end = len(body) if end is None else end
    header = check_header(body[:end], body[end:])
    row = body[end:first].rstrip(b"\r\n")
    return header, parse_record(row) if row else None


def check_header(record: bytes, rest: bytes) -> list[str]:
    """Return the names of a table's header; raise if it is none."""
    names = parse_record(record)
    check_not_quota_notice(names, rest)
    if not any(names):
        msg = "The service answered with an empty body in the place of a table."
        raise DecodeError(msg)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"The header of the table names {twice!r} twice: {shown_body(record)}"
        raise DecodeError(msg)
    return names


def check_table_body(body: bytes, format_: str) -> bytes:
    """Return the body of a download; raise if it is a notice instead of a table."""
    delimiter = _DELIMITERS.get(format_)
    if delimiter is not None:
        end = record_end(body)
        record = body if end is None else body[:end]
        check_not_quota_notice(parse_record(record, delimiter), body[len(record) :])
    return body
