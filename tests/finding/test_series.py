"""Series as columns or rows of one frame."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.column_types import date_dtype, text_dtype
from alphacast_pandas.emulator import Emulator

DATES = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-04-01"])


@pytest.fixture
def rates() -> pd.DataFrame:
    return pd.DataFrame(
        {"Date": DATES, "Policy rate": [1.5, None, 0.1 + 0.2], "note": ["007", "NA", None]}
    )


@pytest.fixture
def numbers(
    client: ap.Client, store: Callable[..., int], rates: pd.DataFrame, prices: pd.DataFrame
) -> dict[str, int]:
    """The series of two datasets, one of them a panel, by name."""
    one, two = store("Rates", rates, entities=[]), store("Prices", prices)
    columns = [*client.datasets.get(one).columns, *client.datasets.get(two).columns]
    return {str(column.name): int(column.id or 0) for column in columns}


def test_series_are_joined_on_the_date(client: ap.Client, numbers: dict[str, int]) -> None:
    ids = [numbers["Policy rate"], str(numbers["note"])]
    frame = ap.read_series(ids, client=client)
    assert frame.dtypes.to_dict() == {
        "Date": date_dtype(),
        "Policy rate": "float64",
        "note": text_dtype(),
    }
    assert frame["Date"].tolist() == [*DATES]
    assert frame["Policy rate"].tolist()[::2] == [1.5, 0.1 + 0.2]
    assert frame["note"].tolist()[:2] == ["007", "NA"]
    assert frame.isna().to_numpy().tolist() == [
        [False, False, False],
        [False, True, False],
        [False, False, True],
    ]
    facts = frame.attrs["alphacast"]
    assert json.loads(json.dumps(facts)) == facts
    assert [one["id"] for one in facts["series"]] == [numbers["Policy rate"], numbers["note"]]


def test_dates_of_any_series_are_rows(
    client: ap.Client, store: Callable[..., int], numbers: dict[str, int]
) -> None:
    march = pd.DataFrame({"Date": pd.to_datetime(["2024-03-01"]), "Policy rate": [9.0]})
    other = store("Other", march)
    second = client.datasets.get(other).columns[-1].id
    frame = ap.read_series([numbers["Policy rate"], second], client=client)
    labels = [f"Policy rate ({numbers['Policy rate']})", f"Policy rate ({second})"]
    assert list(frame.columns) == ["Date", *labels]
    assert frame["Date"].astype(str).tolist() == [
        *("2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"),
    ]
    assert frame[labels[1]].dropna().tolist() == [9.0]


def test_dates_may_be_limited(client: ap.Client, numbers: dict[str, int]) -> None:
    frame = ap.read_series(numbers["Policy rate"], start="2024-02", end="2024-02", client=client)
    assert frame["Date"].tolist() == [DATES[1]]
    empty = ap.read_series(numbers["Policy rate"], start="2030", client=client)
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == {"Date": date_dtype(), "Policy rate": "float64"}


def test_a_series_of_entities_needs_rows(client: ap.Client, numbers: dict[str, int]) -> None:
    with pytest.raises(ap.QueryError, match=r"entities: 'country'.*wide=False"):
        ap.read_series(numbers["CPI"], client=client)
    frame = ap.read_series([numbers["CPI"], numbers["Policy rate"]], wide=False, client=client)
    assert frame.dtypes.to_dict() == {
        "Date": date_dtype(),
        "series_id": "int64",
        "name": text_dtype(),
        "country": text_dtype(),
        "value": "float64",
    }
    shown = frame.loc[:2, ["name", "country", "value"]].astype(object)
    assert shown.where(shown.notna(), "-").to_numpy().tolist() == [
        ["CPI", "Chile", 1.0],
        ["CPI", "Perú", 2.0],
        ["Policy rate", "-", 1.5],
    ]
    assert frame["Date"].is_monotonic_increasing
    empty = ap.read_series(numbers["CPI"], start="2030", wide=False, client=client)
    assert empty.dtypes.to_dict() == frame.dtypes.to_dict()


def test_text_and_numbers_are_not_mixed(client: ap.Client, numbers: dict[str, int]) -> None:
    with pytest.raises(ap.QueryError, match="hold text"):
        ap.read_series([numbers["note"], numbers["CPI"]], wide=False, client=client)


@pytest.mark.parametrize("ids", [[], [5, 5], "x", 0, -1, 1.5, True, [None], [[1]]], ids=repr)
def test_what_is_no_series_is_refused(client: ap.Client, ids: Any) -> None:
    with pytest.raises(ap.QueryError):
        ap.read_series(ids, client=client)


def test_a_series_that_is_not_there_is_not_found(client: ap.Client) -> None:
    with pytest.raises(ap.NotFoundError):
        ap.read_series(999_999, client=client)


@pytest.mark.parametrize("told", [{}, {"name": 5, "dataType": []}, {"name": "Other"}], ids=repr)
def test_what_is_told_of_a_series_may_be_anything(
    emulator: Emulator, client: ap.Client, numbers: dict[str, int], told: dict[str, Any]
) -> None:
    number = numbers["Policy rate"]
    emulator.faults.add(path=f"/series/{number}", garbage=json.dumps(told))
    frame = ap.read_series(number, client=client)
    name = "Other" if told.get("name") == "Other" else "Policy rate"
    assert list(frame.columns) == ["Date", name]
    assert frame[name].dtype == "float64"


@pytest.mark.parametrize(
    "body",
    [
        *("", "Date\n2024-01-01\n", "<html>\n", "Date,x\nsoon,1\n", "Date,x\n,1\n"),
        'Date,x\n2024-01-01,"1\n',
        *("Date,x,x\n2024-01-01,1,2\n", "Date,x\n2024-01-01\n", "Date,x\n2024-01-01,1e999\n"),
    ],
)
def test_a_body_that_is_no_series_is_a_decode_error(
    emulator: Emulator, client: ap.Client, numbers: dict[str, int], body: str
) -> None:
    number = numbers["Policy rate"]
    emulator.faults.add(path=f"/series/{number}/data", garbage=body, times=None)
    emulator.faults.add(path=f"/series/{number}", garbage='{"dataType": "Decimal"}', times=None)
    with pytest.raises(ap.DecodeError):
        ap.read_series(number, client=client)


def test_a_used_up_plan_is_told(
    emulator: Emulator, client: ap.Client, numbers: dict[str, int]
) -> None:
    number = numbers["CPI"]
    emulator.faults.add(path=f"/series/{number}/data", garbage="error\nYou exceeded your plan.\n")
    with pytest.raises(ap.QuotaError, match="exceeded"):
        ap.read_series(number, client=client)


def test_a_download_is_what_the_service_sends(client: ap.Client, numbers: dict[str, int]) -> None:
    body = client.series.download(numbers["Policy rate"], format="tsv")
    assert body.splitlines()[0] == b"Date\tPolicy rate"
    with pytest.raises(ap.QueryError, match="format is one of"):
        client.series.download(5, format="pdf")  # type: ignore[arg-type]  # as a user without checks
