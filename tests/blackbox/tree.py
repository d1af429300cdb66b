"""The error tree, looked up where a stranger would look for it."""

from typing import Any

import alphacast_pandas as ap


def _find(name: str) -> Any:
    """Return an error class of the package: from the top, or from its module of errors."""
    return getattr(ap, name, None) or getattr(ap.errors, name)


AlphacastError = _find("AlphacastError")
ConfigurationError = _find("ConfigurationError")
QueryError = _find("QueryError")
ValidationError = _find("ValidationError")
VerificationError = _find("VerificationError")
ConnectionFailed = _find("ConnectionFailed")
APIError = _find("APIError")
AuthenticationError = _find("AuthenticationError")
QuotaError = _find("QuotaError")
PermissionDenied = _find("PermissionDenied")
NotFoundError = _find("NotFoundError")
ConflictError = _find("ConflictError")
RateLimitError = _find("RateLimitError")
ServiceError = _find("ServiceError")
DecodeError = _find("DecodeError")
ProcessError = _find("ProcessError")
ProcessTimeout = _find("ProcessTimeout")
