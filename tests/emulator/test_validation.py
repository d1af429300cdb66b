"""Validation: the rules of 7.3, literal and in order."""

import gzip
import io
import zipfile
import zlib

import pytest

from alphacast_pandas.emulator import Readings

DATE = {"sourceName": "Date", "dataType": "Date", "dateFormat": "%Y-%m-%d", "isEntity": True}
COUNTRY = {"sourceName": "country", "dataType": "String", "isEntity": True}
SHORT = {"sourceName": "a", "dataType": "Short Integer", "isEntity": False}
MANIFEST = [DATE, COUNTRY]


def ending(call, text, manifest=MANIFEST, **words):
    process = call.process(call.dataset(), text, manifest=manifest, **words)
    return process["status"], process["statusDescription"]


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
    assert ending(call, text, manifest) == ("Error", message)


def test_without_a_manifest_the_process_fails_or_the_call_by_reading(call, emulator):
    text = "Date,country,a\n2020-01-01,x,1\n"
    assert ending(call, text, None) == ("Error", "Dataset has no manifest")
    emulator.readings = Readings(no_manifest="400")
    answer = call.upload(call.dataset("another"), text, manifest=None)
    assert (answer.status, answer.json) == (400, {"error": "Dataset has no manifest"})


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
    status, message = ending(call, "Date,country,a\n2020-01-01,x,1\n", manifest)
    assert (status, message) == ("Error", f"Date should be formatted as {form}")


def test_the_manifest_renames_ignores_and_gives_its_spelling(call):
    manifest = [
        DATE,
        {"sourceName": "País", "isEntity": "True"},
        {"sourceName": "gdp", "dataType": "Decimal", "destinationName": "GDP, total"},
        {"sourceName": "secret", "ignore": True},
        {"sourceName": "year", "dataType": "Short Integer"},
        {"sourceName": "note", "dataType": "String"},
    ]
    text = 'DATE, pais ,GDP,secret,year,note,rest\n2020-01-01, Perú ,1,x,2020,"NA",3\n'
    dataset = call.filled(text, manifest=manifest)
    assert call.data(dataset).text == (
        'Date,País,"GDP, total",year,note,rest\n2020-01-01,Perú,1.0,2020,NA,3.0\n'
    )


def test_an_exact_header_is_wanted_by_reading(call, emulator):
    emulator.readings = Readings(header_match="exact")
    assert ending(call, "date,country,a\n2020-01-01,x,1\n")[1] == "Data has not Date column"


def test_a_dataset_without_a_date_is_possible_by_reading(call, emulator):
    assert ending(call, "country,a\nx,1\n", [COUNTRY])[1] == "Data has not Date column"
    emulator.readings = Readings(date_column="optional")
    dataset = call.dataset("undated")
    assert call.process(dataset, "country,a\nx,1\n", manifest=[COUNTRY])["status"] == "Processed"
    assert call.data(dataset).text == "country,a\nx,1.0\n"
    assert call.data(dataset, "$last=1").text == "country,a\nx,1.0\n"


def zip_of(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data.csv", text)
    return packed.getvalue()


ROW = "Date,country,a\n2020-01-01,x,1\n"


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        ("data", ROW.encode()),
        ("data.csv", b"\xef\xbb\xbf" + ROW.encode()),
        (None, ROW.encode()),
        ("data.csv.gz", gzip.compress(ROW.encode(), mtime=0)),
        (
            "two-members.gz",
            gzip.compress(ROW[:20].encode(), mtime=0) + gzip.compress(ROW[20:].encode(), mtime=0),
        ),
        ("zlib-stream.zip", zlib.compress(ROW.encode())),
        ("data.zip", zip_of(ROW)),
    ],
    # An archive holds the time it was made at, which no name of a test may.
    ids=["plain", "mark", "nameless", "gzip", "two members", "zlib", "zip"],
)
def test_every_form_of_upload_ever_accepted_is_accepted(call, filename, content):
    dataset = call.filled(content, filename=filename)
    assert call.data(dataset).text == "Date,country,a\n2020-01-01,x,1.0\n"


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"Date,country,a\n2020-01-01,x,1\n" * 50, mtime=0)[:-9],
        b"\x1f\x8bgarbage",
        zlib.compress(b"x" * 100)[:-3],
        b"PKgarbage",
        b'Date,country,a\n2020-01-01,"x,1\n',
        b"Date,country,a\n2020-01-01,x\n",
        b"Date,country,a\n2020-01-01,x,1,2\n",
        b"Date,country,a\n2020-01-01,\xff,1\n",
        b"\xff\xfe\x00",
        b"\x00" * 100,
        b'"Date',
    ],
    ids=lambda content: f"{len(content)} bytes from {content[:6]!r}",
)
def test_a_damaged_file_ends_its_process_and_nothing_else(call, content):
    status, message = ending(call, content)
    assert status == "Error"
    assert not message.startswith("Internal error")
    dataset = call.dataset("another")
    assert call.process(dataset, "Date,country,a\n2020-01-01,x,1\n")["status"] == "Processed"


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"[1]",
        b"[{}]",
        b'[{"sourceName": 1}]',
        b"[" * 100000,
        b'[{"sourceName": "\\ud800"}]',
        b'[{"sourceName":"a","dataType":"Number"}]',
        b'[{"sourceName":"a","dataType":"Date"},{"sourceName":"b","dataType":"Date"}]',
        b'[{"sourceName":"a"},{"sourceName":"A"}]',
    ],
)
def test_a_manifest_that_is_none_is_refused_at_once(call, manifest):
    before = b'--e\r\nContent-Disposition: form-data; name="manifest"\r\n\r\n'
    file = b'\r\n--e\r\nContent-Disposition: form-data; name="data"; filename="d"\r\n\r\na\n1\r\n'
    body = before + manifest + file + b"--e--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=e"}
    answer = call.send("PUT", f"/datasets/{call.dataset()}/data", body, headers)
    assert answer.status == (400 if manifest else 201)
