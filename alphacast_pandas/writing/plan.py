"""The plan of a push: the dataset it goes to, the checked rows, and what the service is told."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.discovery import fetch_target
from alphacast_pandas.api.identifiers import is_name, label_of, resolve_dataset, resolve_id
from alphacast_pandas.api.multipart import UploadFlags
from alphacast_pandas.api.named import (
    check_name,
    list_records,
    near_misses,
    not_found,
    only_one,
)
from alphacast_pandas.api.retrying import watched_by
from alphacast_pandas.api.settings import resolve_progress
from alphacast_pandas.contracts.failures import short
from alphacast_pandas.difference.modes import MODES, Mode
from alphacast_pandas.errors import ConflictError, QueryError
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.options import check_flag
from alphacast_pandas.text import quoted, value_text
from alphacast_pandas.writing.check_files import CheckedFiles, check_files
from alphacast_pandas.writing.check_frame import CheckedFrame, FrameOptions, check_frame
from alphacast_pandas.writing.manifest import (
    Manifest,
    describe_changed_roles,
    header_names,
    needed_manifest,
)
from alphacast_pandas.writing.parquet_files import ParquetFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    import numpy as np
    import pandas as pd

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.clock import Clock
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.api.records import Dataset, Repository


_NOT_CREATED = ", and create=False makes none"


@dataclass(frozen=True)
class Target:
    """
    A dataset, or the name and the repository to create one in, which may be missing too.

    `create` is what the caller has said of that; `created` are the kinds of what was made. Names
    are None where nothing has told them.
    """

    dataset_id: int | None = None
    name: str | None = None
    repository_id: int | None = None
    repository_name: str | None = None
    create: bool | None = None
    created: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Plan:
    """A push that could begin; `definitions` are None for a dataset that does not exist."""

    client: Client
    target: Target
    definitions: Definitions | None
    checked: CheckedFrame | CheckedFiles
    mode: Mode
    accept_new_columns: bool
    progress: bool | None
    started_at: float

    @property
    def dataset_id(self) -> int | None:
        """The dataset, None if it is to be created."""
        return self.target.dataset_id

    @property
    def name(self) -> str | None:
        """The name of the dataset, None if nothing has told it."""
        dataset = None if self.definitions is None else self.definitions.dataset
        return self.target.name or (dataset.name if dataset else None)

    @property
    def is_first(self) -> bool:
        """Whether the dataset holds nothing yet."""
        return self.definitions is None or self.definitions.is_fresh

    @property
    def frame(self) -> pd.DataFrame:
        """The rows to send, of a push that does not take them from files."""
        return self._checked_frame.frame

    def with_frame(self, frame: pd.DataFrame) -> Plan:
        """Return the plan of a push of other rows."""
        return replace(self, checked=replace(self._checked_frame, frame=frame))

    def select_rows(self, positions: np.ndarray) -> Plan:
        """Return the plan of a push of some of the rows."""
        return self.with_frame(self.frame.iloc[positions])

    @property
    def _checked_frame(self) -> CheckedFrame:
        if not isinstance(self.checked, CheckedFrame):  # pragma: no cover - refused before
            raise AssertionError  # noqa: TRY004 - ours, and not the caller's
        return self.checked

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of date and entities."""
        return self.checked.roles.keys

    @cached_property  # which the header depends on
    def manifest(self) -> Manifest | None:
        """What must be sent for the service to understand the file."""
        checked = self.checked
        return needed_manifest(checked.roles, checked.types, checked.date_format, self.definitions)

    @property
    def header(self) -> list[str]:
        """The names of the columns in the file."""
        names = self.checked.columns
        return header_names(names, self.definitions, replaced=self.manifest is not None)

    @property
    def flags(self) -> UploadFlags:
        """What the service is told to do with the rows that are there."""
        return UploadFlags(self.mode.deletes, self.mode.updates, self.accept_new_columns)

    @property
    def changed_roles(self) -> str | None:
        """A sentence on how the dataset's key would change, None if it would not."""
        return describe_changed_roles(self.checked.roles, self.definitions)

    @property
    def clock(self) -> Clock:
        """The clock of the client."""
        return self.client._connection.clock

    def turn(self, dataset_id: int | None) -> AbstractContextManager[None]:
        """Hold back other uploads of this client to a dataset; one to be created has none."""
        if dataset_id is None:
            return nullcontext()
        return self.client._connection.one_upload_at_a_time(dataset_id)


