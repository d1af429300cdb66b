"""One error for each thing that a caller would act upon differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.errors.base import AlphacastError

if TYPE_CHECKING:
    import pandas as pd

    from alphacast_pandas.api.records import Process
    from alphacast_pandas.writing.diff import Diff


class ConfigurationError(AlphacastError, ValueError):
    """No API key, or an address, time-out or number of retries that cannot be used."""


class QueryError(AlphacastError, ValueError):
    """What was asked for makes no sense for this dataset, or the service refused the filter."""


class ValidationError(AlphacastError, ValueError):
    """
    The frame breaks its contract; nothing has been sent.

    Parameters
    ----------
    message : str
        Summary of the failures with the remedies.
    failures : DataFrame, optional
        One row per failure; columns ``column``, ``check``, ``row`` (the caller's
        index label) and ``value``.

    See Also
    --------
    alphacast_pandas.schema : The contract of a dataset.

    Examples
    --------
    >>> import pandas as pd
    >>> import alphacast_pandas as ap
    >>> twice = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01"] * 2), "x": [1.0, 2.0]})
    >>> try:
    ...     twice.alphacast.validate()
    ... except ap.ValidationError as error:
    ...     print(error.failures[["column", "check", "row"]])
      column       check row
    0   Date  unique key   0
    1   Date  unique key   1
    """

    def __init__(self, message: str = "", *, failures: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        self.failures = _one_failure(message) if failures is None else failures


def _one_failure(message: str) -> pd.DataFrame:
    """Return the failures of a frame that is wrong as a whole."""
    import pandas as pd

    facts = {"column": None, "check": message, "row": None, "value": None}
    return pd.DataFrame([facts], dtype=object)


class VerificationError(AlphacastError, ValueError):
    """
    What the service holds is not what was meant; the push itself has ended well.

    Parameters
    ----------
    message : str
        Summary of the difference.
    diff : Diff, optional
        What would have to change for the dataset to hold what was meant: in ``changed``,
        ``old`` is held and ``new`` was meant. None if it could not be read back.

    See Also
    --------
    alphacast_pandas.ValidationError : Refused before anything was sent.

    Examples
    --------
    >>> from alphacast_pandas import VerificationError
    >>> issubclass(VerificationError, ValueError)
    True
    """

    def __init__(self, message: str = "", *, diff: Diff | None = None) -> None:
        super().__init__(message)
        self.diff = diff


class ConnectionFailed(AlphacastError, ConnectionError):
    """No answer: the service could not be reached, or the answer was lost on the way."""


class APIError(AlphacastError):
    """
    The service answered, and the answer was no.

    Parameters
    ----------
    message : str
        Request, status, what it means, and the service's own words.
    retry_after : float, optional
        Seconds the service asked to wait before the next attempt.
    **facts
        `status_code`, `retryable` and `in_doubt`, as for every error.

    See Also
    --------
    alphacast_pandas.ConnectionFailed : There was no answer.

    Examples
    --------
    >>> from alphacast_pandas import APIError
    >>> APIError("no", status_code=418).status_code
    418
    """

    def __init__(
        self, message: str = "", *, retry_after: float | None = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.retry_after = retry_after


class AuthenticationError(APIError):
    """Status 401: the key is missing, wrong or revoked."""


class QuotaError(APIError):
    """Status 402, or a quota notice in the place of data: the plan is used up or too small."""


class PermissionDenied(APIError):
    """Status 403: the key is valid and the permission is missing."""


class NotFoundError(APIError, LookupError):
    """Status 404: it does not exist, or the key may not see it."""


class ConflictError(APIError):
    """
    Something stands in the way: status 409, or a dataset that is not as it was compared or read.

    In the second case `status_code` is None, and nothing has been sent.
    """


class RateLimitError(APIError):
    """Status 429: too many requests."""


class ServiceError(APIError):
    """Status 5xx: the service failed."""


class DecodeError(AlphacastError, ValueError):
    """An answer of status 2xx that is not what was promised, or is cut short."""


class ProcessError(AlphacastError):
    """
    The service ended the process of an upload with an error.

    Parameters
    ----------
    message : str
        The service's own text, with dataset and process.
    process : Process, optional
        The process as last seen.
    **facts
        `status_code`, `retryable` and `in_doubt`, as for every error.

    See Also
    --------
    alphacast_pandas.ProcessTimeout : Still running when the time was up.

    Examples
    --------
    >>> from alphacast_pandas import ProcessError
    >>> ProcessError("Data is empty").process is None
    True
    """

    def __init__(self, message: str = "", *, process: Process | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.process = process


class ProcessTimeout(ProcessError, TimeoutError):
    """The process was still running at `timeout`; ``.process`` can still be followed."""
