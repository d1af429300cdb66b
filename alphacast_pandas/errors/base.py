"""What every error says, and how a push that it has stopped goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.writing.parts import PushPart
    from alphacast_pandas.writing.result import PushResult

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
            from alphacast_pandas.errors.kinds import QueryError  # which derives from this

            raise QueryError(msg)
        return self._rest(timeout)
