"""`$filter`: each reading, each length, each name of a column."""

import csv
import io
import time
from urllib.parse import quote, quote_plus

import pytest

from alphacast_pandas.emulator import Readings

TEXT = """Date,country,CPI,rank,note
2020-01-31 00:00:00,Brasil,1.5,1,a
2020-01-31 10:00:00,brasil,2.5,,Á
2020-02-29 00:00:00,Perú,,3,
2020-02-29 23:59:59,Peru,4.5,4,z
"""
MANIFEST = [
    {
        "sourceName": "Date",
        "dataType": "Date",
        "dateFormat": "%Y-%m-%d %H:%M:%S",
        "isEntity": True,
    },
    {"sourceName": "country", "dataType": "String", "isEntity": True},
    {"sourceName": "rank", "dataType": "Short Integer"},
    {"sourceName": "note", "dataType": "String"},
]
ALL = ["Brasil", "brasil", "Perú", "Peru"]
INSTANT = "2020-01-31T10:00:00"
NAMES = [
    "a b",
    "a, b; c",
    "it's",
    "''",
    'say "hi"',
    "😀",
    "(%)",
    "eq",
    "and",
    "null",
    "2020",
    "2020-01-01",
    "c0",
    "a/b",
    "$filter",
    "100% & more + =?#",
    "ñandú\u00a0x",
    "a\\'b--",
]


def values(answer, column="CPI"):
    assert answer.status == 200, answer.text
    return [row[column] for row in csv.DictReader(io.StringIO(answer.text))]


@pytest.fixture
def dataset(call):
    return call.filled(TEXT, manifest=MANIFEST)


@pytest.fixture
def countries(call, dataset):
    """Return the countries of the rows that a filter keeps."""

    def ask(expression, more=""):
        answer = call.data(dataset, f"$filter={quote(expression)}{more}")
        assert answer.status == 200, answer.text
        return [row["country"] for row in csv.DictReader(io.StringIO(answer.text))]

    return ask


@pytest.fixture
def status(call, dataset):
    return lambda expression: call.data(dataset, f"$filter={quote(expression)}").status


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("country eq 'Brazil' and Date ge '2020-02-01'", ["3.5", "4.5"]),
        ("'Date' ge 2020-02-01", ["3.5", "4.5"]),
        ("'Date' ge 2020-02-01T00:00:00", ["3.5", "4.5"]),
        ("'Date' gt 2020-01-01 and 'Date' lt 2020-03-01", ["3.5"]),
        ("('country' eq 'Brazil' or 'country' eq 'Chile') and ('note' eq 'NA')", ["3.5"]),
        ("'country' EQ 'Côte d''Ivoire'", ["2.5"]),
        ("country ne 'Brazil'", ["2.5"]),
        ("CPI gt 2 AND CPI le '3.5'", ["2.5", "3.5"]),
        ("'Vivienda, agua' eq 40", ["4.5"]),
        ("note eq '007'", ["2.5"]),
        ("((country eq 'Brazil'))and(CPI eq 1.5)", ["1.5"]),
        ("CPI eq 1.5 or CPI eq 4.5 and note eq 'x'", ["1.5"]),
        ("country eq 'Narnia'", []),
        ("country eq ''';DROP TABLE datasets;--'", []),
    ],
)
def test_filters_of_every_documented_form_are_understood(call, prices, expression, expected):
    for spelled in (quote(expression), quote_plus(expression), quote(expression, safe="'()")):
        assert values(call.data(prices, f"$filter={spelled}")) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "CPI",
        "CPI eq",
        "eq",
        "CPI eq 'x",
        "(CPI eq 1",
        "not (CPI eq 1)",
        "CPI eq 1 CPI eq 2",
        "CPI in (1,2)",
        "contains(country,'a')",
        "CPI eq null",
        "CPI add 1 eq 2",
        "Date ge soon",
        "Date ge '20'",
        "CPI gt 'much'",
        "country eq Brazil",
        "()",
        "'",
        "CPI eq 1 or",
        "\x00",
        "(" * 3000 + "CPI eq 1" + ")" * 3000,
        " or ".join(["CPI eq 1"] * 6000),
    ],
)
def test_an_invalid_filter_gets_400_with_a_message(call, prices, expression):
    answer = call.data(prices, f"$filter={quote(expression)}")
    assert answer.status == 400
    assert answer.json["error"].startswith("Filter ")


