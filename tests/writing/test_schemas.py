"""A user's pandera contract, on the way up and on the way down."""

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.typing import Index, Series

import alphacast_pandas as ap

DATES = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])


class Prices(pa.DataFrameModel):
    """Prices with checks of the user's own."""

    Date: Series[pd.Timestamp] = pa.Field(metadata={"alphacast": "date"})
    country: Series[str] = pa.Field(isin=["Chile", "Perú"], metadata={"alphacast": "entity"})
    price: Series[float] = pa.Field(gt=0, nullable=True)

    @pa.dataframe_check
    @classmethod
    def is_small(cls, frame: pd.DataFrame) -> Any:
        """The sum stays below 1000."""
        return frame["price"].sum() < 1000


class Indexed(pa.DataFrameModel):
    """The date is the index."""

    Date: Index[pd.Timestamp] = pa.Field(check_name=True, metadata={"alphacast": "date"})
    place: Series[str] = pa.Field(metadata={"alphacast": "entity"})
    note: Series[str] = pa.Field(nullable=True, metadata={"alphacast": "value"})
    price: Series[float] = pa.Field(gt=0)


def frame(labels: Any = ("a", "b", "c"), **columns: Any) -> pd.DataFrame:
    made = {"Date": DATES, "country": ["Chile", "Perú", "Chile"], "price": [1.0, 2.0, 3.0]}
    return pd.DataFrame({**made, **columns}).set_axis([*labels], axis=0)


def failures(df: pd.DataFrame, schema: Any, **words: Any) -> pd.DataFrame:
    before = df.copy(deep=True)
    with pytest.raises(ap.ValidationError) as caught:
        df.alphacast.validate(schema=schema, **words)
    pd.testing.assert_frame_equal(df, before)
    return caught.value.failures


def test_every_failure_of_both_contracts_is_told_with_the_callers_rows() -> None:
    df = frame(country=["Chile ", "Perú", "Chile"], price=[1.0, -2.0, np.inf])
    found = failures(df, Prices, index=False)
    rows = found.groupby("column", dropna=True)["row"].agg(list).to_dict()
    assert rows["country"] == ["a", "a"]  # by the user's list, and by the blank
    assert set(rows["price"]) == {"b", "c"}
    assert "finite" in set(found["check"])
    assert any("is_small" in check for check in found["check"])


@pytest.mark.parametrize(
    "labels", [("x", "x", "x"), (7, 7, 9), [("a", 1), ("b", 2), ("a", 1)]], ids=["x", "7", "tuples"]
)
def test_rows_are_told_by_labels_that_repeat(labels: Any) -> None:
    df = frame(price=[1.0, -2.0, -3.0]).set_axis(pd.Index(labels), axis=0)
    found = failures(df, Prices, index=False)
    assert found["row"].tolist()[:2] == [*labels[1:]]


def test_roles_may_stand_on_the_index() -> None:
    df = frame(place=["a", "b", "c"], note=["x", "y", None]).drop(columns="country")
    df = df.set_index("Date")
    manifest = df.alphacast.manifest(schema=Indexed)
    assert [c["sourceName"] for c in manifest if c["isEntity"]] == ["Date", "place"]
    found = failures(df.assign(price=[1.0, -2.0, 3.0]), Indexed)
    assert found["row"].tolist() == [DATES[1]]


def test_roles_that_cannot_be_told_do_not_hide_what_the_schema_found() -> None:
    schema = pa.DataFrameSchema({"price": pa.Column(float, pa.Check.lt(2))})
    found = failures(frame(region="x"), schema, index=False)
    assert set(found["column"].dropna()) == {"price"}
    assert found["check"].str.contains("Several columns hold text").any()


def test_a_schema_coerces_only_where_it_says_so() -> None:
    df = frame(price=["1", "2", "3"]).reset_index(drop=True)
    for coerce, type_ in ((True, "Decimal"), (False, "String")):
        schema = pa.DataFrameSchema({"price": pa.Column(float if coerce else str, coerce=coerce)})
        manifest = df.alphacast.manifest(entities="country", schema=schema)
        assert manifest[-1]["dataType"] == type_
    strict = pa.DataFrameSchema({"price": pa.Column(float)})
    assert "dtype('float64')" in failures(df, strict, entities="country")["check"].tolist()
