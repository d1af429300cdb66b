"""Answers about providers: upstream sources seen through one interface."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, list_reply, text_field
from alphacast_pandas.emulator.handlers.user_keys import load_user_keys
from alphacast_pandas.emulator.queries.text_search import rank
from alphacast_pandas.emulator.readings import Readings
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
TEXT_NAMES = ("q", "query", "search", "text")  # by reading one of them, or any
GAP = 5  # where values are missing by reading, each fifth is
Fields = dict[str, Any]
Cell = tuple[str | int, float | str | None]  # a date and a value as they are written
PARAMETERS = [
    {"name": name, "type": "date", "required": False, "description": text}
    for name, text in (("start_date", "first day, included"), ("end_date", "last day, included"))
]


def list_providers(call: Call) -> Response:
    """Answer `GET /providers`."""
    return list_reply(call, "providers", [list_fields(call, each) for each in load_providers()])


def match_providers(call: Call) -> Response:
    """Answer `GET /providers/match`: the best five."""
    wanted = query_text(call)
    texts = [
        (p, {p.slug: 4.0, p.name: 3.0, p.organisation: 2.0, p.description: 1.0})
        for p in load_providers()
    ]
    found = [detail_fields(call, provider) for provider in rank(wanted, texts)[:MAX_MATCHES]]
    return list_reply(call, "providers", found)


def get_provider(call: Call) -> Response:
    """Answer `GET /providers/{slug}`."""
    return JSONResponse(detail_fields(call, find_provider(call.path["slug"])))


def browse_provider(call: Call) -> Response:
    """Answer `GET /providers/{slug}/browse`: the categories, or with `series=true` the series."""
    provider = find_provider(call.path["slug"])
    category = call.query.get("category") or None
    found = [each for each in provider.series if category in {None, each.category}]
    if parse_boolean(call.query.get("series")):
        return series_page(call, provider, found)
    counts: dict[str, int] = {}
    for each in found:
        counts[each.category] = counts.get(each.category, 0) + 1
    categories = [{"id": name, "label": name, "series_count": n} for name, n in counts.items()]
    return list_reply(call, "categories", categories, {"slug": provider.slug})


def search_provider(call: Call) -> Response:
    """Answer `GET /providers/{slug}/search`."""
    provider = find_provider(call.path["slug"])
    wanted = query_text(call)
    texts = [(each, {each.label: 2.0, each.id: 1.0}) for each in provider.series]
    return series_page(call, provider, rank(wanted, texts))


def preview_series(call: Call) -> Response:
    """Answer `GET /providers/{slug}/series/{id}`: the newest points."""
    provider, series = find_series(call)
    points = read_points(series, call.service.readings)[-PREVIEW_POINTS:]
    reply = series_fields(call, provider, series, points) | {"is_preview": True}
    if provider.requires_key and call.service.readings.provider_fields != "bare":
        reply |= key_fields(call, provider)
        reply["instructions"] = f"Store your key: PUT /user-keys/{provider.slug}"
    return JSONResponse(reply)


def download_provider_series(call: Call) -> Response:
    """Answer `POST /providers/{slug}/series/{id}/data`: the full history."""
    provider, series = find_series(call)
    if provider.requires_key and not has_key(call, provider):
        raise Refusal(400, f"{provider.name} needs a key: PUT /user-keys/{provider.slug}")
    first, last = day_field(call, "start_date"), day_field(call, "end_date")
    readings = call.service.readings
    points = [
        point
        for point in read_points(series, readings)
        if (first or "") <= point[0] <= (last or "9999-12-31")
    ]
    if readings.provider_lists == "array":
        return JSONResponse(
            POINTS[readings.provider_points](write_points(series, points, readings))
        )
    return JSONResponse(series_fields(call, provider, series, points) | {"is_preview": False})


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
    word = call.service.readings.provider_text
    names = TEXT_NAMES if word == "any" else (word,)
    text = next((call.query[name] for name in names if call.query.get(name, "").strip()), None)
    if text is None:
        raise Refusal(400, f"{names[0]} is required")
    return text


def series_page(call: Call, provider: Provider, found: list[Series]) -> Response:
    """Return the part of a list of series that `limit` and `offset` ask for."""
    query = dict(call.query)
    limit, offset = parse_count(query, "limit"), parse_count(query, "offset") or 0
    limit = DEFAULT_LIMIT if limit is None else min(limit, MAX_LIMIT)
    page = {"slug": provider.slug, "total": len(found), "limit": limit, "offset": offset}
    shown = [listed_series(call, each) for each in found[offset : offset + limit]]
    return list_reply(call, "series", shown, page)


def listed_series(call: Call, series: Series) -> Fields:
    """Return a series as lists show it."""
    word = call.service.readings.provider_fields
    if word == "bare":
        return {"series_id": series.id}
    if word == "renamed":
        return {"id": series.id, "title": series.label, "periodicity": series.frequency}
    return {"series_id": series.id, "label": series.label, "frequency": series.frequency}


def list_fields(call: Call, provider: Provider) -> Fields:
    """Return a provider as the list shows it."""
    word = call.service.readings.provider_fields
    if word == "bare":
        return {"slug": provider.slug, "name": provider.name}
    if word == "renamed":
        return {
            "id": provider.slug,
            "title": provider.name,
            "organization": {"name": provider.organisation},
            "about": provider.description,
            "capabilities": dict.fromkeys(CAPABILITIES, True),
        }
    return {
        "slug": provider.slug,
        "name": provider.name,
        "provider": provider.organisation,
        "description": provider.description,
        "capabilities": list(CAPABILITIES),
        "license": provider.licence,
    }


def detail_fields(call: Call, provider: Provider) -> Fields:
    """Return a provider as its own page shows it."""
    fields = list_fields(call, provider)
    if call.service.readings.provider_fields == "bare":
        return fields
    popular = [
        {"series_id": each.id, "label": each.label} for each in provider.series[:POPULAR_SERIES]
    ]
    fields |= {"parameters": PARAMETERS, "popular_series": popular}
    return fields | (key_fields(call, provider) if provider.requires_key else {})


def key_fields(call: Call, provider: Provider) -> Fields:
    """Return the fields about the key that the upstream source requires."""
    return {"api_key_required": True, "api_key_stored": has_key(call, provider)}


def has_key(call: Call, provider: Provider) -> bool:
    """Return whether the caller has stored a key for a provider."""
    if call.account is None:
        return False
    with call.service.store.transaction() as cursor:
        return provider.slug in {entry["slug"] for entry in load_user_keys(cursor, call.account.id)}


def series_fields(call: Call, provider: Provider, series: Series, points: list[Point]) -> Fields:
    """Return a series with some of its points."""
    readings = call.service.readings
    data = POINTS[readings.provider_points](write_points(series, points, readings))
    if readings.provider_fields == "bare":
        return {"data": data}
    metadata = {
        "provider": provider.slug,
        "variable": series.variable,
        "frequency": series.frequency,
        "license": provider.licence,
    }
    if readings.provider_fields == "renamed":
        return {"id": series.id, "title": series.label, "info": metadata, "observations": data}
    return {"series_id": series.id, "label": series.label, "metadata": metadata, "data": data}


def read_points(series: Series, readings: Readings) -> list[Point]:
    """Return the points of a series; by reading, each fifth has no value."""
    if readings.provider_missing == "none":
        return list(series.points)
    return [
        (day, None if place % GAP == 0 else value)
        for place, (day, value) in enumerate(series.points, 1)
    ]


def write_points(series: Series, points: list[Point], readings: Readings) -> list[Cell]:
    """Return dates and values as the readings want them written."""
    missing = {"dot": ".", "empty": ""}.get(readings.provider_missing)
    write_date = DATES[readings.provider_dates]
    as_text = readings.provider_values == "texts"
    return [
        (
            write_date(day, series.frequency),
            missing if value is None else repr(value) if as_text else value,
        )
        for day, value in points
    ]


def to_period(day: str, frequency: str) -> str:
    """Return the period that begins on a day: `2020-03`, `2020-Q1`, or `2020`."""
    if frequency == "monthly":
        return day[:7]
    return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}" if frequency == "quarterly" else day[:4]


def to_epoch(day: str, _: str) -> int:
    """Return the milliseconds from 1970 to the beginning of a day."""
    return round(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


DATES: dict[str, Callable[[str, str], str | int]] = {
    "day": lambda day, _: day,
    "moment": lambda day, _: f"{day}T00:00:00.000Z",
    "period": to_period,
    "epoch": to_epoch,
}
POINTS: dict[str, Callable[[list[Cell]], Any]] = {
    "objects": lambda cells: [{"date": day, "value": value} for day, value in cells],
    "pairs": lambda cells: [[day, value] for day, value in cells],
    "columns": lambda cells: {"dates": [day for day, _ in cells], "values": [v for _, v in cells]},
    "mapping": lambda cells: {str(day): value for day, value in cells},
    "renamed": lambda cells: [{"period": day, "obs_value": value} for day, value in cells],
}
