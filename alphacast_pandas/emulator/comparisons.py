"""The comparisons of `$filter`: a column, an operator and values, as the readings compare them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from alphacast_pandas.emulator.filter_text import invalid
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import DECIMAL, SHORT, Column

TEXTS = {"exact": "{}", "case": "lower({})", "folded": "lower(strip_accents({}))"}
DATES = {"instant": "{}", "day": "CAST({} AS DATE)"}


@dataclass(frozen=True)
class Condition:
    """A piece of SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A column, an operator and a value, or a list of values for `=` and `<>`."""

    field: str
    operator: str
    form: str
    values: tuple[Any, ...]
    keeps_missing: bool = False

    def condition(self) -> Condition:
        """Return it as SQL."""
        left, parameters = self.form.format(self.field), self.values
        sql = f"{left} {self.operator} {self.form.format('?')}"
        if len(self.values) > 1:
            word = "IN" if self.operator == "=" else "NOT IN"
            sql = f"{left} {word} (SELECT {self.form.format('v')} FROM (SELECT unnest(?) AS v))"
            parameters = (list(self.values),)
        if self.keeps_missing:
            sql = f"({self.field} IS NULL OR {sql})"
        return Condition(sql, parameters)


def compare(column: Column, operator: str, text: str, readings: Readings) -> Comparison:
    """Return the comparison of a column with the value that `text` names."""
    form = "{}"
    if column.is_date:
        form = DATES[readings.dates]
    elif column.sql_type == "VARCHAR":
        form = TEXTS[readings.text]
    return Comparison(
        field=column.field,
        operator=operator,
        form=form,
        values=(value_for(column, text),),
        keeps_missing=operator == "<>" and readings.missing == "kept",
    )


def gathered(parts: list[Comparison | Condition], operator: str) -> list[Comparison | Condition]:
    """
    Return `parts` with those by `operator` on the same column made one.

    Thousands of `=` joined by `or` take DuckDB half a minute where text is folded, and a list of
    values an instant; the same holds for `<>` joined by `and`.
    """
    others: list[Comparison | Condition] = []
    groups: dict[str, list[Comparison]] = {}
    for part in parts:
        if isinstance(part, Comparison) and part.operator == operator:
            groups.setdefault(part.field, []).append(part)
        else:
            others.append(part)
    return [*map(merged, groups.values()), *others]


def merged(same: list[Comparison]) -> Comparison:
    """Return comparisons that differ in their values as one."""
    return replace(same[0], values=tuple(value for each in same for value in each.values))


def value_for(column: Column, text: str) -> Any:
    """Return a literal as the column's kind of value."""
    if column.is_date:
        return date_value(column, text)
    if column.is_value and column.data_type in {DECIMAL, SHORT}:
        return number_value(column, text)
    return text


def date_value(column: Column, text: str) -> datetime:
    """Return the moment that an ISO date or date-time names."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"'{text}' is not a date for column {column.name}"
        raise invalid(message) from None
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        message = f"'{text}' is out of range"
        raise invalid(message) from None


def number_value(column: Column, text: str) -> float:
    """Return the number that a literal names."""
    try:
        return float(text)
    except ValueError:
        message = f"'{text}' is not a number for column {column.name}"
        raise invalid(message) from None
