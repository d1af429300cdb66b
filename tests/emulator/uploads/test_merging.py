"""Merging: the truth table of the flags, counted in values."""

import pytest

from alphacast_pandas.emulator import Readings

STORED = "Date,country,a,b\n2020-01-01,Chile,1,10\n2020-02-01,Chile,2,\n"
SENT = "Date,country,a,b\n2020-02-01,Chile,3,30\n2020-03-01,Chile,4,40\n"
HEADER = "Date,country,a,b\n"


@pytest.mark.parametrize(
    ("delete", "update", "rows", "counts"),
    [
        (
            "false",
            "false",
            "2020-01-01,Chile,1.0,10.0\n2020-02-01,Chile,2.0,\n2020-03-01,Chile,4.0,40.0\n",
            (2, 0, 0, 5),
        ),
        (
            "False",
            "True",
            "2020-01-01,Chile,1.0,10.0\n2020-02-01,Chile,3.0,30.0\n2020-03-01,Chile,4.0,40.0\n",
            (3, 1, 0, 6),
        ),
        ("TRUE", "1", "2020-02-01,Chile,3.0,30.0\n2020-03-01,Chile,4.0,40.0\n", (3, 1, 2, 4)),
        ("true", "", "2020-02-01,Chile,2.0,\n2020-03-01,Chile,4.0,40.0\n", (2, 0, 2, 3)),
    ],
)
def test_each_pair_of_flags_merges_as_the_table_says(call, delete, update, rows, counts):
    dataset = call.filled(STORED)
    process = call.process(
        dataset, SENT, f"deleteMissingFromDB={delete}&onConflictUpdateDB={update}"
    )
    assert call.data(dataset).text == HEADER + rows
    names = ("insertedValues", "updatedValues", "deletedValues", "totalValues")
    assert tuple(process["stats"][name] for name in names) == counts
    assert process["stats"]["changedValues"] == sum(counts[:3])


def test_the_description_counts_values_and_ends_in_two_odd_characters(call):
    process = call.process(call.dataset(), STORED)
    assert process["statusDescription"] == "3 values added to database./n"
    assert process["stats"]["minDate"] == "2020-01-01"
    assert process["stats"]["maxDate"] == "2020-02-01"


def test_an_empty_cell_erases_or_keeps_a_value_by_reading(call, emulator):
    empty = "Date,country,a,b\n2020-01-01,Chile,,11\n"
    for word, cell, deleted in (("erases", "", 1), ("keeps", "1.0", 0)):
        emulator.reset()
        emulator.readings = Readings(empty_cell=word)
        dataset = call.filled(STORED)
        process = call.process(dataset, empty, "onConflictUpdateDB=true")
        assert call.data(dataset, "$top=1").text == HEADER + f"2020-01-01,Chile,{cell},11.0\n"
        assert process["stats"]["deletedValues"] == deleted


def test_an_absent_column_keeps_or_loses_its_values_by_reading(call, emulator):
    narrow = "Date,country,a\n2020-01-01,Chile,1\n"
    for word, cell in (("keeps", "10.0"), ("erases", "")):
        emulator.reset()
        emulator.readings = Readings(absent_column=word)
        dataset = call.filled(STORED)
        call.process(dataset, narrow, "deleteMissingFromDB=true&onConflictUpdateDB=true")
        assert call.data(dataset).text == HEADER + f"2020-01-01,Chile,1.0,{cell}\n"


def test_a_locked_manifest_forces_two_flags_to_false(call, emulator):
    dataset = call.filled(STORED)
    emulator.lock_manifest(dataset)
    call.process(dataset, SENT, "deleteMissingFromDB=true&onConflictUpdateDB=true")
    assert "2020-01-01" in call.data(dataset).text
    wider = "Date,country,c\n2020-01-01,Chile,7\n"
    assert call.process(dataset, wider, "acceptNewColumns=true")["status"] == "Error"


def test_the_row_key_changes_only_with_a_full_replacement(call):
    dataset = call.filled(STORED)
    manifest = [
        {"sourceName": "Date", "dataType": "Date", "isEntity": True},
        {"sourceName": "region", "dataType": "String", "isEntity": True},
    ]
    text = "Date,region,a\n2020-01-01,North,1\n"
    flags = "acceptNewColumns=true"
    assert call.process(dataset, text, flags, manifest=manifest)["status"] == "Error"
    done = call.process(dataset, text, flags + "&deleteMissingFromDB=true", manifest=manifest)
    assert done["stats"]["deletedValues"] == 3
    assert call.data(dataset).text == "Date,region,a\n2020-01-01,North,1.0\n"


def test_frequency_and_dates_are_inferred_after_a_merge(call):
    days = {
        "daily": ["2020-01-01", "2020-01-02", "2020-01-03"],
        "weekly": ["2020-01-01", "2020-01-08", "2020-01-15"],
        "monthly": ["2020-01-01", "2020-02-01", "2020-03-01"],
        "quarterly": ["2020-01-01", "2020-04-01", "2020-07-01"],
        "yearly": ["2020-01-01", "2021-01-01", "2022-01-01"],
    }
    for number, (word, dates) in enumerate(days.items()):
        dataset = call.dataset(f"dataset {number}")
        call.process(dataset, "Date,country,a\n" + "".join(f"{day},x,1\n" for day in dates))
        stats = call("GET", f"/datasets/{dataset}/date-stats").json
        assert stats == {"frequency": word, "minDate": dates[0], "maxDate": dates[-1]}