def plan_push(
    rows: pd.DataFrame | ParquetFiles,
    client: Client,
    dataset_id: Id | None,
    *,
    name: str | None,
    repository: Id | None,
    create: bool | None,
    mode: Mode,
    options: FrameOptions,
    progress: bool | None,
) -> Plan:
    """Return the plan of a push, or raise for whatever is wrong with its rows."""
    started_at = client._connection.clock.monotonic()
    progress = resolve_progress(progress=progress)
    check_place(dataset_id, name)
    place = label_of(dataset_id) if name is None else quoted(str(name))
    meter = Meter(f"Checking against {place}", progress=progress, clock=client._connection.clock)
    with meter, watched_by(meter):
        target = resolve_target(client, dataset_id, name, repository, create=create)
        df = rows.empty_frame if isinstance(rows, ParquetFiles) else rows
        definitions = fetch_definitions(client, target.dataset_id, df)
    return Plan(
        client=client,
        target=target,
        definitions=definitions,
        checked=check_files(rows, options, definitions, client, progress=progress)
        if isinstance(rows, ParquetFiles)
        else check_frame(rows, options, definitions),
        mode=mode,
        accept_new_columns=check_flag(options.accept_new_columns, "accept_new_columns"),
        progress=progress,
        started_at=started_at,
    )


def check_place(dataset_id: Id | None, name: str | None) -> None:
    """Raise if nothing says where to push to."""
    if dataset_id is None and name is None:
        msg = "Say where to push to: push(5515), or push(name='Prices', repository='My data')."
        raise QueryError(msg)


def check_mode(mode: Any) -> Mode:
    """Return the mode of this name."""
    if not isinstance(mode, str) or mode not in MODES:
        msg = f"mode must be one of {', '.join(map(repr, MODES))}, got {value_text(mode)}."
        raise QueryError(msg)
    return MODES[mode]


def fetch_definitions(
    client: Client, dataset_id: int | None, df: pd.DataFrame
) -> Definitions | None:
    """Return what is known of the columns of a dataset, None if there is none."""
    if dataset_id is None:
        return None
    return fetch_target(client, dataset_id, [*df.index.names, *df.columns])


def resolve_target(
    client: Client,
    dataset_id: Id | None,
    name: str | None,
    repository: Id | None,
    *,
    create: Any,
) -> Target:
    """Return the target of a push, or raise if it would be created by mistake."""
    if dataset_id is not None:
        if name is not None or repository is not None:
            msg = "Pass either dataset_id, or name and repository."
            raise QueryError(msg)
        if create:
            msg = "create=True goes with name= and repository=; a dataset_id names one that exists."
            raise QueryError(msg)
        return Target(resolve_dataset(client, dataset_id))
    if not isinstance(name, str) or not name.strip():
        msg = f"name must be the name of a dataset, got {short(name)}."
        raise QueryError(msg)
    if not (create is None or isinstance(create, bool)):
        msg = f"create must be None, True or False, got {short(create)}."
        raise QueryError(msg)
    check_name(name, "dataset")
    target = _find_repository(client, repository, Target(None, name, create=create))
    if target.repository_id is None:
        return target
    return _find_dataset(client, target, is_place_given=repository is not None)


def _find_repository(client: Client, repository: Id | None, target: Target) -> Target:
    """Return the target with its repository, which is to be created if it has no number."""
    if repository is None:
        home = client.repositories.home()
        return replace(target, repository_id=home.id, repository_name=home.name)
    if is_name(repository):
        return _find_repository_by_name(client, repository, target)
    if isinstance(repository, str):
        # A repository may be called "2024": the name counts before the number.
        name = repository.strip()
        repository = only_one(client.repositories.list(), name, "repository") or repository
    record = client.repositories.get(resolve_id(repository, "repository"))
    return replace(target, repository_id=record.id, repository_name=record.name)


