"""Warnings name the user's line, however they are called."""

import inspect
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap

FRAME = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01"]), "country": "Chile", "note": [""]})
ROLES: dict[str, Any] = {"date": "Date", "entities": ["country"]}


def read_nothing(dataset_id: int, client: ap.Client) -> object:
    return ap.read_alphacast(dataset_id, filter={"country": "Chili"}, client=client)


WAYS: dict[str, Callable[[int, ap.Client], object]] = {
    "push": lambda number, client: ap.push(FRAME, number, client=client, **ROLES),
    "accessor": lambda number, client: FRAME.alphacast.push(number, client=client, **ROLES),
    "validate": lambda number, client: ap.validate(FRAME, number, client=client, **ROLES),
    "diff": lambda number, client: FRAME.alphacast.diff(number, client=client, **ROLES),
    "read": read_nothing,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_warning_names_the_line_that_called_the_package(client: ap.Client, way: str) -> None:
    home = client.repositories.home().id
    number = client.datasets.create("Warnings", repository_id=home).id
    FRAME.assign(note="a").alphacast.push(number, client=client, **ROLES)
    with pytest.warns(UserWarning, match="Column|Dataset|deleted value") as caught:
        WAYS[way](number, client)
    lines, first = inspect.getsourcelines(WAYS[way])
    assert {warning.filename for warning in caught} == {__file__}
    assert all(first <= warning.lineno < first + len(lines) for warning in caught)
