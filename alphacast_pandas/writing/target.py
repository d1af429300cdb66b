"""The dataset a push goes to: a number, or a name in a repository, made when it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.errors import QueryError

if TYPE_CHECKING:
    from alphacast_pandas.api.client import Client


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
