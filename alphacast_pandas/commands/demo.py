"""The command ``demo``: pushes and reads real data against a local service."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

import alphacast_pandas as ap
from alphacast_pandas.commands.command import Command
from alphacast_pandas.commands.output import print_lines

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

_SEEDS = ("emulator", "seeds")  # folders of the package


@dataclass
class Demonstration:
    """The steps of the demonstration, and the numbers of what they create."""

    client: ap.Client
    world: pd.DataFrame
    macro: pd.DataFrame
    repository_id: int = 0
    world_id: int = 0
    macro_id: int = 0
    failures: list[str] = field(default_factory=list)

    def create(self) -> Any:
        """Create a repository and a dataset in it."""
        repository = self.client.repositories.create("Demonstration data", privacy="Private")
        self.repository_id = repository.id
        dataset = self.client.datasets.create("World", repository_id=repository.id)
        self.world_id = dataset.id
        self.check("the dataset is in its repository", dataset.repository_id == repository.id)
        return dataset

    def push(self) -> Any:
        """Push a panel of 142 countries: check, gzip CSV, upload, follow the process."""
        result = self.world.alphacast.push(self.world_id, entities="country", client=self.client)
        self.check("every value is accounted for", result.inserted == 5 * len(self.world))
        return result

    def push_by_name(self) -> Any:
        """Push quarterly US data by name: the dataset is created on the way."""
        result = self.macro.alphacast.push(
            name="United States", repository="Demonstration data", client=self.client
        )
        self.macro_id = result.dataset_id
        self.check("the service says so", result.status.casefold() in {"processed", "completed"})
        return result

    def read(self) -> Any:
        """Read all of it back: equal to what was pushed, bit for bit, Namibia's NA included."""
        frame = ap.read_alphacast(self.world_id, client=self.client)
        self.check("what comes back is what went in", frame.equals(self.world))
        self.check("Namibia is still NA", "NA" in set(frame["iso_alpha2"]))
        return frame

    def filter(self) -> Any:
        """Filter: only the rows asked for cross the network."""
        wanted = ["Argentina", "Brazil"]
        frame = ap.read_alphacast(
            self.world_id, filter={"country": wanted}, start="1990", end="2002", client=self.client
        )
        world = self.world
        mask = world["country"].isin(wanted) & world["Date"].dt.year.between(1990, 2002)
        self.check("pandas finds the same", frame.equals(world[mask].reset_index(drop=True)))
        return frame

    def select(self) -> Any:
        """Select columns, with the date and the country as index."""
        frame = ap.read_alphacast(
            self.world_id, select=["life_expectancy"], index=True, client=self.client
        )
        self.check("one column is left", [*frame.columns] == ["life_expectancy"])
        return frame

    def last(self) -> Any:
        """Read the last four quarters."""
        frame = ap.read_alphacast(
            self.macro_id, select=["realgdp", "unemp"], last=4, client=self.client
        )
        expected = self.macro.tail(4)["realgdp"].tolist()
        self.check("they are the last four", frame["realgdp"].tolist() == expected)
        return frame

    def revise(self) -> Any:
        """Revise two figures: upsert updates them and keeps everything else."""
        revision = self.macro.tail(2)[["Date", "country", "unemp"]].copy()
        revision["unemp"] += 0.1
        result = revision.alphacast.push(self.macro_id, mode="upsert", client=self.client)
        frame = ap.read_alphacast(self.macro_id, last=2, client=self.client)
        self.check("both are revised", frame["unemp"].tolist() == revision["unemp"].tolist())
        self.check(
            "nothing else moved",
            len(ap.read_alphacast(self.macro_id, client=self.client)) == len(self.macro),
        )
        return result

    def refuse(self) -> Any:
        """Push a mistake: it is explained before anything is sent."""
        twice = pd.concat([self.macro.tail(1), self.macro.tail(1)])
        try:
            twice.alphacast.push(self.macro_id, client=self.client)
        except ap.ValidationError as error:
            return error
        self.check("a repeated key is refused", holds=False)
        return None

    def check(self, what: str, holds: bool) -> None:  # noqa: FBT001 - reads as a sentence at the call
        """Print whether a check passed, and keep the failures."""
        print_lines([f"  {'ok' if holds else 'FAILED'}: {what}"])
        if not holds:
            self.failures.append(what)


def run(demonstration: Demonstration) -> int:
    """Run all steps and print what they give; return 1 if a check failed."""
    steps = (
        demonstration.create,
        demonstration.push,
        demonstration.push_by_name,
        demonstration.read,
        demonstration.filter,
        demonstration.select,
        demonstration.last,
        demonstration.revise,
        demonstration.refuse,
    )
    start = time.perf_counter()
    for number, step in enumerate(steps, 1):
        _run_step(number, step)
    failures = demonstration.failures
    seconds = time.perf_counter() - start
    outcome = f"Failed: {'; '.join(failures)}" if failures else "Everything held."
    print_lines([f"{len(steps)} steps in {seconds:.1f} seconds. {outcome}"])
    return 1 if failures else 0


def seed(name: str) -> pd.DataFrame:
    """Return one of the files that the package ships, at the types of its columns."""
    from importlib import resources

    folder = resources.files("alphacast_pandas").joinpath(*_SEEDS)
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    texts = next(
        [*entry["entities"], *entry["text"]] for entry in index if entry["file"] == f"{name}.csv"
    )
    with (folder / f"{name}.csv").open("rb") as file:
        # As text first: pandas before 3.1 rounds some doubles when it parses them itself.
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    numbers = [column for column in frame.columns if column not in {"Date", *texts}]
    return frame.assign(Date=pd.to_datetime(frame["Date"])).astype(
        dict.fromkeys(numbers, "float64")
    )


def _run_step(number: int, step: Callable[[], Any]) -> None:
    print_lines([f"{number}. {step.__doc__}"])
    start = time.perf_counter()
    outcome = step()
    seconds = time.perf_counter() - start
    is_frame = isinstance(outcome, pd.DataFrame)
    text = outcome.to_string(max_rows=6) if is_frame else str(outcome)
    print_lines([*(f"  {line}" for line in text.splitlines()), f"  ({seconds:.2f} s)", ""])


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the demonstration is always the same."""


def _run(_: argparse.Namespace) -> int:
    from alphacast_pandas.emulator import Emulator

    with Emulator() as emulator, ap.Client(emulator.api_key, base_url=emulator.url) as client:
        local = f"A local Alphacast listens on {emulator.url}; no key and no network are needed."
        print_lines([local, ""])
        return run(Demonstration(client, seed("world_development"), seed("us_macro_quarterly")))


DEMO = Command(
    description="Push and read real data against a local Alphacast: no key, no network.",
    examples="  alphacast-pandas demo",
    add_arguments=_add_arguments,
    run=_run,
)
