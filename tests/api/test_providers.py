"""Records of what is hardly documented: anything may come, and nothing is made up."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.api.providers import Provider, ProviderPage, ProviderSeries
from alphacast_pandas.api.series import Series
from alphacast_pandas.api.user_keys import UserKey

FIELDS = [
    *("slug", "name", "provider", "description", "capabilities", "license", "parameters"),
    *("api_key_required", "api_key_stored", "popular_series", "series_id", "id", "label"),
    *("metadata", "frequency", "data", "is_preview", "instructions", "categories", "series"),
    *("total", "datasetId", "datasetName", "dataType", "units", "minDate", "createdAt"),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5)
    ),
    max_leaves=12,
)
RECORDS: dict[str, Callable[[Any], Any]] = {
    "provider": Provider.from_json,
    "page": lambda value: ProviderPage.from_json(value, "series"),
    "page of categories": lambda value: ProviderPage.from_json(value, "categories"),
    "provider series": ProviderSeries.from_json,
    "series": lambda value: Series.from_json(value, 5),
    "user key": UserKey.from_json,
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
@given(value=VALUES)
def test_odd_json_is_a_record_or_a_decode_error(record: Callable[[Any], Any], value: Any) -> None:
    try:
        made = record(value)
    except ap.DecodeError:
        is_page = {*(value if isinstance(value, dict) else ())} & {"categories", "series", "data"}
        assert not isinstance(value, dict) or not any(isinstance(value[n], list) for n in is_page)
        return
    assert made.raw == value or made.raw is value
    hash(type(made))
    assert isinstance(repr(made), str)
    for name in ("slug", "name", "label", "description", "units", "instructions"):
        text = getattr(made, name, None)
        assert text is None or text in _texts(value)


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, list):
        return set().union(*map(_texts, value))
    return {value} if isinstance(value, str) else set()


def test_what_is_documented_is_read() -> None:
    provider = Provider.from_json(
        {
            "slug": "fred",
            "name": "FRED",
            "provider": "Fed",
            "capabilities": ["search", 5],
            "license": "Public",
            "api_key_required": True,
            "parameters": [{"name": "start_date"}, 7],
            "popular_series": [{"series_id": "GDP", "label": "GDP"}],
        }
    )
    assert (provider.slug, provider.organization, provider.license) == ("fred", "Fed", "Public")
    assert provider.capabilities == ("search",)
    assert provider.parameters == ({"name": "start_date"},)
    assert provider.popular_series[0].id == "GDP"
    assert (provider.api_key_required, provider.api_key_stored) == (True, None)


def test_a_flag_of_another_type_is_not_known() -> None:
    assert Provider.from_json({"api_key_required": "no"}).api_key_required is None


def test_providers_are_found(client: ap.Client) -> None:
    assert client.providers.match("life expectancy")[0].slug == "gapminder"
    categories = client.providers.browse("gapminder").categories
    assert categories is not None
    assert len(categories) == 142
    page = client.providers.browse("Gapminder", series=True, limit=2, offset=3)
    assert page.series is not None
    assert ([each.id for each in page.series], page.total) == (
        ["albania/life_expectancy", "albania/population"],
        426,
    )
    assert page.categories is None
    found = client.providers.search("bls", "manufacturing", limit=1).series
    assert found is not None
    assert found[0].label == "manufacturing"
    preview = client.providers.preview("fred", "united-states/realgdp")
    assert (preview.is_preview, preview.api_key_required, preview.api_key_stored) == (
        True,
        True,
        False,
    )
    assert "PUT /user-keys/fred" in (preview.instructions or "")
    for text in ("", " ", None):
        with pytest.raises(ap.QueryError, match="one or more words"):
            client.providers.match(text)  # type: ignore[arg-type]  # as a user without checks
