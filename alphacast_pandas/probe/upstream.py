"""Experiments on upstream sources; they change nothing but a made-up key."""

from __future__ import annotations

import math
import re
import secrets
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.lenient import list_field, text_field
from alphacast_pandas.api.providers import Provider, percent_encoded
from alphacast_pandas.probe.answers import check_success, parse_object, parse_value
from alphacast_pandas.probe.observations import decide, decide_if_known, leave_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alphacast_pandas.probe.observations import Observation
    from alphacast_pandas.probe.workspace import Workspace

_MOST_PROVIDERS = 4  # that are looked at
_TEXT_NAMES = ("q", "query", "search", "text")
_KEY_NAMES = ("key", "apiKey", "api_key")
_FORMS = ("provider_points", "provider_dates", "provider_values", "provider_missing")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]00:?00)")
_PERIOD = re.compile(r"\d{4}(-\d\d|-Q[1-4])?")
_BEGINNING = re.compile(r"-?\d")  # of a date in any form
_LATE = 10_000_000  # milliseconds of the epoch; no year is as large
_MARKS = {None: "null", ".": "dot", "": "empty"}
Points = list[tuple[Any, Any]]


def observe_lists(workspace: Workspace) -> Iterator[Observation]:
    """Look where the list of providers and that of the series of one stand, and at their fields."""
    answer = parse_value(check_success(workspace.get("/providers")))
    providers = _items(answer, "providers")
    forms = {_provider_form(each) for each in providers}
    page, items = _browse(workspace, providers)
    forms |= {_series_form(each) for each in items}
    seen = f"a provider has {_names(providers)}; a series has {_names(items)}"
    yield decide_if_known("provider_fields", seen, forms.pop() if len(forms) == 1 else None)
    if not items:
        yield leave_open("provider_lists", "No provider that was looked at lists series.")
        return
    shapes = _shape(answer, "providers"), _shape(page, "series")
    readings: dict[tuple[str | None, str | None], str] = {
        ("array", "array"): "array",
        ("array", "named"): "mixed",
        ("data", "data"): "data",
        ("named", "named"): "named",
    }
    seen = f"providers: {shapes[0] or 'elsewhere'}; their series: {shapes[1] or 'elsewhere'}"
    yield decide_if_known("provider_lists", seen, readings.get(shapes))


def _browse(workspace: Workspace, providers: list[dict[str, Any]]) -> tuple[Any, list[Any]]:
    """Return the first page of series that has some, and its series."""
    for slug in _slugs(providers):
        answer = workspace.get(f"{_path(slug)}/browse", {"series": "true", "limit": 3})
        if answer.status == 200:
            page = parse_value(answer)
            if items := _items(page, "series"):
                return page, items
    return None, []


def _shape(answer: Any, name: str) -> str | None:
    if isinstance(answer, list):
        return "array"
    fields = [key for key in ("data", name) if list_field(answer, key) is not None]
    return {"data": "data", name: "named"}[fields[0]] if len(fields) == 1 else None


def _items(answer: Any, name: str) -> list[dict[str, Any]]:
    listed = answer if isinstance(answer, list) else None
    if isinstance(answer, dict):
        listed = list_field(answer, "data", name, "items")
    return [each for each in listed or [] if isinstance(each, dict)]


def _slugs(providers: list[dict[str, Any]]) -> list[str]:
    slugs = [text_field(each, "slug", "id") for each in providers]
    return [each for each in slugs if each][:_MOST_PROVIDERS]


def _path(slug: str) -> str:
    return f"/providers/{percent_encoded(slug)}"


def _names(items: list[dict[str, Any]]) -> str:
    return ", ".join(sorted(items[0])) if items else "nothing"


def _provider_form(item: dict[str, Any]) -> str | None:
    if set(item) == {"slug", "name"}:
        return "bare"
    if "slug" not in item and {"id", "title"} <= set(item):
        return "renamed"
    texts = all(isinstance(item.get(key), str) for key in ("slug", "name", "provider"))
    is_documented = texts and isinstance(item.get("capabilities"), list)
    return "documented" if is_documented else None