def test_unknown_columns_of_a_filter_are_named_all_at_once(call, prices):
    answer = call.data(prices, "$filter=" + quote("region eq 'x' and cpi gt 1 and CPI gt 1"))
    assert (answer.status, answer.json) == (
        400,
        {"error": "Filter contains invalid column(s): region, cpi"},
    )


def test_a_long_filter_is_evaluated(call, prices):
    names = " or ".join(f"'country' eq 'country {number}'" for number in range(1500))
    assert values(call.data(prices, "$filter=" + quote(f"({names}) or CPI eq 1.5"))) == ["1.5"]


def test_only_one_form_of_names_in_filters_is_understood_by_reading(call, prices, emulator):
    quoted, bare = quote("'CPI' eq 1.5"), quote("CPI eq 1.5")
    emulator.readings = Readings(filter_names="bare")
    assert (
        call.data(prices, f"$filter={quoted}").status,
        call.data(prices, f"$filter={bare}").status,
    ) == (400, 200)
    emulator.readings = Readings(filter_names="quoted")
    assert (
        call.data(prices, f"$filter={quoted}").status,
        call.data(prices, f"$filter={bare}").status,
    ) == (200, 400)


@pytest.mark.parametrize(
    ("word", "expression", "expected"),
    [
        ("exact", "country eq 'brasil'", ["brasil"]),
        ("exact", "country ne 'brasil'", ["Brasil", "Perú", "Peru"]),
        ("exact", "country gt 'Peru'", ["brasil", "Perú"]),
        ("exact", "note eq 'a' or note eq 'Z'", ["Brasil"]),
        ("case", "country eq 'BRASIL'", ["Brasil", "brasil"]),
        ("case", "country eq 'PERÚ'", ["Perú"]),
        ("case", "country ne 'PERÚ'", ["Brasil", "brasil", "Peru"]),
        ("case", "country lt 'C'", ["Brasil", "brasil"]),
        ("case", "note eq 'á' or note eq 'Z'", ["brasil", "Peru"]),
        ("folded", "country eq 'BRÁSIL'", ["Brasil", "brasil"]),
        ("folded", "country ne 'PERU'", ["Brasil", "brasil"]),
        ("folded", "country ne 'PERU' and country ne 'BRASIL'", []),
        ("folded", "country gt 'ÓRDEN'", ["Perú", "Peru"]),
        ("folded", "note le 'A'", ["Brasil", "brasil"]),
        ("folded", "(note eq 'Ã' or note eq 'ž') and CPI gt 2", ["brasil", "Peru"]),
    ],
)
def test_texts_compare_by_reading(countries, emulator, word, expression, expected):
    emulator.readings = Readings(text=word)
    assert countries(expression) == expected


@pytest.mark.parametrize("word", ["case", "folded"])
def test_names_of_columns_are_exact_however_texts_compare(call, dataset, emulator, word):
    emulator.readings = Readings(text=word)
    answer = call.data(dataset, "$filter=" + quote("Country eq 'Peru'"))
    assert answer.json == {"error": "Filter contains invalid column(s): Country"}


