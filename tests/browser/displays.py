"""
What a notebook shows of the package: a function for each display.

The notebook of tests/browser calls them one by one, in its own process, against an emulator.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import HTML, display

import alphacast_pandas as ap
from alphacast_pandas.api.records import Records
from alphacast_pandas.progress.bars import Bar, open_bar

sys.path.append(str(Path(__file__).parents[1]))

from test_display import DISPLAYS as RECORDS

# None of the displays may make an element of it, or grow too wide; names of columns may be so.
NAME = (
    "</style><script>hostile=1</script><img src=x onerror=hostile=1>"
    '"><svg onload=hostile=1><b>{{7*7}} ' + "abc" * 30
)
HOSTILE = f"\u202e{NAME}\u2066"  # nor reorder the text around it
COUNTRIES = ("Argentina", "Bolivia", "Chile")

shown: set[type] = set()
bars: list[Bar] = []  # open ones, which would be closed with their last reference


def _prices(months: int = 24, *, first: str = "2023-01") -> pd.DataFrame:
    dates = pd.date_range(first, periods=months, freq="MS")
    keys = pd.MultiIndex.from_product([dates, COUNTRIES], names=["Date", "country"])
    frame = keys.to_frame(index=False)
    numbers = np.arange(len(frame), dtype="float64")
    return frame.assign(
        **{"Consumer prices": 100 + numbers / 3, "Producer prices, 2016=100": 90.5 + numbers}
    )


def _hostile_frame() -> pd.DataFrame:
    frame = _prices(2).rename(columns={"country": NAME, "Consumer prices": f"p {NAME}"})
    frame[NAME] = [*frame[NAME][1:], NAME]
    return frame.assign(**{f"text {NAME}": NAME})


def _pushed(frame: pd.DataFrame, name: str, entity: str = "country") -> ap.PushResult:
    return frame.alphacast.push(name=name, repository=NAME, create=True, entities=entity)


def _prices_dataset() -> int:
    return _pushed(_prices(), "Prices").dataset_id


def _hostile_dataset() -> int:
    return _pushed(_hostile_frame(), NAME, NAME).dataset_id


def _world() -> int:
    return int(ap.search("life expectancy")["id"].iloc[0])


def difference_with_additions() -> object:
    return _prices(30).alphacast.diff(_prices_dataset())


def difference_with_changes() -> object:
    frame = _prices()
    frame.iloc[5:60, 2] += 12345.678
    frame.iloc[7, 3] *= -1e6
    return frame.alphacast.diff(_prices_dataset())


def difference_with_deletions() -> object:
    return _prices(20).alphacast.diff(_prices_dataset(), mode="replace")


def difference_of_all_kinds_in_many_columns() -> object:
    wide = _prices()
    for n in range(12):
        wide[f"An indicator with a long name, seasonally adjusted, number {n}"] = float(n)
    number = _pushed(wide, "Wide").dataset_id
    wide.iloc[:, 2:] *= 1.01
    later = wide[6:].assign(Date=wide["Date"] + pd.DateOffset(months=1))
    return later.alphacast.diff(number, mode="replace")


def no_difference() -> object:
    return _prices().alphacast.diff(_prices_dataset())


def difference_of_hostile_names() -> object:
    frame = _hostile_frame()
    number = _hostile_dataset()
    frame.iloc[1:, 2] += 1
    return frame.alphacast.diff(number)


def pushed() -> object:
    return _pushed(_prices(), "Prices, as they were pushed")


def pushed_under_hostile_names() -> object:
    return _pushed(_hostile_frame(), f"{NAME} 2", NAME)


def nothing_to_push() -> object:
    return _prices().alphacast.push(_prices_dataset(), only_changes=True)


def explained() -> object:
    month = ap.col("Date").dt.month == 1
    is_there = ap.col("country").isin(["Chile", "Peru", "Bolivia"])
    return ap.explain(_world(), filter=is_there & month, start="1990", last=3)


def explained_with_hostile_names() -> object:
    return ap.explain(
        _hostile_dataset(),
        filter=(ap.col(NAME) == NAME) | ap.col(f"text {NAME}").str.contains("a"),
    )


def told_of_a_dataset() -> object:
    return ap.info(_world())


def told_of_a_hostile_dataset() -> object:
    return ap.info(_hostile_dataset())


def account() -> object:
    return ap.whoami()


def listed_datasets() -> object:
    return ap.get_client().datasets.list()


def listed_repositories() -> object:
    return ap.get_client().repositories.list()


def listed_providers() -> object:
    return ap.get_client().providers.list()


def provider_searched() -> object:
    return ap.get_client().providers.search("gapminder", "life expectancy", limit=5)


def many_frames() -> object:
    datasets = {"world": _world(), NAME: _hostile_dataset(), "none": 999999}
    return ap.read_many(datasets, errors="collect", progress=False)


def frame() -> object:
    return ap.read_alphacast(_world(), progress=False).head()


def frame_of_hostile_names() -> object:
    return ap.read_alphacast(_hostile_dataset(), progress=False).head(3)


def found_datasets() -> object:
    return ap.search("world")


def bar_of_a_read() -> None:
    bar = open_bar("Reading dataset 5515", total=4_000_000, unit="B", count=0, seconds=3.0)
    bar.show(1_300_000, 12_000)
    bars.append(bar)


def bar_of_a_push_under_a_hostile_name() -> None:
    bar = open_bar(f"Pushing to {NAME!r}", total=None, unit="B", count=0, seconds=75.0)
    bar.show_status("Processing <script>hostile=1</script>", 75.0)
    bars.append(bar)


def error_of_a_missing_dataset() -> object:
    return ap.read_alphacast(999999)


def error_of_a_hostile_name() -> object:
    return ap.read_alphacast(_hostile_dataset(), select=[NAME[1:], "text </style>"])


def error_of_a_frame_that_cannot_be_pushed() -> object:
    frame = _prices()
    frame.loc[3, "Date"] = pd.NaT
    return pd.concat([frame, frame]).alphacast.push(_prices_dataset())


def script() -> object:
    """Scripts of a trusted notebook run, and so would those in the displays."""
    return HTML("<p>A script</p><script>window.trusted = 1</script>")


def _texts_of_a_record(name: str) -> Callable[[], None]:
    def show() -> None:
        for text in ("Consumer prices", HOSTILE):
            thing = RECORDS[name](text)
            shown.add(type(thing))
            display(thing)

    return show


def kinds_shown() -> list[str]:
    """The classes of ours that were shown."""
    return sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in shown)


def displays() -> dict[str, Callable[[], Any]]:
    """All of them by name, in the order in which the notebook has them."""
    here = {
        name: make
        for name, make in globals().items()
        if callable(make) and getattr(make, "__module__", "") == __name__
        if not name.startswith("_") and name not in {"displays", "show", "kinds_shown"}
    }
    return here | {name.replace(" ", "_"): _texts_of_a_record(name) for name in RECORDS}


def show(name: str) -> Any:
    """Return one of them, and note of which classes it was."""
    thing = displays()[name]()
    shown.update(
        {type(thing)}, {type(each) for each in thing} if isinstance(thing, Records) else ()
    )
    return thing
