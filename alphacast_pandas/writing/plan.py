"""The dataset a push goes to: a number, or a name in a repository, made when it is missing."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.discovery import fetch_target
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.api.settings import resolve_progress
from alphacast_pandas.difference.modes import MODES, Mode
from alphacast_pandas.errors import QueryError
from alphacast_pandas.writing.arrow import date_format
from alphacast_pandas.writing.check_frame import Checked, check_frame
from alphacast_pandas.writing.manifest import Manifest, changed_roles, needed_manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    import pandas as pd

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions


@dataclass(frozen=True)
class Target:
    """A dataset, or where and under which name to make one."""

    dataset_id: int | None = None
    name: str = ""
    repository_id: int | None = None
    repository_name: str = ""


def resolve_target(
    client: Client,
    dataset_id: int | str | None,
    name: str | None,
    repository: int | str | None,
) -> Target:
    """Return the target; nothing is created yet."""
    if dataset_id is not None:
        if name is not None or repository is not None:
            msg = "Give either dataset_id, or name and repository."
            raise QueryError(msg)
        return Target(resolve_id(dataset_id))
    if not isinstance(name, str) or not name.strip():
        msg = "Say where to push to: push(5515), or push(name='Prices', repository='My data')."
        raise QueryError(msg)
    place = _repository(client, repository)
    if place.repository_id is None:
        return Target(None, name, None, place.repository_name)
    found = client.datasets.find(name, place.repository_id)
    return Target(found.id if found else None, name, place.repository_id)


def create_missing(client: Client, target: Target) -> int:
    """Return the number of the dataset, after making it and its repository if need be."""
    if target.dataset_id is not None:
        return target.dataset_id
    repository_id = target.repository_id
    if repository_id is None:
        repository_id = client.repositories.create(target.repository_name).id
    return client.datasets.create(target.name, repository_id=repository_id).id


def _repository(client: Client, repository: int | str | None) -> Target:
    if repository is None:
        return Target(repository_id=client.repositories.home().id)
    if isinstance(repository, str) and "/" not in repository:
        if not repository.strip():
            msg = "repository is empty text; give its name or its number."
            raise QueryError(msg)
        found = client.repositories.find(repository)
        if found is not None:
            return Target(repository_id=found.id)
        if not repository.strip().isdigit():
            return Target(repository_name=repository)
    return Target(repository_id=resolve_id(repository, "repository"))


@dataclass(frozen=True, eq=False)
class Plan:
    """A push that could begin; `definitions` are None for a dataset that does not exist."""

    client: Client
    target: Target
    definitions: Definitions | None
    checked: Checked
    mode: Mode
    accept_new_columns: bool
    progress: bool | None
    begun: float

    @property
    def dataset_id(self) -> int | None:
        """The dataset, None if it is to be made."""
        return self.target.dataset_id

    @property
    def is_first(self) -> bool:
        """Whether the dataset holds nothing yet."""
        return self.definitions is None or self.definitions.is_fresh

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of date and entities."""
        return self.checked.roles.keys

    @cached_property
    def date_format(self) -> str:
        """How dates are written."""
        return date_format(self.checked.frame[self.checked.roles.date])

    @property
    def manifest(self) -> Manifest | None:
        """What must be sent for the service to understand the file."""
        checked = self.checked
        return needed_manifest(checked.roles, checked.types, self.date_format, self.definitions)

    @property
    def changed_roles(self) -> str | None:
        """How the roles differ from those of a dataset that holds rows, None if they do not."""
        return changed_roles(self.checked.roles, self.definitions)

    @property
    def flags(self) -> dict[str, bool]:
        """The flags of the upload, in the service's words."""
        return {
            "deleteMissingFromDB": self.mode.deletes,
            "onConflictUpdateDB": self.mode.updates,
            "acceptNewColumns": self.accept_new_columns,
        }


def plan_push(
    df: pd.DataFrame,
    client: Client,
    dataset_id: int | str | None,
    *,
    name: str | None,
    repository: int | str | None,
    mode: str,
    date: str | None,
    entities: str | Sequence[str] | None,
    schema: Any,
    accept_new_columns: bool,
    index: bool | None,
    progress: bool | None,
) -> Plan:
    """Return the plan of a push; whatever is wrong with the frame is said here."""
    chosen = check_mode(mode)
    begun = client._connection.clock.monotonic()
    target = resolve_target(client, dataset_id, name, repository)
    definitions = _definitions(df, client, target.dataset_id)
    shown = resolve_progress(progress=progress)
    checked = check_frame(
        df,
        index=index,
        date=date,
        entities=entities,
        schema=schema,
        definitions=definitions,
        accept_new_columns=accept_new_columns or definitions is None or definitions.is_fresh,
    )
    accepts = bool(accept_new_columns)
    return Plan(client, target, definitions, checked, chosen, accepts, shown, begun)


def plan_check(
    df: pd.DataFrame,
    client: Client | None,
    dataset_id: int | str | None,
    *,
    date: str | None,
    entities: str | Sequence[str] | None,
    schema: Any,
    index: bool | None,
    accept_new_columns: bool = False,
) -> tuple[Checked, Definitions | None]:
    """Return what a push would send, and what is known of the dataset it would be sent to."""
    number = None if dataset_id is None else resolve_id(dataset_id)
    definitions = None if client is None else _definitions(df, client, number)
    checked = check_frame(
        df,
        index=index,
        date=date,
        entities=entities,
        schema=schema,
        definitions=definitions,
        accept_new_columns=accept_new_columns or definitions is None or definitions.is_fresh,
    )
    return checked, definitions


def check_mode(mode: Any) -> Mode:
    """Return the mode of this name."""
    if not isinstance(mode, str) or mode not in MODES:
        msg = f"mode is one of {', '.join(map(repr, MODES))}, not {mode!r}."
        raise QueryError(msg)
    return MODES[mode]


def in_turn(plan: Plan) -> AbstractContextManager[None]:
    """Hold other uploads of this client to the dataset back; one to be made has none."""
    if plan.dataset_id is None:
        return nullcontext()
    return plan.client._connection.one_upload_at_a_time(plan.dataset_id)


def _definitions(df: pd.DataFrame, client: Client, dataset_id: int | None) -> Definitions | None:
    return (
        None
        if dataset_id is None
        else fetch_target(client, dataset_id, [*df.index.names, *df.columns])
    )
