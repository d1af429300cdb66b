"""
How names and values are written in the service's filter language.

Two forms are in use: the one that the official SDK sends and the documented one. The first
quotes every name, which is the only way for names with blanks, and leaves dates bare. The
second has bare names and quoted dates.

>>> import datetime
>>> SDK_FORM.name("Country / Region"), SDK_FORM.date(datetime.date(2020, 1, 31))
("'Country / Region'", '2020-01-31')
>>> DOCUMENTED_FORM.name("Date"), DOCUMENTED_FORM.date(datetime.date(2020, 1, 31))
('Date', "'2020-01-31'")
>>> DOCUMENTED_FORM.name("Country / Region") is None
True

A quote is doubled, so that no name and no value can end its own quotation.

>>> quoted("Côte d'Ivoire")
"'Côte d''Ivoire'"
>>> quoted("' or 'a' eq 'a")
"''' or ''a'' eq ''a'"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

_WORD = re.compile(r"[^\W\d]\w*", re.ASCII)
_KEYWORDS = {"and", "or", "not", "in", "eq", "ne", "lt", "le", "gt", "ge", "null", "true", "false"}


@dataclass(frozen=True)
class Form:
    """One way to write names and dates."""

    bare_names: bool
    bare_dates: bool

    def name(self, name: str) -> str | None:
        """Return a column name, None if the form has no way to write it."""
        if not self.bare_names:
            return quoted(name)
        return name if _WORD.fullmatch(name) and name.casefold() not in _KEYWORDS else None

    def date(self, day: datetime.date) -> str:
        """Return a day."""
        return day.isoformat() if self.bare_dates else quoted(day.isoformat())


SDK_FORM = Form(bare_names=False, bare_dates=True)
DOCUMENTED_FORM = Form(bare_names=True, bare_dates=False)


def quoted(text: str) -> str:
    """Return text in quotes."""
    return "'" + text.replace("'", "''") + "'"


def number(value: float) -> str | None:
    """
    Return a number without exponent, None if it needs one: no source shows one in a filter.

    >>> number(100.0), number(5), number(0.1), number(1e300)
    ('100.0', '5', '0.1', None)
    """
    text = repr(value)
    return text if text.lstrip("-").replace(".", "", 1).isdigit() else None
