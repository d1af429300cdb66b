"""
Lazy frames of Dask, and ``alphacast`` as an accessor of them.

``import alphacast_pandas`` does not load Dask. It has this package register the accessor when
``dask.dataframe`` is imported, before or after, by whomever.
"""

try:
    import dask.dataframe  # noqa: F401 - everything here needs it
except ImportError as error:
    # Dask raises ImportErrors of its own if what its frames need is absent.
    message = (
        "Frames of Dask need the package dask with its extra dataframe, which cannot be imported "
        f"({error}). Install it with: pip install 'alphacast-pandas[dask]'"
    )
    raise ImportError(message, name=error.name, path=error.path) from error

from alphacast_pandas.dask.accessor import DaskAccessor

__all__ = ["DaskAccessor"]
