"""The plan of a push: the dataset it goes to, the checked frame, and what the service is told."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.discovery import fetch_target
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.api.multipart import UploadFlags
from alphacast_pandas.api.settings import resolve_progress
from alphacast_pandas.difference.modes import MODES, Mode
from alphacast_pandas.errors import QueryError
from alphacast_pandas.writing.check_frame import CheckedFrame, FrameOptions, check_frame
from alphacast_pandas.writing.manifest import (
    Manifest,
    describe_changed_roles,
    header_names,
    needed_manifest,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import numpy as np
    import pandas as pd

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.clock import Clock
    from alphacast_pandas.api.definitions import Definitions


@dataclass(frozen=True)
class Target:
    """A dataset, or the name and the repository to create one in, which may be missing too."""

    dataset_id: int | None = None
    name: str = ""
    repository_id: int | None = None
    repository_name: str = ""


@dataclass(frozen=True, eq=False)
class Plan:
    """A push that could begin; `definitions` are None for a dataset that does not exist."""

    client: Client
    target: Target
    definitions: Definitions | None
    checked: CheckedFrame
    mode: Mode
    accept_new_columns: bool
    progress: bool | None
    started_at: float

    @property
    def dataset_id(self) -> int | None:
        """The dataset, None if it is to be created."""
        return self.target.dataset_id

    @property
    def is_first(self) -> bool:
        """Whether the dataset holds nothing yet."""
        return self.definitions is None or self.definitions.is_fresh

    @property
    def frame(self) -> pd.DataFrame:
        """The rows to send."""
        return self.checked.frame

    def select_rows(self, positions: np.ndarray) -> Plan:
        """Return the plan of a push of some of the rows."""
        checked = replace(self.checked, frame=self.frame.iloc[positions])
        return replace(self, checked=checked)

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
        names = [*self.frame.columns]
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
        return (
            nullcontext()
            if dataset_id is None
            else self.client._connection.one_upload_at_a_time(dataset_id)
        )


def plan_push(
    df: pd.DataFrame,
    client: Client,
    dataset_id: int | str | None,
    *,
    name: str | None,
    repository: int | str | None,
    mode: Mode,
    options: FrameOptions,
    progress: bool | None,
) -> Plan:
    """Return the plan of a push, or raise for whatever is wrong with the frame."""
    started_at = (
        client._connection.clock.monotonic()
    )  # `seconds` of the result count what comes now too
    target = resolve_target(client, dataset_id, name, repository)
    definitions = fetch_definitions(client, target.dataset_id, df)
    return Plan(
        client=client,
        target=target,
        definitions=definitions,
        checked=check_frame(df, options, definitions),
        mode=mode,
        accept_new_columns=bool(options.accept_new_columns),
        progress=resolve_progress(progress=progress),
        started_at=started_at,
    )


def check_mode(mode: Any) -> Mode:
    """Return the mode of this name."""
    if not isinstance(mode, str) or mode not in MODES:
        msg = f"mode must be one of {', '.join(map(repr, MODES))}, got {mode!r}."
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
    dataset_id: int | str | None,
    name: str | None,
    repository: int | str | None,
) -> Target:
    """Return the target of a push; nothing is created yet."""
    if dataset_id is not None:
        if name is not None or repository is not None:
            msg = "Pass either dataset_id, or name and repository."
            raise QueryError(msg)
        return Target(resolve_id(dataset_id))
    if not isinstance(name, str) or not name.strip():
        msg = "Say where to push to: push(5515), or push(name='Prices', repository='My data')."
        raise QueryError(msg)
    repository_id = _find_repository(client, repository)
    if repository_id is None:
        return Target(None, name, None, str(repository))
    dataset = client.datasets.find(name, repository_id)
    return Target(None if dataset is None else dataset.id, name, repository_id)


def create_missing(client: Client, target: Target) -> int:
    """Return the number of the dataset, after creating it and its repository if need be."""
    if target.dataset_id is not None:
        return target.dataset_id
    repository_id = target.repository_id
    if repository_id is None:
        repository_id = client.repositories.create(target.repository_name).id
    return client.datasets.create(target.name, repository_id=repository_id).id


def _find_repository(client: Client, repository: int | str | None) -> int | None:
    """Return the number of a repository, None if it is a name that no repository has."""
    if repository is None:
        return client.repositories.home().id
    if isinstance(repository, str) and "/" not in repository:
        if not repository.strip():
            msg = "repository is empty text; pass its name or its number."
            raise QueryError(msg)
        # A repository may be called "2024": the name counts before the number.
        found = client.repositories.find(repository)
        if found is not None:
            return found.id
        if not repository.strip().isdigit():
            return None
    return resolve_id(repository, "repository")
