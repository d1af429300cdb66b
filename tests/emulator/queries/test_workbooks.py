"""Workbooks: what a spreadsheet program finds in an xlsx download."""

import datetime as dt
import io

import openpyxl
import pytest

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.queries.exports import render_workbook
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Store

TEXT_COLUMN = {"sourceName": "note", "dataType": "String"}
SHORT_COLUMN = {"sourceName": "n", "dataType": "Short Integer"}


def sheet(answer):
    assert answer.status == 200, answer.text
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Type"] == kind
    book = openpyxl.load_workbook(io.BytesIO(answer.body))
    assert len(book.worksheets) == 1
    return book.active


def rows(answer):
    return [list(row) for row in sheet(answer).iter_rows(values_only=True)]


@pytest.fixture
def manifest():
    date = {"sourceName": "Date", "dataType": "Date", "dateFormat": "%Y-%m-%d"}
    entity = {"sourceName": "country", "dataType": "String", "isEntity": True}
    return [date, entity, TEXT_COLUMN, SHORT_COLUMN]


def test_a_workbook_holds_dates_as_dates_and_numbers_as_numbers(call, manifest):
    text = (
        "Date,country,note,n,GDP\n"
        "2020-01-01,Chile,007,7,5830.2271000000155\n"
        '2020-02-01,=1+1," a, ""b""\n<c>",,\n'
    )
    dataset = call.filled(text, manifest=manifest)
    found = rows(call.data(dataset, "$format=xlsx"))
    assert found == [
        ["Date", "country", "note", "n", "GDP"],
        [dt.datetime(2020, 1, 1), "Chile", "007", 7, 5830.2271000000155],  # noqa: DTZ001 - openpyxl's
        [dt.datetime(2020, 2, 1), "=1+1", ' a, "b"\n<c>', None, None],  # noqa: DTZ001 - openpyxl's
    ]
    first = sheet(call.data(dataset, "$format=xlsx"))
    assert first["A2"].is_date
    assert first["A2"].number_format == "yyyy-mm-dd"
    assert first["B3"].data_type == "s"


def test_a_workbook_obeys_select_filter_top_and_last(call):
    dataset = call.filled(
        "Date,country,a,b\n2020-01-01,x,1,2\n2021-01-01,x,3,4\n2021-01-01,y,5,6\n"
    )
    answer = call.data(dataset, "$format=xlsx&$select=b&$last=1&$top=1")
    assert answer.headers["Row-Count"] == "3"
    assert rows(answer)[0] == ["Date", "country", "b"]
    assert [row[1:] for row in rows(answer)[1:]] == [["x", 4]]
    assert rows(call.data(dataset, "$format=xlsx&$filter=country eq 'z'".replace(" ", "%20"))) == [
        ["Date", "country", "a", "b"]
    ]


def test_a_workbook_of_an_empty_dataset_is_a_workbook(call):
    assert rows(call.data(call.dataset(), "$format=xlsx")) == []


def test_a_workbook_shows_the_time_of_day_where_there_is_one(call):
    text = "Date,country,a\n2020-01-01T06:30:00,x,1\n"
    manifest = [
        {"sourceName": "Date", "dataType": "Date", "dateFormat": "%Y-%m-%dT%H:%M:%S"},
        {"sourceName": "country", "isEntity": True},
    ]
    cell = sheet(call.data(call.filled(text, manifest=manifest), "$format=xlsx"))["A2"]
    assert cell.value == dt.datetime(2020, 1, 1, 6, 30)  # noqa: DTZ001 - openpyxl's
    assert cell.number_format == "yyyy-mm-dd hh:mm:ss"


def test_a_date_that_no_spreadsheet_knows_is_a_text(call):
    dataset = call.filled("Date,country,a\n1815-06-18,x,1\n1900-03-01,x,2\n")
    found = rows(call.data(dataset, "$format=xlsx"))
    assert [row[0] for row in found[1:]] == ["1815-06-18", dt.datetime(1900, 3, 1)]  # noqa: DTZ001 - openpyxl's


def test_a_text_that_looks_like_markup_of_workbooks_does_no_harm(call, manifest):
    text = "Date,country,note,n,a\n2020-01-01,x,<r>&</r>,1,1\n2020-01-02,x,_x0041_,1,1\n"
    found = rows(call.data(call.filled(text, manifest=manifest), "$format=xlsx"))
    assert found[1][2].strip() == "<r>&</r>"
    assert openpyxl.utils.escape.unescape(found[2][2]) == "_x0041_"


def test_more_columns_than_a_sheet_has_are_refused(tmp_path):
    store = Store(tmp_path, in_memory=True)
    columns = tuple(Column(number, f"c{number}", "Decimal", False) for number in range(16_385))
    with store.transaction() as cursor, pytest.raises(Refusal, match="16384 columns"):
        render_workbook(store, cursor, None, columns, has_time=False)
    assert list(store.spool.iterdir()) == []
    store.close()
