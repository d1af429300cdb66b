"""Exactness: what goes in comes out the same."""

import csv
import io
import json
import math
import random
import struct
from urllib.parse import quote

import pytest

from alphacast_pandas.emulator import Readings

MANIFEST = [
    {"sourceName": "Date", "dataType": "Date", "isEntity": True},
    {"sourceName": "country", "dataType": "String", "isEntity": True},
    {"sourceName": "note", "dataType": "String"},
]


def values(answer, column):
    assert answer.status == 200, answer.text
    return [row[column] for row in csv.DictReader(io.StringIO(answer.text))]


def test_doubles_come_back_bit_for_bit(call):
    extremes = [
        1e-300,
        1.7976931348623157e308,
        -0.0,
        5e-324,
        5830.2271000000155,
        100.0,
        0.1,
        1e16,
        2.2250738585072014e-308,
    ]
    numbers = random.Random(7)
    bits = (struct.unpack("d", numbers.randbytes(8))[0] for _ in range(5000))
    sent = extremes + [number for number in bits if math.isfinite(number)]
    lines = [
        f"{2000 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02},x,{v!r}"
        for n, v in enumerate(sent)
    ]
    dataset = call.filled("Date,country,v\n" + "\n".join(lines) + "\n")
    got = [float(text) for text in values(call.data(dataset), "v")]
    assert [struct.pack("d", v) for v in got] == [struct.pack("d", v) for v in sent]
    lined = [json.loads(line)["v"] for line in call.data(dataset, "$format=json").body.splitlines()]
    assert [struct.pack("d", v) for v in lined] == [struct.pack("d", v) for v in sent]


TEXTS = [
    'say "hi"',
    "a,b",
    "line\nbreak",
    "cr\r\nlf",
    "NA",
    "N/A",
    "null",
    "NULL",
    "nan",
    "None",
    "007",
    "1e5",
    " inner blanks ",
    "tab\there",
    "#no comment",
    "it's",
    "ñÉ",
    '"',
    "\\",
    "ß",
    ";",
    "|",
    "\u2028",
    "x" * 50000,
    "😀",
    "-",
    "=1+1",
    "true",
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_texts_come_back_as_they_went(call, end):
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=end)
    writer.writerow(["Date", "country", "note"])
    writer.writerows(["2020-01-01", f"{n:03}", text] for n, text in enumerate([*TEXTS, ""]))
    dataset = call.filled(out.getvalue(), manifest=MANIFEST)
    for query, delimiter in (("$top=999", ","), ("$format=tsv", "\t")):
        rows = csv.DictReader(
            io.StringIO(call.data(dataset, query).text, newline=""), delimiter=delimiter
        )
        assert [row["note"] for row in rows] == [*TEXTS, ""]
    lines = call.data(dataset, "$format=json").text.split("\n")
    assert [json.loads(line)["note"] for line in lines if line] == [*TEXTS, None]


def test_entity_text_is_stripped_and_rows_come_by_date(call):
    text = "Date,country,a\n2021-01-01,\t b\u00a0,1\n2020-01-01, a ,2\n"
    dataset = call.filled(text)
    assert call.data(dataset).text == "Date,country,a\n2020-01-01,a,2.0\n2021-01-01,b,1.0\n"


def test_times_are_printed_where_one_is_not_midnight(call, emulator):
    manifest = [MANIFEST[0] | {"dateFormat": "%Y-%m-%d %H:%M:%S"}, MANIFEST[1]]
    text = "Date,country,a\n2020-01-01 00:00:00,x,1\n2020-01-01 12:30:00,x,2\n"
    dataset = call.filled(text, manifest=manifest)
    for word, mark in (("T", "T"), ("blank", " "), ("always", "T")):
        emulator.readings = Readings(date_time=word)
        assert values(call.data(dataset), "Date") == [
            f"2020-01-01{mark}00:00:00",
            f"2020-01-01{mark}12:30:00",
        ]
    assert values(call.data(dataset, "$filter='Date'%20gt%202020-01-01"), "a") == ["2.0"]


def test_rows_come_in_their_order_however_many_they_are(call):
    lines = [f"{1000 + n // 300}-01-{n % 28 + 1:02},c{n % 300:03},{n}" for n in range(300_000)]
    dataset = call.filled("Date,country,a\n" + "\n".join(lines) + "\n")
    everywhere = call.data(dataset).text
    names = " or ".join(f"country eq 'c{n:03}'" for n in range(300))
    assert call.data(dataset, "$filter=" + quote(names)).text == everywhere
    assert call.data(dataset, "$last=999999").text == everywhere