@pytest.mark.parametrize(
    ("expression", "without", "missing"),
    [
        ("CPI ne 1.5", ["brasil", "Peru"], ["Perú"]),
        ("rank ne 3 and rank ne 4", ["Brasil"], ["brasil"]),
        ("note ne 'z'", ["Brasil", "brasil"], ["Perú"]),
        ("note ne 'z' and note ne 'y' and rank ne 1", [], ["brasil", "Perú"]),
        ("CPI ne 1.5 or rank ne 1", ["brasil", "Perú", "Peru"], []),
        ("country ne 'none'", ALL, []),
        ("Date ne 2020-01-31", ["brasil", "Perú", "Peru"], []),
        ("CPI lt 9", ["Brasil", "brasil", "Peru"], []),
        ("CPI eq 1.5", ["Brasil"], []),
    ],
)
@pytest.mark.parametrize("text", ["exact", "folded"])
def test_missing_values_are_dropped_or_kept_by_ne_alone(
    countries, emulator, text, expression, without, missing
):
    emulator.readings = Readings(text=text)
    assert countries(expression) == without
    emulator.readings = Readings(text=text, missing="kept")
    assert sorted(countries(expression)) == sorted(without + missing)


@pytest.mark.parametrize("expression", ["country eq 'Peru'", "nothing eq 1", "((", "CPI eq 'x'"])
def test_every_row_comes_back_where_filters_are_ignored(
    call, dataset, countries, emulator, expression
):
    emulator.readings = Readings(filter="ignored")
    assert countries(expression) == ALL
    assert countries(expression, "&$last=1") == ["Peru"]
    answer = call.data(dataset, f"$filter={quote(expression)}&$top=1")
    assert answer.headers["Row-Count"] == "4"


@pytest.mark.parametrize(
    ("word", "expression", "expected"),
    [
        ("instant", "Date eq 2020-01-31", ["Brasil"]),
        ("instant", f"Date eq {INSTANT} or Date eq 2020-02-29", ["brasil", "Perú"]),
        ("instant", "Date gt 2020-01-31", ["brasil", "Perú", "Peru"]),
        ("instant", "Date le 2020-02-29", ["Brasil", "brasil", "Perú"]),
        ("instant", "Date ne 2020-02-29", ["Brasil", "brasil", "Peru"]),
        ("instant", "Date eq 2020-01-31T07:00-03:00", ["brasil"]),
        ("day", "Date eq 2020-01-31", ["Brasil", "brasil"]),
        ("day", f"Date eq {INSTANT} or Date eq 2019-01-01", ["Brasil", "brasil"]),
        ("day", "Date gt '2020-01-31'", ["Perú", "Peru"]),
        ("day", "Date le 2020-02-29", ALL),
        ("day", "Date lt 2020-02-29T23:59:59", ["Brasil", "brasil"]),
        ("day", "Date ne 2020-02-29 and Date ne 2020-03-01", ["Brasil", "brasil"]),
    ],
)
def test_dates_compare_by_the_instant_or_by_the_day(
    countries, emulator, word, expression, expected
):
    emulator.readings = Readings(dates=word)
    assert countries(expression) == expected


@pytest.mark.parametrize(
    ("word", "bare", "quoted"), [("both", 200, 200), ("bare", 200, 400), ("quoted", 400, 200)]
)
def test_only_one_form_of_dates_is_understood_by_reading(status, emulator, word, bare, quoted):
    emulator.readings = Readings(filter_dates=word)
    for date in ("2020-01-31", INSTANT):
        assert status(f"'Date' ge {date} and country eq 'Peru'") == bare
        assert status(f"country eq 'Peru' and (Date ge '{date}')") == quoted
    assert status("CPI gt 1 and rank gt '1' and note eq '2020-01-31' and note eq 1") == 200


@pytest.mark.parametrize(
    ("names", "dates", "understood"),
    [
        ("bare", "quoted", "Date ge '2020-01-31'"),
        ("quoted", "bare", "'Date' ge 2020-01-31"),
        ("bare", "bare", "Date ge 2020-01-31"),
        ("quoted", "quoted", "'Date' ge '2020-01-31'"),
    ],
)
def test_forms_of_names_and_of_dates_are_two_readings(status, emulator, names, dates, understood):
    emulator.readings = Readings(filter_names=names, filter_dates=dates)
    forms = [
        f"{name} ge {date}"
        for name in ("Date", "'Date'")
        for date in ("2020-01-31", "'2020-01-31'")
    ]
    assert [form for form in forms if status(form) == 200] == [understood]


