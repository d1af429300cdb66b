"""Filter texts in the languages of Python or SQL, which are refused with what to write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.errors import QueryError
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The operators of Python and SQL, and what the service's language says for them.
COMPARISONS = {
    "==": "eq",
    "=": "eq",
    "!=": "ne",
    "<>": "ne",
    ">=": "ge",
    "<=": "le",
    "=>": "ge",
    "=<": "le",
    ">": "gt",
    "<": "lt",
}
_WORDS = {**COMPARISONS, "&": "and", "&&": "and", "|": "or", "||": "or"}
_TUPLE_OPERATORS = {"=": "==", "<>": "!=", "=>": ">=", "=<": "<="}
_MIRRORED = {"eq": "eq", "ne": "ne", "ge": "le", "le": "ge", "gt": "lt", "lt": "gt"}
OTHER_FORMS = (
    "Write a dict, such as filter={'country': ['Chile']}, or an expression, such as "
    "filter=(ap.col('country') == 'Chile') & (ap.col('CPI') > 100)."
)
_SQL_WORDS = frozenset({"like", "ilike", "between", "is"})
_OPENING_QUOTES = "\u2018\u201c\u00ab"
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>'(?:[^']|'')*')|(?P<double>"[^"]*"|`[^`]*`)|(?P<symbol>[=!<>]=|=[<>]|<>|[=<>]
    |&&?|\|\|?)|(?P<bracket>[][(),])|(?P<word>[^]\s'"`=!<>&|[(),]+|.))""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?(\d+([.]\d*)?|[.]\d+)(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def refuse_foreign_text(text: str, *, can_read: Callable[[str], bool]) -> None:
    """
    Raise if a filter text is certainly not in the service's language.

    Of a text that this package can read, only quotes of other kinds are signs of that. Whatever
    else is not known here, such as functions, may be known to the service. `can_read` tells
    whether a text is one of comparisons in the service's language.
    """
    tokens = [*_tokens(text)]
    found = _foreign_word(tokens, is_readable=can_read(text))
    if found is None:
        return
    if tokens[0].text.casefold() == "where":
        tokens = tokens[1:]
    advice = _single_condition(tokens)
    if advice is None:
        translated = _translate(tokens)
        is_right = translated is not None and can_read(translated)
        advice = f"Write filter={translated!r}." if is_right else OTHER_FORMS
    msg = f"filter {value_text(text)}: {found}. {advice}"
    raise QueryError(msg)


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text.strip()):
        kind = str(match.lastgroup)
        yield _Token(kind, match[kind])


def _foreign_word(tokens: list[_Token], *, is_readable: bool) -> str | None:
    """Return what is not of the service's language, in words."""
    signs = [_foreign_quote(token) for token in tokens]
    if not is_readable:
        signs += [_foreign_operator(token) for token in tokens[1:]]
    return next((sign for sign in signs if sign is not None), None)


def _foreign_quote(token: _Token) -> str | None:
    if token.kind == "double":
        return f"names and texts stand in single quotes, not in {token.text[0]}"
    if token.kind == "word" and token.text[0] in _OPENING_QUOTES:
        return f"texts stand in single quotes ('), not in {token.text[0]}"
    return None


def _foreign_operator(token: _Token) -> str | None:
    if token.kind == "symbol":
        return f"{token.text} is Python or SQL; the service's language says {_WORDS[token.text]}"
    if token.text == "[":
        return "lists in brackets are Python"
    if token.kind == "word" and token.text.casefold() in _SQL_WORDS:
        return f"{token.text!r} is SQL"
    return None


def _single_condition(tokens: list[_Token]) -> str | None:
    """Return how to write one condition on one column, None if the text is anything else."""
    if len(tokens) == 3 and not _is_bare(tokens[0]) and _is_bare(tokens[2]):
        symbol = tokens[1].text.casefold()
        word = _MIRRORED.get(_WORDS.get(symbol, symbol))
        if word is None:
            return None
        tokens = [tokens[2], _Token("word", word), tokens[0]]
    if len(tokens) < 3 or not _is_name(tokens[0]):
        return None
    name, word, values = _plain(tokens[0]), tokens[1].text.casefold(), tokens[2:]
    if len(values) == 1 and word in {*_WORDS, *_WORDS.values()}:
        return _comparison(tokens[0], word, values[0])
    if word in {"like", "ilike"} and len(values) == 1:
        return _like(name, values[0])
    if word == "is":
        way = "notna" if any(token.text.casefold() == "not" for token in values) else "isna"
        return f"Write an expression: filter=ap.col({name!r}).{way}()."
    return _several_values(name, word, values)


