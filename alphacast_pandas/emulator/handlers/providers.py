"""Answers about providers: upstream sources seen through one interface."""

from datetime import date
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, text_field
from alphacast_pandas.emulator.handlers.user_keys import load_user_keys
from alphacast_pandas.emulator.queries.text_search import rank
from alphacast_pandas.emulator.store.providers import (
    CAPABILITIES,
    Point,
    Provider,
    Series,
    find_provider,
    load_providers,
)
from alphacast_pandas.emulator.text import parse_boolean, parse_count

MAX_MATCHES = 5
POPULAR_SERIES = 3
PREVIEW_POINTS = 24
DEFAULT_LIMIT, MAX_LIMIT = 200, 1000
PARAMETERS = [
    {"name": name, "type": "date", "required": False, "description": text}
    for name, text in (("start_date", "first day, included"), ("end_date", "last day, included"))
]


def list_providers(_: Call) -> Response:
    """Answer `GET /providers`."""
    return JSONResponse([list_fields(provider) for provider in load_providers()])


def match_providers(call: Call) -> Response:
    """Answer `GET /providers/match`: the best five."""
    wanted = query_text(call)
    texts = [
        (p, {p.slug: 4.0, p.name: 3.0, p.organisation: 2.0, p.description: 1.0})
        for p in load_providers()
    ]
    return JSONResponse(
        [detail_fields(call, provider) for provider in rank(wanted, texts)[:MAX_MATCHES]]
    )


def get_provider(call: Call) -> Response:
    """Answer `GET /providers/{slug}`."""
    return JSONResponse(detail_fields(call, find_provider(call.path["slug"])))


def browse_provider(call: Call) -> Response:
    """Answer `GET /providers/{slug}/browse`: the categories, or with `series=true` the series."""
    provider = find_provider(call.path["slug"])
    category = call.query.get("category") or None
    found = [each for each in provider.series if category in {None, each.category}]
    if parse_boolean(call.query.get("series")):
        return JSONResponse(series_page(call, provider, found))
    counts: dict[str, int] = {}
    for each in found:
        counts[each.category] = counts.get(each.category, 0) + 1
    categories = [{"id": name, "label": name, "series_count": n} for name, n in counts.items()]
    return JSONResponse({"slug": provider.slug, "categories": categories})


def search_provider(call: Call) -> Response:
    """Answer `GET /providers/{slug}/search`."""
    provider = find_provider(call.path["slug"])
    wanted = query_text(call)
    texts = [(each, {each.label: 2.0, each.id: 1.0}) for each in provider.series]
    return JSONResponse(series_page(call, provider, rank(wanted, texts)))


def preview_series(call: Call) -> Response:
    """Answer `GET /providers/{slug}/series/{id}`: the newest points."""
    provider, series = find_series(call)
    reply = series_fields(provider, series, series.points[-PREVIEW_POINTS:], is_preview=True)
    if provider.requires_key:
        reply |= key_fields(call, provider)
        reply["instructions"] = f"Store your key: PUT /user-keys/{provider.slug}"
    return JSONResponse(reply)


def download_provider_series(call: Call) -> Response:
    """Answer `POST /providers/{slug}/series/{id}/data`: the full history."""
    provider, series = find_series(call)
    if provider.requires_key and not has_key(call, provider):
        raise Refusal(400, f"{provider.name} needs a key: PUT /user-keys/{provider.slug}")
    first, last = day_field(call, "start_date"), day_field(call, "end_date")
    points = [
        point for point in series.points if (first or "") <= point[0] <= (last or "9999-12-31")
    ]
    return JSONResponse(series_fields(provider, series, points, is_preview=False))


def find_series(call: Call) -> tuple[Provider, Series]:
    """Return the series of a path, or refuse with 404, or 402 if the plan is too small."""
    provider = find_provider(call.path["slug"])
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


def query_text(call: Call) -> str:
    """Return the free text of a query."""
    text = call.query.get("q") or call.query.get("query") or ""
    if not text.strip():
        raise Refusal(400, "q is required")
    return text


def series_page(call: Call, provider: Provider, found: list[Series]) -> dict[str, Any]:
    """Return the part of a list of series that `limit` and `offset` ask for."""
    query = dict(call.query)
    limit, offset = parse_count(query, "limit"), parse_count(query, "offset") or 0
    limit = DEFAULT_LIMIT if limit is None else min(limit, MAX_LIMIT)
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


def list_fields(provider: Provider) -> dict[str, Any]:
    """Return a provider as the list shows it."""
    return {
        "slug": provider.slug,
        "name": provider.name,
        "provider": provider.organisation,
        "description": provider.description,
        "capabilities": list(CAPABILITIES),
        "license": provider.licence,
    }


def detail_fields(call: Call, provider: Provider) -> dict[str, Any]:
    """Return a provider as its own page shows it."""
    popular = [
        {"series_id": each.id, "label": each.label} for each in provider.series[:POPULAR_SERIES]
    ]
    more = {"parameters": PARAMETERS, "popular_series": popular}
    return (
        list_fields(provider) | more | (key_fields(call, provider) if provider.requires_key else {})
    )


def key_fields(call: Call, provider: Provider) -> dict[str, Any]:
    """Return the fields about the key that the upstream source requires."""
    return {"api_key_required": True, "api_key_stored": has_key(call, provider)}


def has_key(call: Call, provider: Provider) -> bool:
    """Return whether the caller has stored a key for a provider."""
    if call.account is None:
        return False
    with call.service.store.transaction() as cursor:
        return provider.slug in {entry["slug"] for entry in load_user_keys(cursor, call.account.id)}


def series_fields(
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
