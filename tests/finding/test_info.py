"""What one dataset is, and whether it is the one that was meant."""

import datetime
import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.column_types import text_dtype
from alphacast_pandas.emulator import Emulator

READS: dict[str, Callable[..., object]] = {
    "info": ap.info,
    "read": ap.read_alphacast,
    "chunks": lambda number, **words: [*ap.read_alphacast(number, chunksize=2, **words)],
}
EVERY_READ = pytest.mark.parametrize("read", READS.values(), ids=READS)


@pytest.fixture
def number(store: Callable[..., int], prices: pd.DataFrame, emulator: Emulator) -> int:
    number = store("Dollar Futures - Perú", prices)
    emulator.forget_requests()
    return number


@pytest.fixture
def fresh(emulator: Emulator) -> ap.Client:
    return ap.Client(emulator.api_key, base_url=emulator.url, retries=0)


def paths(emulator: Emulator) -> list[str]:
    return sorted(request.path.rpartition("/")[2] for request in emulator.requests)


def test_info_tells_what_the_service_tells(
    emulator: Emulator, fresh: ap.Client, number: int
) -> None:
    told = ap.info(number, client=fresh)
    assert (told.id, told.name) == (number, "Dollar Futures - Perú")
    assert told.repository_id == fresh.repositories.home().id
    assert (told.start, told.end) == (datetime.date(2024, 1, 1), datetime.date(2024, 2, 1))
    assert told.url == f"{emulator.url}/datasets/{number}"
    assert told.permission == "Admin"
    assert told.columns.dtypes.to_dict() == dict.fromkeys(
        ["name", "role", "type"], text_dtype()
    ) | {"id": "Int64"}
    assert told.columns[["name", "role", "type"]].to_numpy().tolist() == [
        ["Date", "date", "Date"],
        ["country", "entity", "String"],
        ["CPI", "value", "Decimal"],
        ["Wages", "value", "Decimal"],
    ]
    assert told.columns["id"].notna().all()
    with pytest.raises(FrozenInstanceError):
        told.name = "x"  # type: ignore[misc]  # which is what is tested


def named_in_every_way(client: ap.Client, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "text": str(number),
        "address": f"https://www.alphacast.io/datasets/dollar-futures-peru-{number}",
        "name": "Dollar Futures - Perú",
        "record": client.datasets.get(number),
        "info": ap.info(number, client=client),
        "result": client.search("dollar")[0],
    }


WAYS = ["number", "text", "address", "name", "record", "info", "result"]


@pytest.mark.parametrize("way", WAYS)
def test_a_dataset_is_named_in_any_way(fresh: ap.Client, number: int, way: str) -> None:
    given = named_in_every_way(fresh, number)[way]
    assert ap.info(given, expect="dollar*", client=fresh).id == number
    assert ap.coverage(given, client=fresh).attrs["alphacast"]["dataset_id"] == number
    assert len(ap.read_alphacast(given, expect="dollar*", client=fresh)) == 4


@pytest.mark.parametrize("read", [ap.info, ap.coverage], ids=["info", "coverage"])
def test_a_name_that_is_misspelled_names_the_nearest(
    fresh: ap.Client, number: int, read: Callable[..., object]
) -> None:
    with pytest.raises(ap.NotFoundError, match=f"Nearest names: 'Dollar Futures - Perú' .{number}"):
        read("Dolar Futures", client=fresh)
    with pytest.raises(ap.QueryError, match="is a repository"):
        read(fresh.repositories.home(), client=fresh)


def test_info_takes_two_small_requests(emulator: Emulator, fresh: ap.Client, number: int) -> None:
    ap.info(number, client=fresh)
    assert paths(emulator) == sorted([str(number), "columns"])


@pytest.mark.parametrize("columns", [[], [{"id": 7}], None, "x"])
def test_columns_that_are_not_told_are_looked_up(
    emulator: Emulator, fresh: ap.Client, number: int, columns: Any
) -> None:
    record = {"id": number, "name": "x", "minDate": None, "columns": columns}
    emulator.faults.add(path=f"/datasets/{number}", garbage=json.dumps(record))
    told = ap.info(number, client=fresh)
    assert told.columns["name"].tolist() == ["Date", "country", "CPI", "Wages"]
    assert len(emulator.requests) == 3


def test_dates_that_are_not_told_are_looked_up(
    emulator: Emulator, fresh: ap.Client, number: int
) -> None:
    record = dict(fresh.datasets.get(number).raw)
    emulator.forget_requests()
    body = json.dumps(record | {"minDate": None, "maxDate": None, "frequency": None})
    emulator.faults.add(path=f"/datasets/{number}", garbage=body)
    told = ap.info(number, client=fresh)
    assert (told.start, told.frequency) == (datetime.date(2024, 1, 1), "monthly")
    assert paths(emulator) == sorted([str(number), "columns", "date-stats"])


def test_a_dataset_that_holds_nothing_has_no_columns(client: ap.Client) -> None:
    home = client.repositories.home().id
    number = client.datasets.create("Empty", repository_id=home).id
    told = ap.info(number, client=client)
    assert (told.name, told.start, len(told.columns)) == ("Empty", None, 0)
    assert told.columns.dtypes.to_dict() == dict.fromkeys(
        ["name", "role", "type"], text_dtype()
    ) | {"id": "Int64"}


