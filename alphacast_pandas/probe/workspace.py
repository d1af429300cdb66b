"""The throw-away repository of a probe: made, marked, filled with datasets, deleted."""

from __future__ import annotations

import gzip
import io
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.identifiers import data_path, dataset_path
from alphacast_pandas.api.multipart import UploadFlags, upload_form
from alphacast_pandas.api.responses import check_not_quota_notice
from alphacast_pandas.errors import (
    AlphacastError,
    APIError,
    DecodeError,
    NotFoundError,
    ProcessError,
)
from alphacast_pandas.probe.answers import check_success, parse_id, parse_object, parse_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.processes import Process
    from alphacast_pandas.api.records import Repository
    from alphacast_pandas.api.responses import RawAnswer
    from alphacast_pandas.probe.answers import Rows

_PREFIX = "alphacast-pandas probe "
_NAME = re.compile(rf"{_PREFIX}probe[0-9a-f]{{8}}")
NAMES = f"{_PREFIX}..."
DESCRIPTION = (
    "Made by `alphacast-pandas probe` or its tests for their experiments, and deleted by them. "
    "Whatever is in it may be deleted."
)
_SECONDS = 120.0  # that a process may take

Entry = dict[str, Any]
DATE: Entry = {
    "sourceName": "Date",
    "dataType": "Date",
    "isEntity": True,
    "dateFormat": "%Y-%m-%d",
}
CITY: Entry = {"sourceName": "city", "dataType": "String", "isEntity": True}


