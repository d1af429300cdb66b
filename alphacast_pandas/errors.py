"""
Every error of the package.

::

    AlphacastError                     status_code, retryable, in_doubt, cause on every member
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
    ├── ProcessError                     .process
    │   └── ProcessTimeout  TimeoutError
    └── PushInterrupted                  a push in parts stopped; .parts, .cause, .resume()

The second name is a builtin base, for people who catch what Python taught them. Errors can be
pickled with all their facts; what needs a connection, such as `PushInterrupted.resume`, and a cause
that is an error of another library are lost on the way.

A traceback shows the line that called the package and one frame inside, without the chain of
causes: what caused an error stands in its message, and whole in ``error.cause``. With the
environment variable ``ALPHACAST_TRACEBACK=full`` everything is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from alphacast_pandas.tracebacks import has_short_traceback, short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from alphacast_pandas.writing.result import PushPart, PushResult


# The modules of `Diff` and `Process` raise errors themselves, so importing these classes here, if
# only for annotations, would be a circle. The protocols state what an error shows of them.
class ErrorDiff(Protocol):
    """A `Diff` that a check has found."""

    @property
    def added(self) -> pd.DataFrame:
        """Rows that the dataset lacks."""

    @property
    def changed(self) -> pd.DataFrame:
        """One row a value that differs."""

    @property
    def deleted(self) -> pd.DataFrame:
        """Rows that should not be in the dataset."""

    @property
    def by_column(self) -> pd.DataFrame:
        """Number of values, one row a column."""

    @property
    def empty(self) -> bool:
        """Whether there is no difference."""


class ErrorProcess(Protocol):
    """A `Process` that has not ended well."""

    @property
    def id(self) -> int:
        """Number of the process."""

    @property
    def dataset_id(self) -> int | None:
        """Number of its dataset."""

    @property
    def status(self) -> str:
        """The state, as the service names it."""

    @property
    def description(self) -> str | None:
        """The service's own text."""

    @property
    def failed(self) -> bool:
        """Whether the status means failure."""

    @property
    def raw(self) -> Mapping[str, Any]:
        """The service's JSON."""

    def wait(self, *, timeout: float = ...) -> ErrorProcess:
        """Follow the process to its end."""


class Resumable(Protocol):
    """A push that has stopped."""

    def resume(self, timeout: float | None) -> PushResult:
        """Send what is left."""


@has_short_traceback
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
    cause : BaseException or None
        What led to this error, such as an exception of the connection, with its own
        traceback.

    See Also
    --------
    alphacast_pandas.errors : The whole tree.

    Examples
    --------
    >>> from alphacast_pandas import AlphacastError, QueryError
    >>> issubclass(QueryError, AlphacastError)
    True
    """

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
        self._cause: BaseException | None = None

    @property
    def cause(self) -> BaseException | None:
        """What led to this error, None if nothing did."""
        return self.__cause__ if self._cause is None else self._cause

    @cause.setter
    def cause(self, cause: BaseException | None) -> None:
        self._cause = cause

    def __reduce__(self) -> tuple[Any, ...]:
        # An error of requests holds the request, and others may not survive pickling.
        cause = self.cause if isinstance(self.cause, AlphacastError) else None
        return type(self), self.args, {**vars(self), "_cause": cause}


class ConfigurationError(AlphacastError, ValueError):
    """No API key, or an address, time-out, number of retries or store that cannot be used."""


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
    The dataset does not hold what was pushed; the push itself has ended well.

    Parameters
    ----------
    message : str
        Summary of the difference.
    diff : Diff, optional
        What would have to change for the dataset to hold what was pushed: in ``changed``,
        ``old`` is the value in the dataset and ``new`` the one pushed. None if it could not be
        read back.
    status_code : int, optional
        HTTP status of the answer if it could not be read back.

    See Also
    --------
    alphacast_pandas.ValidationError : Refused before anything was sent.

    Examples
    --------
    >>> from alphacast_pandas import VerificationError
    >>> issubclass(VerificationError, ValueError)
    True
    """

    def __init__(
        self, message: str = "", *, diff: ErrorDiff | None = None, status_code: int | None = None
    ) -> None:
        super().__init__(message, status_code=status_code)
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
    status_code : int, optional
        HTTP status of the answer.
    retryable : bool, default False
        Whether the same call may succeed later without any change.
    in_doubt : bool, default False
        Whether the service may have carried out the request all the same.

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
        self,
        message: str = "",
        *,
        retry_after: float | None = None,
        status_code: int | None = None,
        retryable: bool = False,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(message, status_code=status_code, retryable=retryable, in_doubt=in_doubt)
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
    """An answer of status 2xx, or a file of a vintage store, that is not what was promised."""