@pytest.mark.parametrize("status", [403, 404])
def test_a_record_that_is_refused_leaves_what_is_known(
    emulator: Emulator, fresh: ap.Client, number: int, status: int
) -> None:
    emulator.faults.add(path=f"/datasets/{number}", status=status)
    told = ap.info(number, client=fresh)
    assert (told.id, told.name, told.start) == (number, None, None)
    assert told.columns["name"].tolist() == ["Date", "country", "CPI", "Wages"]


def test_a_dataset_that_is_not_there_is_not_found(fresh: ap.Client) -> None:
    with pytest.raises(ap.NotFoundError):
        ap.info(999_999, client=fresh)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    record=st.dictionaries(
        st.sampled_from(["repository", "repositoryName", "updatedAt", "minDate", "frequency"]),
        st.none() | st.integers() | st.text(max_size=4) | st.just({"name": "Markets"}),
    )
)
def test_odd_fields_are_missing(
    emulator: Emulator, fresh: ap.Client, number: int, record: dict[str, Any]
) -> None:
    full = {"id": number, "name": "x", "columns": [{"name": "Date"}], **record}
    emulator.faults.clear()
    emulator.faults.add(path=f"/datasets/{number}", garbage=json.dumps(full))
    told = ap.info(number, client=fresh)
    assert told.name == "x"
    assert told.repository in {None, "Markets", *map(str, record.values())}


@EVERY_READ
@pytest.mark.parametrize(
    "expect", ["Dollar Futures*", "dollar futures - peru", "*PERÚ", "d*f?tures*", "*", " dollar* "]
)
def test_an_expected_name_is_taken(
    fresh: ap.Client, number: int, read: Callable[..., object], expect: str
) -> None:
    read(number, expect=expect, client=fresh)


@EVERY_READ
@pytest.mark.parametrize(
    "expect", ["Dollar Futures", "futures*", "Dollar Futures - Per", "[d]ollar*", "Dollar?"]
)
def test_another_name_is_refused_before_data_are_read(
    emulator: Emulator, fresh: ap.Client, number: int, read: Callable[..., object], expect: str
) -> None:
    with pytest.raises(ap.QueryError, match="Dollar Futures - Perú"):
        read(number, expect=expect, client=fresh)
    assert "data" not in paths(emulator)


@EVERY_READ
@pytest.mark.parametrize("expect", ["", " ", 5])
def test_an_expectation_that_is_none_is_refused(
    emulator: Emulator, fresh: ap.Client, number: int, read: Callable[..., object], expect: Any
) -> None:
    with pytest.raises(ap.QueryError, match="expect is the name"):
        read(number, expect=expect, client=fresh)
    assert emulator.requests == []


def test_an_expectation_costs_no_request(emulator: Emulator, fresh: ap.Client, number: int) -> None:
    ap.read_alphacast(number, client=fresh)
    plain = len(emulator.requests)
    emulator.forget_requests()
    ap.read_alphacast(number, expect="dollar*", client=fresh)
    assert not {str(number), "columns"} & {*paths(emulator)}
    assert len(emulator.requests) == plain - 2
    emulator.forget_requests()
    with ap.Client(fresh._connection.settings.api_key, base_url=emulator.url) as other:
        ap.read_alphacast(number, expect="dollar*", client=other)
    assert len(emulator.requests) == plain


def test_a_name_that_was_changed_since_is_asked_for_again(fresh: ap.Client, number: int) -> None:
    ap.read_alphacast(number, client=fresh)
    fresh.datasets.update(number, name="Other")
    ap.read_alphacast(number, expect="other", client=fresh)


@EVERY_READ
def test_a_name_that_is_not_told_cannot_be_checked(
    emulator: Emulator, fresh: ap.Client, number: int, read: Callable[..., object]
) -> None:
    emulator.faults.add(path=f"/datasets/{number}", status=403, times=None)
    with pytest.raises(ap.QueryError, match="cannot be checked"):
        read(number, expect="x", client=fresh)


@EVERY_READ
@pytest.mark.parametrize(
    "slug", ["dollar-futures-peru", "dollar-futures", "Dollar-Fut", "futures-dollar", ""]
)
def test_an_address_with_the_words_of_the_name_is_silent(
    fresh: ap.Client, number: int, read: Callable[..., object], slug: str
) -> None:
    read(f"https://www.alphacast.io/datasets/{slug}{'-' if slug else ''}{number}", client=fresh)


@EVERY_READ
@pytest.mark.parametrize("slug", ["sovereign-bonds-with-yields", "inflaci%C3%B3n"])
def test_an_address_with_other_words_warns(
    fresh: ap.Client, number: int, read: Callable[..., object], slug: str
) -> None:
    address = f"https://www.alphacast.io/datasets/{slug}-{number}?tab=data"
    with pytest.warns(UserWarning, match="Dollar Futures - Perú") as caught:
        read(address, client=fresh)
    assert [warning.filename for warning in caught] == [__file__]
