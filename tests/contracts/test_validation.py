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


# What a schema makes of a frame is what is sent and returned.

MONTH = pa.Index("datetime64[us]", name="Date", coerce=True)
PLACE = pa.Index(str, name="country")
POSITIVE = pa.Column(float, pa.Check.ge(0))


def pushed(client: ap.Client, df: pd.DataFrame, schema: Any, **words: Any) -> pd.DataFrame:
    """Return what a dataset holds after a push under a schema."""
    result = df.alphacast.push(name="Prices", schema=schema, client=client, **words)
    return ap.read_alphacast(result.dataset_id, client=client)


def by_date(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.DatetimeIndex(DATES, name="Date"))


def by_date_and_country(**columns: Any) -> pd.DataFrame:
    levels = [DATES, ["Chile", "Perú", "Chile"]]
    return pd.DataFrame(columns, index=pd.MultiIndex.from_arrays(levels, names=["Date", "country"]))


def test_what_a_schema_with_an_index_makes_is_sent(client: ap.Client) -> None:
    schema = pa.DataFrameSchema({"x": pa.Column(float, coerce=True)}, index=MONTH, strict="filter")
    sent = by_date(x=["1.5", "2.5", "3.5"], junk=[1.0, 2.0, 3.0])
    held = pushed(client, sent, schema)
    assert [*held.columns] == ["Date", "x"]
    assert held["x"].tolist() == [1.5, 2.5, 3.5]


def test_an_index_is_coerced_too(client: ap.Client) -> None:
    sent = by_date(x=[1.0, 2.0, 3.0])
    sent.index = sent.index.strftime("%Y-%m-%d")
    held = pushed(client, sent, pa.DataFrameSchema({"x": pa.Column(float)}, index=MONTH))
    assert held["Date"].tolist() == [*DATES]


@pytest.mark.parametrize("make", [by_date, by_date_and_country])
def test_rows_that_a_schema_drops_are_told_and_not_sent(client: ap.Client, make: Any) -> None:
    sent = make(x=[1.0, -2.0, 3.0])
    levels = [MONTH, PLACE][: sent.index.nlevels]
    index = levels[0] if len(levels) == 1 else pa.MultiIndex(levels)
    schema = pa.DataFrameSchema({"x": POSITIVE}, index=index, drop_invalid_rows=True)
    with pytest.warns(UserWarning, match=r"drops 1 of 3 rows \(row 2024-02-01.*not sent"):
        held = pushed(client, sent, schema)
    assert held["x"].tolist() == [1.0, 3.0]


def test_rows_of_a_frame_without_index_are_told_by_the_callers_labels(client: ap.Client) -> None:
    schema = pa.DataFrameSchema({"price": POSITIVE}, drop_invalid_rows=True)
    with pytest.warns(UserWarning, match=r"drops 2 of 3 rows \(rows 'b', 'c'\)"):
        held = pushed(client, frame(price=[1.0, -2.0, -3.0]), schema, index=False)
    assert held["price"].tolist() == [1.0]


@pytest.mark.filterwarnings("ignore:The schema drops:UserWarning")
def test_a_schema_that_leaves_no_row_says_so() -> None:
    schema = pa.DataFrameSchema({"price": POSITIVE}, drop_invalid_rows=True)
    with pytest.raises(ap.ValidationError, match="leaves nothing of the frame"):
        frame(price=-1.0).alphacast.validate(schema=schema, index=False)


def test_valid_rows_are_not_dropped_with_others_of_their_label() -> None:
    schema = pa.DataFrameSchema({"x": POSITIVE}, index=MONTH, drop_invalid_rows=True)
    df = by_date(x=[1.0, -2.0, 3.0], country=["Chile", "Chile", "Perú"])
    df.index = pd.DatetimeIndex(DATES[[0, 1, 1]], name="Date")
    found = failures(df, schema)
    assert found["check"].str.contains("would drop valid rows too").any()


def read(client: ap.Client, number: int, schema: Any, **words: Any) -> pd.DataFrame:
    return ap.read_alphacast(number, schema=schema, client=client, **words)


