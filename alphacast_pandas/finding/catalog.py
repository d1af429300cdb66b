"""Datasets and repositories as frames: what a search finds, and what the key may list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.search import SearchResult, fetch_results
from alphacast_pandas.errors import QueryError
from alphacast_pandas.finding.columns import date_column, instant_of, integers, text_column
from alphacast_pandas.finding.repository import PickedRepository, pick_repository
from alphacast_pandas.names import canonical_name
from alphacast_pandas.text import value_text
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.records import Repository


@short_traceback
def search(
    query: str,
    *,
    repository: int | str | Repository | None = None,
    mine: bool = False,
    deprecated: bool = False,
    limit: int | None = 25,
    client: Client | None = None,
) -> pd.DataFrame:
    """
    Search all of Alphacast for datasets.

    Parameters
    ----------
    query : str
        Words of what you look for; the service also finds words that are spelled a little
        differently.
    repository : int, str or Repository, optional
        Only the datasets of this one: its number, the address of its page, or its exact name.
    mine : bool, default False
        Only the account's own datasets.
    deprecated : bool, default False
        Whether to include datasets that are deprecated.
    limit : int or None, default 25
        Most rows; None for all.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    DataFrame
        One row a dataset, the best first. Columns: ``id`` (int64), ``name``, ``repository_id``
        (Int64), ``repository``, ``frequency``, ``start``, ``end``, ``updated_at`` (datetime64),
        ``source``, ``permission``, ``description``, ``url``; the others are text. What the
        service leaves out is missing. A frame without rows has the same columns and types.
        ``attrs["alphacast"]`` has ``query``, ``total`` (how many there are, None if the service
        does not say it) and ``shown``.

    Raises
    ------
    QueryError
        If `query` is empty, or `limit` is not at least 1.
    NotFoundError
        If there is no such repository; the nearest names are in the message.
    PermissionDenied
        If the key may not search.
    DecodeError
        If the answer is not that of a search.

    See Also
    --------
    datasets : What the key may list.
    info : What one dataset is.
    coverage : What one dataset really holds.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> found = ap.search("life expectancy")
    >>> found.loc[0, "name"]
    'World - Life expectancy, population and income'
    >>> int(found.loc[0, "id"]) == dataset_id
    True
    """
    client = resolve_client(client)
    picked = PickedRepository() if repository is None else pick_repository(client, repository)
    page = fetch_results(
        client._connection.search_transport,
        query,
        repository_id=picked.id,
        mine=mine,
        deprecated=deprecated,
        limit=limit,
    )
    if not page.results:
        picked.check_exists(client)
    frame = datasets_frame(client, page.results, picked)
    facts = {"query": query, "total": page.total, "shown": len(frame)}
    frame.attrs["alphacast"] = facts
    return frame


@short_traceback
def datasets(
    repository: int | str | Repository | None = None,
    *,
    name: str | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """
    List the datasets that the key owns or shares.

    Parameters
    ----------
    repository : int, str or Repository, optional
        Only the datasets of this one: its number, the address of its page, or its exact name.
    name : str, optional
        A part of the name, case and accents ignored.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    DataFrame
        One row a dataset, in the order of the service, with the columns and types of `search`.
        Public datasets of others are found by `search` only.

    Raises
    ------
    QueryError
        If `name` is empty.
    NotFoundError
        If there is no such repository; the nearest names are in the message.

    See Also
    --------
    search : Search all of Alphacast.
    repositories : What datasets are in.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.datasets(name="EXPECTANCY")["id"].tolist() == [dataset_id]
    True
    """
    client = resolve_client(client)
    part = None if name is None else _check_part(name)
    picked = PickedRepository() if repository is None else pick_repository(client, repository)
    listed = [SearchResult.from_json(each.raw) for each in client.datasets.list(picked.id)]
    if not listed:
        picked.check_exists(client)
    wanted = [each for each in listed if part is None or part in canonical_name(each.name)]
    return datasets_frame(client, wanted, picked)


@short_traceback
def repositories(*, client: Client | None = None) -> pd.DataFrame:
    """
    List the repositories that the key can see.

    Parameters
    ----------
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    DataFrame
        One row a repository, in the order of the service. Columns: ``id`` (int64) and, as text,
        ``name``, ``privacy``, ``permission``, ``team``, ``description``. A frame without rows
        has the same columns and types.

    Raises
    ------
    AuthenticationError
        If the key is refused.

    See Also
    --------
    datasets : What is in them.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.repositories()[["name", "privacy"]].loc[0].tolist()
    ['Home', 'Private']
    """
    client = resolve_client(client)
    found = client.repositories.list()
    return pd.DataFrame(
        {
            "id": pd.Series([each.id for each in found], dtype="int64"),
            "name": text_column([each.name for each in found]),
            "privacy": text_column([each.privacy for each in found]),
            "permission": text_column([each.permission for each in found]),
            "team": text_column([each.team for each in found]),
            "description": text_column([each.description for each in found]),
        }
    )


def datasets_frame(
    client: Client, found: Sequence[SearchResult], picked: PickedRepository
) -> pd.DataFrame:
    """Return one row a dataset; a name of a repository that is at hand anyway is filled in."""
    page_of = client._connection.page_of
    return pd.DataFrame(
        {
            "id": pd.Series([each.id for each in found], dtype="int64"),
            "name": text_column([each.name for each in found]),
            "repository_id": integers([each.repository_id for each in found]),
            "repository": text_column([picked.name_for(each) for each in found]),
            "frequency": text_column([each.frequency for each in found]),
            "start": date_column([each.min_date for each in found]),
            "end": date_column([each.max_date for each in found]),
            "updated_at": date_column([instant_of(each.updated_at) for each in found]),
            "source": text_column([each.source_name for each in found]),
            "permission": text_column([each.permission for each in found]),
            "description": text_column([each.description for each in found]),
            "url": text_column([page_of(each.id) for each in found]),
        }
    )


def _check_part(name: Any) -> str:
    part = canonical_name(name) if isinstance(name, str) else ""
    if not part:
        msg = f"name is a part of the name of a dataset, not {value_text(name)}."
        raise QueryError(msg)
    return part
