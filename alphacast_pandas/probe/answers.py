"""Raw answers: what they hold, or the error that they mean."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.responses import error_of, parse_json
from alphacast_pandas.errors import DecodeError

if TYPE_CHECKING:
    from alphacast_pandas.api.responses import RawAnswer


@dataclass(frozen=True)
class Rows:
    """The header and the rows of a csv."""

    header: list[str]
    rows: list[dict[str, str]]

    def column(self, name: str) -> list[str]:
        """Return the cells of a column; a date is a day."""
        return [row[name][:10] if name == "Date" else row[name] for row in self.rows]

    def cell(self, day: str, name: str) -> str | None:
        """Return the cell of a column at a date; None if there is no such row or column."""
        cells = (row.get(name) for row in self.rows if row.get("Date", "")[:10] == day)
        return next(cells, None)


def check_success(answer: RawAnswer) -> RawAnswer:
    """Return an answer of success, or raise what its status means."""
    if 200 <= answer.status < 300:
        return answer
    raise error_of(answer.request, answer.status, answer.body)


def parse_value(answer: RawAnswer) -> Any:
    """Return the JSON value of an answer."""
    return parse_json(answer.request, answer.body)


def parse_object(answer: RawAnswer) -> dict[str, Any]:
    """Return the JSON object of an answer."""
    value = parse_value(answer)
    if not isinstance(value, dict):
        msg = f"The answer to {answer.request} is no JSON object."
        raise DecodeError(msg)
    return value


def parse_list(answer: RawAnswer) -> list[dict[str, Any]]:
    """Return the JSON array of objects of an answer, bare or under ``data``."""
    value = parse_value(answer)
    value = value.get("data") if isinstance(value, dict) else value
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        msg = f"The answer to {answer.request} is no list of objects."
        raise DecodeError(msg)
    return value


def parse_id(answer: RawAnswer) -> int:
    """Return the id of what was made, or raise if there is none in the answer."""
    number = parse_object(answer).get("id")
    if type(number) is not int and not (isinstance(number, str) and number.isdecimal()):
        msg = f"The answer to {answer.request} has no id: {show_body(answer)}."
        raise DecodeError(msg)
    return int(number)


def parse_rows(answer: RawAnswer) -> Rows:
    """Return the rows of a csv of the probe's own data, all of which have a column ``Date``."""
    rows = parse_csv(answer)
    if "Date" not in rows.header:
        msg = f"The answer to {answer.request} has no column 'Date': {show_body(answer)}."
        raise DecodeError(msg)
    return rows


def parse_csv(answer: RawAnswer) -> Rows:
    """Return the rows of a csv of any columns."""
    try:
        lines = [*csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline=""))]
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"The answer to {answer.request} is no csv: {error}."
        raise DecodeError(msg) from error
    header, body = (lines[0], lines[1:]) if lines else ([], [])
    if any(len(line) != len(header) for line in body):
        msg = f"The answer to {answer.request} is no csv: its lines have different lengths."
        raise DecodeError(msg)
    return Rows(header, [dict(zip(header, line, strict=True)) for line in body])


def show_body(answer: RawAnswer) -> str:
    """Return the beginning of a body, for what was seen."""
    return json.dumps(answer.body[:200].decode("utf-8", "replace"))
