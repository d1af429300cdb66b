"""Handlers of upstream sources and of the keys stored for them (10)."""

from collections.abc import Callable
from typing import Any

from blackbox.exchange import Reply, Request
from blackbox.language import RefusedError
from blackbox.replies import refuse
from blackbox.state import Point, Provider, Series, State
from blackbox.store import Json

TEXT_NAMES = ("q", "query", "search", "text")
MOST = 1000
NEWEST = 24


def get_providers(state: State, _: Request, __: int) -> Reply:
    """All providers."""
    return listed(state, "providers", [record(state, each) for each in state.providers.values()])


def get_match(state: State, request: Request, _: int) -> Reply:
    """The best five."""
    words = free_text(state, request).casefold().split()
    scores = {
        each.slug: sum(word in f"{each.slug} {each.name}".casefold() for word in words)
        for each in state.providers.values()
    }
    best = sorted((slug for slug in scores if scores[slug]), key=lambda slug: -scores[slug])[:5]
    found = [record(state, state.providers[slug]) | {"popular_series": []} for slug in best]
    return listed(state, "providers", found)


def get_provider(state: State, request: Request, _: int) -> Reply:
    """One provider."""
    found = provider(state, request)
    return Reply.of(record(state, found) | key_facts(state, found) | {"parameters": []})


def get_browse(state: State, request: Request, _: int) -> Reply:
    """The categories, or the series."""
    found = provider(state, request)
    if request.params.get("series") != "true":
        return listed(state, "categories", [{"id": "all", "name": "All"}])
    limit = min(MOST, int(request.params.get("limit", 200)))
    offset = int(request.params.get("offset", 0))
    shown = [brief(state, each) for each in found.series.values()][offset : offset + limit]
    return listed(state, "series", shown)


def get_found_series(state: State, request: Request, _: int) -> Reply:
    """The series in whose label the text is."""
    wanted, found = free_text(state, request).casefold(), provider(state, request)
    shown = [each for each in found.series.values() if wanted in each.label.casefold()]
    return listed(state, "series", [brief(state, each) for each in shown])


def get_preview(state: State, request: Request, _: int) -> Reply:
    """The newest points of a series."""
    found = provider(state, request)
    series = one_series(found, request.path.split("/", 4)[4])
    preview = history(state, series, series.points[-NEWEST:]) | {"is_preview": True}
    if found.needs_key:
        preview |= {"instructions": f"PUT /user-keys/{found.slug}"}
    return Reply.of(preview | key_facts(state, found))


def post_data(state: State, request: Request, _: int) -> Reply:
    """All points of a series, or those that the parameters leave."""
    found = provider(state, request)
    series = one_series(found, request.path.split("/", 4)[4].removesuffix("/data"))
    if found.slug in state.paid:
        return refuse(state, 402, f"{found.name} is not in your plan")
    if found.needs_key and found.slug not in state.user_keys:
        raise RefusedError(f"{found.name} wants a key of yours")
    fields = request.fields if request.body else {}
    points = [point for point in series.points if point[0] >= str(fields.get("start", ""))]
    if state.switches.history == "points":
        return Reply.of(SHAPES[state.switches.points](written(state, points)))
    return Reply.of(history(state, series, points))


def get_user_keys(state: State, _: Request, __: int) -> Reply:
    """For which providers a key is stored; never the key."""
    if state.switches.provider_list == "items":
        return Reply.of({"items": {slug: {"stored": True} for slug in state.user_keys}})
    return listed(state, "keys", [{"slug": slug} for slug in state.user_keys])


def put_user_key(state: State, request: Request, _: int) -> Reply:
    """Store a key."""
    found = provider(state, request)
    names = ("key", "apiKey", "api_key")
    key = next((request.fields[name] for name in names if request.fields.get(name)), None)
    if not isinstance(key, str):
        raise RefusedError("key is required")
    state.user_keys[found.slug] = key
    return Reply.of({"slug": found.slug}, state.switches.update_status)


def delete_user_key(state: State, request: Request, _: int) -> Reply:
    """Forget a key."""
    del state.user_keys[provider(state, request).slug]
    return Reply(state.switches.delete_status)


def provider(state: State, request: Request) -> Provider:
    """Find the provider of a path, whatever its case."""
    return state.providers[request.path.split("/")[2].casefold()]


def one_series(found: Provider, path: str) -> Series:
    """Find a series, whose id may hold slashes."""
    return found.series[path]


def free_text(state: State, request: Request) -> str:
    """Return the text to look for, from the parameter that the switch names."""
    wanted = state.switches.text_name
    for name in TEXT_NAMES if wanted == "any" else (wanted,):
        if request.params.get(name, "").strip():
            return request.params[name].strip()
    raise RefusedError("Tell me what to look for")


def listed(state: State, name: str, items: list[Json]) -> Reply:
    """Return a list where the switch puts it."""
    keys = {"data": "data", "named": name, "items": "items"}
    how = state.switches.provider_list
    return Reply.of(items if how == "array" else {keys[how]: items, "count": len(items)})


def record(state: State, found: Provider) -> Json:
    """Return a provider as it is listed."""
    how = state.switches.provider_record
    if how == "minimal":
        return {"slug": found.slug}
    if how == "odd":
        wrong = {"provider": {"es": found.name}, "capabilities": "search", "license": ["CC"]}
        return {"slug": found.slug, "name": None, "description": 7, **wrong}
    return {
        "slug": found.slug,
        "name": found.name,
        "provider": f"Office of {found.name}",
        "description": f"What {found.name} publishes",
        "capabilities": ["search", "direct"],
    }


def key_facts(state: State, found: Provider) -> Json:
    """Say whether a key of the caller is needed, if one is."""
    if not found.needs_key:
        return {}
    return {"api_key_required": True, "has_api_key": found.slug in state.user_keys}


def brief(state: State, series: Series) -> Json:
    """Return a series as it is listed."""
    if state.switches.provider_record == "minimal":
        return {"series_id": series.id}
    if state.switches.provider_record == "odd":
        return {"series_id": series.id, "label": [series.label], "frequency": 12}
    return {"series_id": series.id, "label": series.label}


def history(state: State, series: Series, points: list[Point]) -> Json:
    """Return points with what is known of their series."""
    data = SHAPES[state.switches.points](written(state, points))
    how = state.switches.provider_record
    if how == "minimal":
        return {"data": data}
    metadata: Any = "none" if how == "odd" else {"units": series.units}
    return {"series_id": series.id, "label": series.label, "metadata": metadata, "data": data}


def written(state: State, points: list[Point]) -> list[list[Any]]:
    """Write the dates and values of points."""
    switches = state.switches
    ends = {"day": "", "T": "T00:00:00", "zone": "T00:00:00+00:00"}
    gap = {"null": None, "dot": ".", "empty": "", "nan": "NaN"}[switches.gap]
    cells: list[list[Any]] = []
    for day, value in points:
        date = day[:7] if switches.point_dates == "month" else day + ends[switches.point_dates]
        shown: Any = str(value) if switches.point_values == "text" else value
        cells.append([date, gap if value is None else shown])
    return cells[::-1] if switches.point_order == "newest" else cells


SHAPES: dict[str, Callable[[list[list[Any]]], Any]] = {
    "objects": lambda cells: [{"date": date, "value": value} for date, value in cells],
    "pairs": lambda cells: cells,
    "lists": lambda cells: {"dates": [c[0] for c in cells], "values": [c[1] for c in cells]},
    "object": dict,
}
