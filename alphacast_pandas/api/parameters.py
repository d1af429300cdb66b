"""The query parameters of a dataset's data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """A parameter: its name on the wire, and whether it can leave rows out of the answer."""

    name: str
    leaves_rows_out: bool


FORMAT = Parameter("$format", leaves_rows_out=False)
SELECT = Parameter("$select", leaves_rows_out=False)
FILTER = Parameter("$filter", leaves_rows_out=True)
LAST = Parameter("$last", leaves_rows_out=True)
TOP = Parameter("$top", leaves_rows_out=True)
PARAMETERS = (FORMAT, SELECT, FILTER, LAST, TOP)

# The names of those that can leave rows out.
ROW_LIMITS = frozenset(each.name for each in PARAMETERS if each.leaves_rows_out)
