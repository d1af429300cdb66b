"""The frames to align, each with its roles and the frequency that its dates tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.alignment.frequencies import FREQUENCIES, Found, find_frequency
from alphacast_pandas.alignment.roles import Columns, columns_of
from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.text import value_text
from alphacast_pandas.writing.check_frame import check_is_frame

if TYPE_CHECKING:
    from collections.abc import Collection

    from alphacast_pandas.alignment.frequencies import Frequency


@dataclass(frozen=True, eq=False)
class Source:
    """A frame to align: its label, its columns, and the frequency that its dates tell."""

    label: str | int
    dataset_id: int | str | None
    columns: Columns
    found: Found

    @property
    def days(self) -> np.ndarray:
        """The dates as days since 1970; made anew each time, so that no frame holds them."""
        instants, dates = self.columns.instants, self.columns.columns[self.columns.date]
        if isinstance(dates.dtype, pd.PeriodDtype) and _frequency_of(dates.dtype) is None:
            # As weeks do, fiscal years and the like belong to the period they end in.
            instants = dates.dt.end_time.to_numpy()
        return instants.astype("datetime64[D]").astype(np.int64)

    def __str__(self) -> str:
        return f"Frame {value_text(self.label)}"


def check_sources(frames: Any, named: Collection[str]) -> list[Source]:
    """
    Return the frames of a mapping, in its order, or raise for what cannot be aligned.

    `named` are columns that the caller says to be entities.
    """
    if not isinstance(frames, Mapping):
        remedy = "Pass a dict such as {'cpi': df}, or what read_many gives."
        if isinstance(frames, pd.DataFrame):
            remedy = "One frame is aligned as {'label': df}."
        elif isinstance(frames, list | tuple):
            remedy = "Make a dict of it, whose labels name the frames: {'cpi': df1, 'gdp': df2}."
        msg = f"frames must map labels to DataFrames, got {type(frames).__name__}. {remedy}"
        raise QueryError(msg)
    if not frames:
        msg = "There is nothing to align: frames is empty. Pass at least one frame."
        raise QueryError(msg)
    return [_source(_check_label(label), frame, named) for label, frame in frames.items()]


def _check_label(label: Any) -> str | int:
    if isinstance(label, np.integer):
        return int(label)
    if not isinstance(label, str | int) or isinstance(label, bool):
        msg = f"A label of frames must be text or a number, got {value_text(label)}."
        raise QueryError(msg)
    return label


def _source(label: str | int, frame: Any, named: Collection[str]) -> Source:
    try:
        check_is_frame(frame)
    except ValidationError as error:
        msg = f"Frame {value_text(label)}: {error}"
        raise ValidationError(msg) from error
    columns = columns_of(frame, f"Frame {value_text(label)}", named)
    origin = frame.attrs.get("alphacast")
    dataset_id = origin.get("dataset_id") if isinstance(origin, dict) else None
    if not isinstance(dataset_id, int | str):  # attrs are written to Parquet as JSON
        dataset_id = None
    source = Source(label, dataset_id, columns, Found(None))
    dates = columns.columns[columns.date].dtype
    found = _of_periods(dates, source.days) or find_frequency(source.days, columns.series)
    return replace(source, found=found)


def _of_periods(dates: Any, days: np.ndarray) -> Found | None:
    """Return the frequency of pandas' periods, whose type tells it; None for other dates."""
    if not isinstance(dates, pd.PeriodDtype) or not len(days):
        return None
    frequency = _frequency_of(dates)
    return None if frequency is None else Found(frequency, dates=len(np.unique(days)))


def _frequency_of(dtype: pd.PeriodDtype) -> Frequency | None:
    """Return the frequency of periods, None if the calendar has no such ones."""
    word = str(dtype).removeprefix("period[").removesuffix("]")
    return FREQUENCIES.get(word.removesuffix("-DEC"))