@pytest.fixture
def number(client: ap.Client) -> int:
    df = frame(price=[1.0, -2.0, 3.0])
    return df.alphacast.push(name="Read", client=client, index=False).dataset_id


@pytest.mark.parametrize("indexed", [False, True])
def test_what_a_schema_makes_of_what_arrives_is_returned(
    client: ap.Client, number: int, indexed: bool
) -> None:
    index = pa.MultiIndex([MONTH, PLACE]) if indexed else None
    schema = pa.DataFrameSchema(
        {"price": pa.Column("float32", pa.Check.ge(0), coerce=True)},
        index=index,
        drop_invalid_rows=True,
    )
    with pytest.warns(UserWarning, match=r"drops 1 of 3 rows .*not in the frame"):
        arrived = read(client, number, schema, index=indexed)
    assert arrived["price"].dtype == "float32"
    assert arrived["price"].tolist() == [1.0, 3.0]
    assert [*arrived.index.names] == (["Date", "country"] if indexed else [None])
    if not indexed:
        assert arrived.index.tolist() == [0, 2]


def test_what_breaks_a_schema_with_an_index_is_told_by_its_labels(
    client: ap.Client, number: int
) -> None:
    schema = pa.DataFrameSchema({"price": POSITIVE}, index=pa.MultiIndex([MONTH, PLACE]))
    with pytest.raises(ap.ValidationError) as caught:
        read(client, number, schema, index=True)
    assert caught.value.failures["row"].tolist() == [(DATES[1], "Perú")]


def test_an_index_that_a_schema_takes_away_is_no_key_error(client: ap.Client, number: int) -> None:
    schema = pa.DataFrameSchema({"price": pa.Column(float)}, strict="filter")
    with pytest.raises(ap.ValidationError, match="leaves no column 'Date'"):
        read(client, number, schema, index="Date")
    assert [*read(client, number, schema).columns] == ["price"]


@pytest.mark.parametrize("df", [frame(), by_date(price=[1.0, 2.0, 3.0])], ids=["flat", "one level"])
def test_a_frame_without_the_index_of_its_schema_is_told_what_to_do(df: pd.DataFrame) -> None:
    schema = pa.DataFrameSchema({"price": POSITIVE}, index=pa.MultiIndex([MONTH, PLACE]))
    with pytest.raises(ap.ValidationError, match=r"index of \['Date', 'country'\]") as caught:
        df.alphacast.validate(schema=schema, index=False if df.index.name is None else None)
    assert "df.set_index(['Date', 'country'])" in str(caught.value)
    assert "None" not in str(caught.value)


# Rows that a parser moves are followed.


def parsed_by(parser: Any, **columns: pa.Column) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, parsers=pa.Parser(parser))


MOVES: dict[str, tuple[Any, list[Any]]] = {
    "sorts": (lambda f: f.sort_values("price"), ["b"]),
    "sorts and numbers anew": (lambda f: f.sort_values("price", ignore_index=True), ["b"]),
    "filters": (lambda f: f[f["country"] != "Chile"], ["b"]),
    "filters and numbers anew": (lambda f: f[f["price"] > 2].reset_index(drop=True), ["b"]),
    "drops repeated rows": (lambda f: f.drop_duplicates(ignore_index=True), ["b"]),
    "renames columns": (lambda f: f.rename(columns=str.strip)[::-1], ["b"]),
    "adds rows": (
        lambda f: pd.concat([f, f.assign(Date=f["Date"] + pd.Timedelta("1D"))], ignore_index=True),
        ["b", "b"],
    ),
    "adds a row of its own": (
        lambda f: pd.concat(
            [pd.DataFrame({"Date": [DATES[0]], "country": ["Perú"], "price": [np.inf]}), f],
            ignore_index=True,
        ),
        [None, "b"],
    ),
    "computes with every column": (
        lambda f: f.set_index(["Date", "country"]).mul(2).reset_index(),
        [None],
    ),
}


