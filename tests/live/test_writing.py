"""Each way to push does what it says."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.probe.workspace import Workspace

pytestmark = [pytest.mark.live, pytest.mark.every_parameter]


def frame(**values: float) -> pd.DataFrame:
    """One value a day: `d1` is the first of January."""
    dates = [f"2024-01-0{name[1:]}" for name in values]
    return pd.DataFrame({"Date": pd.to_datetime(dates), "x": [*values.values()]})


def held(number: int, client: ap.Client) -> dict[str, float]:
    """What a dataset holds, in the form of the arguments of `frame`."""
    back = ap.read_alphacast(number, client=client)
    return {f"d{date.day}": x for date, x in zip(back["Date"], back["x"], strict=True)}


@pytest.fixture
def number(new_dataset: Callable[[], int], client: ap.Client) -> int:
    """A dataset of two values."""
    number = new_dataset()
    frame(d1=1.0, d2=2.0).alphacast.push(number, client=client)
    return number


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("append", {"d1": 1.0, "d2": 2.0, "d3": 30.0}),
        ("upsert", {"d1": 1.0, "d2": 20.0, "d3": 30.0}),
        ("replace", {"d2": 20.0, "d3": 30.0}),
        ("mirror", {"d2": 2.0, "d3": 30.0}),
    ],
)
def test_each_mode_does_what_it_says(
    number: int, client: ap.Client, mode: str, wanted: dict[str, float]
) -> None:
    words = {"max_delete": 1} if mode in {"replace", "mirror"} else {}
    frame(d2=20.0, d3=30.0).alphacast.push(number, mode=mode, client=client, verify=True, **words)
    assert held(number, client) == wanted


def test_a_diff_tells_what_a_push_then_does(number: int, client: ap.Client) -> None:
    diff = frame(d2=20.0, d3=30.0).alphacast.diff(number, client=client)
    assert not diff.empty
    diff.push(verify=True)
    assert frame(d2=20.0, d3=30.0).alphacast.diff(number, client=client).empty
    assert held(number, client) == {"d1": 1.0, "d2": 20.0, "d3": 30.0}


def test_only_changes_are_sent(number: int, client: ap.Client) -> None:
    new = frame(d1=1.0, d2=20.0)
    assert new.alphacast.push(number, only_changes=True, client=client).rows == 1
    assert new.alphacast.push(number, only_changes=True, client=client).rows == 0


def test_a_missing_value_may_keep_what_is_stored(number: int, client: ap.Client) -> None:
    frame(d1=np.nan, d2=20.0).alphacast.push(number, missing="keep", client=client)
    assert held(number, client) == {"d1": 1.0, "d2": 20.0}


def test_a_push_is_a_process_that_has_ended_well(number: int, client: ap.Client) -> None:
    result = frame(d4=4.0).alphacast.push(number, client=client)
    assert result.process_id is not None
    process = client.datasets.process(number, result.process_id)
    assert process.succeeded
    assert process.dataset_id == number


def test_a_name_is_created_once_and_found_again(workspace: Workspace, client: ap.Client) -> None:
    words = {"name": f"{workspace.mark} by name", "repository": workspace.repository}
    first = frame(d1=1.0).alphacast.push(client=client, **words)
    again = frame(d2=2.0).alphacast.push(client=client, **words)
    assert again.dataset_id == first.dataset_id
    assert held(first.dataset_id, client) == {"d1": 1.0, "d2": 2.0}


def test_a_name_that_is_taken_is_a_conflict(
    number: int, workspace: Workspace, client: ap.Client
) -> None:
    name = client.datasets.get(number).name
    with pytest.raises(ap.ConflictError):
        client.datasets.create(name, repository_id=workspace.repository)
