"""Downloads: rows, columns and formats of section 6."""

import csv
import io
import json
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from alphacast_pandas.emulator import Plan, Readings

TEXT = """Date,country,CPI,"Vivienda, agua",note
2020-01-01,Brazil,1.5,10,x
2020-01-01,Côte d'Ivoire,2.5,,007
2020-02-01,Brazil,3.5,30,NA
2020-03-01,Brazil,4.5,40,
"""
MANIFEST = [
    {"sourceName": "Date", "dataType": "Date", "isEntity": True},
    {"sourceName": "country", "dataType": "String", "isEntity": True},
    {"sourceName": "note", "dataType": "String"},
]


@pytest.fixture
def dataset(call):
    return call.filled(TEXT, manifest=MANIFEST)


def values(answer, column="CPI"):
    assert answer.status == 200, answer.text
    return [row[column] for row in csv.DictReader(io.StringIO(answer.text))]


def follow(send, emulator, answer):
    address = urlsplit(answer.headers["Location"])
    assert f"http://{address.netloc}" == emulator.storage_url
    return send(emulator.storage_url, "GET", f"{address.path}?{address.query}")


@pytest.fixture
def fetch(emulator):
    import http.client

    def get(url, headers=None):
        address = urlsplit(url)
        connection = http.client.HTTPConnection(address.netloc, timeout=20)
        connection.request("GET", f"{address.path}?{address.query}", headers=headers or {})
        response = connection.getresponse()
        found = response.status, response.read()
        connection.close()
        return found

    return get


def test_a_plain_csv_is_a_redirect_to_storage(call, dataset, fetch, emulator):
    answer = call.data(dataset, "&$format=csv")
    assert answer.status == 302
    assert answer.headers["Location"].startswith(emulator.storage_url)
    assert emulator.storage_url != emulator.url
    status, body = fetch(answer.headers["Location"])
    assert (status, body.decode()) == (
        200,
        'Date,country,CPI,"Vivienda, agua",note\n2020-01-01,Brazil,1.5,10.0,x\n'
        "2020-01-01,Côte d'Ivoire,2.5,,007\n2020-02-01,Brazil,3.5,30.0,NA\n"
        "2020-03-01,Brazil,4.5,40.0,\n",
    )


def test_storage_refuses_credentials_and_addresses_that_are_not_signed(call, dataset, fetch):
    location = call.data(dataset, "").headers["Location"]
    assert fetch(location, call.auth)[0] == 400
    assert fetch(f"{location}&apiKey={call.key}")[0] == 403
    assert fetch(location[:-1] + ("0" if location[-1] != "0" else "1"))[0] == 403
    assert fetch(location.partition("?")[0])[0] == 403
    call("DELETE", f"/datasets/{dataset}")
    assert fetch(location)[0] == 404


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
def test_filters_of_every_documented_form_are_understood(call, dataset, expression, expected):
    for spelled in (quote(expression), quote_plus(expression), quote(expression, safe="'()")):
        assert values(call.data(dataset, f"$filter={spelled}")) == expected


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
def test_what_is_no_filter_gets_400_with_a_sentence(call, dataset, expression):
    answer = call.data(dataset, f"$filter={quote(expression)}")
    assert answer.status == 400
    assert answer.json["error"].startswith("Filter ")


def test_unknown_columns_of_a_filter_are_named_all_at_once(call, dataset):
    answer = call.data(dataset, "$filter=" + quote("region eq 'x' and cpi gt 1 and CPI gt 1"))
    assert (answer.status, answer.json) == (
        400,
        {"error": "Filter contains invalid column(s): region, cpi"},
    )


def test_a_long_filter_is_evaluated(call, dataset):
    names = " or ".join(f"'country' eq 'country {number}'" for number in range(1500))
    assert values(call.data(dataset, "$filter=" + quote(f"({names}) or CPI eq 1.5"))) == ["1.5"]


def test_each_spelling_of_the_query_string_is_understood(call, dataset):
    wanted = "Date,country,CPI\n2020-03-01,Brazil,4.5\n"
    for query in (
        "&$format=csv&%24select=CPI&$filter='Date'%20ge%202020-03-01",
        "%24format=csv&&%24filter=%27Date%27+ge+2020-03-01&$select=CPI&&",
        "$select=CPI&$filter=Date+ge+'2020-03-01'&from=2020&unknown=1&format=json",
    ):
        assert call.data(dataset, query).text == wanted


def test_select_takes_names_ids_and_names_in_double_quotes(call, dataset):
    ids = {c["name"]: c["id"] for c in call("GET", f"/datasets/{dataset}").json["columns"]}
    housing = ids["Vivienda, agua"]
    assert housing > 1000
    for query in (f"{housing}", quote('"Vivienda, agua"'), f"{housing},Date,{housing}"):
        answer = call.data(dataset, f"$select={query}&$last=1")
        assert answer.text == 'Date,country,"Vivienda, agua"\n2020-03-01,Brazil,40.0\n'
    answer = call.data(dataset, f"$select=note,{ids['CPI']}&$last=1")
    assert answer.text == "Date,country,note,CPI\n2020-03-01,Brazil,,4.5\n"
    naive = call.data(dataset, "$select=" + quote("Vivienda, agua"))
    assert naive.json == {"error": "Select contains invalid column(s): Vivienda,  agua"}


