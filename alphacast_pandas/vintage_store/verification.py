"""What a store holds of each dataset, and whether every file of it is what its name says."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.vintage_store.store import DamageError
from alphacast_pandas.vintage_store.vintages import newest_name, vintages_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from alphacast_pandas.vintage_store.records import Content
    from alphacast_pandas.vintage_store.store import DatasetFolder


@dataclass(frozen=True)
class Holding:
    """What a store holds of one dataset."""

    address: str
    number: int
    name: str | None
    vintages: int
    looks: int
    last_look: datetime.datetime
    bytes: int


def describe(folder: DatasetFolder) -> Holding | None:
    """Return what a store holds of a dataset, None if no look is there."""
    looks = folder.looks()
    if not looks:
        return None
    return Holding(
        folder.address,
        folder.number,
        newest_name(folder),
        len(vintages_of(looks)),
        len(looks),
        looks[-1].began,
        folder.size(),
    )


def find_damage(folder: DatasetFolder) -> list[DamageError]:
    """Return every file of a dataset that is missing or does not hold what its name says."""
    found: dict[object, DamageError] = {}
    contents: list[Content] = []
    looks = folder.looks()
    for look in looks:
        with _noted(found):
            folder.read_look(look)
    for hash_ in dict.fromkeys(look.content for look in looks):
        with _noted(found):
            contents.append(folder.read_content(hash_))
    blocks = {block.hash: block for content in contents for block in content.blocks}
    for block in blocks.values():
        with _noted(found):
            folder.read_block(block)
    return [*found.values()]


@contextlib.contextmanager
def _noted(found: dict[object, DamageError]) -> Iterator[None]:
    """Note damage by its file and go on."""
    try:
        yield
    except DamageError as error:
        found.setdefault(error.path, error)
