"""The endpoints of providers, and the records of their answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import quote

from alphacast_pandas.api.lenient import (
    flag_field,
    list_field,
    number_field,
    object_field,
    text_field,
)
from alphacast_pandas.api.points import points_of
from alphacast_pandas.api.records import Record, Records, object_of
from alphacast_pandas.api.responses import brief_repr, list_of
from alphacast_pandas.errors import DecodeError, QueryError
from alphacast_pandas.text import value_text
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.api.transport import Transport

# Characters that may stand in a path as they are: ids of series are sent unescaped.
_IN_A_PATH = "/:@!$&'()*+,;=~"
_DOTS = frozenset({"", ".", ".."})
# The name of the parameter with free text is not documented, so it is sent under each of these.
_TEXT_NAMES = ("q", "query", "search", "text")


@dataclass(frozen=True, repr=False)
class Provider(Record):
    """An upstream source; what the service does not tell is None, or empty."""

    words: ClassVar[tuple[str, str]] = ("provider", "providers")
    only_alone = frozenset({"description", "license", "parameters", "popular_series"})

    slug: str | None = None
    name: str | None = None
    organization: str | None = None
    description: str | None = None
    capabilities: tuple[str, ...] = ()
    license: str | None = None
    api_key_required: bool | None = None
    api_key_stored: bool | None = None
    parameters: tuple[Mapping[str, Any], ...] = ()
    popular_series: tuple[ProviderSeries, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        names = [str(each["name"]) for each in self.parameters if "name" in each]
        popular = [each.id for each in self.popular_series if each.id is not None]
        return {
            "slug": self.slug,
            "name": self.name,
            "organization": self.organization,
            "capabilities": ", ".join(self.capabilities) or None,
            "api_key_required": self.api_key_required,
            "api_key_stored": self.api_key_stored,
            "license": self.license,
            "description": self.description,
            "parameters": ", ".join(names) or None,
            "popular_series": ", ".join(popular) or None,
        }

    @classmethod
    def from_json(cls, value: Any) -> Provider:
        """Return the record of one JSON object, none of whose fields is certain."""
        item = object_of(value, "a provider")
        capabilities = list_field(item, "capabilities") or []
        return cls(
            slug=text_field(item, "slug", "id"),
            name=text_field(item, "name", "title"),
            organization=text_field(item, "provider"),
            description=text_field(item, "description"),
            capabilities=tuple(each for each in capabilities if isinstance(each, str)),
            license=text_field(item, "license"),
            api_key_required=flag_field(item, "api_key_required"),
            api_key_stored=flag_field(item, "api_key_stored", "has_api_key"),
            parameters=_objects(item, "parameters"),
            popular_series=tuple(map(ProviderSeries.from_json, _objects(item, "popular_series"))),
            raw=item,
        )


@dataclass(frozen=True, repr=False)
class ProviderSeries(Record):
    """
    A series of an upstream source; what the service does not tell is None.

    `data` are its points as the service sends them; if it sends dates and values apart, pairs.
    """

    words: ClassVar[tuple[str, str]] = ("series", "series")
    only_alone = frozenset({"metadata", "instructions"})

    id: str | None = None
    label: str | None = None
    frequency: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    data: tuple[Any, ...] | None = None
    is_preview: bool | None = None
    api_key_required: bool | None = None
    api_key_stored: bool | None = None
    instructions: str | None = None
    raw: Any = field(default_factory=dict, compare=False)

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        return {
            "id": self.id,
            "label": self.label,
            "frequency": self.frequency,
            "points": None if self.data is None else len(self.data),
            "is_preview": self.is_preview,
            "api_key_required": self.api_key_required,
            "api_key_stored": self.api_key_stored,
            "instructions": self.instructions,
            "metadata": str(dict(self.metadata)) if self.metadata else None,
        }

    @classmethod
    def from_json(cls, value: Any) -> ProviderSeries:
        """Return the record of a JSON object, no field of which is certain, or of bare points."""
        item = {} if isinstance(value, list) else object_of(value, "a series of a provider")
        metadata = object_field(item, "metadata") or object_field(item, "info")
        return cls(
            id=text_field(item, "series_id", "id"),
            label=text_field(item, "label", "name", "title"),
            frequency=text_field(item, "frequency") or text_field(metadata, "frequency"),
            metadata=metadata,
            data=points_of(value),
            is_preview=flag_field(item, "is_preview"),
            api_key_required=flag_field(item, "api_key_required"),
            api_key_stored=flag_field(item, "api_key_stored", "has_api_key"),
            instructions=text_field(item, "instructions"),
            raw=value,
        )


@dataclass(frozen=True, repr=False)
class ProviderPage(Record):
    """
    A page of what an upstream source has: categories, series, or both.

    `categories` are objects as the service sends them, None if the answer has no list of them.
    """

    words = ("page", "pages")

    categories: tuple[Mapping[str, Any], ...] | None = None
    series: tuple[ProviderSeries, ...] | None = None
    total: int | None = None
    raw: Any = field(default=None, repr=False, compare=False)

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        return {
            "categories": None if self.categories is None else len(self.categories),
            "series": None if self.series is None else len(self.series),
            "total": self.total,
        }

    def _repr_html_(self) -> str:
        return super()._repr_html_() + (Records(self.series or ())._repr_html_() or "")

    @classmethod
    def from_json(cls, value: Any, kind: Literal["categories", "series"]) -> ProviderPage:
        """Return the record of an answer; a list that has no name of its own is one of `kind`."""
        item = {"data": value} if isinstance(value, list) else object_of(value, "a page")
        lists = {name: list_field(item, name) for name in ("categories", "series")}
        if not any(found is not None for found in lists.values()):
            lists[kind] = list_field(item, "data", "items")
        if not any(found is not None for found in lists.values()):
            msg = f"Expected categories or series, got {brief_repr(value)}."
            raise DecodeError(msg)
        categories, series = (
            None if found is None else tuple(each for each in found if isinstance(each, dict))
            for found in lists.values()
        )
        return cls(
            categories=categories,
            series=None if series is None else tuple(map(ProviderSeries.from_json, series)),
            total=number_field(item, "total"),
            raw=value,
        )


@short_tracebacks
class Providers:
    """
    Upstream statistical sources, seen through the service: one method an endpoint.

    Reached as ``client.providers``. `slug` is the short name of a source, such as "fred", in any
    case.

    Parameters
    ----------
    transport : Transport
        The connection of the client.

    See Also
    --------
    read_provider : Read a series of a source into a DataFrame.

    Examples
    --------
    >>> [provider.slug for provider in client.providers.list()]
    ['fred', 'bls', 'gapminder']
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"Providers(base_url={self._transport.settings.base_url!r})"

    def list(self) -> Records[Provider]:
        """
        Return every source.

        Returns
        -------
        list of Provider
            In the order of the service.

        Examples
        --------
        >>> client.providers.list()[0].organization
        'Federal Reserve Bank of St. Louis'
        """
        return _providers(self._transport.get("/providers"))

    def match(self, text: str) -> Records[Provider]:
        """
        Return the sources that fit some words best.

        Parameters
        ----------
        text : str
            The words.

        Returns
        -------
        list of Provider
            The best five, the best first.

        Raises
        ------
        QueryError
            If `text` is empty.

        Examples
        --------
        >>> client.providers.match("life expectancy")[0].slug
        'gapminder'
        """
        return _providers(self._transport.get("/providers/match", _words(text)))

    def get(self, slug: str) -> Provider:
        """
        Return one source with the parameters that its series take.

        Parameters
        ----------
        slug : str
            The source.

        Returns
        -------
        Provider
            The source.

        Raises
        ------
        NotFoundError
            If it does not exist.

        Examples
        --------
        >>> client.providers.get("FRED").api_key_required
        True
        """
        return Provider.from_json(self._transport.get(_provider_path(slug)))

    def browse(
        self,
        slug: str,
        *,
        category: str | None = None,
        series: bool = False,
        limit: int | None = None,
        offset: int | None = None,
    ) -> ProviderPage:
        """
        Return categories of a source, or series.

        Parameters
        ----------
        slug : str
            The source.
        category : str, optional
            Only what belongs to this category.
        series : bool, default False
            Series instead of categories.
        limit : int, optional
            Most series to return; the service takes 200 if it is left out, and at most 1000.
        offset : int, optional
            Series to skip.

        Returns
        -------
        ProviderPage
            One page.

        Raises
        ------
        NotFoundError
            If the source does not exist.

        Examples
        --------
        >>> page = client.providers.browse("gapminder", category="chile", series=True)
        >>> [each.id for each in page.series]
        ['chile/life_expectancy', 'chile/population', 'chile/gdp_per_capita']
        """
        params = {
            "category": category,
            "series": "true" if series else None,
            "limit": limit,
            "offset": offset,
        }
        kind: Literal["categories", "series"] = "series" if series else "categories"
        return self._page(f"{_provider_path(slug)}/browse", params, kind)

    def search(
        self, slug: str, text: str, *, limit: int | None = None, offset: int | None = None
    ) -> ProviderPage:
        """
        Return series of a source that fit some words.

        Parameters
        ----------
        slug : str
            The source.
        text : str
            The words.
        limit : int, optional
            Most series to return.
        offset : int, optional
            Series to skip.

        Returns
        -------
        ProviderPage
            One page.

        Raises
        ------
        QueryError
            If `text` is empty.
        NotFoundError
            If the source does not exist.

        Examples
        --------
        >>> client.providers.search("gapminder", "life expectancy brazil").series[0].id
        'brazil/life_expectancy'
        """
        params = {**_words(text), "limit": limit, "offset": offset}
        return self._page(f"{_provider_path(slug)}/search", params, "series")

    def preview(self, slug: str, id: str) -> ProviderSeries:  # noqa: A002 - the service's own word
        """
        Return the newest points of a series.

        Parameters
        ----------
        slug : str
            The source.
        id : str
            The series, as the source names it.

        Returns
        -------
        ProviderSeries
            About 24 points.

        Raises
        ------
        NotFoundError
            If source or series do not exist.

        Examples
        --------
        >>> client.providers.preview("gapminder", "chile/life_expectancy").data[-1]
        {'date': '2007-01-01', 'value': 78.553}
        """
        return ProviderSeries.from_json(self._transport.get(_series_path(slug, id)))

    def data(self, slug: str, id: str, **parameters: Any) -> ProviderSeries:  # noqa: A002 - as above
        """
        Return the full history of a series.

        Parameters
        ----------
        slug : str
            The source.
        id : str
            The series, as the source names it.
        **parameters
            What this source takes; `get` lists it.

        Returns
        -------
        ProviderSeries
            All points.

        Raises
        ------
        NotFoundError
            If source or series do not exist.
        QuotaError
            If the plan does not cover the source.

        Examples
        --------
        >>> len(client.providers.data("gapminder", "chile/life_expectancy").data)
        12
        """
        path = f"{_series_path(slug, id)}/data"
        return ProviderSeries.from_json(self._transport.send("POST", path, json=parameters))

    def _page(
        self, path: str, params: Mapping[str, Any], kind: Literal["categories", "series"]
    ) -> ProviderPage:
        given = {name: value for name, value in params.items() if value is not None}
        return ProviderPage.from_json(self._transport.get(path, given), kind)


