"""The repository that a caller names: by number, address, exact name, or its record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.api.records import Repository
from alphacast_pandas.api.repositories import only_one
from alphacast_pandas.errors import NotFoundError, QueryError
from alphacast_pandas.names import close_matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.api.client import Client
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


def pick_repository(client: Client, repository: Any) -> PickedRepository:
    """Return the repository that the caller names; a name is looked for in the list."""
    if isinstance(repository, Repository):
        return PickedRepository(repository.id, {repository.id: repository.name})
    number = _number_of(repository)
    if number is not None:
        return PickedRepository(number)
    listed = client.repositories.list()
    same = [each for each in listed if each.name == repository]
    found = only_one(same, f"repositories are called {repository!r}")
    if found is None:
        raise _absent(repository, [each.name for each in listed])
    return PickedRepository(found.id, {each.id: each.name for each in listed})


def _number_of(repository: Any) -> int | None:
    """Return the number of a repository from a number or an address, None for a name."""
    try:
        return resolve_id(repository, "repository")
    except QueryError:
        text = repository.strip() if isinstance(repository, str) else ""
        if not text or text.isdigit() or "://" in text:
            raise
        return None


def _absent(name: str, names: list[str]) -> NotFoundError:
    near = close_matches(name, names)
    hint = (
        f"did you mean {' or '.join(map(repr, near))}?"
        if near
        else "alphacast_pandas.repositories() lists those that it can see."
    )
    return NotFoundError(f"This key can see no repository called {name!r}; {hint}")
