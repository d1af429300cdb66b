"""The frequency that frames are aligned at, and that each of them is taken to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.alignment.frequencies import FREQUENCIES, parse_frequency
from alphacast_pandas.errors import QueryError
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.alignment.frequencies import Frequency
    from alphacast_pandas.alignment.sources import Source

_FEW_DATES = 3
_MOST_LISTED = 30


def resolve_frequency(stated: Any, sources: Sequence[Source]) -> Frequency | None:
    """
    Return the frequency of the result; None if no frame has a row.

    It is the one that is stated, or that all frames have.
    """
    if stated is not None:
        target = parse_frequency(stated)
        for source in sources:
            _refuse_raising(source, target, sources)
        return target
    rows = [source for source in sources if source.found.dates]
    untold = [source for source in rows if source.found.frequency is None]
    if untold:
        first = untold[0]
        msg = (
            f"The dates of frame {value_text(first.label)} do not tell a frequency: "
            f"{first.found.reason}.{_listed(sources) if len(sources) > 1 else ' '}"
            f"State the frequency of the result, such as frequency={_coarsest(rows, 'M')!r}."
        )
        raise QueryError(msg)
    found = _frequencies(rows)
    if len(found) > 1:
        msg = (
            f"The frames have different frequencies.{_listed(sources)}State that of the result "
            f"and how values are lowered to it, such as frequency={found[-1].word!r} with "
            'aggregate="mean" for levels and rates, "sum" for flows, "last" for stocks.'
        )
        raise QueryError(msg)
    return found[0] if found else None


def frequency_of(source: Source, target: Frequency) -> Frequency | None:
    """Return what the dates of a frame tell, which may depend on what it is aligned with."""
    found = source.found
    if found.may_be_days and target.rank == 0:
        return target
    return found.frequency or found.taken_for


def _frequencies(sources: Sequence[Source]) -> list[Frequency]:
    """Return the frequencies that dates tell, the finest first."""
    told = {each.found.frequency.word for each in sources if each.found.frequency is not None}
    days_only = {
        each.found.frequency.word
        for each in sources
        if each.found.frequency is not None and not each.found.may_be_days
    }
    if "D" in days_only and "B" not in days_only:
        told.discard("B")  # dates of one working week, which days may have too
    return sorted((FREQUENCIES[word] for word in told), key=lambda each: (each.rank, each.word))


def _coarsest(sources: Sequence[Source], default: str) -> str:
    """Return the word of the coarsest frequency that dates tell, to which all can be lowered."""
    if any(source.found.taken_for is not None for source in sources):
        return "Y"
    found = _frequencies(sources)
    return found[-1].word if found else default


def _refuse_raising(source: Source, target: Frequency, sources: Sequence[Source]) -> None:
    own = frequency_of(source, target)
    if own is None or own.rank <= target.rank:
        return
    why = "its values would stand in periods before they were published"
    if (own.word, target.word) == ("B", "D"):
        why = "on weekends it has no values"
    few = ""
    if source.found.dates <= _FEW_DATES or source.found.frequency is None:
        few = (
            f" Its {source.found.dates:,} dates look like {own.plural}; if they are not, "
            "pass the frame with a row for each period, also for those without a value."
        )
    msg = (
        f"Frame {value_text(source.label)} holds {own.plural} ({own.word!r}), and raising it to "
        f"{target.plural} ({target.word!r}) is refused: {why}. Pass "
        f"frequency={_coarsest(sources, own.word)!r} with aggregate= to lower the others, or leave "
        f"the frame out.{few}"
    )
    raise QueryError(msg)


def _listed(sources: Sequence[Source]) -> str:
    """Return a line for each frame with its frequency, for a message."""
    lines = [
        f"\n  {value_text(each.label)}: "
        + (
            f"{each.found.frequency.word!r} ({each.found.frequency.plural})"
            if each.found.frequency is not None
            else f"none ({each.found.reason})"
        )
        for each in sources[:_MOST_LISTED]
    ]
    more = len(sources) - _MOST_LISTED
    return "".join(lines) + (f"\n  and {more:,} more" if more > 0 else "") + "\n"
