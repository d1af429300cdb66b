"""Checks that a dataset is the one that was meant: its name against a pattern, or an address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.identifiers import words_of_page
from alphacast_pandas.errors import QueryError
from alphacast_pandas.names import canonical_name
from alphacast_pandas.text import value_text
from alphacast_pandas.user_warnings import warn

if TYPE_CHECKING:
    from alphacast_pandas.api.definitions import Definitions

_WORD = re.compile(r"[^\W_]+")


def check_expect(expect: Any) -> str | None:
    """Return the pattern of a name, or raise for what is none."""
    if expect is not None and not (isinstance(expect, str) and expect.strip()):
        shown = value_text(expect)
        msg = f"expect is the name of the dataset, in which * and ? stand for any, not {shown}."
        raise QueryError(msg)
    return expect


def check_expected(expect: str | None, dataset_id: int, definitions: Definitions) -> None:
    """Raise unless the name of a dataset is the expected one; case and accents are ignored."""
    if expect is None:
        return
    name = definitions.dataset.name if definitions.dataset else None
    if not name:
        msg = (
            f"The service does not tell the name of dataset {dataset_id}, so expect={expect!r} "
            "cannot be checked. Leave it out to read the dataset all the same."
        )
        raise QueryError(msg)
    pattern = "".join(
        {"*": ".*", "?": "."}.get(part, re.escape(part))
        for part in re.split(r"([*?])", canonical_name(expect))
    )
    if not re.fullmatch(pattern, canonical_name(name), re.DOTALL):
        msg = f"Dataset {dataset_id} is {name!r}, which expect={expect!r} does not match."
        raise QueryError(msg)


def warn_of_other_words(dataset_id: object, definitions: Definitions) -> None:
    """
    Warn if an address has words that are not those of the dataset it leads to.

    Words may be cut or left out in an address, and a dataset may have been renamed a little since,
    so half of them are enough.
    """
    name = definitions.dataset.name if definitions.dataset else None
    words = _words_of_address(dataset_id)
    if not words or not name:
        return
    own = set(_WORD.findall(canonical_name(name)))
    known = [word for word in words if any(each.startswith(word) for each in own)]
    if len(known) < len(words) / 2:
        warn(
            f"The address {dataset_id!r} leads to the dataset {name!r}, and its words are not "
            "those of the name: the number may be wrong."
        )


def _words_of_address(dataset_id: object) -> list[str]:
    words = words_of_page(dataset_id) if isinstance(dataset_id, str) else ""
    return _WORD.findall(canonical_name(words))
