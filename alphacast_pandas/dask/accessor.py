"""``ddf.alphacast``: what a frame of Dask can do with Alphacast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dask.dataframe.extensions import register_dataframe_accessor

from alphacast_pandas.accessor import Method

if TYPE_CHECKING:
    import dask.dataframe as dd


@register_dataframe_accessor("alphacast")
class DaskAccessor:
    """
    What a frame of Dask can do with Alphacast, as ``ddf.alphacast``.

    Its method is the function `push_dask`, called with the frame.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        The frame; it is never changed.

    See Also
    --------
    push_dask : The same with types that checkers see.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.read_dask(dataset_id).alphacast
    <dask.dataframe.DataFrame.alphacast of 56 partitions: push>
    """

    def __init__(self, frame: dd.DataFrame) -> None:
        self._frame = frame

    def __repr__(self) -> str:
        methods = ", ".join(name for name in vars(type(self)) if not name.startswith("_"))
        count = f"{self._frame.npartitions:,} partition{'s' * (self._frame.npartitions != 1)}"
        return f"<dask.dataframe.DataFrame.alphacast of {count}: {methods}>"

    push = Method("alphacast_pandas.dask.push:push_dask")