def test_a_number_in_select_is_a_name_before_it_is_an_id(call):
    dataset = call.filled("Date,country,2020,b\n2020-01-01,x,1,2\n")
    assert call.data(dataset, "$select=2020").text == "Date,country,2020\n2020-01-01,x,1.0\n"


def test_small_column_ids_and_refused_quotes_are_readings(call, dataset, emulator):
    emulator.readings = Readings(column_ids="small", select_quotes="refused")
    columns = call("GET", f"/datasets/{dataset}").json["columns"]
    assert [column["id"] for column in columns] == [1, 2, 3, 4, 5]
    assert call.data(dataset, "$select=4&$top=1").text.startswith('Date,country,"Vivienda, agua"\n')
    assert call.data(dataset, "$select=" + quote('"Vivienda, agua"')).status == 400


def test_last_counts_dates_or_rows_by_reading(call, dataset, emulator):
    assert values(call.data(dataset, "$last=3")) == ["1.5", "2.5", "3.5", "4.5"]
    assert values(call.data(dataset, "$last=1&$filter=CPI%20lt%203")) == ["1.5", "2.5"]
    emulator.readings = Readings(last="rows")
    assert values(call.data(dataset, "$last=3")) == ["2.5", "3.5", "4.5"]
    assert values(call.data(dataset, "$last=3&$top=1")) == ["2.5"]
    assert values(call.data(dataset, "$last=99")) == ["1.5", "2.5", "3.5", "4.5"]


def test_row_count_is_the_number_before_truncation(call, dataset, emulator):
    assert call.data(dataset, "$top=1").headers["Row-Count"] == "4"
    assert call.data(dataset, "$last=1&$filter=CPI%20gt%202").headers["Row-Count"] == "3"
    assert "Row-Count" not in call.data(dataset, "$select=CPI").headers
    emulator.readings = Readings(row_count="top")
    assert "Row-Count" not in call.data(dataset, "$last=1").headers
    emulator.readings = Readings(row_count="never")
    assert "Row-Count" not in call.data(dataset, "$top=1").headers


@pytest.mark.parametrize("query", ["$top=x", "$top=-1", "$last=1.5", "$last=-2", "$format=pdf"])
def test_parameters_without_sense_get_400(call, dataset, query):
    assert call.data(dataset, query).status == 400


def test_huge_and_zero_numbers_are_numbers(call, dataset):
    assert len(values(call.data(dataset, "$top=" + "9" * 50))) == 4
    assert len(values(call.data(dataset, "$last=" + "9" * 50))) == 4
    assert values(call.data(dataset, "$top=0")) == []


def test_json_comes_in_lines_as_an_array_or_under_data_by_reading(call, dataset, emulator):
    first = {
        "Date": "2020-01-01",
        "country": "Côte d'Ivoire",
        "CPI": 2.5,
        "Vivienda, agua": None,
        "note": "007",
    }
    query = "$format=json&$filter=CPI%20eq%202.5"
    assert [json.loads(line) for line in call.data(dataset, query).body.splitlines()] == [first]
    emulator.readings = Readings(json="array")
    assert call.data(dataset, query).json == [first]
    emulator.readings = Readings(json="data")
    assert call.data(dataset, query).json == {"data": [first]}
    assert call.data(dataset, "$format=json&$top=0").json == {"data": []}


def test_tsv_is_separated_by_tabs(call, dataset):
    assert call.data(dataset, "$format=tsv&$top=1").text == (
        "Date\tcountry\tCPI\tVivienda, agua\tnote\n2020-01-01\tBrazil\t1.5\t10.0\tx\n"
    )


def test_a_dataset_without_rows_answers_with_its_header(call, fetch):
    dataset = call.dataset()
    fields = {"dateColumnName": "Date", "entitiesColumnNames": ["country"]}
    call("PUT", f"/datasets/{dataset}/columns/initializer", fields)
    assert call.data(dataset, "$top=5").text == "Date,country\n"
    assert call.data(dataset, "$top=5").headers["Row-Count"] == "0"
    assert fetch(call.data(dataset, "").headers["Location"]) == (200, b"Date,country\n")


def test_an_exhausted_plan_gets_402_or_a_csv_by_reading(call, dataset, emulator):
    emulator.plan = Plan(monthly_exports=1)
    assert call.data(dataset).status == 200
    assert call.data(dataset).status == 402
    emulator.readings = Readings(quota="200")
    answer = call.data(dataset)
    assert (answer.status, answer.text) == (
        200,
        "error\nYou exceeded your free membership plan. Please upgrade your subscription.\n",
    )


def test_only_one_form_of_names_in_filters_is_understood_by_reading(call, dataset, emulator):
    quoted, bare = quote("'CPI' eq 1.5"), quote("CPI eq 1.5")
    emulator.readings = Readings(filter_names="bare")
    assert (
        call.data(dataset, f"$filter={quoted}").status,
        call.data(dataset, f"$filter={bare}").status,
    ) == (400, 200)
    emulator.readings = Readings(filter_names="quoted")
    assert (
        call.data(dataset, f"$filter={quoted}").status,
        call.data(dataset, f"$filter={bare}").status,
    ) == (200, 400)


def test_the_file_behind_the_redirect_may_be_stale_by_reading(call, dataset, fetch, emulator):
    emulator.readings = Readings(export="stale")
    more = "Date,country,CPI\n2021-01-01,Brazil,9\n"
    call.process(dataset, more)
    assert b"2021" not in fetch(call.data(dataset, "").headers["Location"])[1]
    assert "2021" in call.data(dataset).text
