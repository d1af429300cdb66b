"""The endpoints of repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.identifiers import repository_path
from alphacast_pandas.api.named import check_text, not_found, only_one
from alphacast_pandas.api.records import Records, Repository
from alphacast_pandas.api.responses import list_of
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.api.transport import Transport

# `list` is a method of the class below, so its type is named here.
_Repositories = Records[Repository]


@short_tracebacks
class Repositories:
    """
    Repositories of the service: one method an endpoint.

    Reached as ``client.repositories``.

    Parameters
    ----------
    transport : Transport
        The connection of the client.

    See Also
    --------
    Datasets : What repositories hold.

    Examples
    --------
    >>> repository = client.repositories.create("Macro")
    >>> client.repositories.find("Macro").id == repository.id
    True
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"Repositories(base_url={self._transport.settings.base_url!r})"

    def list(self) -> _Repositories:
        """
        Return every repository the key can see.

        Returns
        -------
        list of Repository
            In the order of the service; it shows itself as a table.

        Examples
        --------
        >>> [repository.name for repository in client.repositories.list()]
        ['Home', 'Demonstration']
        """
        return self._list({})

    def get(self, id: Id) -> Repository:  # noqa: A002 - the service's own word
        """
        Return one repository.

        Parameters
        ----------
        id : int or str
            Number of the repository.

        Returns
        -------
        Repository
            The repository.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> client.repositories.get(client.repositories.home().id).name
        'Home'
        """
        return Repository.from_json(self._transport.get(repository_path(id)))

    def home(self) -> Repository:
        """
        Return the repository that every account has.

        Returns
        -------
        Repository
            The Home repository.

        Examples
        --------
        >>> client.repositories.home().name
        'Home'
        """
        return Repository.from_json(self._transport.get("/repositories/home"))

    def find(self, name: str) -> Repository:
        """
        Return the repository of exactly this name.

        Names are compared here, since the service may answer more than it was asked for.

        Parameters
        ----------
        name : str
            The whole name, case and accents included.

        Returns
        -------
        Repository
            The only one that the key may list.

        Raises
        ------
        NotFoundError
            If the key may list no repository of this name; the nearest names are in the message.
        QueryError
            If several repositories have this name, or `name` is no text.

        Examples
        --------
        >>> client.repositories.find("Home").id == client.repositories.home().id
        True
        """
        listed = self._list({"name": check_text(name, "repository")})
        repository = only_one(listed, name, "repository")
        if repository is None:
            raise not_found(name, "repository", self.list())
        return repository

    def create(
        self,
        name: str,
        *,
        privacy: str = "Private",
        description: str | None = None,
        team: str | None = None,
    ) -> Repository:
        """
        Create a repository.

        Parameters
        ----------
        name : str
            Name of the repository.
        privacy : str, default "Private"
            "Private", or "Public": visible to anyone with an account.
        description : str, optional
            What the repository holds.
        team : str, optional
            The team it belongs to; cannot be changed later.

        Returns
        -------
        Repository
            The new repository.

        Raises
        ------
        QuotaError
            If the plan allows no further private repository.

        Examples
        --------
        >>> client.repositories.create("Prices", description="Consumer prices").privacy
        'Private'
        """
        fields = _given(name=name, privacy=privacy, description=description, team=team)
        return Repository.from_json(self._transport.send("POST", "/repositories", json=fields))

    def update(
        self,
        id: Id,  # noqa: A002 - the service's own word
        *,
        name: str | None = None,
        privacy: str | None = None,
        description: str | None = None,
    ) -> Repository:
        """
        Change a repository; what is not given stays as it is.

        Parameters
        ----------
        id : int or str
            Number of the repository.
        name, privacy, description : str, optional
            The new values.

        Returns
        -------
        Repository
            The repository after the change.

        Raises
        ------
        PermissionDenied
            If the key does not own the repository.

        Examples
        --------
        >>> repository = client.repositories.create("Draft")
        >>> client.repositories.update(repository.id, name="Final").name
        'Final'
        """
        # The service requires name and privacy in every update.
        now = self.get(id)
        fields = _given(
            name=name or now.name,
            privacy=privacy or now.privacy,
            description=now.description if description is None else description,
        )
        return Repository.from_json(self._transport.send("PUT", repository_path(id), json=fields))

    def delete(self, id: Id) -> None:  # noqa: A002 - the service's own word
        """
        Delete a repository and every dataset in it, for good.

        Parameters
        ----------
        id : int or str
            Number of the repository.

        Raises
        ------
        PermissionDenied
            If the key does not own the repository.
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> client.repositories.delete(client.repositories.create("Draft").id)
        """
        self._transport.send("DELETE", repository_path(id))

    def _list(self, params: dict[str, Any]) -> _Repositories:
        answer = list_of(self._transport.get("/repositories", params))
        return Records(Repository.from_json(item) for item in answer)


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
