"""The filter language of `$filter`: parsed by odata-query, compiled to parameterised SQL."""

from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from alphacast_pandas.emulator.comparisons import Comparison, Condition, compare, gathered
from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.filter_text import Rewritten, invalid, is_understood, rewrite
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import Column

MAX_LENGTH = 2**20
MAX_DEPTH = 100
MAX_COMPARISONS = 5000
COMPARISONS = {"Eq": "=", "NotEq": "<>", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="}
EVERYTHING = Condition("true")


def compile_filter(text: str, columns: list[Column], readings: Readings) -> Condition:
    """Return the condition that `text` states about `columns`, or refuse it."""
    if len(text) > MAX_LENGTH:
        message = "too long"
        raise invalid(message)
    rewritten = rewrite(text, readings.filter_names)
    check_names(rewritten, columns)
    check_size(rewritten)
    by_name = {column.name: column for column in columns}
    named = [by_name[name] for name in rewritten.names]
    check_dates(rewritten, named, readings.filter_dates)
    try:
        tree = ODataParser().parse(ODataLexer().tokenize(rewritten.text))
    except ODataException:
        raise invalid() from None
    return as_condition(compile_node(tree, named, readings))


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


def check_dates(rewritten: Rewritten, named: list[Column], form: str) -> None:
    """Refuse dates in a form that is not understood."""
    for column, is_quoted in zip(named, rewritten.quoted, strict=True):
        if column.is_date and not is_understood(form, is_quoted=is_quoted):
            message = f"the date for column {column.name} is not understood"
            raise invalid(message)


def compile_node(node: Any, named: list[Column], readings: Readings) -> Comparison | Condition:
    """Return a comparison, or the SQL of several joined by one word."""
    if isinstance(node, ast.Compare):
        return compile_comparison(node, named, readings)
    if not isinstance(node, ast.BoolOp):
        raise invalid()
    word, operator = (" AND ", "<>") if isinstance(node.op, ast.And) else (" OR ", "=")
    found = [compile_node(part, named, readings) for part in operands(node)]
    parts = [as_condition(part) for part in gathered(found, operator)]
    return Condition(
        "(" + word.join(part.sql for part in parts) + ")",
        tuple(value for part in parts for value in part.parameters),
    )


def as_condition(part: Comparison | Condition) -> Condition:
    """Return what is known of a node as SQL."""
    return part.condition() if isinstance(part, Comparison) else part


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


def compile_comparison(node: ast.Compare, named: list[Column], readings: Readings) -> Comparison:
    """Return one comparison between a column and a value."""
    operator = COMPARISONS.get(type(node.comparator).__name__)
    if operator is None or not isinstance(node.left, ast.Identifier):
        raise invalid()
    column = named[int(node.left.name.removeprefix("c"))]
    return compare(column, operator, literal(node.right), readings)


def literal(node: Any) -> str:
    """Return the text of a literal."""
    if isinstance(node, ast.String | ast.Integer | ast.Float):
        return str(node.val)
    raise invalid()