@pytest.mark.parametrize("text", ["exact", "folded"])
@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("country", "'no {}'", "'Peru'"),
        ("Date", "1900-01-{:02}T00:00:00.{:06}", "2020-02-29T23:59:59"),
        ("CPI", "-{}", "4.5"),
        ("rank", "-{}.5", "4"),
    ],
)
def test_five_thousand_alternatives_are_answered_at_once(
    countries, emulator, text, name, value, wanted
):
    emulator.readings = Readings(text=text)
    values = [value.format(1, n) if name == "Date" else value.format(n) for n in range(1, 5000)]
    begin = time.perf_counter()
    found = countries(" or ".join(f"'{name}' eq {each}" for each in [*values, wanted]), "&$last=9")
    assert found[-1] == "Peru"
    assert len(found) == (2 if (text, name) == ("folded", "country") else 1)
    found = countries(" and ".join(f"'{name}' ne {each}" for each in [*values, wanted]))
    assert "Brasil" in found
    assert "Peru" not in found
    assert time.perf_counter() - begin < 10  # half a second on an idle machine


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 101 + "CPI eq 1" + ")" * 101,
        "CPI eq 1 and (" * 5000 + "CPI eq 1" + ")" * 5000,
        "(" * 100_000,
        ")" * 100_000,
        "not " * 50_000 + "CPI eq 1",
        "or " * 50_000,
        "'" * 99_999,
        "- " * 50_000,
        "a/" * 50_000,
        "CPI eq 1 " * 5000,
        " or ".join(["CPI eq 1"] * 5001),
        "CPI eq " + "x" * 100_000,
        "Date eq 2020-01-01T" + ":" * 100_000,
        "Date eq 9999-12-31T23:59-23:00",
        "y" * 2_000_000,
    ],
    ids=lambda expression: f"{expression[:12]} of {len(expression)}",
)
def test_what_is_too_long_or_too_deep_gets_400(status, expression):
    assert status(expression) == 400


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 100 + "CPI eq 4.5" + ")" * 100,
        "(CPI eq 4.5 and " * 100 + "CPI eq 4.5" + ")" * 100,
        "(CPI eq 0 or (rank ne 9 and " * 50 + "CPI eq 4.5" + "))" * 50,
        " or ".join(["CPI eq 0 and CPI ne 1"] * 2499 + ["CPI gt 4"]),
        "CPI gt 4 and country ne 'a\x00b' and note ne '" + "x" * 200_000 + "'",
        "CPI gt " + "0" * 100_000 + "4",
    ],
    ids=lambda expression: f"{expression[:12]} of {len(expression)}",
)
def test_what_is_long_or_deep_within_bounds_is_evaluated(countries, expression):
    assert countries(expression) == ["Peru"]


@pytest.mark.parametrize("name", NAMES)
def test_a_column_of_any_name_is_filtered_by(call, name):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [["Date", name, "v"], ["2020-01-01", name, 1], ["2020-01-01", "other", 2]]
    )
    manifest = [MANIFEST[0] | {"dateFormat": "%Y-%m-%d"}, MANIFEST[1] | {"sourceName": name}]
    dataset = call.filled(out.getvalue(), manifest=manifest)
    spelled = "'" + name.replace("'", "''") + "'"
    answer = call.data(dataset, "$select=v&$filter=" + quote(f"{spelled} eq {spelled} and v ge 1"))
    assert list(csv.reader(io.StringIO(answer.text)))[1:] == [["2020-01-01", name, "1.0"]]


@pytest.mark.parametrize("name", ["😀", "eq", "and", "c0", "a/b", "$filter", "a,b", "2020", '"a"'])
def test_a_name_in_one_word_needs_no_quotes(call, name):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [["Date", "country", name], ["2020-01-01", "x", 1], ["2020-01-01", "y", 2]]
    )
    dataset = call.filled(out.getvalue())
    answer = call.data(dataset, "$filter=" + quote(f"{name} eq 2 or ({name} gt 2)"))
    assert [row["country"] for row in csv.DictReader(io.StringIO(answer.text))] == ["y"]
