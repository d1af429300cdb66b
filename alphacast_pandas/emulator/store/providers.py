"""The upstream sources of the emulator: frozen copies made of the demonstration data."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.store.seed import SEEDS, read_index
from alphacast_pandas.emulator.text import fold

Point = tuple[str, float | None]

# Each file as a provider: its slug, name, organisation, whether it requires a key of its own.
PROFILES = {
    "us_macro_quarterly.csv": ("fred", "FRED", "Federal Reserve Bank of St. Louis", True),
    "us_employment_monthly.csv": ("bls", "BLS employment", "Bureau of Labor Statistics", False),
    "world_development.csv": ("gapminder", "Gapminder", "Gapminder Foundation", False),
}
CAPABILITIES = ("hierarchical", "search", "direct")
FREQUENCIES = {"us_macro_quarterly.csv": "quarterly", "us_employment_monthly.csv": "monthly"}


@dataclass(frozen=True)
class Series:
    """One series; its id has a slash where its dataset has an entity."""

    id: str
    label: str
    category: str
    variable: str
    frequency: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Provider:
    """One upstream source."""

    slug: str
    name: str
    organisation: str
    requires_key: bool
    description: str
    licence: str
    series: tuple[Series, ...]

    def series_by_id(self, number: str) -> Series:
        """Return a series, or refuse with 404."""
        for each in self.series:
            if each.id == number:
                return each
        raise Refusal(404, "Series not found")


@cache  # the files do not change
def load_providers() -> tuple[Provider, ...]:
    """Return all providers."""
    return tuple(map(to_provider, read_index()))


def find_provider(slug: str) -> Provider:
    """Return a provider whatever the case of its slug, or refuse with 404."""
    for provider in load_providers():
        if provider.slug == slug.lower():
            return provider
    raise Refusal(404, "Provider not found")


def to_provider(entry: dict[str, Any]) -> Provider:
    """Return a dataset of the index as a provider."""
    slug, name, organisation, requires_key = PROFILES[entry["file"]]
    return Provider(
        slug=slug,
        name=name,
        organisation=organisation,
        requires_key=requires_key,
        description=f"{entry['name']}, a frozen copy. {entry['description']}",
        licence=entry["licence"],
        series=tuple(to_series(entry)),
    )


def to_series(entry: dict[str, Any]) -> Iterator[Series]:
    """Yield the series of a dataset: one for each entity and variable."""
    with (SEEDS / entry["file"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = {entry["date"], *entry["entities"], *entry["text"]}
    variables = [name for name in rows[0] if name not in keys]
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(", ".join(row[name] for name in entry["entities"]), []).append(row)
    for entity, found in groups.items():
        for variable in variables:
            yield Series(
                id="/".join(filter(None, [slugify(entity), variable])),
                label=" - ".join(filter(None, [entity, variable.replace("_", " ")])),
                category=slugify(entity) or "all",
                variable=variable,
                frequency=FREQUENCIES.get(entry["file"], "every five years"),
                points=tuple((row[entry["date"]], parse_value(row[variable])) for row in found),
            )


def slugify(text: str) -> str:
    """Return a text as a part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def parse_value(text: str) -> float | None:
    """Return a value, or None for an empty cell."""
    return float(text) if text else None
