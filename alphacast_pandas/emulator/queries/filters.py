"""
The language of `$filter`: parsed by odata-query, compiled to parameterised SQL.

The grammar of odata-query knows no quoted column names, and users quote them in practice. So the
text is rewritten first: each left side becomes an identifier `c0`, `c1` and so on, each right side
a text in quotes. What the rewriting does not recognise is left as it is, for the grammar to refuse.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import Column

MAX_LENGTH = 2**20
MAX_DEPTH = 100  # of parentheses, since the compiler is recursive
MAX_COMPARISONS = 5000

TOKEN = re.compile(r"(?P<blank>\s+)|(?P<text>'(?:[^']|'')*')|(?P<mark>[()])|(?P<word>[^\s()']+)")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
DATE = re.compile(r"\d{4}-\d\d?-\d\d?([T ]?[\d:.]*(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE)

NESTING = {"(": 1, ")": -1}

# Each operator as it is written, with its node in the tree of odata-query and in SQL.
OPERATORS = {
    "eq": (ast.Eq, "="),
    "ne": (ast.NotEq, "<>"),
    "lt": (ast.Lt, "<"),
    "le": (ast.LtE, "<="),
    "gt": (ast.Gt, ">"),
    "ge": (ast.GtE, ">="),
}
SQL_OPERATORS = dict(OPERATORS.values())
# How the readings compare texts and dates, on both sides of an operator.
TEXT_FORMS = {"exact": "{}", "case": "lower({})", "folded": "lower(strip_accents({}))"}
DATE_FORMS = {"instant": "{}", "day": "CAST({} AS DATE)"}


@dataclass(frozen=True)
class RewrittenFilter:
    """
    An expression whose left sides are `c0`, `c1` and so on.

    `names` is what these stand for, `quoted` whether the right side of each was in quotes.
    """

    text: str
    names: list[str]
    quoted: list[bool]
    depth: int


@dataclass(frozen=True)
class Condition:
    """A part of a WHERE clause with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """
    A column, an operator and a value, or a list of values for `=` and `<>`.

    `form` is the SQL that both sides are wrapped in before they are compared.
    """

    field: str
    operator: str
    form: str
    values: tuple[Any, ...]
    keeps_missing: bool = False

    def to_condition(self) -> Condition:
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
    operands = [by_name[name] for name in rewritten.names]
    check_dates(rewritten, operands, readings.filter_dates)
    try:
        tree = ODataParser().parse(ODataLexer().tokenize(rewritten.text))
    except ODataException:
        raise invalid() from None
    return to_condition(compile_node(tree, operands, readings))


def invalid(why: str = "") -> Refusal:
    """Return the refusal of an expression."""
    return Refusal(400, f"Filter is not valid{': ' + why if why else ''}")


def rewrite(text: str, names: str = "both") -> RewrittenFilter:
    """
    Replace each left side by an identifier, and put quotes around each number and date.

    A left side is what stands before an operator where an operand is expected. `names` is the
    form of column names that is accepted: `bare`, `quoted` or `both`.
    """
    tokens = tokenise(text)
    found: list[str] = []
    quoted: list[bool] = []
    out: list[str] = []
    depth = deepest = 0
    place = 0
    operand_is_next = True
    while place < len(tokens):
        token = tokens[place]
        depth += NESTING.get(token, 0)
        deepest = max(deepest, depth)
        # `and eq 1`: a column may be named like a word of the language, so position decides.
        if operand_is_next and is_comparison(tokens, place):
            out.append(f"c{len(found)} {tokens[place + 1].lower()} {quote(tokens[place + 2])}")
            found.append(parse_name(token, names))
            quoted.append(is_quoted(tokens[place + 2]))
            operand_is_next = False
            place += 3
        else:
            out.append(token)
            operand_is_next = NESTING.get(token) != -1
            place += 1
    return RewrittenFilter(" ".join(out), found, quoted, deepest)


def tokenise(text: str) -> list[str]:
    """Return the words, quoted texts and parentheses of an expression."""
    tokens = []
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            message = "a quote is not closed"
            raise invalid(message)
        place = match.end()
        if match.lastgroup != "blank":
            tokens.append(match.group())
    return tokens


def is_comparison(tokens: list[str], place: int) -> bool:
    """Return whether a name, an operator and a value start at `place`."""
    if place + 2 >= len(tokens) or tokens[place] in "()" or tokens[place + 2] in "()":
        return False
    return tokens[place + 1].lower() in OPERATORS


def parse_name(token: str, names: str) -> str:
    """Return the column that a left side names."""
    if not is_accepted(names, is_quoted=is_quoted(token)):
        message = "the column name is not understood"
        raise invalid(message)
    return token[1:-1].replace("''", "'") if is_quoted(token) else token


def is_quoted(token: str) -> bool:
    """Return whether a token is in quotes."""
    return token.startswith("'")


