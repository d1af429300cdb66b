"""
Every error of the package.

::

    AlphacastError                     status_code, retryable, in_doubt on every member;
    │                                  parts, resumable, resume() of a push in parts
    ├── ConfigurationError  ValueError   no key, unusable address
    ├── QueryError          ValueError   unknown column, contradicting keywords, refused filter
    ├── ValidationError     ValueError   the frame breaks the contract; .failures
    ├── VerificationError   ValueError   what came back is not what was sent; .diff
    ├── ConnectionFailed    ConnectionError   no answer
    ├── APIError                         an answer, and it was no
    │   ├── AuthenticationError 401
    │   ├── QuotaError          402, and the quota notice sent under status 200
    │   ├── PermissionDenied    403
    │   ├── NotFoundError       404  LookupError
    │   ├── ConflictError       409, and a dataset that has changed since it was compared
    │   ├── RateLimitError      429
    │   └── ServiceError        5xx
    ├── DecodeError         ValueError   a 2xx whose body is not what was promised, or is cut short
    └── ProcessError                     .process
        └── ProcessTimeout  TimeoutError

The second name is a builtin base, for people who catch what Python taught them.
"""

from alphacast_pandas.errors.base import AlphacastError
from alphacast_pandas.errors.kinds import (
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

__all__ = [
    "APIError",
    "AlphacastError",
    "AuthenticationError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailed",
    "DecodeError",
    "NotFoundError",
    "PermissionDenied",
    "ProcessError",
    "ProcessTimeout",
    "QueryError",
    "QuotaError",
    "RateLimitError",
    "ServiceError",
    "ValidationError",
    "VerificationError",
]