def _providers(answer: Any) -> Records[Provider]:
    return Records(Provider.from_json(item) for item in list_of(answer, "providers", "items"))


def check_slug(slug: Any) -> str:
    """Return the short name of a source, or raise."""
    name = slug.strip().lower() if isinstance(slug, str) else ""
    if name in _DOTS or "/" in name:
        msg = f"{slug!r} is not the short name of a provider, such as 'fred'."
        raise QueryError(msg)
    return name


def _provider_path(slug: str) -> str:
    return f"/providers/{percent_encoded(check_slug(slug))}"


def _series_path(slug: str, series_id: Any) -> str:
    parts = series_id.split("/") if isinstance(series_id, str) else [""]
    if any(part.strip() in _DOTS for part in parts):
        msg = (
            f"{series_id!r} is not the id of a series: it is a text such as 'GDPC1', in which no "
            "part between slashes is empty, '.' or '..'."
        )
        raise QueryError(msg)
    return f"{_provider_path(slug)}/series/{percent_encoded(series_id)}"


def percent_encoded(text: str) -> str:
    """Return a text as a part of a path."""
    try:
        return quote(text, safe=_IN_A_PATH)
    except UnicodeEncodeError as error:
        msg = f"{text!r} holds half of a surrogate pair, which is no character."
        raise QueryError(msg) from error


def _words(text: Any) -> dict[str, str]:
    """Return a free text under each name that its parameter may have."""
    if not isinstance(text, str) or not text.strip():
        msg = f"text must be one or more words, got {value_text(text)}."
        raise QueryError(msg)
    return dict.fromkeys(_TEXT_NAMES, text.strip())


def _objects(item: Mapping[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(each for each in list_field(item, key) or () if isinstance(each, dict))