@dataclass
class Workspace:
    """
    A private repository with a name and a description of its own, which is deleted at the end.

    `mark` is a word in all its names. `refusal` is why there is no repository. `outside` are names
    of datasets that may have been made outside of it, `made_up_keys` the sources for which a
    made-up key may be stored.
    """

    client: Client
    mark: str = field(default_factory=lambda: f"probe{secrets.token_hex(4)}")
    repository: int | None = None
    refusal: AlphacastError | None = None
    created_status: int | None = None
    datasets: dict[str, int] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    made_up_keys: list[str] = field(default_factory=list)
    _is_requested: bool = False
    _panel: int | AlphacastError | None = None

    @property
    def name(self) -> str:
        """The name of the repository."""
        return f"{_PREFIX}{self.mark}"

    def make(self) -> None:
        """Make the repository, or note why it could not be made."""
        self._is_requested = True
        fields = {"name": self.name, "privacy": "Private", "description": DESCRIPTION}
        try:
            answer = check_success(self.send("POST", "/repositories", json=fields))
            self.created_status = answer.status
            self.repository = parse_id(answer)
        except AlphacastError as error:
            self.refusal = error

    def remove(self, show: Callable[[str], None]) -> None:
        """Delete all that was made; say what is left if that fails or is interrupted twice."""
        for is_last in (False, True):
            try:
                self._delete_everything()
            except KeyboardInterrupt:
                if is_last:
                    show(self._left("The deletion was interrupted."))
                    raise
                show("Interrupted again; the repository is being deleted.")
            except AlphacastError as error:
                if is_last:
                    show(self._left(str(error)))
            else:
                return

    def _left(self, why: str) -> str:
        """Return what may be left, and what to do about it."""
        left = []
        if self._is_requested:
            number = f" (number {self.repository})" if self.repository else ""
            left.append(
                f"The repository {self.name!r}{number}, which the next `alphacast-pandas probe` "
                "removes."
            )
        left += [f"The dataset {name!r} in Home; delete it there." for name in self.outside]
        left += [
            f"A made-up key; delete it with client.user_keys.delete({slug!r})."
            for slug in self.made_up_keys
        ]
        return f"Not everything could be deleted: {why} What may be left: {' '.join(left)}"

    def _delete_everything(self) -> None:
        """Delete what can be deleted; raise the first error only then."""
        errors = []
        for delete in (self._delete_repository, self.delete_outside, self.delete_keys):
            try:
                delete()
            except AlphacastError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _delete_repository(self) -> None:
        if not self._is_requested:
            return
        if self.repository is None:  # an answer that was lost may have been a success
            self.repository = self._listed_repository()
            if self.repository is None and self.created_status is not None:
                msg = "The repository was made, and it is not listed."
                raise APIError(msg)
        if self.repository is not None:
            with suppress(NotFoundError):
                self.client.repositories.delete(self.repository)
            _check_gone("repository", self._listed_repository())
        self._is_requested = False

    def _listed_repository(self) -> int | None:
        listed = self.client.repositories.list()
        return next((each.id for each in listed if each.name == self.name), None)

    def delete_outside(self) -> None:
        """Delete the datasets outside of the repository."""
        while self.outside:
            name = self.outside[-1]
            for number in self._listed_outside(name):
                self.client.datasets.delete(number)
            _check_gone("dataset", *self._listed_outside(name))
            self.outside.pop()

    def _listed_outside(self, name: str) -> list[int]:
        return [each.id for each in self.client.datasets.list() if each.name == name]

    def delete_keys(self) -> None:
        """Delete the made-up keys."""
        while self.made_up_keys:
            slug = self.made_up_keys[-1]
            with suppress(NotFoundError):
                self.client.user_keys.delete(slug)
            _check_gone("key for", *({slug.casefold()} & self.slugs_with_key()))
            self.made_up_keys.pop()

    def slugs_with_key(self) -> set[str]:
        """Return the sources that a key is stored for; raise if the list does not name them."""
        slugs = [key.slug for key in self.client.user_keys.list()]
        if None in slugs:
            msg = "The list of keys does not say which sources they are for."
            raise DecodeError(msg)
        return {str(slug).casefold() for slug in slugs}

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> RawAnswer:
        """Return the answer to a read, whatever its status; a notice in its place is raised."""
        transport = self.client._connection.transport
        answer = transport.exchange(method, path, params=params, headers=headers)
        head, _, rest = answer.body.partition(b"\n")
        if answer.status == 200:
            check_not_quota_notice([head.decode("utf-8-sig", "replace")], rest)
        return answer

    def send(
        self, method: str, path: str, *, json: Any = None, secrets: tuple[str, ...] = ()
    ) -> RawAnswer:
        """Return the answer to a change, whatever its status."""
        transport = self.client._connection.transport
        return transport.exchange(method, path, json=json, secrets=secrets)

    def follow(self, answer: RawAnswer, *, headers: Mapping[str, str] | None = None) -> RawAnswer:
        """Return the answer of the storage that a redirect leads to."""
        return self.client._connection.transport.follow(answer, headers=headers)

    def data(self, dataset: int, **query: object) -> RawAnswer:
        """Return the answer to a download; `top=1` is ``$top=1``."""
        return self.get(data_path(dataset), {f"${name}": value for name, value in query.items()})

    def rows(self, dataset: int, **query: object) -> Rows:
        """Return the rows of a download, from storage if it redirects; raise for a refusal."""
        answer = self.data(dataset, **query)
        if 300 <= answer.status < 400:
            answer = self.follow(answer)
        return parse_rows(check_success(answer))

    def record(self, dataset: int) -> Entry:
        """Return what the service tells of a dataset."""
        return parse_object(check_success(self.get(dataset_path(dataset))))

    def pause(self, seconds: float) -> None:
        """Wait."""
        self.client._connection.clock.sleep(seconds)

    def new_dataset(self, label: str) -> int:
        """Make a dataset in the repository; return its id."""
        return parse_id(check_success(self.create(label)))

    def create(self, label: str) -> RawAnswer:
        """Return the answer to the creation of a dataset in the repository."""
        fields = {"name": f"{self.mark} {label}", "repositoryId": self.repository}
        answer = self.send("POST", "/datasets", json=fields)
        if answer.status < 300:
            self.datasets[label] = parse_id(answer)
        return answer

    def upload(
        self,
        dataset: int,
        text: str,
        manifest: Sequence[Entry] | None = None,
        *,
        flags: UploadFlags | None = None,
        is_packed: bool = False,
    ) -> RawAnswer:
        """Return the answer to an upload."""
        body = gzip.compress(text.encode()) if is_packed else text.encode()
        return self.client._connection.transport.exchange(
            "PUT",
            data_path(dataset),
            params=(flags or UploadFlags()).to_params(),
            content=upload_form(io.BytesIO(body), manifest),
        )

    def process_of(self, dataset: int, answer: RawAnswer) -> int:
        """Return the id of the process that an upload has started."""
        started = parse_object(answer) if answer.body.strip() else {}
        if isinstance(started.get("id"), int):
            return int(started["id"])
        listed = self.client.datasets.processes(dataset)
        if not listed:
            msg = "The answer to an upload names no process, and the list of processes is empty."
            raise DecodeError(msg)
        return listed[0].id

    def wait_for_end(self, dataset: int, answer: RawAnswer) -> Process:
        """Return the process of an upload as it ended, well or badly."""
        process = self.client.datasets.process(
            dataset, self.process_of(dataset, check_success(answer))
        )
        try:
            return process.wait(timeout=_SECONDS)
        except ProcessError as error:
            if error.process is None or not error.process.failed:
                raise
        return self.client.datasets.process(dataset, process.id)

    def wait_for_success(self, dataset: int, answer: RawAnswer) -> Process:
        """Return the process of an upload as it ended, and raise if it failed."""
        process = self.wait_for_end(dataset, answer)
        if process.failed:
            msg = f"The upload of the experiment failed: {process.description}"
            raise ProcessError(msg, process=process)
        return process

    def store(
        self,
        dataset: int,
        text: str,
        manifest: Sequence[Entry] | None = None,
        *,
        flags: UploadFlags | None = None,
    ) -> Process:
        """Upload rows, wait until they are stored, and raise if they are not."""
        return self.wait_for_success(dataset, self.upload(dataset, text, manifest, flags=flags))

    def panel(self) -> int:
        """Return the dataset that most questions about reading are asked of."""
        if self._panel is None:
            try:
                dataset = self.new_dataset("panel")
                self.store(dataset, PANEL, PANEL_MANIFEST)
                self._panel = dataset
            except AlphacastError as error:
                self._panel = error
        if isinstance(self._panel, AlphacastError):
            raise self._panel
        return self._panel