class ProcessError(AlphacastError):
    """
    The service ended the process of an upload with an error.

    Parameters
    ----------
    message : str
        The service's own text, with dataset and process.
    process : Process, optional
        The process as last seen.
    status_code : int, optional
        HTTP status of the answer.
    retryable : bool, default False
        Whether the same call may succeed later without any change.
    in_doubt : bool, default False
        Whether the service may have carried out the request all the same.

    See Also
    --------
    alphacast_pandas.ProcessTimeout : Still running when the time was up.

    Examples
    --------
    >>> from alphacast_pandas import ProcessError
    >>> ProcessError("Data is empty").process is None
    True
    """

    def __init__(
        self,
        message: str = "",
        *,
        process: ErrorProcess | None = None,
        status_code: int | None = None,
        retryable: bool = False,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(message, status_code=status_code, retryable=retryable, in_doubt=in_doubt)
        self.process = process


class ProcessTimeout(ProcessError, TimeoutError):
    """The process was still running at `timeout`; ``.process`` can still be followed."""


@short_tracebacks
class PushInterrupted(AlphacastError):
    """
    A push that went in parts has stopped; the message says which rows are in the dataset.

    Parameters
    ----------
    message : str
        What stopped it, and which rows are in.
    parts : sequence of PushPart, optional
        The parts that are in.
    cause : AlphacastError, optional
        The error that stopped it. `status_code`, `retryable` and `in_doubt` are repeated from it.
    push : object, optional
        The push itself, which `resume` goes on with.

    See Also
    --------
    DataFrame.alphacast.push : Explains when a push goes in parts.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> try:
    ...     result = df.alphacast.push(name="Prices", repository="Examples")
    ... except ap.PushInterrupted as error:
    ...     result = error.resume(timeout=3600.0)
    >>> len(result.parts)
    1
    """

    if TYPE_CHECKING:
        cause: AlphacastError | None

    def __init__(
        self,
        message: str = "",
        *,
        parts: Sequence[PushPart] = (),
        cause: AlphacastError | None = None,
        push: Resumable | None = None,
    ) -> None:
        repeated = AlphacastError() if cause is None else cause
        super().__init__(
            message,
            status_code=repeated.status_code,
            retryable=repeated.retryable,
            in_doubt=repeated.in_doubt,
        )
        self.parts = tuple(parts)
        self._cause = cause
        self._push = push

    def __reduce__(self) -> tuple[Any, ...]:
        # A push holds a connection, which cannot be pickled.
        kind, args, facts = super().__reduce__()
        return kind, args, {**facts, "_push": None}

    def resume(self, *, timeout: float | None = None) -> PushResult:
        """
        Go on with the push where it has stopped.

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
            If this is a copy of the error, such as one that was pickled: it has no connection.
        PushInterrupted
            If it stops again; that error can be resumed as well.
        VerificationError
            With `verify`, if the dataset does not hold what was pushed.

        See Also
        --------
        DataFrame.alphacast.push : Explains when a push goes in parts.

        Examples
        --------
        >>> import alphacast_pandas as ap
        >>> try:
        ...     result = df.alphacast.push(name="Prices", repository="Examples")
        ... except ap.PushInterrupted as error:
        ...     result = error.resume(timeout=3600.0)
        >>> result.rows
        3
        """
        if self._push is None:
            msg = (
                "This push cannot be resumed from here: the error is a copy, which has no "
                "connection. Resume it in the process that pushed, or read the dataset, or make "
                "a diff, to see what it holds, and push again."
            )
            raise QueryError(msg)
        return self._push.resume(timeout)
