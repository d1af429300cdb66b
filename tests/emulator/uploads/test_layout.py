"""The layout: columns of a file are matched with those of the dataset."""

from alphacast_pandas.emulator import Readings

DATE = {"sourceName": "Date", "dataType": "Date", "dateFormat": "%Y-%m-%d", "isEntity": True}


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
    assert call.ending("date,country,a\n2020-01-01,x,1\n")[1] == "Data has not Date column"
