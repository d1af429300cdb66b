"""Progress of long work, shown where a person is watching."""

from alphacast_pandas.progress.meter import Meter, PartMeter, ReadMeter

__all__ = ["Meter", "PartMeter", "ReadMeter"]
