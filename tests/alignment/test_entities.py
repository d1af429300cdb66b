"""Which entities are the same, and where a value stands that has no partner."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap

MONTHS = pd.date_range("2024-01-01", periods=3, freq="MS")


def panel(value: str, *names: Any, entity: str = "country", start: int = 0) -> pd.DataFrame:
    """A value for each month and name: 0, 1, ... from `start` on."""
    pieces = [pd.DataFrame({"Date": MONTHS, entity: name}) for name in names]
    frame = pd.concat(pieces, ignore_index=True)
    frame[value] = [float(start + n) for n in range(len(frame))]
    frame.attrs["alphacast"] = {"date": "Date", "entities": [entity]}
    return frame


def facts(result: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = result.attrs["alphacast"]
    return found


def test_one_countrys_values_stand_on_its_own_rows_only() -> None:
    result = ap.align(
        {"gdp": panel("gdp", "Argentina", "Brazil"), "cpi": panel("cpi", "Argentina")}
    )
    own = result["country"] == "Argentina"
    assert result[own]["cpi"].tolist() == [0, 1, 2]
    assert result[~own]["cpi"].isna().all()
    assert facts(result)["joined_by_period"] == []
    assert facts(result)["unmatched"] == [
        {"label": "gdp", "entity": "country", "value": "Brazil", "nearest": None}
    ]


def test_one_countrys_tables_in_which_it_has_different_names_join_by_period() -> None:
    frames = {
        "cpi": panel("v", "Argentina"),
        "gdp": panel("v", "ARG"),
        "fx": panel("fx", "Arg.", entity="pais"),
    }
    result = ap.align(frames)
    assert [*result.columns] == ["Date", "cpi: v", "gdp: v", "fx"]
    assert len(result) == 3
    assert result.notna().all(axis=None)
    assert facts(result)["entities"] == []
    assert facts(result)["joined_by_period"] == [
        {"label": "cpi", "entity": "country", "value": "Argentina"},
        {"label": "gdp", "entity": "country", "value": "ARG"},
        {"label": "fx", "entity": "pais", "value": "Arg."},
    ]
    assert facts(result)["unmatched"] == []


@pytest.mark.parametrize("entity", ["country", "commodity"])
def test_a_single_value_that_no_other_frame_has_stands_on_every_row(entity: str) -> None:
    oil = panel("oil", "World", entity=entity)
    result = ap.align({"gdp": panel("gdp", "Argentina", "Chile"), "oil": oil})
    assert result["country"].tolist() == ["Argentina", "Chile"] * 3
    assert result["oil"].tolist() == [0, 0, 1, 1, 2, 2]
    assert facts(result)["joined_by_period"] == [
        {"label": "oil", "entity": entity, "value": "World"}
    ]


def test_its_periods_that_no_row_has_get_a_row_without_entity() -> None:
    longer = panel("oil", "World")
    later = longer.assign(Date=longer["Date"] + pd.DateOffset(months=1))
    later.attrs = longer.attrs
    result = ap.align({"gdp": panel("gdp", "Argentina", "Chile"), "oil": later})
    assert len(result) == 7
    assert result["country"].isna().tolist() == [False] * 6 + [True]
    assert ap.align(
        {"gdp": panel("gdp", "Argentina", "Chile"), "oil": later}, how="left"
    ).shape == (6, 4)


@pytest.mark.parametrize("single", ["Brazil", "brasil", "BRA"])
@pytest.mark.every_parameter
def test_a_name_that_may_be_in_a_panel_is_merged_with_none(single: str) -> None:
    result = ap.align({"gdp": panel("gdp", "Brasil", "Chile"), "cpi": panel("cpi", single)})
    rows = result.set_index("country")["cpi"]
    assert rows[["Brasil", "Chile"]].isna().all()
    assert rows[single].tolist() == [0, 1, 2]
    assert facts(result)["joined_by_period"] == []
    assert {"label": "cpi", "entity": "country", "value": single, "nearest": "Brasil"} in facts(
        result
    )["unmatched"]


@pytest.mark.parametrize("single", ["Argentina", "argentina", "Argentine"])
@pytest.mark.every_parameter
def test_a_value_that_a_panel_has_under_another_name_is_to_be_mapped(single: str) -> None:
    frames = {
        "gdp": panel("gdp", "Argentina", "Brazil", entity="Country"),
        "cpi": panel("cpi", single),
    }
    with pytest.raises(ap.QueryError) as caught:
        ap.align(frames)
    assert "map them: entities={'Country': ['Country', 'country']}" in str(caught.value)
    result = ap.align(frames, entities={"country": ["Country", "country"]})
    assert result[result["country"] == "Brazil"]["cpi"].isna().all()


def test_a_frame_without_rows_changes_no_entity() -> None:
    cpi, nothing = panel("cpi", "Argentina"), panel("gdp", "Chile")[:0]
    assert ap.align({"cpi": cpi, "gdp": nothing})["country"].tolist() == ["Argentina"] * 3
    oil = pd.DataFrame({"Date": MONTHS, "oil": 1.0})
    result = ap.align({"cpi": cpi, "gdp": nothing, "oil": oil})
    assert [*result.columns] == ["Date", "cpi", "gdp", "oil"]


@pytest.mark.parametrize("codes", [("DEU", "FRA"), ("DEU1", "FRA1"), ("de", "fr"), ("276", "250")])
@pytest.mark.every_parameter
def test_names_are_not_guessed_to_be_among_codes(codes: tuple[str, str]) -> None:
    result = ap.align({"gdp": panel("gdp", *codes), "cpi": panel("cpi", "Germany")})
    counts = result.groupby("country")["cpi"].count().to_dict()
    assert counts == {**dict.fromkeys(codes, 0), "Germany": 3}


def test_words_in_lower_case_are_no_codes() -> None:
    frames = {"parts": panel("part", "food", "rent"), "all": panel("cpi", "headline")}
    assert ap.align(frames)["cpi"].tolist() == [0, 0, 1, 1, 2, 2]


def test_values_without_partner_are_listed_with_the_nearest_name() -> None:
    result = ap.align(
        {
            "gdp": panel("gdp", "Brasil", "Chile", "Perú"),
            7: panel("cpi", "Brazil", "Chile", "PERU", "Ghana"),
        }
    )
    assert facts(result)["unmatched"] == [
        {"label": "gdp", "entity": "country", "value": "Brasil", "nearest": "Brazil"},
        {"label": "gdp", "entity": "country", "value": "Perú", "nearest": "PERU"},
        {"label": 7, "entity": "country", "value": "Brazil", "nearest": "Brasil"},
        {"label": 7, "entity": "country", "value": "Ghana", "nearest": None},
        {"label": 7, "entity": "country", "value": "PERU", "nearest": "Perú"},
    ]
    assert set(result["country"]) == {"Brasil", "Brazil", "Chile", "Ghana", "PERU", "Perú"}


NAMES = st.lists(
    st.sampled_from(["Argentina", "Chile", "Ghana", "Norway", "Togo"]), min_size=1, unique=True
)


@given(names=st.lists(NAMES, min_size=2, max_size=4))
def test_who_has_a_partner_is_so_by_definition(names: list[list[str]]) -> None:
    frames = {n: panel(f"v{n}", *each) for n, each in enumerate(names)}
    result = ap.align(frames)
    held = {n: {*each} for n, each in enumerate(names)}

    def others(n: int) -> set[str]:
        return {name for m, each in held.items() if m != n for name in each}

    alone = [n for n in held if len(held[n]) == 1 and not held[n] & others(n)]
    assert [each["label"] for each in facts(result)["joined_by_period"]] == alone
    joined = [n for n in held if n not in alone]
    lonely = (
        {(n, name) for n in joined for name in held[n] - others(n)} if len(joined) > 1 else set()
    )
    assert {(each["label"], each["value"]) for each in facts(result)["unmatched"]} == lonely
    for n in held:
        counted = result[f"v{n}"].notna()
        if n in joined:
            assert set(result[counted]["country"]) == held[n]
        elif joined:
            assert counted.all()
        else:
            assert [*result.columns] == ["Date", *(f"v{m}" for m in held)]


def test_a_single_frame_keeps_its_entity() -> None:
    assert ap.align({"cpi": panel("cpi", "Chile")})["country"].tolist() == ["Chile"] * 3


def test_entities_are_joined_under_the_names_that_are_mapped() -> None:
    gdp = panel("gdp", "Argentina", "Chile", entity="Country / Region")
    cpi = panel("cpi", "Argentina", "Chile")
    result = ap.align(
        {"gdp": gdp, "cpi": cpi}, entities={"country": ["country", "Country / Region"]}
    )
    assert [*result.columns] == ["Date", "country", "gdp", "cpi"]
    assert result.notna().all(axis=None)
    renamed = ap.align({"gdp": gdp, "cpi": cpi}, entities={"pais": ["country", "Country / Region"]})
    assert renamed["pais"].tolist() == result["country"].tolist()
    assert [*ap.align({"cpi": cpi}, entities={"pais": "country"}).columns] == [
        "Date",
        "pais",
        "cpi",
    ]


def both_names(dates: Any) -> pd.DataFrame:
    """Chile under one name, then under another, on these dates."""
    frame = pd.DataFrame(
        {
            "Date": [*MONTHS[:2], *dates],
            "country": ["Chile", "Chile", *[None] * len(dates)],
            "Region": [None, None, *["Chile"] * len(dates)],
            "v": 1.0,
        }
    )
    frame.attrs["alphacast"] = {"date": "Date", "entities": ["country", "Region"]}
    return frame


def test_two_entities_of_a_frame_become_one_if_their_periods_do_not_meet() -> None:
    words = {"entities": {"country": ["country", "Region"]}, "aggregate": "sum"}
    result = ap.align({"x": both_names(MONTHS[2:])}, **words)
    assert result["country"].tolist() == ["Chile"] * 3
    with pytest.raises(
        ap.QueryError, match=r"makes 'country' and 'Region' one .* 'Chile' on 2024-02-01"
    ):
        ap.align({"x": both_names(MONTHS[1:])}, **words)
    differs = both_names(MONTHS[2:])
    differs.loc[0, "Region"] = "Peru"
    with pytest.raises(ap.QueryError, match="they differ in a row: 'Chile' and 'Peru'"):
        ap.align({"x": differs}, **words)


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        ({"country": ["country", "Contry"]}, "no column 'Contry'; did you mean 'country'?"),
        ({"country": ["country", "v"]}, "'v' is a column of frame 'x', but not an entity of it"),
        ({"a": "country", "b": "country"}, "'country' stands under two names of the result"),
        ({"Date": "country"}, "Give it another name: entities={'entity': ['country']}."),
        ({"country": 5}, "'country' must be a name or a list of names, got 5"),
        (["country"], r"entities maps a name of the result to the names in the frames"),
    ],
)
@pytest.mark.every_parameter
def test_a_mapping_that_cannot_be_meant_is_refused(entities: Any, message: str) -> None:
    with pytest.raises(ap.QueryError) as caught:
        ap.align({"x": panel("v", "Chile")}, entities=entities)
    assert message in str(caught.value)


def test_rows_without_an_entity_value_are_refused() -> None:
    frame = panel("v", "Chile", "Peru")
    frame.loc[2:3, "country"] = None
    with pytest.raises(ap.ValidationError) as caught:
        ap.align({"x": frame})
    assert "2 of its 6 rows have no value in the entity 'country'" in str(caught.value)
    assert "df.dropna(subset=['country'])" in str(caught.value)
    with pytest.raises(ap.ValidationError) as caught:
        ap.align({"x": frame.set_index(["Date", "country"])})
    remedy = "df.reset_index().dropna(subset=['country']).set_index(['Date', 'country'])"
    assert f"Leave them out, df = {remedy}, or" in str(caught.value)


def test_categories_and_numbers_are_entities_too() -> None:
    codes, other = panel("v", 20, 3, entity="code"), panel("w", 3, 20, entity="code")
    result = ap.align({"x": codes, "y": other})
    assert result["code"].tolist() == [3, 20] * 3
    assert result["v"].tolist() == [3, 0, 4, 1, 5, 2]
    names = panel("v", "Peru", "Chile").astype({"country": "category"})
    both = ap.align({"x": names, "y": names.rename(columns={"v": "w"})})
    assert both["country"].dtype == "category"
    assert both["country"].tolist() == ["Chile", "Peru"] * 3
    mixed = ap.align({"x": names, "y": panel("w", "Peru", "Chile")})
    assert mixed["country"].dtype == pd.Series(["a"]).dtype
    odd = ap.align({"x": panel("v", "a", 5), "y": panel("w", 5, "a")})
    assert odd["country"].tolist() == [5, "a"] * 3