def _find_repository_by_name(client: Client, name: str, target: Target) -> Target:
    check_name(name, "repository")
    listed = client.repositories.list()
    found = only_one(listed, name, "repository")
    if found is not None:
        return replace(target, repository_id=found.id, repository_name=found.name)
    if target.create is False:
        raise not_found(name, "repository", listed, _NOT_CREATED)
    if target.create is None:
        _refuse_near_miss(name, "repository", near_misses(name, listed))
    return replace(target, repository_name=name)


def _find_dataset(client: Client, target: Target, *, is_place_given: bool) -> Target:
    """Return the target with its dataset, which is to be created if it has no number."""
    name, place = str(target.name), f" in repository {target.repository_name!r}"
    listed = client.datasets.list(target.repository_id)
    found = only_one(listed, name, "dataset")
    if found is not None:
        return replace(target, dataset_id=found.id)
    if target.create is False:
        raise not_found(name, "dataset", client.datasets.list(), f"{place}{_NOT_CREATED}")
    if target.create is None:
        near = near_misses(name, listed)
        elsewhere = []
        if near or not is_place_given:
            elsewhere = [each for each in client.datasets.list() if each.name == name]
        _refuse_near_miss(name, "dataset", near, place, elsewhere)
        if elsewhere:
            msg = (
                f"There is no dataset {name!r}{place}, where datasets go if no repository is "
                f"named, but elsewhere there is {list_records(elsewhere)}. Nothing was sent or "
                "created. Pass repository= or the number if that is meant, or create=True to make "
                "a new dataset."
            )
            raise QueryError(msg)
    return target


def _refuse_near_miss(
    name: str,
    what: str,
    near: Sequence[Dataset | Repository],
    place: str = "",
    elsewhere: Sequence[Dataset] = (),
) -> None:
    """Raise if there is something of nearly this name, so that a new one is probably not meant."""
    if not near:
        return
    same = f" Of exactly this name there is {list_records(elsewhere)}." if elsewhere else ""
    keyword = "name" if what == "dataset" else "repository"
    msg = (
        f"There is no {what} {name!r}{place}, but there is {list_records(near)}, whose name is "
        f"nearly the same. Nothing was sent or created.{same} Pass {keyword}={near[0].name!r} if "
        f"that is meant, or create=True to make a new {what}."
    )
    raise QueryError(msg)


def create_missing(client: Client, target: Target) -> Target:
    """
    Return the target with the number of the dataset, created with its repository if need be.

    Whatever is created is looked for once more before and after: other threads of this client wait
    meanwhile, and other programs do not know of each other.
    """
    if target.dataset_id is not None:
        return target
    with client._connection.one_creation_at_a_time():
        if target.repository_id is None:
            target = _create_repository(client, target)
        return _create_dataset(client, target)


def _create_repository(client: Client, target: Target) -> Target:
    """Return the target with the repository of its name, the first one if several were created."""
    name = str(target.repository_name)
    found = [each.id for each in client.repositories.list() if each.name == name]
    if found:
        return replace(target, repository_id=min(found))
    created = client.repositories.create(name).id
    first = min([each.id for each in client.repositories.list() if each.name == name] or [created])
    # All programs that created one at the same time go on with the first, and each removes its own.
    if first < created:
        if not client.datasets.list(created):
            client.repositories.delete(created)
        return replace(target, repository_id=first)
    return replace(target, repository_id=created, created=("repository",))


def _create_dataset(client: Client, target: Target) -> Target:
    """Return the target with a new dataset; raise if somebody else has just created it."""
    name, repository_id = str(target.name), target.repository_id
    if repository_id is None:  # pragma: no cover - the repository was created before
        raise AssertionError
    msg = (
        f"A dataset {name!r} was created in repository {repository_id} while this push was being "
        "prepared. Nothing was sent. Push again, so that the frame is checked against it."
    )
    if any(each.name == name for each in client.datasets.list(repository_id)):
        raise ConflictError(msg, retryable=True)
    try:
        created = client.datasets.create(name, repository_id=repository_id).id
    except ConflictError as error:
        raise ConflictError(msg, status_code=error.status_code, retryable=True) from error
    twins = [each.id for each in client.datasets.list(repository_id) if each.name == name]
    if min([*twins, created]) < created:
        client.datasets.delete(created)
        raise ConflictError(msg, retryable=True)
    return replace(target, dataset_id=created, created=(*target.created, "dataset"))
