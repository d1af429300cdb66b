"""Exports: each format gives back exactly what was stored, plain or compressed."""

import csv
import gzip
import io
import json
import math
import random
import struct

import pytest

from alphacast_pandas.emulator import Readings

MANIFEST = [
    {"sourceName": "Date", "dataType": "Date", "isEntity": True},
    {"sourceName": "country", "dataType": "String", "isEntity": True},
    {"sourceName": "note", "dataType": "String"},
]
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
ONE_ROW = "Date,country,a\n2020-01-01,x,1.0\n"


def values(answer, column):
    assert answer.status == 200, answer.text
    return [row[column] for row in csv.DictReader(io.StringIO(answer.text))]


def test_json_comes_in_lines_as_an_array_or_under_data_by_reading(call, prices, emulator):
    first = {
        "Date": "2020-01-01",
        "country": "Côte d'Ivoire",
        "CPI": 2.5,
        "Vivienda, agua": None,
        "note": "007",
    }
    query = "$format=json&$filter=CPI%20eq%202.5"
    assert [json.loads(line) for line in call.data(prices, query).body.splitlines()] == [first]
    emulator.readings = Readings(json="array")
    assert call.data(prices, query).json == [first]
    emulator.readings = Readings(json="data")
    assert call.data(prices, query).json == {"data": [first]}
    assert call.data(prices, "$format=json&$top=0").json == {"data": []}


def test_tsv_is_separated_by_tabs(call, prices):
    assert call.data(prices, "$format=tsv&$top=1").text == (
        "Date\tcountry\tCPI\tVivienda, agua\tnote\n2020-01-01\tBrazil\t1.5\t10.0\tx\n"
    )


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


def test_answers_are_not_compressed_unless_by_reading(call, fetch_file):
    dataset = call.filled(ONE_ROW)
    computed = call.send(
        "GET", f"/datasets/{dataset}/data?$top=9", None, {"Accept-Encoding": "gzip"}
    )
    for answer in (computed, fetch_file(dataset, {"Accept-Encoding": "gzip"})):
        assert answer.headers["Content-Encoding"] is None
        assert answer.text == ONE_ROW


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip", True),
        ("gzip, deflate, br;q=0.5", True),
        ("deflate, GZIP;q=0.1", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("deflate", False),
        ("", False),
    ],
)
def test_files_are_compressed_for_those_who_accept_it_by_reading(
    call, emulator, fetch_file, accepted, is_compressed
):
    emulator.readings = Readings(transfer="gzip")
    dataset = call.filled(ONE_ROW)
    headers = {"Accept-Encoding": accepted}
    computed = call.send("GET", f"/datasets/{dataset}/data?$top=9", None, headers)
    assert computed.headers["Row-Count"] == "1"
    for answer in (computed, fetch_file(dataset, headers)):
        assert (answer.headers["Content-Encoding"] == "gzip") is is_compressed
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert (gzip.decompress(answer.body) if is_compressed else answer.body) == ONE_ROW.encode()


def test_a_compressed_file_may_be_large(call, emulator, fetch_file):
    emulator.readings = Readings(transfer="gzip")
    rows = "".join(f"2020-01-01,{number},{number}.5\n" for number in range(50_000))
    dataset = call.filled("Date,country,a\n" + rows)
    answer = fetch_file(dataset, {"Accept-Encoding": "gzip"})
    assert len(gzip.decompress(answer.body).splitlines()) == 50_001
