"""Twenty frames of 100,000 rows joined, by us and by merges of pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

_FRAMES, _COUNTRIES, _DATES = 20, 100, 1_000


def _frames(offset: str) -> dict[str, pd.DataFrame]:
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(7)
    dates = pd.date_range("1950-01-01", periods=_DATES, freq=offset).to_numpy()
    names = np.array([f"Country {n:03}" for n in range(_COUNTRIES)], dtype=object)
    keys = {"Date": np.tile(dates, _COUNTRIES), "country": np.repeat(names, _DATES)}
    made = {f"f{n}": pd.DataFrame({**keys, f"v{n}": 0.0}) for n in range(_FRAMES)}
    for name, frame in made.items():
        frame[f"v{name[1:]}"] = random.random(len(frame))
    return made


def align_ours(_: str, __: Path) -> Callable[[], Any]:
    """Months, joined."""
    from alphacast_pandas import align

    frames = _frames("MS")
    return lambda: align(frames)


def align_pandas(_: str, __: Path) -> Callable[[], Any]:
    """The same by merges, one frame after the other, on dates that are equal already."""
    frames = [*_frames("MS").values()]

    def merge() -> Any:
        result = frames[0]
        for frame in frames[1:]:
            result = result.merge(frame, on=["Date", "country"], how="outer")
        return result

    return merge


def lower_ours(_: str, __: Path) -> Callable[[], Any]:
    """Business days lowered to months, joined."""
    from alphacast_pandas import align

    frames = _frames("B")
    return lambda: align(frames, frequency="M", aggregate="mean", partial=True)


def lower_pandas(_: str, __: Path) -> Callable[[], Any]:
    """The same by a groupby of each frame, and merges."""
    frames = [*_frames("B").values()]

    def merge() -> Any:
        lowered = [
            frame.groupby([frame["Date"].dt.to_period("M"), "country"]).mean(numeric_only=True)
            for frame in frames
        ]
        result = lowered[0]
        for each in lowered[1:]:
            result = result.join(each, how="outer")
        return result

    return merge
