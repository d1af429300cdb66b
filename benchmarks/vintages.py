"""A year of daily looks at many datasets: the size of the store, and how long reads of it take."""

from __future__ import annotations

import argparse
import datetime
import io
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import parquet

import alphacast_pandas as ap
from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.history.recording import look_before, record_content, record_same
from alphacast_pandas.vintage_store.blocks import LARGEST_BLOCK
from alphacast_pandas.vintage_store.records import Look
from alphacast_pandas.vintage_store.store import open_store, plan_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.vintage_store.store import DatasetFolder

_BASE_URL = "https://api.alphacast.io"
_FIRST = datetime.datetime(2024, 1, 1, 6, tzinfo=datetime.UTC)
_NOW = datetime.datetime(2025, 12, 31, tzinfo=datetime.UTC)
_VALUES = 4  # columns
_SHARE_REBASED = 0.2  # of the datasets, once a year: every value changes
_READS = 3


@dataclass
class Simulated:
    """One dataset: a panel that grows by one date at each release, with revisions of late ones."""

    number: int
    is_daily: bool
    entities: np.ndarray
    dates: np.ndarray
    values: np.ndarray  # date, entity, column
    rebased_on: int | None
    random: np.random.Generator

    def advance(self, day: int) -> bool:
        """Bring the dataset to this day; tell whether anything has changed."""
        weekday = (_FIRST + datetime.timedelta(days=day)).weekday()
        is_release = weekday < 5 if self.is_daily else self.random.random() < 1.5 / 30
        if day == self.rebased_on:
            self.values = np.round(self.values * 1.0173, 3)
        elif not is_release:
            return False
        else:
            self._release()
        return True

    def _release(self) -> None:
        """Append a date, and revise a share of the values of the last ones."""
        late = self.values[-6:]
        is_revised = (
            self.random.random(late.shape) < np.linspace(0.02, 0.4, len(late))[:, None, None]
        )
        late[is_revised] = np.round(late[is_revised] * 1.003, 3)
        grown = np.round(self.values[-1:] * self.random.normal(1.002, 0.01, late[:1].shape), 3)
        self.values = np.concatenate([self.values, grown])
        step = self.dates[-1] - self.dates[-2]
        self.dates = np.append(self.dates, self.dates[-1] + step)

    def table(self) -> pa.Table:
        """Return the rows, by date."""
        periods, entities, columns = self.values.shape
        flat = self.values.reshape(-1, columns)
        return pa.table(
            {
                "Date": np.repeat(self.dates, entities),
                "country": pa.array(np.tile(self.entities, periods), pa.string()),
                **{f"value {n}": flat[:, n] for n in range(columns)},
            }
        )


DEFINITIONS = Definitions(
    (
        Column("Date", "Date", is_entity=True),
        Column("country", "String", is_entity=True),
        *(Column(f"value {n}", "Decimal") for n in range(_VALUES)),
    ),
    complete=True,
)


def simulate(number: int, rows: int, *, is_daily: bool) -> Simulated:
    """Return a dataset with about so many rows."""
    random = np.random.default_rng(number)
    entities = int(random.integers(100, 300)) if is_daily else int(random.integers(1, 12))
    periods = max(12, rows // entities)
    days = 1 if is_daily else 30
    last = np.datetime64("2023-12-31T00:00:00", "us")
    dates = last - np.arange(periods)[::-1] * np.timedelta64(days, "D")
    walk = random.normal(0, 0.5, (periods, entities, _VALUES)).cumsum(axis=0)
    values = np.round(100 + walk, 3)
    values[random.random(values.shape) < 0.05] = np.nan
    rebased_on = int(random.integers(365)) if random.random() < _SHARE_REBASED else None
    names = np.array([f"Country {n}" for n in range(entities)])
    return Simulated(number, is_daily, names, dates, values, rebased_on, random)


def look(folder: DatasetFolder, dataset: Simulated, day: int, largest_block: int) -> int:
    """Look at a dataset on one day; return the bytes that a full snapshot of it takes."""
    began = _FIRST + datetime.timedelta(days=day)
    before = look_before(folder, began)
    is_changed = dataset.advance(day)
    if before is not None and before.record is not None and not is_changed:
        record_same(folder, began, before.record, _NOW)
        return 0
    table = dataset.table()
    planned = plan_content(table, DEFINITIONS, largest_block=largest_block)
    record_content(folder, began, planned, Look(name=f"Dataset {dataset.number}"), _NOW)
    return snapshot_bytes(table) if day % 30 == 0 else -1


def snapshot_bytes(table: pa.Table) -> int:
    """Return the bytes of the whole dataset as one Parquet file."""
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return len(sink.getvalue())


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """Return how long some work takes, the fastest of several times."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> None:
    """Simulate and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vintages", description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--small", type=int, default=42, help="datasets of 100 to 5,000 rows")
    parser.add_argument(
        "--large", type=int, default=8, help="datasets of 100,000 to 1,000,000 rows"
    )
    parser.add_argument("--block", type=int, default=LARGEST_BLOCK, help="most rows of a block")
    options = parser.parse_args()
    random = np.random.default_rng(0)
    small = [
        simulate(n + 1, int(100 * 50 ** random.random()), is_daily=False)
        for n in range(options.small)
    ]
    large = [
        simulate(n + 1001, int(1e5 * 10 ** random.random()), is_daily=True)
        for n in range(options.large)
    ]
    with tempfile.TemporaryDirectory(prefix="alphacast-vintages-") as place:
        store = open_store(place)
        store.prepare()
        taken, snapshots = 0.0, 0
        for dataset in (*small, *large):
            folder = store.dataset(_BASE_URL, dataset.number)
            size = 0
            for day in range(options.days):
                start = time.perf_counter()
                found = look(folder, dataset, day, options.block)
                taken += time.perf_counter() - start
                size = found if found > 0 else size
                snapshots += size if found else 0
        report(Path(place), small, large, taken / options.days, snapshots)


def report(
    place: Path, small: list[Simulated], large: list[Simulated], day: float, snapshots: int
) -> None:
    """Print what the store takes and what reads of it take."""
    files = [path.stat().st_size for path in place.rglob("*") if path.is_file()]
    rows = sum(each.values.shape[0] * each.values.shape[1] for each in (*small, *large))
    print(f"{len(small)} small and {len(large)} large datasets, {rows:,} rows at the end")
    print(f"{'full snapshots (Parquet, zstd)':<34} {snapshots / 1e6:10,.0f} MB")
    print(f"{'store':<34} {sum(files) / 1e6:10,.0f} MB in {len(files):,} files")
    print(f"{'a day of looks, without requests':<34} {day:10.2f} s")
    middle = _FIRST + datetime.timedelta(days=180)
    for title, datasets in (("small", small), ("large", large)):
        if not datasets:
            continue
        numbers = [each.number for each in datasets]
        reads = [
            seconds(partial(ap.read_alphacast, n, as_of=middle, store=place), _READS)
            for n in numbers
        ]
        print(f"{f'as_of read, {title}, mean':<34} {np.mean(reads):10.4f} s")
        lists = [seconds(partial(ap.vintages, n, store=place)) for n in numbers]
        print(f"{f'vintages, {title}, mean':<34} {np.mean(lists):10.4f} s")
        found = sum(seconds(partial(ap.revisions, n, store=place)) for n in numbers)
        print(f"{f'revisions, {title}, all of them':<34} {found:10.2f} s")
        first = seconds(partial(ap.releases, numbers[0], store=place))
        print(f"{f'releases(0), one {title}':<34} {first:10.2f} s")


if __name__ == "__main__":
    main()
