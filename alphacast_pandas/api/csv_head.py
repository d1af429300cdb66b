"""The beginning of a table: its header and first row, or the notice sent in its place."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.api.responses import check_not_quota_notice, shown_body
from alphacast_pandas.errors import DecodeError
from alphacast_pandas.names import canonical_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.api.body import BodyStream
    from alphacast_pandas.api.responses import Answer

_BOM = b"\xef\xbb\xbf"
# A field, quoted or plain, where one begins.
_FIELD = r'(?:^|(?<={0}))(?:"((?:[^"]|"")*)"|([^{0}]*))(?:{0}|$)'
_DELIMITERS = {"csv": ",", "tsv": "\t"}
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?")
_DATE_NAMES = frozenset({"date", "fecha", "data", "datum", "day", "time"})
_CSV_TYPES = frozenset({"text/csv", "application/csv", "text/comma-separated-values"})
# The media type of data is not documented: stores send text/plain and application/octet-stream, and
# the documentation says that every answer is JSON. Real JSON is known by its first character.
_OTHER_TYPES = re.compile(
    r"(audio|font|image|message|multipart|video)/.*|.*[/+](html|xhtml|xml|pdf|javascript)"
)


def record_ends(
    body: bytes, most: int, *, start: int = 0, is_quoted: bool = False
) -> tuple[list[int], bool]:
    """
    Return where the next records end, line break included, and whether `body` ends in quotes.

    At most `most` ends are looked for; `is_quoted` says whether `start` is inside quotes.
    """
    ends: list[int] = []
    position = start
    while len(ends) < most:
        newline = body.find(b"\n", position)
        stop = len(body) if newline < 0 else newline
        is_quoted ^= body.count(b'"', position, stop) % 2 == 1
        if newline < 0:
            break
        position = newline + 1
        if not is_quoted:
            ends.append(position)
    return ends, is_quoted


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


class EmptyTableError(DecodeError):
    """A body without even a header, as that of a dataset that holds nothing may be."""


@dataclass(frozen=True)
class Head:
    """The beginning of a table: its header, its first row if it has one, its media type."""

    header: list[str]
    first_row: list[str] | None
    media_type: str

    def check_is_of(self, names: Sequence[str]) -> None:
        """Raise unless this can be the head of a dataset with these columns, if any are known."""
        if any(name in names for name in self.header):
            return
        # A column of a dataset may be called "[x]", so this is looked at only for other headers.
        if self.header[0].lstrip()[:1] in {"<", "{", "["}:
            msg = f"The answer is a page or JSON, not a table. The body begins: {self._beginning}"
            raise DecodeError(msg)
        if not names:
            self._check_can_be_a_table()

    @property
    def _beginning(self) -> str:
        return shown_body(",".join(self.header).encode())

    def _check_can_be_a_table(self) -> None:
        """Raise unless something shows that this is a dataset, whose columns are not known."""
        first = "" if self.first_row is None else self.first_row[0]
        is_dated = ISO_DATE.fullmatch(first) or canonical_name(self.header[0]) in _DATE_NAMES
        if not (is_dated or self.media_type in _CSV_TYPES):
            msg = (
                "The service does not tell the columns of the dataset, and nothing shows that its "
                f"answer is a table. The body begins: {self._beginning}"
            )
            raise DecodeError(msg)


def read_head(stream: BodyStream, media_type: str = "") -> Head:
    """Return the head of a body that can be a table; leave the stream at its beginning."""
    chunks: list[bytes] = []
    ends: list[int] = []
    size, is_quoted = 0, False
    while len(ends) < 2:
        chunk = stream.read(stream.chunk_bytes)
        if not chunk:
            break
        found, is_quoted = record_ends(chunk, 2 - len(ends), is_quoted=is_quoted)
        ends += [size + end for end in found]
        chunks.append(chunk)
        size += len(chunk)
    body = b"".join(chunks)
    stream.unread(body)
    header_end, row_end = [*ends, size, size][:2]
    header = check_header(body[:header_end], body[header_end:])
    row = body[header_end:row_end].rstrip(b"\r\n")
    return Head(header, parse_record(row) if row else None, media_type)


def check_table_answer(answer: Answer) -> str:
    """Return the media type of an answer; raise unless it can be a whole table by its headers."""
    if answer.status == 204:
        msg = f"{answer.request} was answered with status 204: there is no table."
        raise EmptyTableError(msg, status_code=204)
    if answer.status != 200 or "Content-Range" in answer.headers:
        msg = (
            f"{answer.request} was answered with status {answer.status}, which is not a whole "
            "table: only status 200 without Content-Range is."
        )
        raise DecodeError(msg, status_code=answer.status)
    media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if _OTHER_TYPES.fullmatch(media_type):
        msg = f"{answer.request} was answered with {media_type}, which is not a table."
        raise DecodeError(msg, status_code=answer.status)
    return media_type


def check_header(record: bytes, rest: bytes) -> list[str]:
    """Return the names of a table's header; raise if it is none."""
    names = parse_record(record)
    check_not_quota_notice(names, rest)
    if not any(names):
        msg = "The service answered with an empty body in the place of a table."
        raise EmptyTableError(msg)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"The header of the table names {twice!r} twice: {shown_body(record)}"
        raise DecodeError(msg)
    return names


def check_table_body(body: bytes, format_: str) -> bytes:
    """Return the body of a download; raise if it is a notice instead of a table."""
    delimiter = _DELIMITERS.get(format_)
    if delimiter is not None:
        ends, _ = record_ends(body, 1)
        record = body[: ends[0]] if ends else body
        check_not_quota_notice(parse_record(record, delimiter), body[len(record) :])
    return body
