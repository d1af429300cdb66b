"""How far long work has come, shown where a person is watching."""

from alphacast_pandas.progress.meter import Meter

__all__ = ["Meter"]
