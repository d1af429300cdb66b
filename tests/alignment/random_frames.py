"""Random frames, and what is made of them by plain pandas, one series after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

OFFSETS = {
    "D": ("D", "D"),
    "B": ("B", "B"),
    "W-FRI": ("W-FRI", "W-FRI"),
    "W-WED": ("W-WED", "W-WED"),
    "M": ("MS", "ME"),
    "Q": ("QS", "QE"),
    "Y": ("YS", "YE"),
}
LENGTHS = {"D": 500, "B": 400, "W-FRI": 90, "W-WED": 90, "M": 40, "Q": 14, "Y": 6}
WORDS: dict[str, Callable[[pd.Series], Any]] = {
    "mean": lambda values: values.mean(),
    "sum": lambda values: values.sum(),
    "first": lambda values: values.iloc[0],
    "last": lambda values: values.iloc[-1],
    "min": lambda values: values.min(),
    "max": lambda values: values.max(),
}
STARTS = ("2021-11-15", "2022-01-01", "2022-12-30")


@dataclass(frozen=True)
class Case:
    """A frame of one frequency with gaps and missing values, and what it is lowered to."""

    frame: pd.DataFrame
    frequency: str
    target: str
    word: str


def some_dates(random: np.random.Generator, word: str, gaps: float) -> pd.DatetimeIndex:
    offset = OFFSETS[word][int(random.integers(2))]
    dates = pd.date_range(STARTS[int(random.integers(3))], periods=LENGTHS[word], freq=offset)
    return dates[random.random(len(dates)) >= gaps]


@st.composite
def lowered_cases(draw: st.DrawFn) -> Case:
    source, target = draw(
        st.sampled_from(
            [
                *(("D", word) for word in ("W-FRI", "M", "Q", "Y")),
                *(("B", word) for word in ("W-SUN", "M", "Q", "Y")),
                *((week, word) for week in ("W-FRI", "W-WED") for word in ("M", "Q", "Y")),
                *(("M", "Q"), ("M", "Y"), ("Q", "Y")),
            ]
        )
    )
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    gaps, missing = draw(st.sampled_from([0.0, 0.05])), draw(st.sampled_from([0.0, 0.1, 0.6]))
    pieces = [
        pd.DataFrame({"Date": some_dates(random, source, gaps), "country": name})
        for name in draw(st.sampled_from([["Chile"], ["Chile", "Peru", "Argentina"]]))
    ]
    frame = pd.concat(pieces, ignore_index=True)
    frame["value"] = random.integers(-50, 50, len(frame)) / 4
    frame.loc[random.random(len(frame)) < missing, "value"] = np.nan
    if draw(st.booleans()):  # two rows of a key on one date
        frame = pd.concat([frame, frame.sample(5, random_state=1).assign(value=99.0)])
    frame = frame.sample(frac=1, random_state=2).reset_index(drop=True)
    return Case(frame, source, target, draw(st.sampled_from([*WORDS])))


def lowered(case: Case, *, partial: bool) -> dict[tuple[Any, str], float | None]:
    """The value of each month, quarter ... of each country, by definition."""
    result: dict[tuple[Any, str], float | None] = {}
    for country, rows in case.frame.groupby("country"):
        own = rows.sort_values("Date", kind="stable")
        held = own.dropna(subset="value")
        periods = own["Date"].dt.to_period(case.target)
        for period in sorted(set(periods)):
            values = own[periods == period]["value"].dropna()
            is_shown = len(values) and (partial or is_complete(held, period, case.frequency))
            value = float(WORDS[case.word](values)) if is_shown else None
            result[period.start_time, str(country)] = value
    return result


def is_complete(held: pd.DataFrame, period: pd.Period, source: str) -> bool:
    """Whether a period of a series, given as its rows with a value, is complete."""
    if source in ("M", "Q"):
        parts = pd.period_range(period.start_time, period.end_time, freq=source)
        return {*parts} <= {*held["Date"].dt.to_period(source)}
    business = pd.bdate_range(period.start_time, period.end_time.normalize())
    days = 6 if source.startswith("W") else 0
    first, last = held["Date"].min() - pd.Timedelta(days=days), held["Date"].max()
    ends = held["Date"].dt.to_period(period.freq)
    if period == ends.min() and first > business[0]:
        return False
    return not (period == ends.max() and last < business[-1])