def _series_form(item: dict[str, Any]) -> str | None:
    if set(item) == {"series_id"}:
        return "bare"
    if "series_id" not in item and {"id", "title"} <= set(item):
        return "renamed"
    return "documented" if {"series_id", "label"} <= set(item) else None


def observe_points(workspace: Workspace) -> Iterator[Observation]:
    """Look at the newest points of some series."""
    providers = _items(parse_value(check_success(workspace.get("/providers"))), "providers")
    previews = [*_previews(workspace, providers)]
    shapes = {_points_shape(data) for data in previews}
    shape = shapes.pop() if len(shapes) == 1 else None
    seen = f"{previews[0]!r:.80}" if previews else "no series could be looked at"
    if shape is None:
        yield decide_if_known("provider_points", seen, None)
        why = "The shape of the points is not one of the known ones."
        yield from (leave_open(name, why, seen) for name in _FORMS[1:])
        return
    yield decide("provider_points", seen, shape)
    points = [point for data in previews for point in _POINTS[shape](data)]
    if not points:
        why = "The series that were looked at have no points."
        yield from (leave_open(name, why, seen) for name in _FORMS[1:])
        return
    yield _dates([date for date, _ in points])
    yield from _values([value for _, value in points])


def _previews(workspace: Workspace, providers: list[dict[str, Any]]) -> Iterator[Any]:
    """Yield the points of a series of each provider, as they are sent."""
    for slug in _slugs(providers):
        number = _series_of(workspace, slug)
        if number is not None:
            answer = workspace.get(f"{_path(slug)}/series/{percent_encoded(number)}")
            item = parse_object(answer) if answer.status == 200 else {}
            data = item.get("data", item.get("observations"))
            if data:
                yield data


def _series_of(workspace: Workspace, slug: str) -> str | None:
    """Return a series of a provider: the first that is listed, or a popular one."""
    page = workspace.get(f"{_path(slug)}/browse", {"series": "true", "limit": 1})
    listed = _items(parse_value(page), "series") if page.status == 200 else []
    if not listed:
        detail = workspace.get(_path(slug))
        item = parse_object(detail) if detail.status == 200 else {}
        listed = _items(list_field(item, "popular_series"), "series")
    return text_field(listed[0], "series_id", "id") if listed else None


def _points_shape(data: Any) -> str | None:
    if isinstance(data, dict):
        if isinstance(data.get("dates"), list) and isinstance(data.get("values"), list):
            return "columns"
        is_flat = all(not isinstance(value, dict | list) for value in data.values())
        return "mapping" if is_flat and all(map(_BEGINNING.match, data)) else None
    if all(isinstance(point, dict) and {"date", "value"} <= set(point) for point in data):
        return "objects"
    if all(isinstance(point, dict) and {"period", "obs_value"} <= set(point) for point in data):
        return "renamed"
    is_pairs = all(isinstance(point, list) and len(point) == 2 for point in data)
    return "pairs" if is_pairs else None


_POINTS: dict[str, Callable[[Any], Points]] = {
    "objects": lambda data: [(point["date"], point["value"]) for point in data],
    "renamed": lambda data: [(point["period"], point["obs_value"]) for point in data],
    "pairs": lambda data: [(date, value) for date, value in data],
    "columns": lambda data: [*zip(data["dates"], data["values"], strict=True)],
    "mapping": lambda data: [*data.items()],
}


def _dates(dates: list[Any]) -> Observation:
    seen = f"{dates[:3]}"
    if all(isinstance(date, str) for date in dates):
        for reading, form in (("day", _DAY), ("moment", _MOMENT), ("period", _PERIOD)):
            if all(form.fullmatch(date) for date in dates):
                return decide("provider_dates", seen, reading)
    numbers = [_integer(date) for date in dates]
    are_epochs = None not in numbers and max(abs(n) for n in numbers if n is not None) > _LATE
    return decide_if_known("provider_dates", seen, "epoch" if are_epochs else None)


def _integer(date: Any) -> int | None:
    is_text = isinstance(date, str) and re.fullmatch(r"-?\d+", date)
    return int(date) if is_text or type(date) is int else None


