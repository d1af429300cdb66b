"""
Lazy frames of Dask; importing it registers ``alphacast`` as an accessor of them.

The package itself loads Dask only when `read_dask` or `push_dask` is used, which import this
module too. For a frame of Dask that was made otherwise, ``import alphacast_pandas.dask`` gives it
the accessor.
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