_LONG_TEXT = "A remark of two thousand characters. " * 55
PANEL = f"""Date,city,label,amount,"one, two",remark
2024-01-04,bbb,bbb,4,40,
2024-01-01,aaa,aaa,1,10,{_LONG_TEXT}
2024-01-03,ááá,ááá,,30,
2024-01-02,AAA,AAA,2,20,
2024-01-04,ccc,it's,5,50,
2024-01-04,ddd,ddd,6,60,
"""
PANEL_MANIFEST: list[Entry] = [
    DATE,
    CITY,
    {"sourceName": "label", "dataType": "String", "isEntity": False},
    {"sourceName": "amount", "dataType": "Decimal", "isEntity": False},
    {"sourceName": "one, two", "dataType": "Decimal", "isEntity": False},
    {"sourceName": "remark", "dataType": "String", "isEntity": False},
]
PANEL_ROWS = 6


def _check_gone(kind: str, *left: object) -> None:
    """Raise if what was deleted is still listed; an answer of success may come from a proxy."""
    for number in left:
        if number is not None:
            msg = f"The {kind} {number} was deleted, and is listed all the same."
            raise APIError(msg)


def find_leftovers(client: Client) -> list[Repository]:
    """Return the repositories of earlier probes, known by both name and description."""
    named = [each for each in client.repositories.list() if _NAME.fullmatch(each.name)]
    whole = [each if each.description else client.repositories.get(each.id) for each in named]
    return [each for each in whole if each.description == DESCRIPTION]
