"""The repository that a caller names: by number, address, exact name, or its record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alphacast_pandas.api.identifiers import is_name, resolve_id
from alphacast_pandas.api.named import not_found, only_one
from alphacast_pandas.api.records import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.api.search import SearchResult


@dataclass(frozen=True)
class PickedRepository:
    """The number of a repository, None for all of them, and the names of those that are known."""

    id: int | None = None
    names: Mapping[int, str] = field(default_factory=dict)

    def name_for(self, result: SearchResult) -> str | None:
        """Return the name of the repository of a dataset, if the answer or the list tells it."""
        if result.repository is not None or result.repository_id is None:
            return result.repository
        return self.names.get(result.repository_id)

    def check_exists(self, client: Client) -> None:
        """Raise a NotFoundError unless there is a repository of this number."""
        if self.id is not None and self.id not in self.names:
            client.repositories.get(self.id)


def pick_repository(client: Client, repository: Id) -> PickedRepository:
    """Return the repository that the caller names; a name is looked for in the list."""
    if isinstance(repository, Repository):
        return PickedRepository(repository.id, {repository.id: repository.name})
    if not is_name(repository):
        return PickedRepository(resolve_id(repository, "repository"))
    listed = client.repositories.list()
    found = only_one(listed, repository, "repository")
    if found is None:
        raise not_found(repository, "repository", listed)
    return PickedRepository(found.id, {each.id: each.name for each in listed})
