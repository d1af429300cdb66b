"""The lines hold whichever way the service reads the disputed points."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from typing import Any, get_args

import pandas as pd
import pytest
from end_to_end.frames import PANEL_KEYS, assert_same, panel

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Plan, Readings

PANEL = panel()
NEW = Callable[[], int]
# What these say about merging or about exports is another answer, not another form of it.
ANOTHER_ANSWER = {"empty_cell", "absent_column", "export"}
# And these are about other endpoints.
FINDING = ("search_", "series_", "provider_", "user_key_")


def other_readings() -> Iterator[tuple[str, str]]:
    """Every switch with every word but the first."""
    for field in fields(Readings):
        for word in get_args(field.type)[1:]:
            if field.name not in ANOTHER_ANSWER and not field.name.startswith(FINDING):
                yield field.name, word


OTHERS = list(other_readings())


def up_and_down(client: ap.Client, number: int) -> None:
    """The whole life of a dataset, each answer compared with pandas."""
    first, second = PANEL.head(20), PANEL.iloc[15:]
    result = first.alphacast.push(number, entities=PANEL_KEYS[1:], client=client)
    assert result.rows == 20
    second.assign(CPI=second["CPI"] + 1).alphacast.push(number, client=client)
    expected = PANEL.assign(CPI=PANEL["CPI"].where(PANEL.index < 15, PANEL["CPI"] + 1))
    assert_same(ap.read_alphacast(number, client=client), expected)
    found = ap.read_alphacast(
        number,
        filter={"country": ["Brasil", "Côte d'Ivoire"]},
        select=["Vivienda, agua", "note"],
        start="2020-03",
        end="2020-11",
        last=3,
        client=client,
    )
    rows = expected[expected["country"].isin(["Brasil", "Côte d'Ivoire"])]
    rows = rows[rows["Date"].between("2020-03-01", "2020-11-30")]
    rows = rows[rows["Date"].isin(rows["Date"].unique()[-3:])]
    columns = [*PANEL_KEYS, "Vivienda, agua", "note"]
    assert_same(found, rows[columns].reset_index(drop=True))
    last = ap.read_alphacast(number, last=2, client=client)
    assert_same(last, expected[expected["Date"] >= "2020-11-01"].reset_index(drop=True))
    second.alphacast.push(number, mode="mirror", max_delete=1.0, client=client)
    assert_same(ap.read_alphacast(number, client=client), expected.iloc[15:].reset_index(drop=True))


@pytest.mark.parametrize(("switch", "word"), OTHERS)
def test_a_line_holds_under_another_reading(
    switch: str, word: str, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    emulator.readings = replace(Readings(), **{switch: word})
    up_and_down(client, new_dataset())


@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_a_line_holds_when_everything_is_read_the_other_way(
    place: int, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    words: dict[str, Any] = {}
    for switch, word in OTHERS:
        if place == -1 or switch not in words:
            words[switch] = word
    emulator.readings = Readings(**words)
    up_and_down(client, new_dataset())


@pytest.mark.parametrize("form", ["402", "200"])
def test_a_used_up_plan_is_a_quota_error_in_either_form(
    form: Any, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = Readings(quota=form)
    emulator.plan = Plan(monthly_exports=1)
    ap.read_alphacast(stored, client=client)
    with pytest.raises(ap.QuotaError):
        ap.read_alphacast(stored, client=client)
    with pytest.raises(ap.QuotaError):
        client.datasets.download(stored)


@pytest.mark.parametrize("key", ["error", "message", "detail", "text", "empty"])
def test_the_words_of_a_refusal_are_found_under_every_key(
    key: Any, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = Readings(error_key=key)
    with pytest.raises(ap.NotFoundError) as caught:
        ap.read_alphacast(999_999, client=client)
    assert caught.value.status_code == 404
    assert ("not found" in str(caught.value)) is (key != "empty")


@pytest.mark.parametrize("filters", ["honoured", "ignored"])
def test_a_name_is_found_only_where_it_is(
    filters: Any, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = Readings(list_filters=filters)
    one, two = client.repositories.create("One"), client.repositories.create("Two")
    made = client.datasets.create("Prices", repository_id=two.id)
    client.datasets.create("prices", repository_id=one.id)
    assert client.repositories.find("Two") == two
    with pytest.raises(ap.NotFoundError, match=f"'Two' .{two.id}"):
        client.repositories.find("two")
    found = client.datasets.find("Prices")
    assert (found.id, found.repository_id) == (made.id, two.id)
    with pytest.raises(ap.NotFoundError, match=f"'Prices' .{made.id}, in repository {two.id}"):
        client.datasets.find("Prices", one.id)
    assert [d.id for d in client.datasets.list(two.id)] == [made.id]


@pytest.mark.parametrize("form", ["process", "400"])
def test_an_upload_without_manifest_is_refused_in_either_form(
    form: Any, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    emulator.readings = Readings(no_manifest=form)
    number = new_dataset()
    with pytest.raises(ap.AlphacastError, match=r"(?i)manifest") as caught:
        client.datasets.upload(number, b"Date,a\n2020-01-01,1\n").wait()
    assert isinstance(caught.value, ap.ProcessError if form == "process" else ap.APIError)


def test_pushes_by_several_threads_to_one_dataset_take_their_turn(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    emulator.readings = Readings(concurrent="refuse")
    number = new_dataset()
    months = [part for _, part in PANEL.groupby("Date")][:4]
    months[0].alphacast.push(number, entities="country", client=client)
    with ThreadPoolExecutor(4) as pool:
        pushes = [
            pool.submit(month.alphacast.push, number, mode="append", client=client)
            for month in months
        ]
        assert {push.result().status for push in pushes} == {"Processed"}
    assert_same(ap.read_alphacast(number, client=client), pd.concat(months))


def test_a_key_that_may_not_write_is_told_so(client: ap.Client, emulator: Emulator) -> None:
    number = client.datasets.create("Shared", repository_id=client.repositories.home().id).id
    PANEL.alphacast.push(number, entities="country", client=client)
    reader = emulator.add_account("reader")
    with ap.Client(reader, base_url=emulator.url) as stranger:
        with pytest.raises(ap.NotFoundError):
            ap.read_alphacast(number, client=stranger)
        emulator.grant(client.repositories.home().id, reader, "Read")
        assert_same(ap.read_alphacast(number, client=stranger), PANEL)
        with pytest.raises(ap.PermissionDenied):
            PANEL.alphacast.push(number, client=stranger)