def _is_bare(token: _Token) -> bool:
    """Tell a word without quotes that is no number."""
    return token.kind == "word" and _NUMBER.fullmatch(token.text) is None


def _is_name(token: _Token) -> bool:
    """Tell what can name a column; df.country is how Python asks a frame for one."""
    is_quoted = token.kind in {"quoted", "double"}
    return is_quoted or (_is_bare(token) and token.text[0] not in "~!@" and "." not in token.text)


def _comparison(name: _Token, word: str, value: _Token) -> str:
    operator = _WORDS.get(word, word)
    symbol = next(each for each, odata in _WORDS.items() if odata == operator)
    if value.text.startswith("@") and value.text[1:].isidentifier():
        written = f"[({_plain(name)!r}, {symbol!r}, {value.text[1:]})]"
        return f"@ is of DataFrame.query. Pass the value itself in a list of tuples: {written}."
    if _is_bare(value) and value.text[0] not in _OPENING_QUOTES:
        written = f"filter={[(_plain(name), symbol, _plain(value))]!r}"
        return f"Write a list of tuples, with the text in quotes: {written}."
    if re.fullmatch(r"[12]\d{3}", value.text):
        as_date, as_number = (
            [(_plain(name), symbol, each)] for each in (value.text, int(value.text))
        )
        return f"Write filter={as_date!r} for a date, or filter={as_number!r} for a number."
    text = f"Write filter={f'{_written(name)} {_WORDS.get(word, word)} {_written(value)}'!r}"
    if _WORDS.get(word, word) == "eq":
        return f"{text}, or a dict: filter={ {_plain(name): _value(value)}!r}."
    if word not in _WORDS:
        return f"{text}."
    condition = (_plain(name), _TUPLE_OPERATORS.get(word, word), _value(value))
    return f"{text}, or a list of tuples: filter={[condition]!r}."


def _several_values(name: str, word: str, values: list[_Token]) -> str | None:
    if word == "in" and len(values) > 2 and values[0].text in {"[", "("}:
        wanted = [_value(token) for token in values[1:-1] if token.kind != "bracket"]
        return f"Write a dict: filter={ {name: wanted}!r}."
    if word == "between" and [token.text.casefold() for token in values[1:-1]] == ["and"]:
        ends = f"{_value(values[0])!r}, {_value(values[-1])!r}"
        return f"Write a dict with a slice: filter={{{name!r}: slice({ends})}}."
    return None


def _like(name: str, pattern: _Token) -> str | None:
    """Return what a pattern of SQL is called in pandas, if it has % at its ends only."""
    text = _plain(pattern)
    inner = text.strip("%")
    if not inner or "%" in inner or "_" in inner:
        return None
    if text == inner:
        return f"Write a dict: filter={ {name: text}!r}."
    method = {(True, True): "contains", (False, True): "startswith", (True, False): "endswith"}[
        text.startswith("%"), text.endswith("%")
    ]
    words = ", regex=False" if method == "contains" else ""
    return f"Write an expression: filter=ap.col({name!r}).str.{method}({inner!r}{words})."


def _translate(tokens: list[_Token]) -> str | None:
    """Return a text of comparisons in the service's language, None if it holds anything else."""
    if any(token.text in {"[", "]", ","} for token in tokens):
        return None
    if any(token.kind == "word" and token.text.casefold() in _SQL_WORDS for token in tokens):
        return None
    operators = {*_WORDS, *_WORDS.values()}
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.text.casefold() not in operators - {"and", "or", "&", "&&", "|", "||"}:
            continue
        # Whether a text stands without quotes, or a year is a date or a number, is not known here.
        if not _is_name(before) or _is_bare(after) or re.fullmatch(r"[12]\d{3}", after.text):
            return None
    text = " ".join(_WORDS.get(token.text, _written(token)) for token in tokens)
    return text.replace("( ", "(").replace(" )", ")")


def _plain(token: _Token) -> str:
    """Return a name or a text without its quotes."""
    if token.kind == "quoted":
        return token.text[1:-1].replace("''", "'")
    return (
        token.text[1:-1] if token.kind == "double" else token.text.strip("\u2018\u2019\u201c\u201d")
    )


def _written(token: _Token) -> str:
    """Return a token as the service's language writes it."""
    if token.kind == "double" or token.text[0] in _OPENING_QUOTES:
        return "'" + _plain(token).replace("'", "''") + "'"
    return token.text


def _value(token: _Token) -> str | int | float:
    """Return the value that a token stands for."""
    if token.kind != "word" or not _NUMBER.fullmatch(token.text):
        return _plain(token)
    return float(token.text) if re.search("[.e]", token.text.casefold()) else int(token.text)
