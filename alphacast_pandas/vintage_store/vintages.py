"""Vintages of a dataset: the looks that found another content than the look before them."""

from __future__ import annotations

import datetime
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alphacast_pandas.display import plural
from alphacast_pandas.errors import DecodeError, QueryError
from alphacast_pandas.text import printable, value_text
from alphacast_pandas.vintage_store.instants import check_not_future, parse_span, to_text
from alphacast_pandas.vintage_store.store import DamageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.vintage_store.records import Content, LookName
    from alphacast_pandas.vintage_store.store import DatasetFolder

_MICROSECOND = datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class Vintage:
    """A content from the first look that found it to the last one in a row."""

    time: datetime.datetime
    checked_until: datetime.datetime
    look: LookName
    last_look: LookName

    @property
    def content(self) -> str:
        """The hash of its content."""
        return self.look.content


def vintages_of(looks: Iterable[LookName]) -> list[Vintage]:
    """
    Return the vintages of looks, which come by time.

    Should two begin in the same microsecond with different contents, the second is named by the
    next microsecond, so that each has a name of its own.
    """
    found: list[Vintage] = []
    for look in looks:
        if found and look.content == found[-1].content:
            until = max(look.began, found[-1].time)
            found[-1] = replace(found[-1], checked_until=until, last_look=look)
            continue
        time = max(look.began, found[-1].checked_until + _MICROSECOND) if found else look.began
        found.append(Vintage(time, time, look, look))
    return found


def known_vintages(folder: DatasetFolder) -> list[Vintage]:
    """Return the vintages of a dataset, or raise if it was never looked at."""
    found = vintages_of(folder.looks())
    if not found:
        place = printable(str(folder.store.folder))
        missing = "" if folder.store.folder.exists() else ", which does not exist yet"
        msg = (
            f"Dataset {folder.number} of {printable(folder.address)} was never looked at: nothing "
            f"is kept of it in the vintage store {place}{missing}. Look at it with "
            f"ap.snapshot({folder.number}), regularly, or bring a history in with "
            f"ap.snapshot({folder.number}, frame=..., at=...)."
        )
        raise QueryError(msg)
    return found


def vintage_as_of(folder: DatasetFolder, as_of: Any, now: datetime.datetime) -> Vintage:
    """Return the vintage that was known at the end of a date, which may be partial."""
    span = parse_span(as_of, "as_of")
    check_not_future(span, as_of, "as_of", now)
    vintages = known_vintages(folder)
    known = [vintage for vintage in vintages if span.includes_until(vintage.time)]
    if not known:
        number = folder.number
        shown = value_text(as_of) if isinstance(as_of, str) else str(as_of)
        msg = (
            f"as_of {shown} is before the first vintage of dataset {number}, "
            f"{to_text(vintages[0].time)}: this store does not know what the dataset held earlier. "
            f"Pass a later as_of, or bring an earlier history in with "
            f"ap.snapshot({number}, frame=..., at=...)."
        )
        raise QueryError(msg)
    return known[-1]


def read_vintage(folder: DatasetFolder, vintage: Vintage) -> tuple[Definitions, pa.Table]:
    """Return the definitions and the rows of a vintage, or raise if a file of it is damaged."""
    try:
        look = folder.read_look(vintage.look)
        content = folder.read_content(vintage.content)
        table = folder.read_table(content)
    except DamageError as error:
        raise damage_report(folder, error) from error
    return replace(content.definitions, dataset=look.dataset(folder.number)), table


def damage_report(folder: DatasetFolder, error: DamageError) -> DecodeError:
    """Return the error of a damaged file with what else can still be read, and the remedy."""
    vintages = vintages_of(folder.looks())
    lost = [vintage for vintage in vintages if _needs(folder, vintage, error)]
    whole = [vintage for vintage in vintages if vintage not in lost]
    known = plural(len(vintages), "vintage")
    if whole:
        others = (
            f"{len(whole):,} of the {known} of dataset {folder.number} can be read without this "
            f"file, the newest of them {to_text(whole[-1].time)}."
        )
    else:
        others = f"Dataset {folder.number} has {known}, and none can be read without this file."
    delete = "delete it: " if error.path.exists() else ""
    store = printable(shlex.quote(str(folder.store.folder)))
    msg = (
        f"{error} {others} Restore the file from a backup; if there is none, {delete}"
        f"{_without_file(folder, lost, error)}. The command alphacast-pandas vintages --verify "
        f"--store {store} looks for more damage."
    )
    return DecodeError(msg)


def _without_file(folder: DatasetFolder, lost: Sequence[Vintage], error: DamageError) -> str:
    """Return what becomes of a damaged file, or of its vintage, once the file is deleted."""
    if error.path.parent.name == "looks":
        if all(vintage.look == vintage.last_look for vintage in lost):
            return "no other look has found the same, so its vintage is gone then"
        return "its vintage then begins with the next look that found the same"
    newest = lost[-1] if lost else None
    if newest is not None and _is_imported(folder, newest):
        return (
            f"ap.snapshot({folder.number}, frame=..., at={to_text(newest.time)!r}) with the frame "
            "of that time writes it again"
        )
    return f"ap.snapshot({folder.number}) writes it again if the dataset still holds the same"


def _is_imported(folder: DatasetFolder, vintage: Vintage) -> bool:
    try:
        return folder.read_look(vintage.look).is_imported
    except DamageError:
        return False


def newest_name(folder: DatasetFolder) -> str | None:
    """Return the name that the newest look found, None if it found none or is damaged."""
    looks = folder.looks()
    try:
        return folder.read_look(looks[-1]).name if looks else None
    except DamageError:
        return None


def _needs(folder: DatasetFolder, vintage: Vintage, error: DamageError) -> bool:
    """Tell whether a vintage cannot be read without a damaged file."""
    name = error.path.name
    if name in {vintage.look.filename, f"{vintage.content}.json"}:
        return True
    try:
        content: Content = folder.read_content(vintage.content)
    except DamageError:
        return True
    return any(name == f"{block.hash}.arrow" for block in content.blocks)
