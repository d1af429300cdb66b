"""The paths of the service's resources."""

from __future__ import annotations

from alphacast_pandas.api.identifiers import resolve_id


def repository_path(repository_id: int | str) -> str:
    """Return the path of a repository."""
    return f"/repositories/{resolve_id(repository_id, 'repository')}"


def dataset_path(dataset_id: int | str) -> str:
    """Return the path of a dataset."""
    return f"/datasets/{resolve_id(dataset_id)}"


def data_path(dataset_id: int | str) -> str:
    """Return the path of a dataset's data."""
    return f"{dataset_path(dataset_id)}/data"
