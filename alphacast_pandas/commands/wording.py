"""Messages of the package in the words of the commands, where there is one for those of Python."""

from __future__ import annotations

import ast
import re
import shlex

_QUOTED = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_LIST = rf"\[{_QUOTED}(?:, {_QUOTED})*\]"
# What there is another way for at a terminal, and that way.
_WAYS = [
    (
        r"either set the environment variable ALPHACAST_API_KEY, or call .*\"ak_\.\.\.\"\)\.",
        "store it with the command alphacast-pandas login, or set the environment variable "
        "ALPHACAST_API_KEY.",
    ),
    (r"\b(?:alphacast_pandas|ap)\.login\((?:\.\.\.)?(?:, store=True)?\)", "alphacast-pandas login"),
    (r"\blogin\(\.\.\., check=False\)", "alphacast-pandas login --no-check"),
    (r"\b(?:alphacast_pandas|ap)\.(datasets|info|search)\(\)", r"alphacast-pandas \1"),
    (r"\bap\.(info|snapshot)\((\d+)\)", r"alphacast-pandas \1 \2"),
    (r"\bap\.snapshot\(\.\.\.\)", "alphacast-pandas snapshot"),
    (r"\bap\.snapshot\((?=\d+, frame=)", "Python's alphacast_pandas.snapshot("),
    (
        r"follow it with error\.process\.wait\(timeout=\.\.\.\)",
        "the command diff shows what it has not done yet",
    ),
    (r" error\.resume\(\) goes on from there\.", ""),
    (r": see error\.failures", ""),
    (
        rf"\bclient\.datasets\.find\(({_QUOTED})\)",
        r"alphacast-pandas datasets --name \1",
    ),
    (r"\balphacast_pandas\.repositories\(\)", "Python's alphacast_pandas.repositories()"),
    (r"\A(start|end|since|select|filter)(?=[: ])", r"--\1"),
    (
        r"Pass text such as '2020', '2020-02' or '2020-02-29', date, datetime, Timestamp or Period",
        "Dates are such as 2020, 2020-02 or 2020-02-29",
    ),
    (r"\bcache=True\b", "--cache on"),
    (r"\bcache=False\b", "--cache off"),
    (r"\bpush\(\.\.\., ([^()]*)\)", r"\1"),
    # What is done in a frame is done in the file.
    (r"\b([Tt])(he|his) frame\b(?! of that time)", r"\1\2 file"),
    (r"\b(?:NaT|nan|None|<NA>) is missing, and", "the value is missing, and"),
    (rf"\bdf = df\.dropna\(subset={_LIST}\) drops", "In the file, remove"),
    (
        rf"\bdf = df\.drop_duplicates\({_LIST}, keep=\"last\"\) keeps the last row of each key and "
        "drops the others",
        "leave one row of each key in the file",
    ),
    (r"\bdf = df\.drop_duplicates\(\) drops", "In the file, remove"),
    (
        rf"\bdf\[({_QUOTED})\] = df\[{_QUOTED}\]\.str\.strip\(\)",
        r"Remove the blanks of column \1 in the file",
    ),
    (
        rf"\bdf = df\.rename\(columns={{({_QUOTED}): ({_QUOTED})}}\)",
        r"Rename the column \1 to \2 in the file",
    ),
    (
        rf"\bDrop the column: df = df\.drop\(columns=({_QUOTED})\)",
        r"Remove the column \1 from the file",
    ),
    (rf"\bdf = df\.drop\(columns=({_QUOTED}|{_LIST})\)", r"removing \1 from the file"),
]
# Keywords that are options: switches, and those that have a value.
_FLAG = re.compile(
    r"\b(accept_new_columns|only_changes|create(?==True)|verify(?==True))(=True)?\b(?!=)"
)
_NAME = re.compile(r"(?<!-)\b(as_of|max_delete)\b(?!=)")
_VALUE = re.compile(
    r"\b(name|repository|mode|date|entities|missing|max_delete|timeout|expect|cache|filter)="
    rf"({_QUOTED}|{_LIST}|[\d.]*\d|)(?=[\s,.;:)]|$)"
)
# Filters of Python as messages write them, and the texts that say the same.
_DICT = rf"\{{(?:{_QUOTED}|[^{{}}'\"])*\}}"
_TUPLES = rf"\[\((?:{_QUOTED}|[^'\"()])*\)\]"
_FILTER = re.compile(rf"\bfilter=({_DICT}|{_TUPLES})")
_BESIDE_TEXT = re.compile(rf",? or a (?:dict|list of tuples): filter=(?:{_DICT}|{_TUPLES})")
_VARIABLE = re.compile(
    r"@ is of DataFrame\.query\. Pass the value itself in a list of tuples: \[\(.*\)\]"
)
_OTHER_FORMS = re.compile(
    r"Write a dict, such as filter=\{.*?\}, or an expression, such as filter=\(.*\(ap\.col\(.*?\)\."
)
_EXPRESSION = re.compile(rf"\bap\.col\(({_QUOTED})\)")
_COMPARISON = (
    r"(?P<name>'[^']+'|[^\W\d]\w*)\s*"
    r"(?P<operator>{}|\b(?:eq|ne|ge|le|gt|lt)\b)\s*"
    r"(?P<value>'[^']*'|\"[^\"]*\"|[^\s'\"&|()]+)"
)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_BARE_NAME = re.compile(r"[^\W\d]\w*", re.ASCII)


