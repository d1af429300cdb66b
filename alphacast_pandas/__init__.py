"""Alphacast datasets as pandas DataFrames, both ways."""

from typing import TYPE_CHECKING

from alphacast_pandas import accessor as _accessor  # noqa: F401 - registers DataFrame.alphacast
from alphacast_pandas.errors import (
    AlphacastError,
    APIError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    ConnectionFailed,
    DecodeError,
    NotFoundError,
    PermissionDenied,
    ProcessError,
    ProcessTimeout,
    PushInterrupted,
    QueryError,
    QuotaError,
    RateLimitError,
    ServiceError,
    ValidationError,
    VerificationError,
)
from alphacast_pandas.lazy import import_beside as _import_beside
from alphacast_pandas.lazy import on_first_use as _on_first_use

if TYPE_CHECKING:
    from alphacast_pandas import cache
    from alphacast_pandas.alignment.align import align
    from alphacast_pandas.alignment.latest import latest
    from alphacast_pandas.api.account import Account, whoami
    from alphacast_pandas.api.client import Client, get_client
    from alphacast_pandas.api.login import login, logout
    from alphacast_pandas.contracts.schemas import schema
    from alphacast_pandas.dask.push import push_dask
    from alphacast_pandas.dask.read import read_dask
    from alphacast_pandas.difference.diff import Diff
    from alphacast_pandas.filters.expression import col
    from alphacast_pandas.finding.catalog import datasets, repositories, search
    from alphacast_pandas.finding.coverage import coverage
    from alphacast_pandas.finding.info import DatasetInfo, info
    from alphacast_pandas.finding.providers import read_provider
    from alphacast_pandas.finding.series import read_series
    from alphacast_pandas.history.releases import releases
    from alphacast_pandas.history.revisions import revisions
    from alphacast_pandas.history.snapshot import snapshot
    from alphacast_pandas.history.triangle import triangle
    from alphacast_pandas.history.vintages import vintages
    from alphacast_pandas.reading.arrow import read_arrow
    from alphacast_pandas.reading.chunks import DatasetReader
    from alphacast_pandas.reading.explain import Explanation, explain
    from alphacast_pandas.reading.frames import Frames
    from alphacast_pandas.reading.many import read_many
    from alphacast_pandas.reading.parquet import to_parquet
    from alphacast_pandas.reading.read import read_alphacast
    from alphacast_pandas.writing.push import diff, manifest, push, validate
    from alphacast_pandas.writing.result import PushPart, PushResult
else:  # the same addresses; hidden from type checkers, which would then allow any name
    __getattr__, __dir__ = _on_first_use(
        __name__,
        {
            "Account": "api.account",
            "Client": "api.client",
            "DatasetInfo": "finding.info",
            "DatasetReader": "reading.chunks",
            "Diff": "difference.diff",
            "Explanation": "reading.explain",
            "Frames": "reading.frames",
            "PushPart": "writing.result",
            "PushResult": "writing.result",
            "align": "alignment.align",
            "cache": "",
            "col": "filters.expression",
            "coverage": "finding.coverage",
            "datasets": "finding.catalog",
            "diff": "writing.push",
            "explain": "reading.explain",
            "get_client": "api.client",
            "info": "finding.info",
            "latest": "alignment.latest",
            "login": "api.login",
            "logout": "api.login",
            "manifest": "writing.push",
            "push": "writing.push",
            "push_dask": "dask.push",
            "read_alphacast": "reading.read",
            "read_arrow": "reading.arrow",
            "read_dask": "dask.read",
            "read_many": "reading.many",
            "read_provider": "finding.providers",
            "read_series": "finding.series",
            "releases": "history.releases",
            "repositories": "finding.catalog",
            "revisions": "history.revisions",
            "schema": "contracts.schemas",
            "search": "finding.catalog",
            "snapshot": "history.snapshot",
            "to_parquet": "reading.parquet",
            "triangle": "history.triangle",
            "validate": "writing.push",
            "vintages": "history.vintages",
            "whoami": "api.account",
        },
    )

# Frames of Dask have the accessor too, from when Dask is imported.
_import_beside("dask.dataframe", "alphacast_pandas.dask.accessor")

__version__ = "0.2.0"

__all__ = [
    "APIError",
    "Account",
    "AlphacastError",
    "AuthenticationError",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailed",
    "DatasetInfo",
    "DatasetReader",
    "DecodeError",
    "Diff",
    "Explanation",
    "Frames",
    "NotFoundError",
    "PermissionDenied",
    "ProcessError",
    "ProcessTimeout",
    "PushInterrupted",
    "PushPart",
    "PushResult",
    "QueryError",
    "QuotaError",
    "RateLimitError",
    "ServiceError",
    "ValidationError",
    "VerificationError",
    "align",
    "cache",
    "col",
    "coverage",
    "datasets",
    "diff",
    "explain",
    "get_client",
    "info",
    "latest",
    "login",
    "logout",
    "manifest",
    "push",
    "push_dask",
    "read_alphacast",
    "read_arrow",
    "read_dask",
    "read_many",
    "read_provider",
    "read_series",
    "releases",
    "repositories",
    "revisions",
    "schema",
    "search",
    "snapshot",
    "to_parquet",
    "triangle",
    "validate",
    "vintages",
    "whoami",
]
