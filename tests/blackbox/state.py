"""Everything one service knows: switches, log, faults, repositories and datasets."""

import itertools
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blackbox.exchange import Fault, Reply, Request
from blackbox.language import Cell
from blackbox.store import Column, Dataset, Json
from blackbox.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

Definition = tuple[str, str, bool]  # name, data type, entity
Point = tuple[str, float | None]  # day, value


@dataclass(frozen=True)
class Series:
    """One series of an upstream source."""

    id: str
    label: str
    points: list[Point]
    units: str = "Index"


@dataclass(frozen=True)
class Provider:
    """One upstream source."""

    slug: str
    name: str
    needs_key: bool = False
    series: dict[str, Series] = field(default_factory=dict)


class State:
    """What all ports share."""

    def __init__(self, key: str) -> None:
        self.key, self.keys = key, {key}
        self.switches = Switches()
        self.log: list[Request] = []
        self.crashes: list[str] = []
        self.faults: list[Fault] = []
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.url = self.storage_url = self.search_url = ""
        self.connections: Callable[[], int] = lambda: 0
        self.ids = itertools.count(101)
        self.repositories: dict[int, Json] = {}
        self.datasets: dict[int, Dataset] = {}
        self.foreign: set[int] = set()  # repositories of others: only search finds what they hold
        self.providers: dict[str, Provider] = {}
        self.paid: set[str] = set()  # providers beyond the plan
        self.user_keys: dict[str, str] = {}
        self.signed: dict[str, bytes] = {}
        self.home = self.add_repository("Home")

    def due(self, line: str) -> Fault | None:
        """Return the first fault ordered for this request."""
        with self.lock:
            return next((fault for fault in self.faults if fault.wanted(line)), None)

    def order(self, pattern: str, **how: Any) -> None:
        """Order a fault; `pattern` is searched in `api: GET /path`, `storage: ...`, `web: ...`."""
        self.faults.append(Fault(pattern, **how))

    def order_reply(
        self, pattern: str, status: int, body: bytes = b"", times: int = 1, **headers: str
    ) -> None:
        """Order one answer instead of the honest one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = Reply(status, body, {"Content-Type": "text/plain", **named})
        self.order(pattern, times=times, reply=reply)

    def add_repository(self, name: str, **facts: Any) -> int:
        """Add a repository, return its id."""
        number = next(self.ids)
        base = {"description": None, "privacy": "Private", "team": None, "permission": "Owner"}
        self.repositories[number] = {"id": number, "name": name, **base, **facts}
        return number

    def add_dataset(
        self, name: str, definitions: list[Definition] | None = None, repository: int | None = None
    ) -> Dataset:
        """Add a dataset; with definitions it has a manifest."""
        number = next(self.ids)
        dataset = Dataset(number, name, self.home if repository is None else repository)
        self.datasets[number] = dataset
        if definitions is not None:
            dataset.columns = [Column(*definition) for definition in definitions]
            dataset.manifest = [full_entry(column) for column in dataset.columns]
        return dataset

    def seed(
        self, definitions: list[Definition], rows: list[tuple[Cell, ...]], name: str = "Seed"
    ) -> Dataset:
        """Add a dataset with rows."""
        dataset = self.add_dataset(name, definitions)
        names = [definition[0] for definition in definitions]
        for row in rows:
            cells = dict(zip(names, row, strict=True))
            dataset.rows[dataset.key_of(cells)] = cells
        return dataset

    def add_provider(
        self, slug: str, name: str, series: list[Series], *, needs_key: bool = False
    ) -> Provider:
        """Add an upstream source."""
        added = Provider(slug, name, needs_key, {each.id: each for each in series})
        self.providers[slug] = added
        return added

    def can(self, text: str | bytes, definitions: list[Definition]) -> Dataset:
        """Add a dataset that serves `text` whatever is asked."""
        dataset = self.add_dataset("Canned", definitions)
        dataset.canned = text.encode() if isinstance(text, str) else text
        return dataset

    def requests(self, pattern: str) -> list[Request]:
        """Return the logged requests whose `port: VERB /path` matches."""
        return [r for r in self.log if re.search(pattern, f"{r.port}: {r.line}")]

    def data_requests(self) -> list[Request]:
        """Return the requests for rows."""
        return self.requests(r"api: GET /datasets/\d+/data$")

    def queries(self) -> list[Request]:
        """Return the requests for rows but those that only look at the header."""
        look = [{"$top": "1"}, {"$top": "1", "$format": "csv"}]
        return [request for request in self.data_requests() if request.params not in look]

    def uploads(self) -> list[Request]:
        """Return the requests that carry a file."""
        return self.requests(r"api: PUT /datasets/\d+/data$")


def full_entry(column: Column) -> Json:
    """Return a column as a complete manifest entry."""
    entry: Json = {"sourceName": column.name, "dataType": column.kind, "isEntity": column.entity}
    return {**entry, "dateFormat": "%Y-%m-%d"} if column.kind == "Date" else entry
