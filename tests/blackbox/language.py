"""The filter language of the service: text in, a predicate over rows out."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime

Cell = str | float | int | datetime | None
Row = Mapping[str, Cell]
Predicate = Callable[[Row], bool]

TOKEN = re.compile(r"\s*(?:(\()|(\))|('(?:[^']|'')*')|([^\s()']+))")
COMPARE: dict[str, Callable[[object, object], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,  # type: ignore[operator]  # sides are of one kind
    "lt": lambda a, b: a < b,  # type: ignore[operator]
    "ge": lambda a, b: a >= b,  # type: ignore[operator]
    "le": lambda a, b: a <= b,  # type: ignore[operator]
}


class RefusedError(Exception):
    """The service answers 400 with this text."""


def fold(text: str, how: str) -> str:
    """Return `text` as a collation of the kind `how` sees it."""
    if how == "exact":
        return text
    if how == "accents":
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    return text.casefold()


def tokenise(text: str) -> list[str]:
    """Split an expression into parentheses, quoted texts and words."""
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            raise RefusedError("Filter cannot be parsed")
        tokens.append(found.group().strip() if not found.group(3) else found.group(3))
        position = found.end()
    return tokens


def is_quoted(token: str) -> bool:
    """Tell whether a token is a quoted text."""
    return token.startswith("'")


def unquote(token: str) -> str:
    """Return what a quoted token says."""
    return token[1:-1].replace("''", "'") if is_quoted(token) else token


class Parser:
    """Recursive descent over `or`, `and`, parentheses and comparisons."""

    def __init__(self, text: str, kinds: Mapping[str, str], dialect: str, collation: str) -> None:
        self.tokens = tokenise(text)
        self.kinds = kinds
        self.dialect = dialect
        self.collation = collation

    def whole(self) -> Predicate:
        """Parse everything."""
        predicate = self.disjunction()
        if self.tokens:
            raise RefusedError("Filter cannot be parsed: " + self.tokens[0])
        return predicate

    def peek(self) -> str:
        """Look at the next token, in lower case."""
        return self.tokens[0].lower() if self.tokens else ""

    def take(self) -> str:
        """Consume the next token."""
        if not self.tokens:
            raise RefusedError("Filter ends too early")
        return self.tokens.pop(0)

    def disjunction(self) -> Predicate:
        """Parse parts joined by `or`."""
        parts = [self.conjunction()]
        while self.peek() == "or":
            self.take()
            parts.append(self.conjunction())
        return lambda row: any(part(row) for part in parts)

    def conjunction(self) -> Predicate:
        """Parse parts joined by `and`."""
        parts = [self.primary()]
        while self.peek() == "and":
            self.take()
            parts.append(self.primary())
        return lambda row: all(part(row) for part in parts)

    def primary(self) -> Predicate:
        """Parse parentheses or one comparison."""
        if self.peek() != "(":
            return self.comparison()
        self.take()
        inside = self.disjunction()
        if self.take() != ")":
            raise RefusedError("Filter lacks a parenthesis")
        return inside

    def comparison(self) -> Predicate:
        """Parse `name operator value`."""
        left, operator, right = self.take(), self.take().lower(), self.take()
        if operator not in COMPARE:
            raise RefusedError(f"Filter has no operator {operator}")
        name = unquote(left)
        if name not in self.kinds:
            raise RefusedError(f"Filter contains invalid column(s): {name}")
        kind = self.kinds[name]
        self.check_dialect(left, right, kind)
        return self.compare(name, operator, self.value(right, kind))

    def check_dialect(self, left: str, right: str, kind: str) -> None:
        """Refuse what the dialect at hand does not know."""
        wrong = {
            "both": False,
            "documented": is_quoted(left) or (kind == "Date" and not is_quoted(right)),
            "sdk": not is_quoted(left) or (kind == "Date" and is_quoted(right)),
        }
        if wrong[self.dialect]:
            raise RefusedError(f"Filter cannot be parsed near {left}")

    def value(self, token: str, kind: str) -> Cell:
        """Read the right side as the kind of its column."""
        text = unquote(token)
        try:
            if kind == "Date":
                return datetime.fromisoformat(text)
            if kind in {"Decimal", "Short Integer"}:
                return float(text)
        except ValueError as error:
            raise RefusedError(f"Filter has a wrong value: {text}") from error
        if not is_quoted(token):
            raise RefusedError(f"Filter has a text without quotes: {text}")
        return fold(text, self.collation)

    def compare(self, name: str, operator: str, wanted: Cell) -> Predicate:
        """Return the predicate; a missing value matches nothing, as in SQL."""
        test, collation = COMPARE[operator], self.collation

        def matches(row: Row) -> bool:
            cell = row[name]
            if cell is None:
                return False
            return test(fold(cell, collation) if isinstance(cell, str) else cell, wanted)

        return matches


def parse_filter(text: str, kinds: Mapping[str, str], dialect: str, collation: str) -> Predicate:
    """Return the predicate that `text` stands for, or raise `RefusedError`."""
    return Parser(text, kinds, dialect, collation).whole()
