"""The number of a dataset or a repository, from what a caller passes; paths of the API."""

from __future__ import annotations

import operator
import re
from typing import Any
from urllib.parse import urlsplit

from alphacast_pandas.errors import QueryError

_KINDS = {"dataset": "datasets", "repository": "repositories"}
_MOST_DIGITS = 18
_PAGE = re.compile(r"/(datasets|repositories)/(?:[^/]*-)?(\d+)(?:\.csv)?(?:/|$)")


def resolve_id(value: Any, what: str = "dataset") -> int:
    """
    Return the number in `value`: 5515, "5515" or ".../datasets/some-slug-5515".

    >>> resolve_id("https://www.alphacast.io/datasets/cpi-argentina-5515?tab=data")
    5515
    """
    number = _from_text(value, what) if isinstance(value, str) else _from_number(value)
    if number is None or number < 1:
        msg = (
            f"{value!r} is not a {what}: pass its number (5515 or '5515') or the address of its "
            f"page ('https://www.alphacast.io/{_KINDS[what]}/some-name-5515')."
        )
        raise QueryError(msg)
    return number


def _from_text(value: str, what: str) -> int | None:
    """Return the number in a text; an address must be that of the right kind of page."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return _number(text)
    try:
        match = _PAGE.search(f"/{urlsplit(text).path.lstrip('/')}")
    except ValueError:
        return None
    if match is None:
        return None
    if match[1] != _KINDS[what]:
        msg = f"{value!r} is the address of one of the {match[1]}, and a {what} is needed here."
        raise QueryError(msg)
    return _number(match[2])


def _number(digits: str) -> int | None:
    # Python refuses to read thousands of digits, and no number of a page has more than these.
    return int(digits) if len(digits) <= _MOST_DIGITS else None


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
