"""``DataFrame.alphacast``: a door, not a room."""

from alphacast_pandas.accessor.door import AlphacastAccessor

__all__ = ["AlphacastAccessor"]