def in_commands(text: str) -> str:
    """
    Return a message of the package as somebody at a terminal can follow it.

    >>> in_commands("Look at it with ap.snapshot(5515).")
    'Look at it with alphacast-pandas snapshot 5515.'
    >>> in_commands("Read it once with cache=True, or use mode='upsert'.")
    'Read it once with --cache on, or use --mode upsert.'
    """
    text = _with_filters_as_text(text)
    named = _EXPRESSION.search(text)
    notes = [_expression_note(named[1][1:-1].replace("\\'", "'"))] if named else []
    for pattern, way in _WAYS:
        text = re.sub(pattern, way, text)
    text = _FLAG.sub(lambda found: _option(found[1]), text)
    text = _VALUE.sub(lambda found: _option(found[1], found[2]), text)
    text = _NAME.sub(lambda found: _option(found[1]), text)
    return "\n".join([text, *notes])


def _option(keyword: str, value: str = "") -> str:
    """Return a keyword of Python and its value, if it has one, as they are typed."""
    option = f"--{keyword.replace('_', '-')}"
    values = re.findall(_QUOTED, value)
    words = [_typed(each[1:-1]) for each in values] if values else [value]
    return " ".join([option, *filter(None, words)])


def _with_filters_as_text(text: str) -> str:
    """Return a message in which filters are texts, where a text can say the same."""
    text = _OTHER_FORMS.sub(lambda _: _form_of_text(text), text)
    text = _VARIABLE.sub("@ is of DataFrame.query. Write the value itself", text)
    text = _BESIDE_TEXT.sub("", text)
    text = re.sub(r"\bWrite a list of tuples, with the text in quotes: ", "Write ", text)
    text = re.sub(rf"\bWrite a dict(?: with a slice)?: (?={_FILTER.pattern})", "Write ", text)
    return _FILTER.sub(_as_option, text)


def _as_option(found: re.Match[str]) -> str:
    """Return a filter of Python as the option; what a user wrote may only look like one."""
    try:
        return f"--filter {_typed(_text_of(found[1]))}"
    except (ValueError, SyntaxError, TypeError, KeyError):
        return found[0]


def _text_of(python: str) -> str:
    """Return a dict, of which a slice stands for a range, or a list of tuples as filter text."""
    spelling = ast.literal_eval(python.replace(": slice(", ": ("))
    if isinstance(spelling, list):
        return " and ".join(_comparison(*each) for each in spelling)
    return " and ".join(_condition(name, wanted) for name, wanted in spelling.items())


def _condition(name: str, wanted: object) -> str:
    if isinstance(wanted, tuple):
        return " and ".join(map(_comparison, (name, name), (">=", "<="), wanted))
    values = wanted if isinstance(wanted, list) else [wanted]
    return " or ".join(_comparison(name, "==", value) for value in values)


def _comparison(name: str, operator: str, value: object) -> str:
    from alphacast_pandas.filters.foreign import COMPARISONS

    column = name if _BARE_NAME.fullmatch(name) else _in_quotes(name)
    written = _in_quotes(value) if isinstance(value, str) else value
    return f"{column} {COMPARISONS[operator]} {written}"


def _in_quotes(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _form_of_text(message: str) -> str:
    """Return how a filter text is written, by a comparison of the one that a message repeats."""
    from alphacast_pandas.filters.foreign import COMPARISONS

    comparison = _COMPARISON.format("|".join(COMPARISONS))
    repeated = re.search(rf"\bfilter ({_QUOTED})", message)
    # Not evaluated: a long text is cut, perhaps in the middle of an escape.
    text = repeated[1][1:-1].replace("\\'", "'") if repeated else ""
    found = re.search(comparison, text)
    if found is None:
        example = "COLUMN eq 'TEXT'"
    else:
        operator = COMPARISONS.get(found["operator"], found["operator"])
        value = found["value"].strip("'\"")
        written = value if _NUMBER.fullmatch(value) else _in_quotes(value)
        example = f"{found['name']} {operator} {written}"
    return (
        f"Write comparisons such as --filter {_typed(example)}, texts in single quotes; and, or "
        "and parentheses join them."
    )


def _expression_note(column: str) -> str:
    example = _typed(_comparison(column, "==", "a text"))
    return f"An expression is for Python; --filter compares columns with values, such as {example}."


def _typed(text: str) -> str:
    """Return a text as a shell takes it, in the quotes that are easier to read."""
    return f'"{text}"' if "'" in text and not set('"$`\\!') & {*text} else shlex.quote(text)
