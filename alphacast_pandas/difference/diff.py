"""The difference as the user sees it: frames, counts, a display, `push()`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.difference.display import to_html, to_text
from alphacast_pandas.difference.revisions import column_counts, largest_revisions, touched_dates
from alphacast_pandas.difference.rows import is_number, to_doubles
from alphacast_pandas.errors import QueryError
from alphacast_pandas.reading.frame import to_frame
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alphacast_pandas.difference.difference import Difference
    from alphacast_pandas.writing.result import PushResult


class Push(Protocol):
    """Carries out the push that a difference was made for."""

    def __call__(
        self,
        *,
        wait: bool,
        timeout: float,
        only_changes: bool,
        max_delete: int | float | None,
        verify: bool,
    ) -> PushResult:
        """Send what the difference shows."""


@dataclass(frozen=True, eq=False, repr=False)
@short_tracebacks
class Diff:
    """
    What a push would change in a dataset, or what a push did not do as it was meant to.

    Frames are built when they are first asked for; `print` and notebooks show the counts.
    Missing equals missing, numbers are compared by value, rows by their key.

    Parameters
    ----------
    title : str
        What is compared, in words.
    mode : str
        The mode of the push.
    dataset_id : int or None
        The dataset; None if it does not exist yet.
    notes : tuple of str
        What else must be known: columns that the frame lacks, what would vanish, where
        the outcome depends on something that the service does not document.

    Attributes
    ----------
    added : DataFrame
        Rows with new keys, as the dataset will hold them.
    changed : DataFrame
        One row a changed value: the key columns, ``column``, ``old`` and ``new``, which
        are floats if every value column holds numbers, and objects otherwise.
    deleted : DataFrame
        Rows of the dataset that will go.
    unchanged : int
        Rows on both sides that stay as they are.
    kept : int
        Values on both sides that differ and stay as they are: in the modes "append"
        and "mirror".
    rows : int
        Rows of the frame.
    by_column : DataFrame
        Values that will be added, changed and deleted, one row a column.
    largest_absolute, largest_relative : DataFrame
        The ten largest revisions of numbers: the key columns, ``column``, ``old``,
        ``new``, ``change`` and ``relative`` (a share of the old value).
    dates : DatetimeIndex
        The dates of rows that will be added, changed or deleted.
    span : tuple of Timestamp or None
        The first and the last of them.
    new_columns, absent_columns : tuple of str
        Columns that the dataset would get; columns of the dataset that the frame lacks.
    empty : bool
        Whether nothing would be added, changed or deleted.

    See Also
    --------
    DataFrame.alphacast.diff : Gives these.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> result = df.alphacast.push(name="Prices", repository="Examples")
    >>> diff = df.assign(price=[1.5, 4.0, 3.0]).alphacast.diff(result.dataset_id)
    >>> diff.changed
            Date    country column  old  new
    0 2024-01-01      Chile  price  NaN  4.0
    1 2024-02-01  Argentina  price  2.5  3.0
    >>> diff.push().updated
    1
    """

    title: str
    mode: str
    dataset_id: int | None
    notes: tuple[str, ...]
    _difference: Difference = field(repr=False)
    _push: Push | None = field(default=None, repr=False)

    def push(
        self,
        *,
        wait: bool = True,
        timeout: float = 600.0,
        only_changes: bool = False,
        max_delete: int | float | None = None,
        verify: bool = False,
    ) -> PushResult:
        """
        Send exactly what was shown, unless the dataset has changed since.

        The record of the dataset and its processes are compared with those at the time of
        the comparison, then the data themselves, which are read again for it. The service
        has no lock: what another program uploads in the moment between this check and the
        upload cannot be seen.

        Parameters
        ----------
        wait : bool, default True
            Whether to follow the process to its end.
        timeout : float, default 600.0
            Seconds until the process must have ended; of several uploads, each.
        only_changes : bool, default False
            Whether to send only the rows that are new or differ. Not in the modes that
            delete every row that the upload lacks.
        max_delete : int or float, optional
            Refuse if more rows, or a larger share of the dataset's rows, would go.
        verify : bool, default False
            Whether to read the pushed keys back and compare.

        Returns
        -------
        PushResult
            How it ended.

        Raises
        ------
        ConflictError
            If the dataset has changed since, or an upload to it is under way; nothing has
            been sent.
        ValidationError
            If more rows would go than `max_delete` says, or the frame takes several
            uploads in a mode that deletes; nothing has been sent.
        QueryError
            If an argument makes no sense, or the difference is that of an error.
        VerificationError
            With `verify`, if the dataset does not hold what was meant.
        ProcessError
            If the service ends the process with an error.

        See Also
        --------
        DataFrame.alphacast.push : Without a look at it first.

        Examples
        --------
        >>> import alphacast_pandas as ap
        >>> diff = df.alphacast.diff(name="Rain", repository="Examples")
        >>> len(diff.added), diff.push(verify=True).rows
        (3, 3)
        """
        if self._push is None:
            msg = (
                "This difference was found by a check, so there is nothing to send. "
                "Make a new one with df.alphacast.diff(...)."
            )
            raise QueryError(msg)
        return self._push(
            wait=wait,
            timeout=timeout,
            only_changes=only_changes,
            max_delete=max_delete,
            verify=verify,
        )

    @cached_property
    def added(self) -> pd.DataFrame:
        """Rows with new keys, as the dataset will hold them."""
        return _frame(self._difference.sent_table.take(pa.array(self._difference.added)))

    @cached_property
    def changed(self) -> pd.DataFrame:
        """One row a changed value: the key columns, ``column``, ``old`` and ``new``."""
        return _changed_frame(self._difference)

    @cached_property
    def deleted(self) -> pd.DataFrame:
        """Rows of the dataset that will go."""
        return _frame(self._difference.stored_table.take(pa.array(self._difference.deleted)))

    @property
    def unchanged(self) -> int:
        """Rows on both sides that stay as they are."""
        return self._difference.unchanged

    @property
    def kept(self) -> int:
        """Values on both sides that differ and stay as they are."""
        return self._difference.kept

    @property
    def rows(self) -> int:
        """Rows of the frame."""
        return int(self._difference.sent_table.num_rows)

    @property
    def empty(self) -> bool:
        """Whether nothing would be added, changed or deleted."""
        return self._difference.is_empty

    @cached_property
    def by_column(self) -> pd.DataFrame:
        """Values that will be added, changed and deleted, one row a column."""
        return _counts_frame(self._difference)

    @cached_property
    def largest_absolute(self) -> pd.DataFrame:
        """The ten largest revisions of numbers."""
        return _largest_frame(self._difference, is_relative=False)

    @cached_property
    def largest_relative(self) -> pd.DataFrame:
        """The ten revisions that are the largest share of the old value."""
        return _largest_frame(self._difference, is_relative=True)

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """The dates of rows that will be added, changed or deleted."""
        touched = touched_dates(self._difference)
        name = self._difference.keys[0]
        return pd.DatetimeIndex(_frame(pa.table({name: touched}))[name])

    @property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """The first and the last date touched, None if none is."""
        return None if self.empty else (self.dates[0], self.dates[-1])

    @property
    def new_columns(self) -> tuple[str, ...]:
        """Columns that the dataset would get."""
        return self._difference.new_columns

    @property
    def absent_columns(self) -> tuple[str, ...]:
        """Columns of the dataset that the frame lacks."""
        return self._difference.absent_columns

    def __str__(self) -> str:
        return to_text(self._difference, self.title, self.notes)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return to_html(self._difference, self.title, self.notes)


def _counts_frame(difference: Difference) -> pd.DataFrame:
    """Return the counts of values, one row a column."""
    counts = column_counts(difference)
    index = pd.Index([c.name for c in counts], name="column", dtype=object).infer_objects()
    numbers = np.array([(c.added, c.changed, c.deleted) for c in counts], dtype=np.int64)
    names = ["added", "changed", "deleted"]
    return pd.DataFrame(numbers.reshape(len(counts), 3), index=index, columns=names)


def _changed_frame(difference: Difference) -> pd.DataFrame:
    """
    Return keys and column of every value that changes, then its old and its new value.

    Rows are in the order of the frame sent; the values are doubles if every column is numeric, and
    Python objects otherwise.
    """
    names = difference.value_columns
    positions = [difference.changed_values[name] for name in names]
    rows = _concatenate((difference.rows.shared_sent[p] for p in positions), np.intp)
    columns = np.repeat(np.arange(len(names)), [len(p) for p in positions])
    order = np.lexsort((columns, rows))
    values = {
        "old": _values([difference.old_values(name) for name in names]).iloc[order],
        "new": _values([difference.new_values(name) for name in names]).iloc[order],
    }
    column = pa.array(names, pa.string()).take(pa.array(columns[order]))
    keys = _key_frame(difference, rows[order], column)
    return pd.concat([keys, pd.DataFrame(values).reset_index(drop=True)], axis=1)


def _largest_frame(difference: Difference, *, is_relative: bool) -> pd.DataFrame:
    """Return keys and column of the largest revisions, and their numbers."""
    found = largest_revisions(difference, is_relative=is_relative)
    numbers = {
        "old": found.old,
        "new": found.new,
        "change": found.absolute,
        "relative": np.where(np.isinf(found.relative), np.nan, found.relative),
    }
    keys = _key_frame(difference, found.rows, pa.array(found.columns, pa.string()))
    return pd.concat([keys, pd.DataFrame(numbers, dtype="float64")], axis=1)


def _key_frame(difference: Difference, rows: np.ndarray, column: pa.Array) -> pd.DataFrame:
    """Return the keys of some rows sent, and beside each the name of a column."""
    keys = difference.sent_table.select([*difference.keys]).take(pa.array(rows))
    # Not as one table: an entity may be called "column" too, and would be lost.
    return pd.concat([_frame(keys), _frame(pa.table({"column": column}))], axis=1)


def _values(columns: list[pa.ChunkedArray]) -> pd.Series:
    """Return the values of all columns as doubles, or as objects with NaN for missing ones."""
    if all(is_number(column.type) for column in columns):
        return pd.Series(_concatenate(map(to_doubles, columns), np.float64))
    objects = [column.to_pandas(integer_object_nulls=True).to_numpy(object) for column in columns]
    values = np.concatenate(objects)
    return pd.Series(np.where(pd.isna(values), np.nan, values), dtype=object)


def _concatenate(arrays: Iterable[np.ndarray], dtype: type) -> np.ndarray:
    """Return one array of this type, also where there is none to join."""
    return np.concatenate([*arrays, np.empty(0, dtype)])


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a table with the types that `read_alphacast` gives; text where there are no values."""
    fields = [f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in table.schema]
    table = table.cast(pa.schema(fields))
    return to_frame(table, Definitions(), dtype_backend=None, categories=False)
