"""Schemas of datasets and frames, and the roles that a user's schema states."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pytest
from pandera.typing import Series
from pyarrow import date32, decimal128, string

import alphacast_pandas as ap
from alphacast_pandas.contracts.schemas import roles_of, to_schema

DATES = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"Date": DATES, "country": ["AR", "CL", "AR"], **columns})


def objects(*values: Any) -> pd.Series:
    return pd.Series(values, dtype=object)


def arrow(type_: Any, *values: Any) -> pd.Series:
    return pd.Series(values, dtype=pd.ArrowDtype(type_))


COLUMNS: dict[str, dict[str, Any]] = {
    "Decimal": {"x": objects(Decimal("1.5"), None, Decimal(2))},
    "date objects": {"Date": objects(*DATES.date)},
    "datetime objects": {"Date": objects(*DATES.to_pydatetime())},
    "periods": {"Date": DATES.to_period("M")},
    "period objects": {"Date": objects(*DATES.to_period("M"))},
    "whole number objects": {"x": objects(1, 2, None)},
    "mixed number objects": {"x": objects(1, 2.5, None)},
    "objects of NumPy": {"x": objects(np.int64(1), np.float64(2.5), pd.NA)},
    "text objects": {"country": objects("AR", "CL", "AR")},
    "nothing": {"x": objects(None, None, None)},
    "categories": {"country": pd.Categorical(["AR", "CL", "AR"])},
    "categories of numbers": {"x": pd.Categorical([1.0, 2.0, 1.0])},
    "half floats": {"x": np.array([1.0, 2.0, np.nan], "float16")},
    "short integers": {"x": pd.array([1, None, 2], "Int16")},
    "Arrow decimals": {"x": arrow(decimal128(9, 2), Decimal("1.50"), None, Decimal(2))},
    "Arrow dates": {"Date": arrow(date32(), *DATES.date)},
    "Arrow text": {"country": arrow(string(), "AR", "CL", "AR")},
}


@pytest.mark.parametrize("case", COLUMNS)
def test_the_schema_of_a_frame_accepts_that_frame(case: str) -> None:
    made = frame(**{"x": [1.0, np.nan, 2.0], **COLUMNS[case]})
    schema = made.alphacast.schema(date="Date", entities="country")
    pd.testing.assert_frame_equal(schema.validate(made, lazy=True), made)
    assert made.alphacast.validate(schema=schema) is made


@pytest.mark.parametrize("value", ["text", 1, datetime.date(2024, 1, 1)])
def test_the_schema_of_decimals_refuses_other_objects(value: Any) -> None:
    schema = frame(x=objects(Decimal("1.5"), None, Decimal(2))).alphacast.schema()
    with pytest.raises(pandera.errors.SchemaErrors):
        schema.validate(frame(x=objects(Decimal(1), None, value)), lazy=True)


class Broken(pa.DataFrameModel):
    """A model whose annotation pandera cannot make a column of."""

    x: Series[frozenset]


def not_schemas() -> dict[str, Any]:
    polars = pytest.importorskip("pandera.polars", reason="polars is not installed here")
    return {
        "a polars schema": polars.DataFrameSchema({"x": polars.Column(float)}),
        "a polars model": type(
            "Model", (polars.DataFrameModel,), {"__annotations__": {"x": float}}
        ),
    }


@pytest.mark.parametrize("which", ["a polars schema", "a polars model"])
def test_a_schema_of_another_library_is_refused_by_its_name(which: str) -> None:
    with pytest.raises(ap.QueryError, match=r"pandera\.pandas, not .*[Pp]olars|Model"):
        frame(x=1.0).alphacast.validate(schema=not_schemas()[which])


@pytest.mark.parametrize(
    "wrong", ["a name", 5, pa.Column(float), pa.SeriesSchema(float), dict, True, {}, []]
)
def test_what_is_no_schema_is_refused(wrong: Any) -> None:
    with pytest.raises(ap.QueryError, match="schema is a pandera DataFrameSchema"):
        frame(x=1.0).alphacast.validate(schema=wrong)


def test_a_model_that_pandera_cannot_use_is_refused() -> None:
    with pytest.raises(ap.QueryError, match="pandera makes no schema of Broken"):
        frame(x=1.0).alphacast.validate(schema=Broken)


def pattern(role: str, **words: Any) -> pa.Column:
    return pa.Column(float, regex=True, metadata={"alphacast": role}, **words)


def test_a_pattern_states_the_role_of_every_column_it_matches() -> None:
    schema = pa.DataFrameSchema({"secret_.*": pattern("ignore"), "x": pa.Column(float)})
    made = frame(x=1.0, secret_a=2.0, secret_b=3.0)
    assert roles_of(to_schema(schema), made) == {"secret_a": "ignore", "secret_b": "ignore"}
    names = [column["sourceName"] for column in made.alphacast.manifest(schema=schema)]
    assert names == ["Date", "country", "x"]


def test_the_pattern_of_a_model_counts_too() -> None:
    class Model(pa.DataFrameModel):
        secrets: Series[float] = pa.Field(
            alias="^secret_", regex=True, metadata={"alphacast": "ignore"}
        )

    names = frame(x=1.0, secret_a=2.0).alphacast.manifest(schema=Model)
    assert [column["sourceName"] for column in names] == ["Date", "country", "x"]


def test_the_name_of_a_column_comes_before_a_pattern() -> None:
    named = pa.Column(float, metadata={"alphacast": "value"})
    schema = to_schema(pa.DataFrameSchema({"x.*": pattern("ignore"), "x": named}))
    assert roles_of(schema, frame(x=1.0, x2=1.0)) == {"x": "value", "x2": "ignore"}


def test_a_pattern_that_matches_nothing_states_nothing() -> None:
    schema = pa.DataFrameSchema({"y.*": pattern("ignore", required=False)})
    assert roles_of(schema, frame(x=1.0)) == {}


def test_patterns_that_contradict_each_other_are_refused() -> None:
    schema = pa.DataFrameSchema({"x.*": pattern("ignore"), ".*2": pattern("value")})
    with pytest.raises(ap.QueryError, match="patterns give column 'x2' the roles"):
        frame(x=1.0, x2=2.0).alphacast.validate(schema=schema)


def test_a_pattern_that_cannot_be_tried_is_refused() -> None:
    schema = pa.DataFrameSchema({"(": pattern("ignore", required=False)})
    with pytest.raises(ap.AlphacastError, match="could not be"):
        frame(x=1.0).alphacast.validate(schema=schema)
