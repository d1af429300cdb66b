"""Which column is the date and which are the entities."""

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.writing.roles import Roles, resolve_roles

FRAME = pd.DataFrame(
    {
        "country": ["Chile", "Perú"],
        "when": pd.to_datetime(["2024-01-01", "2024-01-01"]),
        "price": [1.5, 2.5],
    }
)
STORED = Definitions(
    (
        Column("when", "Date", is_entity=True, date_format="%Y-%m-%d", raw={"x": 1}),
        Column("country", "String", is_entity=True, raw={"x": 1}),
        Column("price", "Decimal", raw={"x": 1}),
    )
)
ROLES = Roles("when", ("country",))


def resolved(frame: pd.DataFrame = FRAME, **words: Any) -> Roles:
    given = {
        "date": None,
        "entities": None,
        "stated": {},
        "definitions": None,
        "attrs": {},
        **words,
    }
    return resolve_roles(frame, **given)


def test_the_only_dates_and_the_only_text_are_plain_to_see() -> None:
    assert resolved() == ROLES


def test_arguments_come_first_then_the_schema_then_the_dataset() -> None:
    frame = FRAME.assign(then=FRAME["when"], city="x")
    stated = {"then": "date", "city": "entity"}
    assert resolved(frame, definitions=STORED) == ROLES
    assert resolved(frame, definitions=STORED, stated=stated) == Roles("then", ("city",))
    words = {"date": "when", "entities": ["country", "city"]}
    assert resolved(frame, definitions=STORED, stated=stated, **words) == Roles(
        "when", ("country", "city")
    )


@pytest.mark.parametrize(
    ("frame", "advice"),
    [
        (FRAME.assign(city="x"), r"push\(\.\.\., date='when', entities=\['country'\]\)"),
        (FRAME.assign(then=FRAME["when"]), r"push\(\.\.\., date='when'\)"),
        (FRAME.drop(columns="when"), r"pd\.to_datetime"),
    ],
    ids=["two texts", "two dates", "no date"],
)
def test_nothing_is_guessed_and_the_error_shows_the_call_to_make(
    frame: pd.DataFrame, advice: str
) -> None:
    with pytest.raises(ap.ValidationError, match=advice):
        frame.alphacast.validate()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"date": "wen"}, "did you mean 'when'"),
        ({"date": 5}, "name of a column"),
        ({"entities": ["country", "country"]}, "each once"),
        ({"entities": ["contry"]}, "did you mean 'country'"),
        ({"date": "when", "entities": ["when"]}, "both the date and an entity"),
    ],
    ids=str,
)
def test_roles_that_make_no_sense_are_refused(words: dict[str, Any], why: str) -> None:
    with pytest.raises(ap.QueryError, match=why):
        resolved(**words)


def test_a_schema_states_roles_in_its_metadata() -> None:
    schema = pa.DataFrameSchema(
        {
            "when": pa.Column(metadata={"alphacast": "date"}),
            "country": pa.Column(metadata={"alphacast": "ignore"}),
            "price": pa.Column(float, pa.Check.gt(0), metadata={"alphacast": "value"}),
        }
    )
    one = FRAME.head(1)
    assert [c["sourceName"] for c in one.alphacast.manifest(schema=schema)] == ["when", "price"]
    with pytest.raises(ap.ValidationError) as caught:
        FRAME.assign(price=[-1.0, float("inf")]).alphacast.validate(schema=schema)
    # The user's checks and ours, at once; the key is not unique without the country.
    assert {"greater_than(0)", "finite", "unique key"} <= set(caught.value.failures["check"])
