"""Messages of the package in the words of the commands, where there is one for those of Python."""

from __future__ import annotations

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
_PYTHON_FILTER = re.compile(r"\bap\.col\(|\bfilter=\{")
_FILTER_NOTE = (
    "A dict and an expression are for Python; --filter takes text, such as \"country eq 'Chile' "
    'and CPI gt 100".'
)


def in_commands(text: str) -> str:
    """
    Return a message of the package as somebody at a terminal can follow it.

    >>> in_commands("Look at it with ap.snapshot(5515).")
    'Look at it with alphacast-pandas snapshot 5515.'
    >>> in_commands("Read it once with cache=True, or use mode='upsert'.")
    'Read it once with --cache on, or use --mode upsert.'
    """
    notes = [_FILTER_NOTE] if _PYTHON_FILTER.search(text) else []
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


def _typed(text: str) -> str:
    """Return a text as a shell takes it, in the quotes that are easier to read."""
    return f'"{text}"' if "'" in text and not set('"$`\\!') & {*text} else shlex.quote(text)
