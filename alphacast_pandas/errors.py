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

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from alphacast_pandas.api.records import Process
    from alphacast_pandas.difference.diff import Diff
    from alphacast_pandas.writing.result import PushPart, PushResult

    Rest = Callable[[float | None], PushResult]


class AlphacastError(Exception):
    """
    Base of every error this package raises on purpose.

    Parameters
    ----------
    message : str
        What happened, with the value concerned and the remedy.
    status_code : int, optional
        HTTP status of the answer; ``None`` when there was no answer.
    retryable : bool, default False
        Whether the same call may succeed later without any change.
    in_doubt : bool, default False
        Whether the service may have carried out the request all the same.

    Attributes
    ----------
    parts : tuple of PushPart
        Of a push that went in several uploads: those that are in. Otherwise empty.
    resumable : bool
        Whether `resume` can send what is left of such a push.

    See Also
    --------
    alphacast_pandas.errors : The whole tree.

    Examples
    --------
    >>> from alphacast_pandas import AlphacastError, QueryError
    >>> issubclass(QueryError, AlphacastError)
    True
    """

    parts: tuple[PushPart, ...] = ()
    _rest: Rest | None = None

    def __init__(
        self,
        message: str = "",
        *,
        status_code: int | None = None,
        retryable: bool = False,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.retryable = retryable
        self.in_doubt = in_doubt

    @property
    def resumable(self) -> bool:
        """Whether `resume` can send what is left of a push in parts."""
        return self._rest is not None

    def resume(self, *, timeout: float | None = None) -> PushResult:
        """
        Go on with a push in parts where this error has stopped it.

        A process whose end is not known is followed first. If it has failed, or it is not
        known whether the service took the upload, those rows are sent again: the same values
        under the same keys, which does no harm. Then comes what was not sent. `verify` is done
        at the end. The dataset is not compared again with `if_unchanged`, or with what a
        `Diff` was made from, since the push itself has changed it.

        Parameters
        ----------
        timeout : float, optional
            Seconds until each process must have ended, by default those of the push.

        Returns
        -------
        PushResult
            How it ended, with all parts.

        Raises
        ------
        QueryError
            If there is nothing to go on with.
        AlphacastError
            If it stops again; that error can be resumed as well.

        See Also
        --------
        DataFrame.alphacast.push : Explains when a push goes in parts.

        Examples
        --------
        >>> import alphacast_pandas as ap
        >>> try:
        ...     result = df.alphacast.push(name="Prices", repository="Examples")
        ... except ap.AlphacastError as error:
        ...     if not error.resumable:
        ...         raise
        ...     result = error.resume(timeout=3600.0)
        >>> len(result.parts)
        1
        """
        if self._rest is None:
            msg = (
                "There is nothing to resume: this is not the error of a push in parts. "
                "Read the dataset, or make a diff, to see what it holds, and push again."
            )
            from alphacast_pandas.errors import QueryError

            raise QueryError(msg)
        return self._rest(timeout)


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
