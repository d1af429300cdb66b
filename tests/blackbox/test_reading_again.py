"""Section 1: one client reading twice, while the dataset changes in between; odd combinations."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from blackbox import tree
from blackbox.frames import PANEL, check_same, day, oracle, whole
from blackbox.state import State, full_entry
from blackbox.store import Column, Dataset

import alphacast_pandas as ap

KEY = [("Date", "Date", True), ("code", "String", True)]
SHAPES: list[dict[str, Any]] = [{}, {"start": "1990"}, {"last": 1}, {"select": "v"}]


def retype(dataset: Dataset, kind: str, cells: list[Any]) -> None:
    """Change type and values of the last column, as a new upload would."""
    assert dataset.manifest is not None
    dataset.columns[-1].kind = dataset.manifest[-1]["dataType"] = kind
    for row, cell in zip(dataset.rows.values(), cells, strict=True):
        row[dataset.columns[-1].name] = cell


@pytest.mark.parametrize("asked", SHAPES, ids=str)
def test_a_column_that_became_text_is_not_read_as_numbers(
    service: State, client: ap.Client, asked: dict[str, Any]
) -> None:
    """The header is the same; the types are not, which shows where a value is no number."""
    rows = [(day("2020-01-01"), code, value) for code, value in (("a", 7.0), ("b", 12.0))]
    dataset = service.seed([*KEY, ("v", "Decimal", False)], rows)
    ap.read_alphacast(dataset.id, client=client, **asked)
    retype(dataset, "String", ["007", "N/A"])
    try:
        frame = ap.read_alphacast(dataset.id, client=client, **asked)
    except tree.AlphacastError:
        return
    assert frame["v"].tolist() == ["007", "N/A"]


@pytest.mark.parametrize("before", [{"select": "CPI"}, {}, {"start": "1990"}], ids=str)
def test_a_column_that_came_later_is_read_and_can_be_selected(
    service: State, client: ap.Client, panel: Dataset, before: dict[str, Any]
) -> None:
    ap.read_alphacast(panel.id, client=client, **before)
    assert panel.manifest is not None
    panel.columns.append(Column("later, on", "String"))
    panel.manifest.append(full_entry(panel.columns[-1]))
    for i, row in enumerate(panel.rows.values()):
        row["later, on"] = f"00{i}"
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    check_same(ap.read_alphacast(panel.id, start="1990", client=client), whole(panel))
    frame = ap.read_alphacast(panel.id, select="later, on", client=client)
    check_same(frame, whole(panel)[["Date", "country", "later, on"]])
    found = ap.read_alphacast(panel.id, filter={"later, on": "001"}, client=client)
    assert len(found) == 1


def test_a_column_that_went_is_unknown(service: State, client: ap.Client, panel: Dataset) -> None:
    ap.read_alphacast(panel.id, select=["CPI", "note"], client=client)
    assert panel.manifest is not None
    panel.columns.pop()
    panel.manifest.pop()
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    with pytest.raises(tree.AlphacastError):
        ap.read_alphacast(panel.id, select=["CPI", "note"], client=client)


def test_two_services_are_not_confused(service: State, client: ap.Client, panel: Dataset) -> None:
    from blackbox.server import Service

    other = Service()
    try:
        rows = [(day("2021-01-01"), "Chile", 1.0, 2.0, 3, "007")]
        twin = other.state.seed(PANEL, rows)
        assert twin.id == panel.id
        with ap.Client(other.state.key, base_url=other.state.url) as second:
            check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
            check_same(ap.read_alphacast(twin.id, client=second), whole(twin))
    finally:
        other.close()


@pytest.mark.parametrize(
    "text", ["country eq 'Chile' or country eq 'Brazil'", "CPI lt 101 or CPI gt 103"]
)
@pytest.mark.parametrize("asked", [{"start": "2020-06"}, {"end": "2020-02"}], ids=str)
def test_a_text_with_or_keeps_its_meaning_beside_dates(
    client: ap.Client, panel: Dataset, text: str, asked: dict[str, str]
) -> None:
    frame = ap.read_alphacast(panel.id, filter=text, client=client, **asked)
    kept = {
        "country eq 'Chile' or country eq 'Brazil'": lambda f: f["country"].isin(
            ["Chile", "Brazil"]
        ),
        "CPI lt 101 or CPI gt 103": lambda f: (f["CPI"] < 101) | (f["CPI"] > 103),
    }[text]
    bounds = {"start": pd.Timestamp("2020-06-01"), "end": pd.Timestamp("2020-02-29")}
    check_same(frame, oracle(whole(panel), keep=kept, **{k: bounds[k] for k in asked}))


@pytest.mark.parametrize("text", ["folded", "accents"])
def test_a_text_filter_is_exact_where_the_service_is_not(
    service: State, client: ap.Client, text: str
) -> None:
    service.switches.text = text
    rows = [(day("2020-01-01"), name, 1.0) for name in ("Perú", "PERÚ", "Peru")]
    dataset = service.seed([*KEY, ("v", "Decimal", False)], rows)
    frame = ap.read_alphacast(dataset.id, filter="code eq 'Perú'", client=client)
    assert frame["code"].tolist() == ["Perú"]


@pytest.mark.parametrize(
    ("spelled", "kept"),
    [
        ({"CPI": 100.14285714285714}, lambda f: f["CPI"] == 100.14285714285714),
        ({"CPI": np.float64(100.14285714285714)}, lambda f: f["CPI"] == 100.14285714285714),
        ({"rank": np.int64(3)}, lambda f: (f["rank"] == 3).fillna(False)),
        ({"GDP": [0.1, 2.1]}, lambda f: f["GDP"].isin([0.1, 2.1])),
        ([("country", "in", {"Chile"})], lambda f: f["country"] == "Chile"),
        ([("country", "in", ("Chile",))], lambda f: f["country"] == "Chile"),
        ([("country", "not in", {"Chile"})], lambda f: f["country"] != "Chile"),
        ({"Date": np.datetime64("2020-03-01")}, lambda f: f["Date"] == "2020-03-01"),
    ],
    ids=range(8),
)
def test_values_may_be_written_as_pandas_users_write_them(
    client: ap.Client, panel: Dataset, spelled: Any, kept: Any
) -> None:
    frame = ap.read_alphacast(panel.id, filter=spelled, client=client)
    assert len(frame) > 0
    check_same(frame, oracle(whole(panel), keep=kept))


@pytest.mark.parametrize("asked", [{"last": 2}, {"top": 2}, {"last": 1, "top": 1}], ids=str)
def test_nothing_can_be_cut_shorter(
    service: State, client: ap.Client, asked: dict[str, int]
) -> None:
    dataset = service.seed(PANEL, [])
    frame = ap.read_alphacast(dataset.id, client=client, **asked)
    assert len(frame) == 0
    assert list(frame.columns) == [name for name, *_ in PANEL]
