"""The selection of a download: `$select`, `$top`, `$last`, `$format`."""

import csv
import io
from urllib.parse import quote

import pytest

from alphacast_pandas.emulator import Readings


def values(answer, column="CPI"):
    assert answer.status == 200, answer.text
    return [row[column] for row in csv.DictReader(io.StringIO(answer.text))]


def test_each_spelling_of_the_query_string_is_understood(call, prices):
    wanted = "Date,country,CPI\n2020-03-01,Brazil,4.5\n"
    for query in (
        "&$format=csv&%24select=CPI&$filter='Date'%20ge%202020-03-01",
        "%24format=csv&&%24filter=%27Date%27+ge+2020-03-01&$select=CPI&&",
        "$select=CPI&$filter=Date+ge+'2020-03-01'&from=2020&unknown=1&format=json",
    ):
        assert call.data(prices, query).text == wanted


def test_select_takes_names_ids_and_names_in_double_quotes(call, prices):
    ids = {c["name"]: c["id"] for c in call("GET", f"/datasets/{prices}").json["columns"]}
    housing = ids["Vivienda, agua"]
    assert housing > 1000
    for query in (f"{housing}", quote('"Vivienda, agua"'), f"{housing},Date,{housing}"):
        answer = call.data(prices, f"$select={query}&$last=1")
        assert answer.text == 'Date,country,"Vivienda, agua"\n2020-03-01,Brazil,40.0\n'
    answer = call.data(prices, f"$select=note,{ids['CPI']}&$last=1")
    assert answer.text == "Date,country,note,CPI\n2020-03-01,Brazil,,4.5\n"
    naive = call.data(prices, "$select=" + quote("Vivienda, agua"))
    assert naive.json == {"error": "Select contains invalid column(s): Vivienda,  agua"}


def test_a_number_in_select_is_a_name_before_it_is_an_id(call):
    dataset = call.filled("Date,country,2020,b\n2020-01-01,x,1,2\n")
    assert call.data(dataset, "$select=2020").text == "Date,country,2020\n2020-01-01,x,1.0\n"


def test_small_column_ids_and_refused_quotes_are_readings(call, prices, emulator):
    emulator.readings = Readings(column_ids="small", select_quotes="refused")
    columns = call("GET", f"/datasets/{prices}").json["columns"]
    assert [column["id"] for column in columns] == [1, 2, 3, 4, 5]
    assert call.data(prices, "$select=4&$top=1").text.startswith('Date,country,"Vivienda, agua"\n')
    assert call.data(prices, "$select=" + quote('"Vivienda, agua"')).status == 400


def test_last_counts_dates_or_rows_by_reading(call, prices, emulator):
    assert values(call.data(prices, "$last=3")) == ["1.5", "2.5", "3.5", "4.5"]
    assert values(call.data(prices, "$last=1&$filter=CPI%20lt%203")) == ["1.5", "2.5"]
    emulator.readings = Readings(last="rows")
    assert values(call.data(prices, "$last=3")) == ["2.5", "3.5", "4.5"]
    assert values(call.data(prices, "$last=3&$top=1")) == ["2.5"]
    assert values(call.data(prices, "$last=99")) == ["1.5", "2.5", "3.5", "4.5"]


@pytest.mark.parametrize("query", ["$top=x", "$top=-1", "$last=1.5", "$last=-2", "$format=pdf"])
def test_invalid_parameters_get_400(call, prices, query):
    assert call.data(prices, query).status == 400


def test_huge_and_zero_numbers_are_numbers(call, prices):
    assert len(values(call.data(prices, "$top=" + "9" * 50))) == 4
    assert len(values(call.data(prices, "$last=" + "9" * 50))) == 4
    assert values(call.data(prices, "$top=0")) == []


def test_rows_come_in_their_order_however_many_they_are(call):
    lines = [f"{1000 + n // 300}-01-{n % 28 + 1:02},c{n % 300:03},{n}" for n in range(300_000)]
    dataset = call.filled("Date,country,a\n" + "\n".join(lines) + "\n")
    everywhere = call.data(dataset).text
    names = " or ".join(f"country eq 'c{n:03}'" for n in range(300))
    assert call.data(dataset, "$filter=" + quote(names)).text == everywhere
    assert call.data(dataset, "$last=999999").text == everywhere
