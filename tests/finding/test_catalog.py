"""Frames of what a search finds, and of what the key may list."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.api.search import SearchResult
from alphacast_pandas.column_types import date_dtype, text_dtype
from alphacast_pandas.emulator import Emulator
from alphacast_pandas.finding.catalog import datasets_frame
from alphacast_pandas.finding.repository import PickedRepository

TYPES = {
    "id": "int64",
    "name": text_dtype(),
    "repository_id": "Int64",
    "repository": text_dtype(),
    "frequency": text_dtype(),
    "start": date_dtype(),
    "end": date_dtype(),
    "updated_at": date_dtype(),
    "source": text_dtype(),
    "permission": text_dtype(),
    "description": text_dtype(),
    "url": text_dtype(),
}
FULL = {
    "id": 2**62,
    "name": "Dollar Futures",
    "repositoryId": 2**61 + 1,
    "repository": {"name": "Markets"},
    "frequency": "daily",
    "minDate": "2015-01-02",
    "maxDate": "2024-05-31T00:00:00",
    "updatedAt": "2024-06-01T03:00:00+03:00",
    "sourceName": "Exchange",
    "permission": "Read",
    "description": "x",
}
ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
ODD |= st.lists(ODD, max_size=2) | st.dictionaries(st.text(max_size=4), ODD, max_size=2)
ODD |= st.sampled_from(
    ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "2024-01-31", "\ud800"]
)
RESULTS = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(-(2**63) + 1, 2**63 - 1), "name": st.text(max_size=5)},
        optional=dict.fromkeys(FULL.keys() - {"id", "name"}, ODD),
    ),
    max_size=3,
)


def check_types(frame: pd.DataFrame) -> None:
    assert frame.dtypes.to_dict() == TYPES
    assert list(frame.columns) == list(TYPES)
    pd.testing.assert_index_equal(frame.index, pd.RangeIndex(len(frame)), exact=True)


def test_a_search_gives_what_the_service_tells(emulator: Emulator, client: ap.Client) -> None:
    emulator.faults.add(path="/api/search", garbage=json.dumps({"data": [FULL], "totalItems": 9}))
    frame = ap.search("dollar", limit=1, client=client)
    check_types(frame)
    assert frame.loc[0].to_dict() == {
        "id": 2**62,
        "name": "Dollar Futures",
        "repository_id": 2**61 + 1,
        "repository": "Markets",
        "frequency": "daily",
        "start": pd.Timestamp("2015-01-02"),
        "end": pd.Timestamp("2024-05-31"),
        "updated_at": pd.Timestamp("2024-06-01"),
        "source": "Exchange",
        "permission": "Read",
        "description": "x",
        "url": f"{emulator.url}/datasets/{2**62}",
    }
    assert frame.attrs["alphacast"] == {"query": "dollar", "total": 9, "shown": 1}


def test_what_is_left_out_is_missing(emulator: Emulator, client: ap.Client) -> None:
    body = json.dumps({"data": [{"id": 1, "name": "x"}]})
    emulator.faults.add(path="/api/search", garbage=body)
    frame = ap.search("x", limit=1, client=client)
    check_types(frame)
    assert frame.columns[frame.notna().all()].tolist() == ["id", "name", "url"]
    assert frame.attrs["alphacast"]["total"] is None


def test_nothing_found_has_the_same_types(client: ap.Client) -> None:
    for frame in (ap.search("nothing of the kind", client=client), ap.datasets(client=client)):
        assert len(frame) == 0
        check_types(frame)
    assert ap.search("zzz", client=client).attrs["alphacast"]["total"] == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=RESULTS)
def test_any_fields_become_a_frame_of_the_same_types(
    client: ap.Client, items: list[dict[str, Any]]
) -> None:
    results = [SearchResult.from_json(item) for item in items]
    frame = datasets_frame(client, results, PickedRepository())
    dates = ["start", "end", "updated_at"]
    others = {name: kind for name, kind in TYPES.items() if name not in dates}
    assert frame.drop(columns=dates).dtypes.to_dict() == others
    # pandas before 3 counts nanoseconds, which cannot tell all of these dates.
    assert {frame[name].dtype.kind for name in dates} == {"M"}
    assert frame["id"].tolist() == [item["id"] for item in items]
    for result, start in zip(results, frame["start"], strict=True):
        assert (result.min_date is None) == pd.isna(start)
        assert result.min_date is None or np.datetime64(start) == np.datetime64(result.min_date)


def test_datasets_lists_what_the_key_may_list(
    client: ap.Client, store: Callable[..., int], prices: pd.DataFrame
) -> None:
    one = store("Índice de Precios", prices)
    two = store("Wages", prices, repository="Labor")
    frame = ap.datasets(client=client)
    check_types(frame)
    assert frame["id"].tolist() == [one, two]
    assert ap.datasets(name="INDICE", client=client)["id"].tolist() == [one]
    named = ap.datasets("Labor", client=client)
    assert named[["id", "repository"]].to_numpy().tolist() == [[two, "Labor"]]
    labor = client.repositories.find("Labor")
    assert labor is not None
    for spelled in (labor.id, str(labor.id), labor, f"https://x.io/repositories/labor-{labor.id}"):
        assert ap.datasets(spelled, client=client)["id"].tolist() == [two]
    assert ap.search("wages", repository="Labor", client=client)["repository"].tolist() == ["Labor"]


def test_lists_say_when_the_dates_are(
    client: ap.Client, store: Callable[..., int], prices: pd.DataFrame
) -> None:
    store("Prices", prices)
    found = ap.search("prices", client=client).loc[0]
    assert (found["start"], found["end"]) == (
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-02-01"),
    )


@pytest.mark.parametrize("name", ["", " ", 5])
def test_a_part_of_a_name_is_text(client: ap.Client, name: Any) -> None:
    with pytest.raises(ap.QueryError, match="part of the name"):
        ap.datasets(name=name, client=client)


@pytest.mark.parametrize(
    "find",
    [lambda r, c: ap.datasets(r, client=c), lambda r, c: ap.search("x", repository=r, client=c)],
    ids=["datasets", "search"],
)
def test_a_repository_that_is_not_there_names_the_nearest(
    client: ap.Client, find: Callable[[Any, ap.Client], Any]
) -> None:
    client.repositories.create("Consumer prices")
    with pytest.raises(ap.NotFoundError, match="Nearest names: 'Consumer prices'"):
        find("Consumer price", client)
    with pytest.raises(ap.NotFoundError, match=r"repositories\(\) lists"):
        find("zzzz", client)
    with pytest.raises(ap.NotFoundError):
        find(999_999, client)
    for wrong in ("", 0, 1.5, "https://x.io/datasets/a-5"):
        with pytest.raises(ap.QueryError):
            find(wrong, client)


def test_a_key_that_may_not_search_is_told_so(emulator: Emulator, client: ap.Client) -> None:
    emulator.faults.add(path="/api/search", status=403, body='{"error": "no search for you"}')
    with pytest.raises(ap.PermissionDenied, match="no search for you"):
        ap.search("x", client=client)


def test_repositories_are_listed_with_their_types(emulator: Emulator, client: ap.Client) -> None:
    client.repositories.create("Prices", description="Consumer prices")
    frame = ap.repositories(client=client)
    kinds = {"id": "int64"}
    columns = ["name", "privacy", "permission", "team", "description"]
    assert frame.dtypes.to_dict() == kinds | dict.fromkeys(columns, text_dtype())
    assert frame.loc[1, ["name", "privacy", "permission", "description"]].tolist() == [
        *("Prices", "Private", "Owner", "Consumer prices"),
    ]
    emulator.faults.add(path="/repositories", garbage="[]")
    empty = ap.repositories(client=client)
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == frame.dtypes.to_dict()


def test_attributes_are_plain_json(client: ap.Client) -> None:
    assert json.loads(json.dumps(ap.search("x", client=client).attrs)) == {
        "alphacast": {"query": "x", "total": 0, "shown": 0}
    }
