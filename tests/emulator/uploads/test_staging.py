"""Staging: the rules of validation, literal and in order."""

import pytest

from alphacast_pandas.emulator import Readings

DATE = {"sourceName": "Date", "dataType": "Date", "dateFormat": "%Y-%m-%d", "isEntity": True}
COUNTRY = {"sourceName": "country", "dataType": "String", "isEntity": True}
SHORT = {"sourceName": "a", "dataType": "Short Integer", "isEntity": False}
MANIFEST = [DATE, COUNTRY]
STORED = "Date,country,a,b\n2020-01-01,Chile,1,10\n2020-02-01,Chile,2,\n"


def test_entity_text_is_stripped_and_rows_come_by_date(call):
    text = "Date,country,a\n2021-01-01,\t b\u00a0,1\n2020-01-01, a ,2\n"
    dataset = call.filled(text)
    assert call.data(dataset).text == "Date,country,a\n2020-01-01,a,2.0\n2021-01-01,b,1.0\n"


def test_a_new_column_is_added_only_with_consent(call):
    dataset = call.filled(STORED)
    wider = "Date,country,a,c\n2020-01-01,Chile,1,7\n"
    refused = call.process(dataset, wider, "onConflictUpdateDB=true")
    assert refused["status"] == "Error"
    assert refused["statusDescription"] == (
        "Unknown column(s): c. Missing column(s): b - consider renaming to original names or"
        " add 'AcceptNewColumn' parameter to confirm adding new column(s)"
    )
    call.process(dataset, wider, "onConflictUpdateDB=true&acceptNewColumns=True")
    assert (
        call.data(dataset, "$top=1").text == "Date,country,a,b,c\n2020-01-01,Chile,1.0,10.0,7.0\n"
    )


@pytest.mark.parametrize(
    ("text", "manifest", "message"),
    [
        ("day,country,a\nx,y,1\n", MANIFEST, "Data has not Date column"),
        ("", MANIFEST, "Data has not Date column"),
        ("Date,a\n2020-13-01,1\n", MANIFEST, "Date should be formatted as %Y-%m-%d"),
        ("Date,country,a\n,y,1\n", MANIFEST, "Date should be formatted as %Y-%m-%d"),
        (
            "Date,a\n",
            MANIFEST,
            "Data has not required 'country' column. If you need to change entities, please"
            " specify new entitiesColumnNames during upload",
        ),
        ("Date,country,a\n", MANIFEST, "Data is empty"),
        (
            "Date,country,a\n2020-01-01,,99999\n2020-01-01, ,1\n",
            [DATE, COUNTRY, SHORT],
            "1 rows are duplicated. First 10 rows as example:"
            ' [{"Date": "2020-01-01", "country": "none"}]',
        ),
        (
            "Date,country,a\n2020-01-01,x,32768\n",
            [DATE, COUNTRY, SHORT],
            "Column 'a' cannot be cast to Short Integer (Int16)",
        ),
        ("Date,country,a\n2020-01-01,x,n/a\n", MANIFEST, "Column 'a' cannot be cast to Decimal"),
        ("Date,country,a\n2020-01-01,x,1e400\n", MANIFEST, "Column 'a' cannot be cast to Decimal"),
        ("Date,country,a\n2020-01-01,x,1_0\n", MANIFEST, "Column 'a' cannot be cast to Decimal"),
        ("Date,country,\n2020-01-01,x,1\n", MANIFEST, "Column 3 has no name"),
        (
            "Date,country,Año,ano\n2020-01-01,x,1,2\n",
            MANIFEST,
            "Columns 'Año' and 'ano' have the same name",
        ),
    ],
)
def test_a_broken_rule_ends_the_process_with_its_literal_message(call, text, manifest, message):
    assert call.ending(text, manifest) == ("Error", message)


@pytest.mark.parametrize(
    ("form", "written", "stored"),
    [
        ("%d/%m/%Y", "05/01/2024", "2024-01-05"),
        ("%Y-%m-%d", "24-01-05", "2024-01-05"),
        ("%Y-%m-%d", "2024-01-05 13:30:00", "2024-01-05"),
        ("%Y-%m-%d", " 2024-01-05 ", "2024-01-05"),
        ("%b %Y", "Jan 2024", "2024-01-01"),
        ("%Y%m%d", "20240105", "2024-01-05"),
        ("%Y-%m-%dT%H:%M:%S", "2024-01-05T13:30:00", "2024-01-05T13:30:00"),
        ("%Y-%m-%dT%H:%M:%S", "2024-01-05T00:00:00", "2024-01-05"),
    ],
)
def test_dates_are_read_in_three_steps_and_printed_as_iso(call, form, written, stored):
    manifest = [DATE | {"dateFormat": form}, COUNTRY]
    dataset = call.filled(f"Date,country,a\n{written},x,1\n", manifest=manifest)
    assert call.data(dataset).text == f"Date,country,a\n{stored},x,1.0\n"


@pytest.mark.parametrize("form", ["%Q", "%", "%Y-%m-%d%z", "plain"])
def test_a_format_that_reads_nothing_is_named_in_the_message(call, form):
    manifest = [DATE | {"dateFormat": form}, COUNTRY]
    status, message = call.ending("Date,country,a\n2020-01-01,x,1\n", manifest)
    assert (status, message) == ("Error", f"Date should be formatted as {form}")


def test_a_dataset_without_a_date_is_possible_by_reading(call, emulator):
    assert call.ending("country,a\nx,1\n", [COUNTRY])[1] == "Data has not Date column"
    emulator.readings = Readings(date_column="optional")
    dataset = call.dataset("undated")
    assert call.process(dataset, "country,a\nx,1\n", manifest=[COUNTRY])["status"] == "Processed"
    assert call.data(dataset).text == "country,a\nx,1.0\n"
    assert call.data(dataset, "$last=1").text == "country,a\nx,1.0\n"