@pytest.mark.filterwarnings("ignore:The schema drops:UserWarning")
@pytest.mark.parametrize("case", MOVES)
@pytest.mark.parametrize("check", [None, pa.Check.lt(1e9)], ids=["our rule", "the schema's"])
def test_failures_are_told_with_the_callers_rows_wherever_a_parser_moves_them(
    case: str, check: pa.Check | None
) -> None:
    parser, rows = MOVES[case]
    df = frame(price=[5.0, np.inf, 1.0])
    schema = parsed_by(parser, price=pa.Column(float, check))
    found = failures(df, schema, index=False)
    found = found[found["value"].map(lambda value: value == np.inf)]
    assert [*dict.fromkeys(found["row"])] == [*dict.fromkeys(rows)]


def test_rows_that_a_parser_leaves_out_are_told(client: ap.Client) -> None:
    schema = parsed_by(lambda f: f[f["price"] > 1].reset_index(drop=True))
    with pytest.warns(UserWarning, match=r"drops 1 of 3 rows \(row 'a'\)"):
        held = pushed(client, frame(), schema, index=False)
    assert held["price"].tolist() == [2.0, 3.0]


@pytest.mark.parametrize(
    "parser",
    [lambda f: f["no such column"], lambda f: None, lambda f: f["price"], lambda f: 1 / 0],
    ids=["KeyError", "None", "a Series", "ZeroDivisionError"],
)
def test_a_parser_that_raises_is_told_as_that(parser: Any) -> None:
    found = failures(frame(price=[1.0, np.inf, 2.0]), parsed_by(parser), index=False)
    assert found["check"].str.startswith("the schema could not be run: ").any()
    assert "finite" in set(found["check"])


@pytest.mark.parametrize(
    "parser",
    [
        lambda f: f.reset_index(drop=True),
        lambda f: f.rename_axis("day"),
        lambda f: f.assign(Date=1),
    ],
    ids=["lost", "renamed", "a column too"],
)
def test_an_index_that_a_parser_changes_is_told(parser: Any) -> None:
    schema = pa.DataFrameSchema(index=pa.Index(), parsers=pa.Parser(parser))
    found = failures(by_date(x=[1.0, 2.0, 3.0]), schema)
    assert found["check"].str.contains("parsers leave another index").any()


def test_a_check_that_raises_is_not_a_check_that_fails() -> None:
    schema = pa.DataFrameSchema({"price": pa.Column(float, pa.Check(lambda values: 1 / 0))})
    [check] = failures(frame(), schema, index=False)["check"]
    assert "could not be tried: ZeroDivisionError" in check


ODD_LABELS: dict[str, pd.DataFrame] = {
    "a row": frame().set_axis(pd.Index([1, pd.NA, 3], dtype=object), axis=0),
    "a column": frame().rename(columns={"country": pd.NA}),
    "a level": frame().set_index(pd.Index([1, 2, 3], name=pd.NA)),
    "levels of one name": frame().set_index(
        pd.MultiIndex.from_arrays([[1, 2, 3]] * 2, names=["a", "a"])
    ),
}


@pytest.mark.parametrize("labels", ODD_LABELS)
@pytest.mark.parametrize("index", [None, pa.Index(object, nullable=True)], ids=["flat", "index"])
@pytest.mark.parametrize("drops", [False, True])
@pytest.mark.parametrize("keyword", [None, False, True])
def test_odd_labels_end_in_our_errors(
    labels: str, index: Any, drops: bool, keyword: bool | None
) -> None:
    schema = pa.DataFrameSchema(
        {"price": pa.Column(float, pa.Check.lt(2))}, index=index, drop_invalid_rows=drops
    )
    # Warnings are errors in this suite, so dropped rows end in one.
    expected = (ap.AlphacastError, UserWarning) if drops else ap.AlphacastError
    with pytest.raises(expected) as caught:
        ODD_LABELS[labels].alphacast.validate(schema=schema, date="Date", index=keyword)
    assert "frame: None" not in str(caught.value)
