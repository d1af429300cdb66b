"""Rewrites `$filter` for odata-query, whose grammar knows no quoted column names."""

import re
from dataclasses import dataclass

from alphacast_pandas.emulator.refusals import Refusal

TOKEN = re.compile(r"(?P<blank>\s+)|(?P<text>'(?:[^']|'')*')|(?P<mark>[()])|(?P<word>[^\s()']+)")
OPEN, CLOSE = {"("}, {")"}
OPERATORS = {"eq", "ne", "gt", "lt", "ge", "le"}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d\d?-\d\d?([T ]?[\d:.]*(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Rewritten:
    """An expression whose left sides are `c0`, `c1` and so on, and the names they stand for."""

    text: str
    names: list[str]
    depth: int


def rewrite(text: str, names: str = "both") -> Rewritten:
    """
    Put an identifier in the place of each left side, and quotes around each date.

    A left side is what stands before an operator; whatever is in no such place is passed on
    as it is, for the grammar to refuse. `names` is the form that is understood: `bare`,
    `quoted` or `both`.
    """
    tokens = tokenise(text)
    found: list[str] = []
    out: list[str] = []
    depth = deepest = 0
    place = 0
    operand_is_next = True
    while place < len(tokens):
        token = tokens[place]
        depth += (token in OPEN) - (token in CLOSE)
        deepest = max(deepest, depth)
        if operand_is_next and is_comparison(tokens, place):
            out.append(f"c{len(found)} {tokens[place + 1].lower()} {as_value(tokens[place + 2])}")
            found.append(as_name(token, names))
            operand_is_next = False
            place += 3
        else:
            out.append(token)
            operand_is_next = token not in CLOSE
            place += 1
    return Rewritten(spaced(out), found, deepest)


def tokenise(text: str) -> list[str]:
    """Return the words, quoted texts and parentheses of an expression."""
    tokens = []
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise Refusal(400, "Filter is not valid: a quote is not closed")
        place = match.end()
        if match.lastgroup != "blank":
            tokens.append(match.group())
    return tokens


def is_comparison(tokens: list[str], place: int) -> bool:
    """Return whether a name, an operator and a value start here."""
    if place + 2 >= len(tokens) or tokens[place] in "()" or tokens[place + 2] in "()":
        return False
    return tokens[place + 1].lower() in OPERATORS


def as_name(token: str, names: str) -> str:
    """Return the column that a left side names."""
    is_quoted = token.startswith("'")
    if names not in {"both", "quoted" if is_quoted else "bare"}:
        raise Refusal(400, "Filter is not valid: the column name is not understood")
    return unquote(token) if is_quoted else token


def unquote(token: str) -> str:
    """Return the text inside quotes."""
    return token[1:-1].replace("''", "'")


def as_value(token: str) -> str:
    """Return a right side as odata-query reads it: numbers and dates as texts."""
    if token.startswith("'"):
        return token
    if NUMBER.fullmatch(token) or DATE.fullmatch(token):
        return f"'{token}'"
    raise Refusal(400, f"Filter is not valid: '{token}' is neither quoted, a date nor a number")


def spaced(tokens: list[str]) -> str:
    """Return tokens with the blanks that the grammar wants around its words."""
    return " ".join(tokens).strip()
