"""The mapping of labels and frames that `read_many` returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.column_types import text_dtype
from alphacast_pandas.display import WIDTH, html_list, html_table, plural, text_table
from alphacast_pandas.errors import AlphacastError, QueryError
from alphacast_pandas.names import close_matches
from alphacast_pandas.text import printable, shorten, value_text
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

_HEAD = ("label", "dataset_id", "name", "rows", "first", "last")
_NUMBERS = ("dataset_id", "rows")
_MOST_ROWS = 40  # of a table
_MOST_NAMED = 10
_LONGEST_LABEL = 80


class FrameMissingError(QueryError, KeyError):
    """There is no frame of this label; a KeyError too, as of any mapping."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would show its repr


@short_tracebacks
class Frames(Mapping[Any, pd.DataFrame]):
    """
    The frames that `read_many` has read, by label, in the order asked for.

    Parameters
    ----------
    frames : dict
        Labels and DataFrames.
    errors : DataFrame, optional
        What could not be read.

    Attributes
    ----------
    errors : DataFrame
        One row a dataset that could not be read: ``label`` (object), ``dataset_id`` (Int64; missing
        if a name was not found), ``error`` (object, the exception), ``message`` (text).

    See Also
    --------
    read_many : Gives these.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> frames = ap.read_many({"world": dataset_id, "none": 999999}, errors="collect")
    >>> [*frames], frames.errors["label"].tolist()
    (['world'], ['none'])
    >>> frames["world"].shape
    (1704, 7)
    """

    def __init__(
        self, frames: Mapping[Any, pd.DataFrame], errors: pd.DataFrame | None = None
    ) -> None:
        self._frames = {**frames}
        self._errors = errors_frame([]) if errors is None else errors

    @property
    def errors(self) -> pd.DataFrame:
        """What could not be read, one row a dataset."""
        return self._errors

    def __getitem__(self, label: Hashable) -> pd.DataFrame:
        try:
            return self._frames[label]
        except KeyError:
            raise self._missing(label) from None

    def __iter__(self) -> Iterator[Any]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def __eq__(self, other: object) -> bool:
        return self is other  # frames have no equality that is True or False

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        lines = [self._title()]
        if self._frames:
            lines += text_table(*self._table(), numbers=_NUMBERS)
        return "\n".join([*lines, *(shorten(text, WIDTH) for text in self._failures())])

    def _repr_html_(self) -> str:
        table = html_table(*self._table(), title=self._title(), numbers=_NUMBERS)
        return table + html_list(self._failures())

    def _ipython_key_completions_(self) -> list[Any]:
        return [*self]

    def _title(self) -> str:
        failed = f", {len(self._errors):,} could not be read" if len(self._errors) else ""
        shown = f", the first {_MOST_ROWS} of them" if len(self) > _MOST_ROWS else ""
        return f"Frames of {plural(len(self), 'dataset')}{failed}{shown}"

    def _table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return the head and the rows; labels that are made of the names need no names beside."""
        rows = [_row(*item) for item in [*self._frames.items()][:_MOST_ROWS]]
        name = _HEAD.index("name")
        if not all(row[0].startswith(row[name]) for row in rows):
            return _HEAD, rows
        return _without(_HEAD, name), [_without(row, name) for row in rows]

    def _failures(self) -> list[str]:
        failed = self._errors.head(_MOST_ROWS)
        pairs = zip(failed["label"], failed["error"], failed["message"], strict=True)
        return [f"{label_text(one)}: {type(two).__name__}: {three}" for one, two, three in pairs]

    def _missing(self, label: Hashable) -> FrameMissingError:
        """Return the error for a label without a frame."""
        for failed, error in zip(self._errors["label"], self._errors["error"], strict=True):
            if failed == label:
                missing = FrameMissingError(f"{label_text(label)} could not be read: {error}")
                missing.cause = error
                return missing
        texts = [each for each in self if isinstance(each, str)]
        close = close_matches(label, texts) if isinstance(label, str) else []
        more = ", ..." if len(self) > _MOST_NAMED else ""
        listed = ", ".join(value_text(each) for each in [*self][:_MOST_NAMED]) or "none"
        hint = (
            f"did you mean {' or '.join(value_text(each) for each in close)}?"
            if close
            else f"the labels are {listed}{more}."
        )
        return FrameMissingError(f"There is no frame {value_text(label)}; {hint}")


def errors_frame(
    failures: Sequence[tuple[Hashable, int | None, AlphacastError]],
) -> pd.DataFrame:
    """Return one row a dataset that could not be read; no failures have the same types."""
    return pd.DataFrame(
        {
            "label": _objects([label for label, _, _ in failures]),
            "dataset_id": pd.array([number for _, number, _ in failures], "Int64"),
            "error": _objects([error for _, _, error in failures]),
            "message": pd.Series([str(error) for _, _, error in failures], dtype=text_dtype()),
        }
    )


def with_label(error: AlphacastError, label: Hashable) -> AlphacastError:
    """Return the same error, whose message now begins with the label of its dataset."""
    error.args = (f"{label_text(label)}: {error}", *error.args[1:])
    return error


def label_text(label: Hashable) -> str:
    """Return a label as a message shows it; that of a number says what it is the number of."""
    if isinstance(label, str):
        return shorten(label, _LONGEST_LABEL)
    is_number = isinstance(label, int) and not isinstance(label, bool)
    return f"dataset {label}" if is_number else value_text(label, _LONGEST_LABEL)


def _objects(values: Sequence[object]) -> pd.Series[Any]:
    """Return a column of objects as they are; pandas would look into tuples and lists."""
    column = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        column[place] = value
    return pd.Series(column, dtype=object)


def _row(label: Hashable, frame: pd.DataFrame) -> tuple[str, ...]:
    """Return what is shown of a frame; its owner may have changed it since."""
    facts = frame.attrs.get("alphacast")
    facts = facts if isinstance(facts, dict) else {}
    first, last = _span(frame, facts.get("date"))
    number, name = (facts.get(key) for key in ("dataset_id", "name"))
    return (
        printable(str(label)),
        "" if number is None else str(number),
        "" if name is None else printable(str(name)),
        f"{len(frame):,}",
        first,
        last,
    )


def _span(frame: pd.DataFrame, date: object) -> tuple[str, str]:
    """Return the first and the last date of a frame, wherever the dates are."""
    if not isinstance(date, str) or not len(frame):
        return "", ""
    if date in frame.columns:
        dates: Any = frame[date]
    elif date in frame.index.names:
        dates = frame.index.get_level_values(date)
    else:
        return "", ""
    try:
        return _day(dates.min()), _day(dates.max())
    except (TypeError, ValueError):
        return "", ""


def _without(row: tuple[str, ...], place: int) -> tuple[str, ...]:
    return (*row[:place], *row[place + 1 :])


def _day(date: Any) -> str:
    return str(date).removesuffix(" 00:00:00")
