"""Answers about providers: upstream sources seen through one interface."""

from datetime import date
from typing import Any

from starlette.responses import Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, json_reply, text_field
from alphacast_pandas.emulator.handlers.user_keys import stored
from alphacast_pandas.emulator.queries.selection import whole_number
from alphacast_pandas.emulator.queries.text_search import best
from alphacast_pandas.emulator.store.providers import (
    CAPABILITIES,
    Point,
    Provider,
    Series,
    provider_by_slug,
    providers,
)
from alphacast_pandas.emulator.uploads.manifest import boolean

MATCHES = 5
POPULAR = 3
PREVIEWED = 24
LIMIT, LARGEST_LIMIT = 200, 1000
PARAMETERS = [
    {"name": name, "type": "date", "required": False, "description": text}
    for name, text in (("start_date", "first day, included"), ("end_date", "last day, included"))
]


def list_providers(_: Call) -> Response:
    """Answer `GET /providers`."""
    return json_reply([brief(provider) for provider in providers()])


def match_providers(call: Call) -> Response:
    """Answer `GET /providers/match`: the best five."""
    wanted = words(call)
    texts = [
        (p, {p.slug: 4.0, p.name: 3.0, p.organisation: 2.0, p.description: 1.0})
        for p in providers()
    ]
    return json_reply([detailed(call, provider) for provider in best(wanted, texts)[:MATCHES]])


def get_provider(call: Call) -> Response:
    """Answer `GET /providers/{slug}`."""
    return json_reply(detailed(call, provider_by_slug(call.path["slug"])))


def browse_provider(call: Call) -> Response:
    """Answer `GET /providers/{slug}/browse`: the categories, or with `series=true` the series."""
    provider = provider_by_slug(call.path["slug"])
    category = call.query.get("category") or None
    found = [each for each in provider.series if category in {None, each.category}]
    if boolean(call.query.get("series")):
        return json_reply(page(call, provider, found))
    counts: dict[str, int] = {}
    for each in found:
        counts[each.category] = counts.get(each.category, 0) + 1
    categories = [{"id": name, "label": name, "series_count": n} for name, n in counts.items()]
    return json_reply({"slug": provider.slug, "categories": categories})


def search_provider(call: Call) -> Response:
    """Answer `GET /providers/{slug}/search`."""
    provider = provider_by_slug(call.path["slug"])
    wanted = words(call)
    texts = [(each, {each.label: 2.0, each.id: 1.0}) for each in provider.series]
    return json_reply(page(call, provider, best(wanted, texts)))


def preview_series(call: Call) -> Response:
    """Answer `GET /providers/{slug}/series/{id}`: the newest points."""
    provider, series = wanted_series(call)
    reply = described(provider, series, series.points[-PREVIEWED:], is_preview=True)
    if provider.wants_key:
        reply |= key_fields(call, provider)
        reply["instructions"] = f"Store your key: PUT /user-keys/{provider.slug}"
    return json_reply(reply)


def download_provider_series(call: Call) -> Response:
    """Answer `POST /providers/{slug}/series/{id}/data`: the full history."""
    provider, series = wanted_series(call)
    if provider.wants_key and not has_key(call, provider):
        raise Refusal(400, f"{provider.name} needs a key: PUT /user-keys/{provider.slug}")
    first, last = day_field(call, "start_date"), day_field(call, "end_date")
    points = [
        point for point in series.points if (first or "") <= point[0] <= (last or "9999-12-31")
    ]
    return json_reply(described(provider, series, points, is_preview=False))


def wanted_series(call: Call) -> tuple[Provider, Series]:
    """Return the series of a path, or refuse with 404, or 402 if the plan is too small."""
    provider = provider_by_slug(call.path["slug"])
    if provider.slug in call.service.plan.paid_providers:
        raise Refusal(402, f"Your plan does not include {provider.name}")
    return provider, provider.series_by_id(call.path["series"])


def day_field(call: Call, name: str) -> str | None:
    """Return a date that a body names."""
    text = text_field(call, name)
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError:
        raise Refusal(400, f"{name} must be a date, YYYY-MM-DD") from None


def words(call: Call) -> str:
    """Return the free text of a query."""
    text = call.query.get("q") or call.query.get("query") or ""
    if not text.strip():
        raise Refusal(400, "q is required")
    return text


def page(call: Call, provider: Provider, found: list[Series]) -> dict[str, Any]:
    """Return the part of a list of series that `limit` and `offset` ask for."""
    query = dict(call.query)
    limit, offset = whole_number(query, "limit"), whole_number(query, "offset") or 0
    limit = LIMIT if limit is None else min(limit, LARGEST_LIMIT)
    return {
        "slug": provider.slug,
        "series": [
            {"series_id": each.id, "label": each.label, "frequency": each.frequency}
            for each in found[offset : offset + limit]
        ],
        "total": len(found),
        "limit": limit,
        "offset": offset,
    }


def brief(provider: Provider) -> dict[str, Any]:
    """Return a provider as the list shows it."""
    return {
        "slug": provider.slug,
        "name": provider.name,
        "provider": provider.organisation,
        "description": provider.description,
        "capabilities": list(CAPABILITIES),
        "license": provider.licence,
    }


def detailed(call: Call, provider: Provider) -> dict[str, Any]:
    """Return a provider with what its series take."""
    popular = [{"series_id": each.id, "label": each.label} for each in provider.series[:POPULAR]]
    more = {"parameters": PARAMETERS, "popular_series": popular}
    return brief(provider) | more | (key_fields(call, provider) if provider.wants_key else {})


def key_fields(call: Call, provider: Provider) -> dict[str, Any]:
    """Return what is said about a key that the upstream source wants."""
    return {"api_key_required": True, "api_key_stored": has_key(call, provider)}


def has_key(call: Call, provider: Provider) -> bool:
    """Return whether the caller has stored a key for a provider."""
    if call.account is None:
        return False
    with call.service.store.transaction() as cursor:
        return provider.slug in {entry["slug"] for entry in stored(cursor, call.account.id)}


def described(
    provider: Provider,
    series: Series,
    points: list[Point] | tuple[Point, ...],
    *,
    is_preview: bool,
) -> dict[str, Any]:
    """Return a series with some of its points."""
    return {
        "series_id": series.id,
        "label": series.label,
        "metadata": {
            "provider": provider.slug,
            "variable": series.variable,
            "frequency": series.frequency,
            "license": provider.licence,
        },
        "data": [{"date": day, "value": value} for day, value in points],
        "is_preview": is_preview,
    }
