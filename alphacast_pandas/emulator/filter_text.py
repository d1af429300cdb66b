"""Rewrites `$filter` for odata-query, whose grammar knows no quoted column names."""

import re
from dataclasses import dataclass

from alphacast_pandas.emulator.errors import Refusal

TOKEN = re.compile(r"(?P<blank>\s+)|(?P<text>'(?:[^']|'')*')|(?P<mark>[()])|(?P<word>[^\s()']+)")
OPEN, CLOSE = {"("}, {")"}
OPERATORS = {"eq", "ne", "gt", "lt", "ge", "le"}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d\d?-\d\d?([T ]?[\d:.]*(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Rewritten:
    """
    An expression whose left sides are `c0`, `c1` and so on.

    `names` is what these stand for, `quoted` whether the right side of each was in quotes.
    """

    text: str
    names: list[str]
    quoted: list[bool]
    depth: int


def invalid(why: str = "") -> Refusal:
    """Return the refusal of an expression that is none."""
    return Refusal(400, f"Filter is not valid{': ' + why if why else ''}")


def is_understood(form: str, *, is_quoted: bool) -> bool:
    """Return whether a name or a date may be quoted, or bare, where `form` is understood."""
    return form in {"both", "quoted" if is_quoted else "bare"}


def rewrite(text: str, names: str = "both") -> Rewritten:
    """
    Put an identifier in the place of each left side, and quotes around each date.

    A left side is what stands before an operator; whatever is in no such place is passed on
    as it is, for the grammar to refuse. `names` is the form that is understood: `bare`,
    `quoted` or `both`.
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
        depth += (token in OPEN) - (token in CLOSE)
        deepest = max(deepest, depth)
        if operand_is_next and is_comparison(tokens, place):
            out.append(f"c{len(found)} {tokens[place + 1].lower()} {as_value(tokens[place + 2])}")
            found.append(as_name(token, names))
            quoted.append(is_text(tokens[place + 2]))
            operand_is_next = False
            place += 3
        else:
            out.append(token)
            operand_is_next = token not in CLOSE
            place += 1
    return Rewritten(spaced(out), found, quoted, deepest)


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
    """Return whether a name, an operator and a value start here."""
    if place + 2 >= len(tokens) or tokens[place] in "()" or tokens[place + 2] in "()":
        return False
    return tokens[place + 1].lower() in OPERATORS


def as_name(token: str, names: str) -> str:
    """Return the column that a left side names."""
    if not is_understood(names, is_quoted=is_text(token)):
        message = "the column name is not understood"
        raise invalid(message)
    return unquote(token) if is_text(token) else token


def is_text(token: str) -> bool:
    """Return whether a token is in quotes."""
    return token.startswith("'")


def unquote(token: str) -> str:
    """Return the text inside quotes."""
    return token[1:-1].replace("''", "'")


def as_value(token: str) -> str:
    """Return a right side as odata-query reads it: numbers and dates as texts."""
    if is_text(token):
        return token
    if NUMBER.fullmatch(token) or DATE.fullmatch(token):
        return f"'{token}'"
    message = f"'{token}' is neither quoted, a date nor a number"
    raise invalid(message)


def spaced(tokens: list[str]) -> str:
    """Return tokens with the blanks that the grammar wants around its words."""
    return " ".join(tokens).strip()
