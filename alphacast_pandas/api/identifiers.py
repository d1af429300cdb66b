"""Whatever a person calls a dataset or a repository by: to its number."""

from __future__ import annotations

import operator
import re
from typing import Any
from urllib.parse import urlsplit

from alphacast_pandas.errors import QueryError

_PAGE = re.compile(r"/(?:datasets|repositories)/(?:[^/]*-)?(\d+)(?:\.csv)?(?:/|$)")


def resolve_id(value: Any, what: str = "dataset") -> int:
    """
    Return the number in `value`: 5515, "5515" or ".../datasets/some-slug-5515".

    >>> resolve_id("https://www.alphacast.io/datasets/cpi-argentina-5515?tab=data")
    5515
    """
    number = _from_text(value) if isinstance(value, str) else _from_number(value)
    if number is None or number < 1:
        msg = (
            f"{value!r} is not a {what}: give its number (5515 or '5515') or the address of its "
            f"page ('https://www.alphacast.io/{_plural(what)}/some-name-5515')."
        )
        raise QueryError(msg)
    return number


def _plural(what: str) -> str:
    return "repositories" if what == "repository" else f"{what}s"


def _from_text(value: str) -> int | None:
    text = value.strip()
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        match = _PAGE.search(f"/{urlsplit(text).path.lstrip('/')}")
    except ValueError:
        return None
    return int(match[1]) if match else None


def _from_number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def repository_path(repository_id: int | str) -> str:
    """Return the path of a repository."""
    return f"/repositories/{resolve_id(repository_id, 'repository')}"


def dataset_path(dataset_id: int | str) -> str:
    """Return the path of a dataset."""
    return f"/datasets/{resolve_id(dataset_id)}"


def data_path(dataset_id: int | str) -> str:
    """Return the path of a dataset's data."""
    return f"{dataset_path(dataset_id)}/data"
