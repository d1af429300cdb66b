"""Whatever is sent, no error of the emulator itself, and no words of a library in an answer."""

import logging
from typing import get_args
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from alphacast_pandas.emulator import Readings

FOREIGN = ("duckdb", "error:", "traceback", "codec", "conversion", "parser", "sequence item")
ODD = [
    "\x00",
    "a\x00b",
    "\r",
    "a\rb",
    "\u2028",
    "\ufeff",
    "\uffff",
    "\U0001f600",
    "\x1b[31m",
    "'",
    "''",
    '"',
    '"a',
    "9" * 5000,
    "1" * 100_000 + "x",
    "-" + "9" * 40,
    "1e400",
    "nan",
    "infinity",
    "0000-01-01",
    "0001-01-01T00:00+14:00",
    "9999-12-31T23:59-14:00",
    "rowid",
    "x" * 140_000,
]
texts = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"])))
numbers = st.one_of(texts, st.integers(-(2**80), 2**80).map(str), st.just(str(2**63 - 1)))


def check(answer):
    assert answer.status < 500, answer.text
    if "json" in answer.headers.get("content-type", "") and answer.status >= 400:
        words = answer.json["error"].lower()
        # What a message quotes of the request is not a library's.
        assert not any(word in words for word in FOREIGN), words


@given(column=st.one_of(st.sampled_from(["CPI", "'Date'", "note", "country"]), texts), value=texts)
@example("CPI", "'nan'")
@example("CPI", "'1_0'")
@example("Date", "'0001-01-01T00:00+14:00'")
def test_any_filter_is_answered(prices, call, emulator, column, value):
    quoted = value.replace("'", "''")
    assume(not any(word in f"{column}{value}".lower() for word in FOREIGN))  # they are quoted
    for text in (f"{column} eq {value}", f"{column} ge '{quoted}'", f"({column} ne {value}"):
        check(call.data(prices, f"$top=2&$filter={quote(text)}"))
        assert emulator.internal_errors == []


@given(
    select=texts, top=numbers, last=numbers, form=st.sampled_from(["csv", "json", "xlsx", "tsv"])
)
@example('a\rb,"', str(2**63 - 1), str(2**63 - 1), "json")
@example('"' + "x" * 140_000, "1", "1", "csv")
def test_any_selection_is_answered(prices, call, emulator, select, top, last, form):
    for query in (
        {"$select": select},
        {"$top": top},
        {"$last": last},
        {"$top": top, "$last": last},
    ):
        words = "&".join(f"{name}={quote(value)}" for name, value in query.items())
        check(call.data(prices, f"{words}&$format={form}"))
        assert emulator.internal_errors == []


@given(number=texts, expires=texts, signature=texts)
@example("9" * 5000, "1", "x")
def test_any_address_of_a_file_is_answered(emulator, fetch, number, expires, signature):
    path = f"/datasets/{quote(number, safe='')}.csv"
    url = f"{emulator.storage_url}{path}?Expires={quote(expires)}&Signature={quote(signature)}"
    assert fetch(url).status in {403, 404}
    assert emulator.internal_errors == []


@given(
    words=st.fixed_dictionaries({"q": texts, "offset": numbers, "length": numbers}),
    readings=st.fixed_dictionaries(
        {
            name: st.sampled_from(get_args(kind))
            for name, kind in Readings.__annotations__.items()
            if name.startswith("search_")
        }
    ),
)
@example({"q": "", "offset": str(2**63 - 1), "length": str(2**63 - 1)}, {"search_offset": "pages"})
@example({"q": "", "offset": "9", "length": "0"}, {"search_repeats": "last"})
def test_any_search_is_answered(prices, call, emulator, fetch, words, readings):
    emulator.readings = Readings(**readings)
    query = "&".join(f"{name}={quote(value)}" for name, value in words.items())
    answer = fetch(f"{emulator.search_url}/api/search?{query}&apiKey={call.key}")
    assert answer.status in {200, 400}
    assert emulator.internal_errors == []


def nested(depth):
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    "value",
    ["NaN", "Infinity", "-1e999", '"\\ud800"', "9" * 4301, *map(nested, (101, 400, 990, 5000))],
    ids=lambda value: f"{len(value)} characters from {value[:9]}",
)
def test_json_that_could_not_be_sent_back_is_refused(call, emulator, value):
    dataset = call.dataset()
    headers = {"Content-Type": "application/json"}
    body = f'{{"executionParam": {value}}}'
    runs = f"/datasets/{dataset}/connector/runs"
    answer = call.send("POST", runs, body.encode(), headers)
    assert (answer.status, answer.json["error"][:5]) == (400, "Body ")
    manifest = f'[{{"sourceName": "Date", "dataType": "Date", "unknown": {value}}}]'
    parts = "--e\r\nContent-Disposition: form-data; name=manifest\r\n\r\n" + manifest
    parts += "\r\n--e\r\nContent-Disposition: form-data; name=data\r\n\r\nDate\r\n--e--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=e"}
    answer = call.send("PUT", f"/datasets/{dataset}/data", parts.encode(), headers)
    assert (answer.status, answer.json["error"][:9]) == (400, "manifest ")
    assert call("GET", f"/datasets/{dataset}/columns").status == 200


