"""The filter language of `$filter`: parsed by odata-query, compiled to parameterised SQL."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from alphacast_pandas.emulator.columns import DECIMAL, SHORT, Column
from alphacast_pandas.emulator.filter_text import Rewritten, rewrite
from alphacast_pandas.emulator.refusals import Refusal

MAX_DEPTH = 100
MAX_COMPARISONS = 5000
COMPARISONS = {"Eq": "=", "NotEq": "<>", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="}


@dataclass(frozen=True)
class Condition:
    """A piece of SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


EVERYTHING = Condition("true")


def compile_filter(text: str, columns: list[Column], names: str = "both") -> Condition:
    """Return the condition that `text` states about `columns`, or refuse it."""
    rewritten = rewrite(text, names)
    check_names(rewritten, columns)
    check_size(rewritten)
    try:
        tree = ODataParser().parse(ODataLexer().tokenize(rewritten.text))
    except ODataException:
        raise invalid() from None
    by_name = {column.name: column for column in columns}
    return compile_node(tree, [by_name[name] for name in rewritten.names])


def invalid(why: str = "") -> Refusal:
    """Return the refusal of an expression that is none."""
    return Refusal(400, f"Filter is not valid{': ' + why if why else ''}")


def check_names(rewritten: Rewritten, columns: list[Column]) -> None:
    """Refuse names that are no columns, all of them at once."""
    known = {column.name for column in columns}
    unknown = [name for name in dict.fromkeys(rewritten.names) if name not in known]
    if unknown:
        raise Refusal(400, f"Filter contains invalid column(s): {', '.join(unknown)}")


def check_size(rewritten: Rewritten) -> None:
    """Refuse what would take the server's breath."""
    if rewritten.depth > MAX_DEPTH:
        message = "too many nested parentheses"
        raise invalid(message)
    if len(rewritten.names) > MAX_COMPARISONS:
        message = "too many comparisons"
        raise invalid(message)


def compile_node(node: Any, columns: list[Column]) -> Condition:
    """Return the SQL of a comparison, or of several joined by one word."""
    if isinstance(node, ast.Compare):
        return compare(node, columns)
    if not isinstance(node, ast.BoolOp):
        raise invalid()
    parts = [compile_node(part, columns) for part in operands(node)]
    word = " AND " if isinstance(node.op, ast.And) else " OR "
    return Condition(
        "(" + word.join(part.sql for part in parts) + ")",
        tuple(value for part in parts for value in part.parameters),
    )


def operands(node: ast.BoolOp) -> list[Any]:
    """Return what a chain of one word joins, without descending link by link."""
    found: list[Any] = []
    waiting: list[Any] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.BoolOp) and type(part.op) is type(node.op):
            waiting += [part.right, part.left]
        else:
            found.append(part)
    return found


def compare(node: ast.Compare, columns: list[Column]) -> Condition:
    """Return the SQL of one comparison between a column and a value."""
    operator = COMPARISONS.get(type(node.comparator).__name__)
    if operator is None or not isinstance(node.left, ast.Identifier):
        raise invalid()
    column = columns[int(node.left.name.removeprefix("c"))]
    return Condition(f"{column.field} {operator} ?", (value_for(column, literal(node.right)),))


def literal(node: Any) -> str:
    """Return the text of a literal."""
    if isinstance(node, ast.String | ast.Integer | ast.Float):
        return str(node.val)
    raise invalid()


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
