"""Frames of one frequency, joined: the answer is that of merges, one frame after the other."""

import itertools
import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap

MONTHS = pd.date_range("2024-01-01", periods=4, freq="MS")
NAMES = {"country": ["Argentina", "Brazil", "Peru"], "sector": ["mining", "steel"]}


@st.composite
def panels(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Frames by country and sector, by one of them, or by neither; one has all of them."""
    broad = draw(st.sampled_from([(), ("country",), ("country", "sector")]))
    sets = [broad, *draw(st.lists(st.sampled_from([*subsets(broad)]), max_size=3))]
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    order = random.permutation(len(sets))
    return {f"f{n}": panel(random, sets[place], f"v{n}") for n, place in enumerate(order)}


def subsets(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [each for n in range(len(names) + 1) for each in itertools.combinations(names, n)]


def panel(random: np.random.Generator, entities: tuple[str, ...], value: str) -> pd.DataFrame:
    keys = [*itertools.product(MONTHS, *(NAMES[name] for name in entities))]
    frame = pd.DataFrame(keys, columns=["Date", *entities])
    # The first two months always, so that dates tell months, and two values of each entity.
    always = frame["Date"].isin(MONTHS[:2])
    for name in entities:
        always &= frame[name].isin(NAMES[name][:2])
    frame = frame[always | (random.random(len(frame)) < 0.5)].reset_index(drop=True)
    frame["Date"] += pd.to_timedelta(random.choice([0, 14]), unit="D")
    frame[value] = random.random(len(frame))
    frame.loc[random.random(len(frame)) < 0.2, value] = np.nan
    frame.attrs["alphacast"] = {"dataset_id": 7, "date": "Date", "entities": [*entities]}
    return frame.sample(frac=1, random_state=1)


def merged(frames: dict[str, pd.DataFrame], how: str) -> pd.DataFrame:
    """The join by definition: outer merges, broad frames first; other rows go at the end."""
    entities = {label: each.attrs["alphacast"]["entities"] for label, each in frames.items()}
    broadest = [*dict.fromkeys(name for names in entities.values() for name in names)]
    result = pd.DataFrame(
        {"Date": MONTHS[:0], **{name: pd.Series(dtype=object) for name in broadest}}
    )
    for label in sorted(frames, key=lambda label: -len(entities[label])):
        frame = frames[label].astype(dict.fromkeys(entities[label], object))
        frame["Date"] = frame["Date"].dt.to_period("M").dt.to_timestamp()
        frame[f"in {label}"] = 1.0
        result = result.merge(frame, on=["Date", *entities[label]], how="outer")
    for label in {"outer": [], "inner": [*frames], "left": [*frames][:1]}[how]:
        result = result[result[f"in {label}"].notna()]
    values = [name for each in frames.values() for name in each if name.startswith("v")]
    ordered = result.sort_values(["Date", *broadest], ignore_index=True)
    return ordered[["Date", *broadest, *values]]


@given(frames=panels(), how=st.sampled_from(["outer", "inner", "left"]))
def test_the_join_is_that_of_merges(frames: dict[str, pd.DataFrame], how: Any) -> None:
    before = {label: frame.copy() for label, frame in frames.items()}
    result = ap.align(frames, how=how)
    expected = merged(frames, how)
    pd.testing.assert_frame_equal(
        result.astype(object).where(result.notna(), None),
        expected.astype(object).where(expected.notna(), None),
        check_dtype=False,
    )
    for label, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[label])


def test_so_many_combinations_that_int64_cannot_count_them_are_joined_all_the_same() -> None:
    names = [f"e{n}" for n in range(9)]
    frame = pd.DataFrame({name: [f"{name} {n}" for n in range(200)] for name in names})
    frame["Date"] = MONTHS[0]
    frame["v"] = np.arange(200.0)
    frame.attrs["alphacast"] = {"date": "Date", "entities": names}
    other = frame.iloc[:10].rename(columns={"v": "w"})
    other.attrs = frame.attrs
    result = ap.align({"x": frame, "y": other}, frequency="M")
    assert len(result) == 200
    both = result[result["w"].notna()]
    assert both["v"].tolist() == both["w"].tolist()
    assert len(both) == 10


def test_memory_is_that_of_the_answer_and_of_keys() -> None:
    dates = pd.date_range("1950-01-01", periods=200, freq="MS")
    keys = {"Date": np.tile(dates, 100), "country": np.repeat([f"c{n}" for n in range(100)], 200)}
    frames = {f"f{n}": pd.DataFrame({**keys, f"v{n}": 1.0}) for n in range(20)}
    ap.align({"f0": frames["f0"]})  # imports
    tracemalloc.start()
    result = ap.align(frames)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.shape == (20_000, 22)
    assert peak < 4 * result.memory_usage().sum()


def test_entities_that_would_multiply_each_other_are_refused() -> None:
    random = np.random.default_rng(0)
    by_country = panel(random, ("country",), "v")
    by_sector = panel(random, ("sector",), "w")
    with pytest.raises(ap.QueryError) as caught:
        ap.align({"cpi": by_country, 5: by_sector})
    assert "'cpi' has 'country'; 5 has 'sector'" in str(caught.value)
    assert "entities={'country': ['country', 'sector']}" in str(caught.value)


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"Date": MONTHS, **columns})


def test_only_names_that_collide_have_their_label_in_front() -> None:
    frames = {
        "cpi": frame(value=1.0, base=1.0),
        5515: frame(value=2.0, Country=1.0),
        "gdp": frame(country="Chile", GDP=3.0).rename(columns={"Date": "fecha"}),
        "oil": frame(country="Chile", price=1.0),
        "odd": pd.DataFrame({"fecha": MONTHS, "Date": 4.0, "country": range(4)}),
    }
    result = ap.align(frames)
    assert [*result.columns] == [
        *("Date", "country", "cpi: value", "base", "5515: value", "Country", "GDP", "price"),
        *("odd: Date", "odd: country"),
    ]
    facts = result.attrs["alphacast"]["columns"]
    assert [*facts] == [*result.columns[2:]]
    assert (facts["odd: Date"]["label"], facts["odd: Date"]["column"]) == ("odd", "Date")
    assert facts["5515: value"]["label"] == 5515


def test_names_that_collide_with_a_label_in_front_get_one_too() -> None:
    result = ap.align({"a": frame(x=1.0, **{"b: x": 2.0}), "b": frame(x=3.0)})
    assert [*result.columns] == ["Date", "a: x", "a: b: x", "b: x"]
    with pytest.raises(ap.QueryError, match="Two columns would be called '5: x'"):
        ap.align({5: frame(x=1.0), "5": frame(x=2.0)})


def test_provenance_is_told_and_survives_parquet(tmp_path: Any) -> None:
    cpi = frame(country="Chile", value=1.0)
    cpi.attrs["alphacast"] = {"dataset_id": 5515, "date": "Date", "entities": ["country"]}
    days = pd.bdate_range("2024-01-01", "2024-04-30")
    fx = pd.DataFrame({"Date": days, "country": "Chile", "value": 2.0})
    result = ap.align({"cpi": cpi, 8: fx}, frequency="M", aggregate={(8, "value"): "last"})
    result.to_parquet(tmp_path / "wide.parquet")
    facts = pd.read_parquet(tmp_path / "wide.parquet").attrs["alphacast"]
    assert facts == result.attrs["alphacast"]
    assert facts == {
        "date": "Date",
        "entities": ["country"],
        "frequency": "M",
        "columns": {
            "cpi: value": {
                "dataset_id": 5515,
                "label": "cpi",
                "column": "value",
                "frequency": "M",
                "aggregate": None,
            },
            "8: value": {
                "dataset_id": None,
                "label": 8,
                "column": "value",
                "frequency": "B",
                "aggregate": "last",
            },
        },
        "unmatched": [],
        "joined_by_period": [],
    }
    assert [each["isEntity"] for each in result.alphacast.manifest()] == [True, True, False, False]


def test_a_result_can_be_aligned_again() -> None:
    first = ap.align({"a": frame(country="Chile", x=1.0), "b": frame(country="Chile", y=2.0)})
    again = ap.align({"both": first, "c": frame(country="Chile", z=3.0)})
    assert [*again.columns] == ["Date", "country", "x", "y", "z"]
    assert len(again) == 4


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (np.arange(4), "Int64"),
        (np.arange(4, dtype="uint8"), "UInt8"),
        (pd.array([1, 2, 3, None], "Int16"), "Int16"),
        (np.array([True, False, True, True]), "boolean"),
        (np.arange(4.0), "float64"),
        (pd.array([1, 2, 3, 4], "int64[pyarrow]"), "int64[pyarrow]"),
        (pd.array(["a", "b", None, "d"], "string"), "string"),
        (pd.Categorical(["a", "b", None, "d"]), "category"),
        (MONTHS, MONTHS.dtype),
        (pd.arrays.SparseArray([0.0, 0.0, 1.0, 2.0]), "float64"),
    ],
)
@pytest.mark.every_parameter
def test_types_do_not_depend_on_what_is_missing(values: Any, dtype: Any) -> None:
    own = frame(v=values)
    own.attrs["alphacast"] = {"date": "Date", "entities": []}
    later = pd.DataFrame({"Date": pd.date_range("2024-03-31", periods=4, freq="ME"), "w": 1.0})
    for frames in ({"x": own}, {"x": own, "y": later}):
        result = ap.align(frames)
        assert result["v"].dtype == dtype
        assert result["v"][:2].tolist() == own["v"][:2].tolist()
    assert result["v"].isna()[5]
    assert ap.align({"x": own[:0], "y": later})["v"].dtype == dtype


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("is_index", [True, False])
@pytest.mark.every_parameter
def test_frames_of_any_form_are_read(backend: Any, is_index: bool) -> None:
    own = frame(country=["Chile", "Peru"] * 2, v=[1, None, 3, 4]).convert_dtypes(
        dtype_backend=backend
    )
    own["country"] = own["country"].astype("category") if is_index else own["country"]
    plain = frame(country=["Chile", "Peru"] * 2, w=1.0)
    before = own = own.set_index(["Date", "country"]) if is_index else own
    result = ap.align({"x": own, "y": plain})
    assert result["country"].tolist() == ["Chile", "Peru"] * 2
    assert result["v"].fillna(0).tolist() == [1, 0, 3, 4]
    assert result["w"].tolist() == [1.0] * 4
    pd.testing.assert_frame_equal(own, before)
