"""The number of a dataset or a repository, from what a caller passes; paths of the API."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, TypeGuard
from urllib.parse import unquote, urlsplit

from alphacast_pandas.errors import QueryError
from alphacast_pandas.text import quoted, value_text

if TYPE_CHECKING:
    from alphacast_pandas.api.client import Client


class NumberedRecord(Protocol):
    """A record of a dataset or of a repository; the first of its words says which."""

    words: ClassVar[tuple[str, str]]

    @property
    def id(self) -> int:
        """The number."""


# A number, the address of a page or a record; where there is a client to ask, also an exact name.
Id: TypeAlias = int | str | NumberedRecord
PLURALS = {"dataset": "datasets", "repository": "repositories"}
# What paths are about, the longer ones first.
_SUBJECTS = [
    (re.compile(pattern), subject)
    for pattern, subject in (
        (r"/datasets/(\d+)/processes/(\d+)", "process {1} of dataset {0}"),
        (r"/datasets/(\d+)(?:/.*)?", "dataset {0}"),
        (r"/repositories/(\d+)(?:/.*)?", "repository {0}"),
        (r"/series/(\d+)(?:/.*)?", "series {0}"),
    )
]
_MOST_DIGITS = 18
_LONGEST_SHOWN = 200
_PAGE = re.compile(r"/(datasets|repositories)/(?:([^/]*)-)?(\d+)(?:\.csv)?(?:/|$)")
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://|www\.|([a-z0-9-]+\.)*alphacast\.io(/|$)", re.IGNORECASE
)


def resolve_dataset(client: Client, value: Id) -> int:
    """Return the number of a dataset, which the service is asked for if `value` is a name."""
    if is_name(value):
        return client.datasets.find(value).id
    return number_at(value, client.base_url)


def number_at(value: Id, base_url: str) -> int:
    """Return the number in `value`, which may be an address of this service but of no other."""
    number = resolve_id(value)
    host = _host_of(value)
    if host is not None and not _is_own_host(host, base_url):
        msg = (
            f"{value_text(value, _LONGEST_SHOWN)} is an address of {host}, and this client reads "
            f"from {base_url}. Pass the number of the dataset if that is meant: {number}."
        )
        raise QueryError(msg)
    return number


def _host_of(value: Any) -> str | None:
    """Return the host in an address, None if there is none."""
    text = value.strip() if isinstance(value, str) else ""
    return urlsplit(text).hostname if "://" in text else None


def _is_own_host(host: str, base_url: str) -> bool:
    own = urlsplit(base_url).hostname
    return host in {own, "alphacast.io"} or host.endswith(".alphacast.io")


def label_of(value: Any) -> str:
    """
    Return how progress calls a dataset: by its name if that is what the caller has passed.

    >>> label_of("Consumer prices"), label_of("/datasets/prices-5515")
    ("'Consumer prices'", 'dataset 5515')
    """
    return quoted(value) if is_name(value) else f"dataset {resolve_id(value)}"


def is_name(value: Any) -> TypeGuard[str]:
    """
    Tell whether `value` is neither a number nor an address, so that it can only be a name.

    >>> is_name("Consumer prices"), is_name("5515"), is_name("/datasets/prices-5515")
    (True, False, False)
    """
    if not isinstance(value, str):
        return False
    text = value.strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return bool(text) and not (is_number or _ADDRESS.match(text) or _match_page(text))


def resolve_id(value: Any, what: str = "dataset") -> int:
    """
    Return the number in `value`: 5515, "5515", ".../datasets/some-slug-5515", or a record.

    >>> resolve_id("https://www.alphacast.io/datasets/cpi-argentina-5515?tab=data")
    5515
    """
    number = _from_text(value, what) if isinstance(value, str) else _from_object(value, what)
    if number is None or number < 1:
        by_name = f" client.{PLURALS[what]}.find({value!r}) finds it by its name."
        msg = (
            f"{value_text(value, _LONGEST_SHOWN)} is not a {what}: pass its number (5515 or "
            f"'5515') or the address of its page ('https://www.alphacast.io/{PLURALS[what]}/some-name-5515')."
            f"{by_name if is_name(value) else ''}"
        )
        raise QueryError(msg)
    return number


def _from_text(value: str, what: str) -> int | None:
    """Return the number in a text; an address must be that of the right kind of page."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return _number(text)
    match = _match_page(text)
    if match is None:
        return None
    if match[1] != PLURALS[what]:
        msg = f"{value!r} is the address of one of the {match[1]}, and a {what} is needed here."
        raise QueryError(msg)
    return _number(match[3])


def words_of_page(address: str) -> str:
    """Return what stands before the number in the address of a page, such as ``some-slug``."""
    match = _match_page(address.strip())
    return unquote(match[2] or "") if match is not None else ""


def _match_page(text: str) -> re.Match[str] | None:
    """Return the kind, the words and the number in the address of a page, None if it is none."""
    try:
        return _PAGE.search(f"/{urlsplit(text).path.lstrip('/')}")
    except ValueError:
        return None


def _number(digits: str) -> int | None:
    # Python refuses to read thousands of digits, and no number of a page has more than these.
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _from_object(value: Any, what: str) -> int | None:
    """Return the number of a record, or the number that an object is."""
    words = getattr(type(value), "words", None)
    kind = words[0] if isinstance(words, tuple) and words else None
    if kind == what:
        value = value.id
    elif kind in PLURALS:
        msg = f"{value_text(value, _LONGEST_SHOWN)} is a {kind}, and a {what} is needed here."
        raise QueryError(msg)
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def describe_path(path: str) -> str | None:
    """
    Return what a path of the API is about, None if that has no number.

    >>> describe_path("/datasets/5515/columns")
    'dataset 5515'
    """
    for pattern, subject in _SUBJECTS:
        match = pattern.fullmatch(path)
        if match is not None:
            return subject.format(*match.groups())
    return None


def repository_path(repository_id: Id) -> str:
    """Return the path of a repository."""
    return f"/repositories/{resolve_id(repository_id, 'repository')}"


def dataset_path(dataset_id: Id) -> str:
    """Return the path of a dataset."""
    return f"/datasets/{resolve_id(dataset_id)}"


def data_path(dataset_id: Id) -> str:
    """Return the path of a dataset's data."""
    return f"{dataset_path(dataset_id)}/data"
