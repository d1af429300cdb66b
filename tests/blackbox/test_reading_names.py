"""Sections 1 and 2: names of every kind, in `select` and in `filter`."""

from typing import Any

import pytest
from blackbox import tree
from blackbox.frames import cells, check_same, day, whole
from blackbox.state import State
from blackbox.store import Dataset
from blackbox.switches import Switches
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap

NAMES = [
    "Vivienda, agua, electricidad y otros combustibles",
    "Educación",
    "it's",
    'the "core" index',
    "R&D",
    "Country / Region",
    "100%",
    "%20",
    "C++",
    " leading",
    "trailing ",
    "a  b",
    "$select",
    "and",
    "(2015=100)",
    "x eq 'y'",
    "ñandú; 50% + 1",
    "價格",
]
SELECTS = ["quoted", "naive", "ids"]


def odd_dataset(service: State, names: list[str]) -> Dataset:
    """Return a dataset whose value columns have odd names."""
    definitions = [("Date", "Date", True), ("país, región", "String", True)]
    definitions += [(name, "Decimal", False) for name in names]
    dates = [day("2020-01-01"), day("2020-02-01"), day("2020-03-01")]
    rows: list[tuple[Any, ...]] = [
        (date, "Perú", *(i + j / 10 for j in range(len(names)))) for i, date in enumerate(dates)
    ]
    return service.seed(definitions, rows)


@pytest.mark.parametrize("records", ["named", "ids", "shuffled", "absent"])
@pytest.mark.parametrize("select", SELECTS)
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_odd_names_can_be_selected(
    service: State, client: ap.Client, name: str, select: str, records: str
) -> None:
    service.switches.select, service.switches.column_records = select, records
    dataset = odd_dataset(service, NAMES)
    try:
        frame = ap.read_alphacast(dataset.id, select=[name], client=client)
    except tree.QueryError:
        # A service that takes ids only is in no document; saying so is enough there.
        assert select == "ids"
        return
    check_same(frame, whole(dataset)[["Date", "país, región", name]])


@pytest.mark.parametrize("dialect", ["both", "sdk", "documented"])
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_odd_names_can_be_filtered_by(
    service: State, client: ap.Client, name: str, dialect: str
) -> None:
    service.switches.dialect = dialect
    dataset = odd_dataset(service, NAMES)
    frame = ap.read_alphacast(dataset.id, filter=[(name, ">=", 1.0)], client=client)
    expected = whole(dataset)
    check_same(frame, expected[expected[name] >= 1.0].reset_index(drop=True))


@pytest.mark.parametrize("records", ["named", "absent"])
def test_all_odd_names_together_keep_their_order(
    service: State, client: ap.Client, records: str
) -> None:
    service.switches.select, service.switches.column_records = "naive", records
    dataset = odd_dataset(service, NAMES)
    frame = ap.read_alphacast(dataset.id, select=NAMES[::-1], client=client)
    check_same(frame, whole(dataset)[["Date", "país, región", *NAMES[::-1]]])


letters = st.text(
    st.sampled_from([*"abcñÉ ,'\"&/%+;=()$#?\\_.:-0123"]), min_size=1, max_size=12
).filter(lambda text: text.strip())
odd_names = st.lists(letters, min_size=1, max_size=4, unique_by=lambda t: t.strip().casefold())


@given(names=odd_names, data=st.data())
def test_any_name_can_be_selected_and_filtered_by(
    service: State, client: ap.Client, names: list[str], data: st.DataObject
) -> None:
    select = data.draw(st.sampled_from(["quoted", "naive"]))
    records = data.draw(st.sampled_from(["named", "ids", "absent"]))
    service.switches = Switches(select=select, column_records=records)
    dataset = odd_dataset(service, names)
    name = data.draw(st.sampled_from(names))
    frame = ap.read_alphacast(dataset.id, select=name, filter={name: 1.0}, client=client)
    expected = whole(dataset)
    kept = expected[expected[name] == 1.0][["Date", "país, región", name]]
    check_same(frame, kept.reset_index(drop=True))


VALUES = ["Côte d'Ivoire", "a'b''c", "x' or 'x' eq 'x", "100% + tax & more", "Perú", "a/b", '"q"']


@pytest.mark.parametrize("text", ["exact", "folded", "accents"])
@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_quotes_in_values_cannot_break_out(
    service: State, client: ap.Client, value: str, text: str
) -> None:
    service.switches.text = text
    definitions = [("Date", "Date", True), ("country", "String", True), ("v", "Decimal", False)]
    others = [*VALUES, "PERÚ", "Peru", "CÔTE D'IVOIRE"]
    dataset = service.seed(definitions, [(day("2020-01-01"), name, 1.0) for name in others])
    frame = ap.read_alphacast(dataset.id, filter={"country": value}, client=client)
    assert frame["country"].tolist() == [value]
    assert cells(frame["v"]) == [(1.0).hex()]
