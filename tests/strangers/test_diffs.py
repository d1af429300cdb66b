"""Section 4 against a service that somebody else wrote: diffs, guards, proofs."""

from typing import Any

import pandas as pd
import pytest
from strangers import tree
from strangers.pushing import held, sample, stored
from strangers.state import State

import alphacast_pandas as ap

MODES = ["append", "upsert", "replace", "mirror"]


def rows_of(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return {
        (str(day)[:10], country)
        for day, country in zip(frame["Date"], frame["country"], strict=True)
    }


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("definitions", ["full", "irregular", "text", "empty"])
def test_a_diff_tells_what_its_push_does(
    service: State, client: ap.Client, mode: Any, definitions: str
) -> None:
    dataset = stored(service)
    before = held(dataset)
    service.switches.definitions = definitions
    words: dict[str, Any] = {"mode": mode, "date": "Date", "entities": "country", "client": client}
    diff = sample().alphacast.diff(dataset.id, **words)
    assert rows_of(diff.added) == {("2020-01-01", "Perú"), ("2020-02-01", "Chile")}
    assert service.uploads() == []
    diff.push(verify=True)
    after = held(dataset)
    assert rows_of(diff.deleted) == before.keys() - after.keys()
    changes = {
        (str(c.Date)[:10], c.country, c.column): c.new for c in diff.changed.itertuples(index=False)
    }
    assert changes == {
        (*key, name): value
        for key in before.keys() & after.keys()
        for name, value in after[key].items()
        if before[key][name] != value
    }
    assert sample().alphacast.diff(dataset.id, **words).empty


@pytest.mark.parametrize("filter_", ["honoured", "ignored"])
@pytest.mark.parametrize("order", ["date", "shuffled", "newest"])
def test_only_changes_travel_however_the_service_answers(
    service: State, client: ap.Client, filter_: str, order: str
) -> None:
    dataset = stored(service)
    service.switches.filter, service.switches.order = filter_, order
    result = sample().alphacast.push(dataset.id, only_changes=True, verify=True, client=client)
    assert result.rows == 3
    again = sample().alphacast.push(dataset.id, only_changes=True, client=client)
    assert (again.rows, again.process_id, len(service.uploads())) == (0, None, 1)


@pytest.mark.parametrize("status", [403, 404])
def test_a_change_is_seen_in_the_data_where_the_record_is_refused(
    service: State, client: ap.Client, status: int
) -> None:
    dataset = stored(service)
    diff = sample().alphacast.diff(dataset.id, client=client)
    sample(CPI=[7.0, 7.0, 7.0]).alphacast.push(dataset.id, client=client)
    service.switches.dataset_status = status
    with pytest.raises(tree.ConflictError, match="has changed"):
        diff.push()
    assert len(service.uploads()) == 1


def test_too_many_deletions_are_refused(service: State, client: ap.Client) -> None:
    dataset = stored(service)
    with pytest.raises(tree.ValidationError, match="Bolivia"):
        sample().alphacast.push(dataset.id, mode="replace", max_delete=0.4, client=client)
    with pytest.warns(UserWarning, match="Bolivia"):
        sample().alphacast.push(dataset.id, mode="replace", max_delete=0.5, client=client)
    assert len(service.uploads()) == 1