def test_json_that_is_deep_but_allowed_comes_back(call):
    dataset = call.dataset()
    body = f'{{"executionParam": {nested(98)}}}'.encode()
    headers = {"Content-Type": "application/json"}
    run = call.send("POST", f"/datasets/{dataset}/connector/runs", body, headers)
    assert run.status == 201
    again = call("GET", f"/datasets/{dataset}/connector/runs/{run.json['id']}")
    assert again.json["executionParam"] == run.json["executionParam"]


def test_a_form_with_very_many_equal_names_takes_no_time(call):
    form = b"name=x&privacy=Public&" + b"a=1&" * 300_000  # a minute, if each made a new list
    assert call("POST", "/repositories", form=form).status == 201


@pytest.mark.parametrize(
    "charset", ["undefined", "unicode_escape", "hex", "nothing", "utf-16", "punycode"]
)
def test_a_malformed_upload_is_refused_in_words_of_ours(call, emulator, charset, caplog, capfd):
    dataset = call.dataset()
    part = b"--e\r\nContent-Disposition: form-data; name=data\r\n\r\n\\ud800\r\n--e--\r\n"
    for body in (part, part.replace(b"\r\n\r\n", b"\r\n\xff\r\n"), part[5:], b"--e"):
        media_type = f"multipart/form-data; charset={charset}; boundary=e"
        answer = call.send("PUT", f"/datasets/{dataset}/data", body, {"Content-Type": media_type})
        check(answer)
    assert emulator.internal_errors == []
    assert logging.getLogger("python_multipart").handlers
    assert capfd.readouterr() == ("", "")


def to_line(cells):
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


@given(
    header=st.lists(texts, max_size=4),
    cells=st.lists(texts, min_size=4, max_size=4),
    form=st.sampled_from(["%Y-%m-%d", "%Y", "%n", "%Q", "%", "%j", "%c", "%Y-%m-%d\x00", "%s"]),
    date=st.one_of(st.sampled_from(["2020-01-01", "2020", "1"]), texts),
    shape=st.sampled_from(["lines", "array", "data"]),
)
@example([], ["1"] * 4, "%Y-%m-%d", "0000-01-01", "lines")
@example(["a\x00b"], ["\x00"] * 4, "%Y-%m-%d", "2020-01-01", "array")
def test_any_file_ends_its_process_in_words_of_ours(
    call, emulator, header, cells, form, date, shape
):
    emulator.readings = Readings(json=shape)
    names, row = to_line(["Date", *header]), to_line([date, *cells[: len(header)]])
    dataset = call.dataset(str(len(call("GET", "/datasets").json)))
    manifest = [{"sourceName": "Date", "dataType": "Date", "dateFormat": form}]
    answer = call.upload(dataset, names + row, manifest=manifest)
    emulator.wait()
    process = call("GET", f"/datasets/{dataset}/processes/{answer.json['id']}").json
    assert process["statusDescription"] != "Internal error"
    assert emulator.internal_errors == []
    for query in ("$format=json", "$format=xlsx", "$top=3"):
        assert call.data(dataset, query).status == 200


def break_rows(emulator, dataset):
    """Drop the rows of a dataset behind the back of its record."""
    with emulator._service.store.write() as cursor:
        for name in emulator._service.store.row_tables(cursor):
            cursor.execute(f"DROP TABLE {name}")


@pytest.mark.parametrize("key", ["error", "message"])
def test_an_error_of_the_emulator_is_a_neutral_500_and_kept_for_its_developer(
    server, call, caller, fetch_file, capfd, key
):
    dataset = call.filled("Date,country,a\n2020-01-01,x,1\n")
    break_rows(server, dataset)
    server.readings = Readings(error_key=key)
    answer = call.data(dataset, "$top=1")
    assert (answer.status, answer.json) == (500, {key: "Internal Server Error"})
    file = fetch_file(dataset)
    assert (file.status, b"InternalError" in file.body, b"rows_" in file.body) == (500, True, False)
    process = call.process(dataset, "Date,country,a\n2020-01-01,x,2\n", manifest=None)
    assert (process["status"], process["statusDescription"]) == ("Error", "Internal error")
    assert [type(error).__name__ for error in server.internal_errors] == ["CatalogException"] * 3
    assert all(error.__traceback__ for error in server.internal_errors)
    assert capfd.readouterr() == ("", "")
    server.reset()
    assert server.internal_errors == []