def is_accepted(form: str, *, is_quoted: bool) -> bool:
    """Return whether a name or a date is accepted, quoted or bare, where `form` is."""
    return form in {"both", "quoted" if is_quoted else "bare"}


def quote(token: str) -> str:
    """Return a right side in quotes: the column decides later what the text stands for."""
    if is_quoted(token):
        return token
    if NUMBER.fullmatch(token) or DATE.fullmatch(token):
        return f"'{token}'"
    message = f"'{token}' is neither quoted, a date nor a number"
    raise invalid(message)


def check_names(rewritten: RewrittenFilter, columns: list[Column]) -> None:
    """Refuse names that are no columns, all of them at once."""
    known = {column.name for column in columns}
    unknown = [name for name in dict.fromkeys(rewritten.names) if name not in known]
    if unknown:
        raise Refusal(400, f"Filter contains invalid column(s): {', '.join(unknown)}")


def check_size(rewritten: RewrittenFilter) -> None:
    """Refuse an expression that would exhaust the stack or take the server very long."""
    if rewritten.depth > MAX_DEPTH:
        message = "too many nested parentheses"
        raise invalid(message)
    if len(rewritten.names) > MAX_COMPARISONS:
        message = "too many comparisons"
        raise invalid(message)


def check_dates(rewritten: RewrittenFilter, operands: list[Column], form: str) -> None:
    """Refuse dates in a form that is not accepted."""
    for column, is_quoted in zip(operands, rewritten.quoted, strict=True):
        if column.is_date and not is_accepted(form, is_quoted=is_quoted):
            message = f"the date for column {column.name} is not understood"
            raise invalid(message)


def compile_node(node: Any, operands: list[Column], readings: Readings) -> Comparison | Condition:
    """Return a comparison, or the SQL of several parts joined by one word."""
    if isinstance(node, ast.Compare):
        return compile_comparison(node, operands, readings)
    if not isinstance(node, ast.BoolOp):
        raise invalid()
    word, operator = (" AND ", "<>") if isinstance(node.op, ast.And) else (" OR ", "=")
    compiled = [compile_node(part, operands, readings) for part in flatten(node)]
    parts = [to_condition(part) for part in combine_comparisons(compiled, operator)]
    return Condition(
        "(" + word.join(part.sql for part in parts) + ")",
        tuple(value for part in parts for value in part.parameters),
    )


def to_condition(part: Comparison | Condition) -> Condition:
    """Return a compiled node as SQL."""
    return part.to_condition() if isinstance(part, Comparison) else part


def flatten(node: ast.BoolOp) -> list[Any]:
    """
    Return the parts that a chain of one word joins.

    The parser nests `a or b or c` once for each `or`, which for thousands of them is deeper than
    Python may recurse; hence the list in place of recursion.
    """
    parts: list[Any] = []
    pending: list[Any] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, ast.BoolOp) and type(part.op) is type(node.op):
            pending += [part.right, part.left]
        else:
            parts.append(part)
    return parts


def combine_comparisons(
    parts: list[Comparison | Condition], operator: str
) -> list[Comparison | Condition]:
    """
    Return `parts` with those by `operator` on the same column combined into one.

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
    combined = [
        replace(group[0], values=tuple(value for part in group for value in part.values))
        for group in groups.values()
    ]
    return [*combined, *others]


def compile_comparison(node: ast.Compare, operands: list[Column], readings: Readings) -> Comparison:
    """Return the comparison of a column with a literal."""
    operator = SQL_OPERATORS.get(type(node.comparator))
    if operator is None or not isinstance(node.left, ast.Identifier):
        raise invalid()
    if not isinstance(node.right, ast.String | ast.Integer | ast.Float):
        raise invalid()
    column = operands[int(node.left.name.removeprefix("c"))]
    form = "{}"
    if column.is_date:
        form = DATE_FORMS[readings.dates]
    elif column.sql_type == "VARCHAR":
        form = TEXT_FORMS[readings.text]
    return Comparison(
        field=column.field,
        operator=operator,
        form=form,
        values=(parse_value(column, str(node.right.val)),),
        keeps_missing=operator == "<>" and readings.missing == "kept",
    )


def parse_value(column: Column, text: str) -> datetime | float | str:
    """Return a literal as the column's kind of value."""
    if column.is_date:
        return parse_date(column, text)
    if column.is_numeric:
        return parse_number(column, text)
    return text


def parse_date(column: Column, text: str) -> datetime:
    """Return the moment that an ISO date or date-time names, in UTC without a zone."""
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


def parse_number(column: Column, text: str) -> float:
    """Return the number that a literal names; nan and 1_0 are numbers only to Python."""
    if NUMBER.fullmatch(text.strip()) is None:
        message = f"'{text}' is not a number for column {column.name}"
        raise invalid(message)
    return float(text)
