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
    QueryError,
    QuotaError,
    RateLimitError,
    ServiceError,
    ValidationError,
    VerificationError,
)
from alphacast_pandas.first_use import on_first_use as _on_first_use

if TYPE_CHECKING:
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.default import get_client
    from alphacast_pandas.api.login import login
    from alphacast_pandas.contracts.schemas import schema
    from alphacast_pandas.filters.expressions import col
    from alphacast_pandas.reading.explain import Explanation, explain
    from alphacast_pandas.reading.pieces import DatasetReader
    from alphacast_pandas.reading.read import read_alphacast
    from alphacast_pandas.writing.diff import Diff
    from alphacast_pandas.writing.parts import PushPart
    from alphacast_pandas.writing.result import PushResult
else:  # the same addresses; hidden from type checkers, which would then allow any name
    __getattr__, __dir__ = _on_first_use(
        __name__,
        {
            "Client": "api.client",
            "DatasetReader": "reading.pieces",
            "Diff": "writing.diff",
            "Explanation": "reading.explain",
            "PushPart": "writing.parts",
            "PushResult": "writing.result",
            "col": "filters.expressions",
            "explain": "reading.explain",
            "get_client": "api.default",
            "login": "api.login",
            "read_alphacast": "reading.read",
            "schema": "contracts.schemas",
        },
    )

__version__ = "0.1.0"

__all__ = [
    "APIError",
    "AlphacastError",
    "AuthenticationError",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailed",
    "DatasetReader",
    "DecodeError",
    "Diff",
    "Explanation",
    "NotFoundError",
    "PermissionDenied",
    "ProcessError",
    "ProcessTimeout",
    "PushPart",
    "PushResult",
    "QueryError",
    "QuotaError",
    "RateLimitError",
    "ServiceError",
    "ValidationError",
    "VerificationError",
    "col",
    "explain",
    "get_client",
    "login",
    "read_alphacast",
    "schema",
]
