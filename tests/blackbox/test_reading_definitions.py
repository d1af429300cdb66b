"""Section 1: types when the definitions are irregular, incomplete or refused (5.3)."""

from typing import Any

import pandas as pd
import pytest
from blackbox import tree
from blackbox.exchange import Reply
from blackbox.frames import DATE, PANEL, TEXT, cells, check_same, day, whole
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

CODES = [
    ("Date", "Date", True),
    ("code", "String", True),
    ("padded", "String", False),
    ("words", "String", False),
    ("number", "Decimal", False),
]
CODE_ROWS = [
    (day("2020-01-01"), "Chile", "007", "NA", 1.5),
    (day("2020-01-01"), "Perú", "012", "nan", None),
    (day("2020-02-01"), "Chile", "100", "inf", 5830.2271000000155),
]


@pytest.mark.parametrize("definitions", ["irregular", "text"])
@pytest.mark.parametrize("records", ["named", "ids", "absent"])
def test_irregular_definitions_change_nothing(
    service: State, client: ap.Client, panel: Dataset, definitions: str, records: str
) -> None:
    service.switches.definitions, service.switches.column_records = definitions, records
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    assert len(ap.read_alphacast(panel.id, start="2090", client=client)) == 0


def test_a_declared_false_in_words_is_false(service: State, client: ap.Client) -> None:
    dataset = service.seed(CODES, CODE_ROWS)
    service.switches.definitions = "text"  # isEntity is "True" and "False"
    frame = ap.read_alphacast(dataset.id, index=True, client=client)
    assert list(frame.index.names) == ["Date", "code"]


def test_an_entity_without_a_declared_type_stays_text(service: State, client: ap.Client) -> None:
    service.switches.definitions = "irregular"
    rows = [(day("2020-01-01"), code, "x", "y", 1.0) for code in ("007", "Chile")]
    frame = ap.read_alphacast(service.seed(CODES, rows).id, client=client)
    assert frame["code"].tolist() == ["007", "Chile"]


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("record", [200, 403])
def test_refused_definitions_leave_numbers_only_where_all_are_plain(
    service: State, client: ap.Client, status: int, record: int
) -> None:
    dataset = service.seed(CODES, CODE_ROWS)
    service.switches.definitions_status, service.switches.dataset_status = status, record
    service.switches.column_records = "absent"
    frame = ap.read_alphacast(dataset.id, client=client)
    assert list(frame.columns) == [name for name, *_ in CODES]
    assert frame["padded"].tolist() == ["007", "012", "100"]
    assert frame["words"].tolist() == ["NA", "nan", "inf"]
    assert frame["number"].dtype == "float64"
    assert cells(frame["number"]) == cells(whole(dataset)["number"])
    assert frame["code"].dtype == TEXT