def _values(values: list[Any]) -> Iterator[Observation]:
    """Look at the form of the values, and of those that are missing."""
    marks = {_MARKS[value] for value in values if value is None or value in {".", ""}}
    there = [value for value in values if value is not None and value not in {".", ""}]
    kinds = {_value_form(value) for value in there}
    seen = f"{there[:2]}"
    yield decide_if_known("provider_values", seen, kinds.pop() if len(kinds) == 1 else None)
    if not marks:
        yield leave_open("provider_missing", f"None of {len(values)} values is missing.", seen)
        return
    seen = f"{len(values) - len(there)} of {len(values)} values are {', '.join(sorted(marks))}"
    is_one = len(marks) == 1 and not any(_value_form(value) is None for value in there)
    yield decide_if_known("provider_missing", seen, marks.pop() if is_one else None)


def _value_form(value: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "numbers"
    try:
        return "texts" if isinstance(value, str) and math.isfinite(float(value)) else None
    except ValueError:
        return None


def observe_text_name(workspace: Workspace) -> Iterator[Observation]:
    """Look for a provider by its name, which is sent under one parameter after the other."""
    providers = _items(parse_value(check_success(workspace.get("/providers"))), "providers")
    slugs = [text_field(each, "slug", "id") for each in providers]
    wanted = next((slug for slug in slugs if slug), None)
    if wanted is None:
        yield leave_open("provider_text", "There are no providers.")
        return
    control = _matches(workspace, {})
    accepted = []
    for name in _TEXT_NAMES:
        matches = _matches(workspace, {name: wanted})
        if matches is not None and wanted in matches and matches != control:
            accepted.append(name)
    is_one = len(accepted) == 1
    reading = "any" if len(accepted) == len(_TEXT_NAMES) else accepted[0] if is_one else None
    yield decide_if_known(
        "provider_text", f"found by {', '.join(accepted) or 'none of them'}", reading
    )


def _matches(workspace: Workspace, params: dict[str, str]) -> list[str | None] | None:
    """Return the providers that fit, None if the question was refused."""
    answer = workspace.get("/providers/match", params)
    if answer.status == 400:
        return None
    items = _items(parse_value(check_success(answer)), "providers")
    return [text_field(each, "slug", "id") for each in items]


def observe_user_keys(workspace: Workspace) -> Iterator[Observation]:
    """Store a made-up key for a provider that needs one and has none, and delete it."""
    slug = _provider_without_key(workspace)
    if slug is None:
        why = "No provider says that it needs a key and that none is stored for it."
        yield leave_open("user_key_field", why)
        return
    accepted = [name for name in _KEY_NAMES if _is_key_taken(workspace, slug, name)]
    is_one = len(accepted) == 1
    reading = "any" if len(accepted) == len(_KEY_NAMES) else accepted[0] if is_one else None
    yield decide_if_known(
        "user_key_field", f"stored from {', '.join(accepted) or 'none of them'}", reading
    )


def _provider_without_key(workspace: Workspace) -> str | None:
    """Return a provider of which both its own page and the list of keys say that it has no key."""
    stored = workspace.slugs_with_key()
    providers = _items(parse_value(check_success(workspace.get("/providers"))), "providers")
    for slug in _slugs(providers):
        answer = workspace.get(_path(slug))
        if answer.status != 200:
            continue
        provider = Provider.from_json(parse_object(answer))
        needs_one = provider.api_key_required is True and provider.api_key_stored is False
        if needs_one and slug.casefold() not in stored:
            return slug
    return None


def _is_key_taken(workspace: Workspace, slug: str, name: str) -> bool:
    """Tell whether a key under this name of its field is stored; it is deleted at once."""
    key = f"made-up-{secrets.token_hex(8)}"
    workspace.made_up_keys.append(slug)
    path = f"/user-keys/{percent_encoded(slug)}"
    answer = workspace.send("PUT", path, json={name: key}, secrets=(key,))
    is_listed = slug.casefold() in workspace.slugs_with_key()
    workspace.delete_keys()
    return answer.status < 300 and is_listed
