"""`align`: frames joined on periods and entities."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.alignment.aggregates import Words, take
from alphacast_pandas.alignment.entities import DATE_NAME, check_mapping, match_entities
from alphacast_pandas.alignment.frequencies import FREQUENCIES
from alphacast_pandas.alignment.join import join_rows
from alphacast_pandas.alignment.periods import lower
from alphacast_pandas.alignment.sources import check_sources
from alphacast_pandas.alignment.target import resolve_frequency
from alphacast_pandas.column_types import date_dtype
from alphacast_pandas.errors import QueryError
from alphacast_pandas.reading.frame import in_unit
from alphacast_pandas.reading.options import check_flag
from alphacast_pandas.text import value_text
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal, TypeAlias

    from alphacast_pandas.alignment.entities import Entities
    from alphacast_pandas.alignment.join import Rows
    from alphacast_pandas.alignment.periods import Lowered

    # Labels are str or int, and columns str or (label, str): Any, since type checkers take the keys
    # of a Mapping for invariant, so that a dict[int, ...] is no Mapping[str | int, ...].
    Frames: TypeAlias = Mapping[Any, pd.DataFrame]
    Aggregate: TypeAlias = str | Mapping[Any, str]
    How: TypeAlias = Literal["outer", "inner", "left"]
    EntityNames: TypeAlias = Mapping[str, str | Sequence[str]]

_HOWS = ("outer", "inner", "left")


@short_traceback
def align(
    frames: Frames,
    *,
    frequency: str | None = None,
    aggregate: Aggregate | None = None,
    entities: EntityNames | None = None,
    how: How = "outer",
    partial: bool = False,
) -> pd.DataFrame:
    """
    Join frames on periods and entities.

    Frames that date a month at its first day and at its last are joined on the month.
    Values of a higher frequency are lowered as `aggregate` says; the frequency of values is
    never raised, since they would then stand in periods before they were published.

    Parameters
    ----------
    frames : mapping of str or int to DataFrame
        Frames by label, such as what `read_many` gives. Date and entities of a frame are those
        of ``df.attrs["alphacast"]``, where they can still be found, or else the only column of
        dates and the only column of text; levels of the index are columns. The frames are not
        changed.
    frequency : str, optional
        That of the result, as a period alias of pandas: ``"D"``, ``"B"``, ``"W"`` (or with the
        day that ends the week, ``"W-FRI"``), ``"M"``, ``"Q"``, ``"Y"``. By default that of
        all frames.
    aggregate : str or dict, optional
        What is made of several values in one period: ``"mean"``, ``"sum"``, ``"first"``,
        ``"last"``, ``"min"`` or ``"max"``; or a dict of these by column, or by ``(label, column)``,
        which counts before the column alone. Missing values are left out. There is no default,
        since stocks and flows differ.
    entities : dict, optional
        Names of entities in the result, each with the names in the frames:
        ``{"country": ["country", "Country / Region"]}``. Equal names are joined without it. A
        frame that has several of the names is taken to fill one where the others are missing.
    how : {"outer", "inner", "left"}, default "outer"
        Keep the keys (period and entities) of any frame, of all frames, or of the first.
    partial : bool, default False
        Whether to aggregate the values of periods that are not complete, too.

    Returns
    -------
    DataFrame
        ``Date``, which is the first day of the period (datetime64 in pandas' own unit), the
        entities, then the values, ordered by date and entities, with a RangeIndex. Columns whose
        names collide have their label in front: ``"cpi: value"``. Values keep their types, but
        for NumPy's integers and booleans, which become pandas' nullable ones, whether or not one
        is missing; a mean is a float, and so is a sum, of integers an Int64. Frames without rows
        have the same columns and types.

        ``attrs["alphacast"]`` has ``date``, ``entities`` and ``frequency`` of the result;
        ``columns``, which maps each value column to ``dataset_id``, ``label``, ``column``,
        ``frequency`` (that of the frame) and ``aggregate`` (None if nothing was aggregated);
        ``unmatched`` and ``joined_by_period``, as explained below.

    Raises
    ------
    QueryError
        If frames have different frequencies and `frequency` is left out, or the dates of one
        tell none; if the frequency of a frame would be raised; if several rows of a key fall into
        one period and `aggregate` does not say what to make of them; if a word, a column or an
        entity is not known; if no frame has all the entities.
    ValidationError
        If a frame has no date or no single column of dates, lacks dates or entity values, or has a
        time zone.

    See Also
    --------
    read_alphacast : Read a frame.
    latest : The last values of each entity and column.

    Notes
    -----
    **Frequencies** are found from the dates of a frame. They are monthly or less if those of each
    combination of entities are at one place of their months: the first day or business day, the
    last, or the same day. Then they are years if all steps are multiples of twelve months, quarters
    if of three, else months, so gaps do no harm. Steps of six months tell nothing: they may be
    quarters with gaps. With `frequency` they are taken for half-years (``"6M"``), which can be
    lowered to years. Dates on one weekday, two of them a week apart, are weeks that end on that
    day, as in pandas. Dates of which half of the steps are of one day, and few of more than three,
    are days, or business days if none is in a weekend. Any others tell none. With `frequency`, such
    a frame is taken to have it; if rows of a key meet in a period nevertheless, they are aggregated
    as days are.

    **Periods.** A week belongs to the month it ends in, a weekend to the Monday after it. Quarters
    and years are those of the calendar; pandas' periods of other ones, such as fiscal years, belong
    to those they end in.

    **Complete** is a period of months, quarters or years if each of them has a value. Days,
    business days and weeks have holidays, so each period between the first and the last value of a
    series (of one column and combination of entities) is complete; the first period is if the
    series reaches back to its first business day, the last if it reaches its last one. Weeks reach
    what they include. Others are missing without `partial`.

    **Entities** are joined by equal names and equal values, and a frame with fewer of them than
    others stands on every row that has its own, as in `DataFrame.merge`. A frame whose entity has
    a single value that no other frame has joins by period alone: one country's tables in which
    it has different names, or the oil price beside a panel of countries, on whose rows it then
    stands. Its value is listed in ``joined_by_period`` (``label``, ``entity``, ``value``). It does
    not if a frame with several values has it under any name, or has a similar one (``Brazil``,
    ``Brasil``), or has codes where this one has a name: then it keeps rows of its own. Values that
    no other frame has are listed in ``unmatched`` (``label``, ``entity``, ``value`` and
    ``nearest``, the most similar name in other frames, or None). A single frame keeps its entities.

    Examples
    --------
    >>> import pandas as pd
    >>> import alphacast_pandas as ap
    >>> ends, starts = ["2024-01-31", "2024-02-29", "2024-03-31"], ["2024-01-01", "2024-04-01"]
    >>> cpi = pd.DataFrame({"Date": pd.to_datetime(ends), "value": [1.0, 2.0, 3.0]})
    >>> gdp = pd.DataFrame({"Date": pd.to_datetime(starts), "value": [7.0, 8.0]})
    >>> ap.align({"cpi": cpi, "gdp": gdp}, frequency="Q", aggregate="mean")
            Date  cpi: value  gdp: value
    0 2024-01-01         2.0         7.0
    1 2024-04-01         NaN         8.0
    """
    if how not in _HOWS:
        msg = f"how must be 'outer', 'inner' or 'left', got {value_text(how)}."
        raise QueryError(msg)
    keeps_partial = check_flag(partial, "partial")
    mapping = check_mapping(entities)
    sources = check_sources(frames, {name for names in mapping.values() for name in names})
    target = resolve_frequency(frequency, sources)
    words = Words(aggregate, sources)
    matched = match_entities(sources, mapping)
    period = target or FREQUENCIES["D"]  # without any row there are no periods
    lowered = [
        lower(source, matched.codes_of(place), period, words, partial=keeps_partial)
        for place, source in enumerate(sources)
    ]
    names = _column_names(lowered, [DATE_NAME, *(each.name for each in matched.entities)])
    rows = join_rows(lowered, {each.name: len(each.values) for each in matched.entities}, how)
    columns = _key_columns(rows, period.first_days(rows.periods), matched)
    for frame, own in zip(lowered, names, strict=True):
        places = rows.places_in(frame)
        columns |= {own[name]: take(values, places) for name, values in frame.values.items()}
    result = pd.DataFrame(columns, index=pd.RangeIndex(len(rows)), copy=False)
    result.attrs["alphacast"] = {
        "date": DATE_NAME,
        "entities": [each.name for each in matched.entities],
        "frequency": None if target is None else target.word,
        "columns": _provenance(lowered, names, is_told=target is not None),
        "unmatched": [*matched.unmatched],
        "joined_by_period": [*matched.alone],
    }
    return result


def _column_names(frames: Sequence[Lowered], taken: Sequence[str]) -> list[dict[str, str]]:
    """Return the name that each value column of each frame has in the result."""
    named = [{name: name for name in each.values} for each in frames]
    while True:
        counts = Counter([*taken, *(new for names in named for new in names.values())])
        repeated = [
            (names, old, f"{each.source.label}: {old}")
            for each, names in zip(frames, named, strict=True)
            for old, new in names.items()
            if counts[new] > 1
        ]
        if not repeated:
            return named
        fixed = [(names, old) for names, old, prefixed in repeated if names[old] == prefixed]
        if len(fixed) == len(repeated):
            names, old = fixed[0]
            msg = f"Two columns would be called {names[old]!r}. Rename one of the labels."
            raise QueryError(msg)
        for names, old, prefixed in repeated:
            names[old] = prefixed


def _key_columns(rows: Rows, days: np.ndarray, matched: Entities) -> dict[str, Any]:
    """Return the date and the entities of the result."""
    columns: dict[str, Any] = {DATE_NAME: in_unit(days.astype("datetime64[D]"), date_dtype())}
    for each in matched.entities:
        codes = rows.codes[each.name]
        places = np.where(codes < len(each.values), codes, -1)
        columns[each.name] = take(each.values, places)
    return columns


def _provenance(
    frames: Sequence[Lowered], names: Sequence[dict[str, str]], *, is_told: bool
) -> dict[str, dict[str, Any]]:
    return {
        new: {
            "dataset_id": each.source.dataset_id,
            "label": each.source.label,
            "column": old,
            "frequency": each.frequency.word if is_told else None,
            "aggregate": each.aggregates.get(old),
        }
        for each, own in zip(frames, names, strict=True)
        for old, new in own.items()
    }