def test_a_read_without_definitions_can_still_be_asked_for_dates(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.switches.definitions_status = 403
    frame = ap.read_alphacast(panel.id, start="2020", end="2020-03", client=client)
    assert frame["Date"].dtype == DATE
    assert len(frame) == int(whole(panel)["Date"].between("2020-01-01", "2020-03-01").sum())


def test_the_format_of_uploads_does_not_touch_reading(service: State, client: ap.Client) -> None:
    dataset = service.seed(CODES, [(day("2020-03-04"), "Chile", None, None, 1.0)])
    service.switches.definitions = "irregular"  # says %d/%m/%Y
    frame = ap.read_alphacast(dataset.id, client=client)
    assert frame["Date"].tolist() == [pd.Timestamp("2020-03-04")]


def test_a_manifest_may_rename_and_drop_columns(service: State, client: ap.Client) -> None:
    dataset = service.seed(CODES, CODE_ROWS)
    assert dataset.manifest is not None
    dataset.manifest[2] |= {"sourceName": "was called", "destinationName": "padded"}
    dataset.manifest.append({"sourceName": "gone", "ignore": True})
    check_same(ap.read_alphacast(dataset.id, client=client), whole(dataset))


def test_a_dataset_without_a_date_can_be_read(service: State, client: ap.Client) -> None:
    definitions = [("country", "String", True), ("CPI", "Decimal", False)]
    dataset = service.can("country,CPI\nChile,1.5\nPeru,\n", definitions)
    frame = ap.read_alphacast(dataset.id, client=client)
    assert frame["country"].tolist() == ["Chile", "Peru"]
    assert cells(frame["CPI"]) == [(1.5).hex(), None]


def test_a_contract_on_reading_is_kept(service: State, client: ap.Client, panel: Dataset) -> None:
    import pandera.pandas as pa

    check_same(ap.read_alphacast(panel.id, schema=True, client=client), whole(panel))
    good = pa.DataFrameSchema({"GDP": pa.Column(float, pa.Check.ge(0))})
    check_same(ap.read_alphacast(panel.id, schema=good, client=client), whole(panel))
    bad = pa.DataFrameSchema({"GDP": pa.Column(float, pa.Check.ge(1000))})
    with pytest.raises(tree.ValidationError) as caught:
        ap.read_alphacast(panel.id, schema=bad, client=client)
    failures = caught.value.failures
    assert {"column", "check", "row", "value"} <= set(failures.columns)
    assert set(failures["column"]) == {"GDP"}


def test_a_model_is_a_contract_too(client: ap.Client, panel: Dataset) -> None:
    import pandera.pandas as pa
    from pandera.typing import Series

    class Rates(pa.DataFrameModel):
        country: Series[str]
        GDP: Series[float] = pa.Field(lt=-1)

    with pytest.raises(tree.ValidationError):
        ap.read_alphacast(panel.id, schema=Rates, client=client)


@pytest.mark.parametrize(
    ("select", "records"),
    # A service that selects by id alone, and does not tell the ids, cannot be asked.
    [("naive", "named"), ("naive", "ids"), ("naive", "absent"), ("ids", "named")],
)
def test_a_numeric_name_is_not_taken_for_an_id(
    service: State, client: ap.Client, select: str, records: str
) -> None:
    service.switches.column_records, service.switches.numeric_select = records, "id"
    service.switches.select = select
    first, second = PANEL[:2], [("2020", "Decimal", False), ("2021", "Decimal", False)]
    dataset = service.seed([*first, *second], [(day("2020-01-01"), "Chile", 1.0, 2.0)])
    dataset.columns[2].id = 2021  # the id of one column is the name of the other
    frame: Any = ap.read_alphacast(dataset.id, select=["2021"], client=client)
    check_same(frame, whole(dataset)[["Date", "country", "2021"]])


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, tree.AuthenticationError), (429, tree.RateLimitError), (503, tree.ServiceError)],
)
@pytest.mark.parametrize("asked", [{}, {"select": "CPI"}, {"start": "2020"}], ids=str)
def test_definitions_that_fail_to_come_are_not_guessed(
    service: State,
    client: ap.Client,
    panel: Dataset,
    status: int,
    error: type[Exception],
    asked: dict[str, str],
) -> None:
    """Refused (403, 404) is an answer; a service in trouble is none."""
    service.order_reply(r"api: GET /datasets/\d+/columns$", status, times=99)
    with pytest.raises(error):
        ap.read_alphacast(panel.id, client=client, **asked)


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"null", b"3", b'{"columnDefinitions": 3}'])
def test_definitions_that_make_no_sense_are_an_error_or_do_no_harm(
    service: State, client: ap.Client, body: bytes
) -> None:
    dataset = service.seed(CODES, CODE_ROWS)
    service.order(r"api: GET /datasets/\d+/columns$", times=99, reply=Reply(200, body))
    try:
        frame = ap.read_alphacast(dataset.id, client=client)
    except tree.DecodeError:
        return
    assert frame["padded"].tolist() == ["007", "012", "100"]
    assert frame["words"].tolist() == ["NA", "nan", "inf"]
