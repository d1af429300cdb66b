"""The endpoints of datasets."""

from __future__ import annotations

from typing import Any

from alphacast_pandas.api.dataset_contents import DatasetContents
from alphacast_pandas.api.dataset_uploads import DatasetUploads
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.api.paths import dataset_path
from alphacast_pandas.api.records import Dataset
from alphacast_pandas.api.repositories import only_one
from alphacast_pandas.api.responses import list_of

# `list` is a method below, so the builtin is named here.
_Datasets = list[Dataset]


class Datasets(DatasetContents, DatasetUploads):
    """
    Datasets of the service: one method an endpoint.

    Reached as ``client.datasets``. `id` is always the number of the dataset, as
    int or text, or the address of its page.

    Parameters
    ----------
    transport : Transport
        The connection of the client.

    See Also
    --------
    read_alphacast : Read a dataset into a DataFrame.

    Examples
    --------
    >>> for dataset in client.datasets.list():
    ...     print(dataset.name)
    United States - Macroeconomic data, quarterly
    United States - Nonfarm employment, monthly
    World - Life expectancy, population and income
    """

    def list(self, repository_id: int | str | None = None) -> _Datasets:
        """
        Return the datasets the key owns or shares.

        Parameters
        ----------
        repository_id : int or str, optional
            Only those of this repository.

        Returns
        -------
        list of Dataset
            In the order of the service; ``columns`` is empty in lists.

        Raises
        ------
        QueryError
            If `repository_id` is not the number or address of a repository.

        Examples
        --------
        >>> dataset_id in [dataset.id for dataset in client.datasets.list()]
        True
        """
        return self._list(repository_id, {})

    def get(self, id: int | str) -> Dataset:  # noqa: A002 - the service's own word
        """
        Return one dataset.

        Parameters
        ----------
        id : int or str
            The dataset.

        Returns
        -------
        Dataset
            The dataset with its columns.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> client.datasets.get(dataset_id).columns[0].name
        'Date'
        """
        return Dataset.from_json(self._transport.get(dataset_path(id)))

    def find(self, name: str, repository_id: int | str | None = None) -> Dataset | None:
        """
        Return the dataset of exactly this name.

        Names are compared here, since the service may answer more than it was asked for.

        Parameters
        ----------
        name : str
            The whole name, case and accents included.
        repository_id : int or str, optional
            Look in this repository only.

        Returns
        -------
        Dataset or None
            None if the key sees no dataset of this name.

        Raises
        ------
        QueryError
            If several datasets have this name.

        Examples
        --------
        >>> client.datasets.find("no such name") is None
        True
        """
        found = [item for item in self._list(repository_id, {"name": name}) if item.name == name]
        dataset: Dataset | None = only_one(found, f"datasets are called {name!r}")
        return dataset

    def create(
        self,
        name: str,
        *,
        repository_id: int | str,
        description: str | None = None,
        source_name: str | None = None,
        source_url: str | None = None,
    ) -> Dataset:
        """
        Create an empty dataset.

        Parameters
        ----------
        name : str
            Name of the dataset, unique in its repository.
        repository_id : int or str
            Where to create it.
        description, source_name, source_url : str, optional
            What it holds and where that comes from.

        Returns
        -------
        Dataset
            The new dataset.

        Raises
        ------
        ConflictError
            If the repository has a dataset of this name.
        PermissionDenied
            If the repository does not exist or may not be written to.

        Examples
        --------
        >>> home = client.repositories.home()
        >>> client.datasets.create("Wages", repository_id=home.id).permission
        'Admin'
        """
        fields = _fields(name, repository_id, description, source_name, source_url)
        return Dataset.from_json(self._transport.send("POST", "/datasets", json=fields))

    def update(
        self,
        id: int | str,  # noqa: A002 - the service's own word
        *,
        name: str | None = None,
        repository_id: int | str | None = None,
        description: str | None = None,
        source_name: str | None = None,
        source_url: str | None = None,
    ) -> Dataset:
        """
        Rename, move or describe a dataset; what is not given stays as it is.

        Parameters
        ----------
        id : int or str
            The dataset.
        name : str, optional
            The new name.
        repository_id : int or str, optional
            The repository to move it to.
        description, source_name, source_url : str, optional
            The new texts.

        Returns
        -------
        Dataset
            The dataset after the change.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> home = client.repositories.home()
        >>> dataset = client.datasets.create("Draft", repository_id=home.id)
        >>> client.datasets.update(dataset.id, name="Final").name
        'Final'
        """
        now = self.get(id)
        place = now.repository_id if repository_id is None else repository_id
        fields = _fields(name or now.name, place, description, source_name, source_url)
        answer = self._transport.send("PUT", dataset_path(id), json=fields)
        # What this endpoint answers is not documented.
        return Dataset.from_json(answer) if answer and "id" in answer else self.get(id)

    def delete(self, id: int | str) -> None:  # noqa: A002 - the service's own word
        """
        Delete a dataset with all its data, for good.

        Parameters
        ----------
        id : int or str
            The dataset.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.
        PermissionDenied
            If the key may not write to it.

        Examples
        --------
        >>> home = client.repositories.home()
        >>> client.datasets.delete(client.datasets.create("Trial", repository_id=home.id).id)
        """
        self._transport.send("DELETE", dataset_path(id))

    def _list(self, repository_id: int | str | None, params: dict[str, Any]) -> _Datasets:
        wanted = None if repository_id is None else resolve_id(repository_id, "repository")
        if wanted is not None:
            params["repositoryId"] = wanted
        answer = list_of(self._transport.get("/datasets", params))
        found = [Dataset.from_json(item) for item in answer]
        return [item for item in found if wanted is None or item.repository_id == wanted]


def _fields(
    name: str,
    repository_id: int | str | None,
    description: str | None,
    source_name: str | None,
    source_url: str | None,
) -> dict[str, Any]:
    fields = {
        "name": name,
        "repositoryId": None if repository_id is None else resolve_id(repository_id, "repository"),
        "description": description,
        "sourceName": source_name,
        "sourceUrl": source_url,
    }
    return {key: value for key, value in fields.items() if value is not None}
