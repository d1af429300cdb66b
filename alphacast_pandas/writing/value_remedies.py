"""Remedies for a column that should hold numbers or text: calls right for its very values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.column_types import is_object
from alphacast_pandas.contracts.failures import listed, short
from alphacast_pandas.writing.date_remedies import MOST_LISTED, are_whole
from alphacast_pandas.writing.dates import DATE_FORMAT, date_format
from alphacast_pandas.writing.kinds import NUMBERS, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Signs around numbers, and what number is left without them. An accountant's (5) is -5.
_SIGNS = {
    r"^\s*\((.*)\)\s*$": r"-\1",
    "\u2212": "-",
    "[$\u20ac\u00a3\u00a5%]|R(?=[$])|US(?=[$])": "",
    r"\s": "",
}
_UNITS = re.compile(r"[$\u20ac\u00a3\u00a5%]")
_SIGNED = re.compile(
    r"\(?[-+\u2212]?\s?((R|US)?[$]|[\u20ac\u00a3\u00a5])?\s?[-+\u2212]?"
    r"(\d{1,3}(\s\d{3})+([.,]\d+)?|\d[\d.,]*|[.,]\d+)\s?[$\u20ac\u00a3\u00a5%]?\)?"
)
_DECIMAL_POINT = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d+(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?|[+-]?\d+(,\d*)?")


def is_number(text: Any) -> bool:
    """Tell a value, such as a text, that Python reads as a number."""
    if isinstance(text, str):
        try:
            float(text)
        except ValueError:
            return False
        return "_" not in text
    return pd.api.types.is_number(text) and not isinstance(text, bool | complex)


def holds_numbers(texts: pd.Series) -> bool:
    """Tell texts that are all numbers, in one of the ways of writing them."""
    written = [str(text).strip() for text in texts.dropna().unique()]
    return bool(written) and all(is_number(text) or _SIGNED.fullmatch(text) for text in written)


def not_numbers(values: pd.Series) -> pd.Series:
    """Return which values of a column are neither numbers, nor texts of them, nor missing."""
    tests = [pd.isna(value) is True or is_number(value) for value in values]
    return ~pd.Series(tests, index=values.index, dtype=bool)


def remedy_to_numbers(values: pd.Series) -> str:  # noqa: PLR0911 - one return for each kind of text
    """Return what makes numbers of texts, and of numbers as texts."""
    column = f"df[{values.name!r}]"
    odd = [*dict.fromkeys(values[not_numbers(values)])]
    if not odd:
        # Not pd.to_numeric: before pandas 3.1 it gives a neighbour of every seventh double.
        return f"{column} = {column}.astype(float)."
    texts = [value.strip() for value in values if isinstance(value, str)]
    if not all(isinstance(value, str) for value in odd):
        drop = f"df = df.drop(columns={values.name!r})"
        return f"Replace {listed(odd)} by numbers, or drop the column: {drop}."
    readings = _ways_to_numbers(texts, column, column) or _without_signs(values, texts, column)
    if readings:
        return readings
    if not any(character.isdigit() for value in values.dropna() for character in str(value)):
        drop = f"df = df.drop(columns={values.name!r})"
        return (
            f"None of the texts, such as {short(odd[0])}, is a number. Put the numbers that are "
            f"meant into the column, or leave it out: {drop}."
        )
    to_missing = (
        f'{column} = {column}.where(pd.to_numeric({column}, errors="coerce").notna()).astype(float)'
    )
    if not any(character.isdigit() for text in odd for character in text):
        it = "it by a number" if len(odd) == 1 else "them by numbers"
        return f"{to_missing} makes missing values of {listed(odd)}; or replace {it}."
    blank = [text for text in odd if not any(character.isdigit() for character in text)]
    if blank and len(blank) <= MOST_LISTED:
        rest = remedy_to_numbers(values[~values.isin(blank)])
        return (
            f"Make missing values of {listed(blank)} first, if that is what they mean: "
            f'df.loc[{column}.isin({blank!r}), {values.name!r}] = float("nan"); then {rest}'
        )
    is_not = "it is not a number" if len(odd) == 1 else "they are not numbers"
    return f"Correct {listed(odd)}: written like this {is_not}."


def _without_signs(values: pd.Series, texts: Sequence[str], column: str) -> str:
    """Return how numbers with signs of currencies, per cent or blanks between digits are read."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return ""
    if not all(is_number(text) or _SIGNED.fullmatch(text) for text in texts):
        return ""
    if len({frozenset(_UNITS.findall(text)) for text in texts}) > 1:
        return ""  # numbers of several units, whose signs must not be lost
    used = {sign: new for sign, new in _SIGNS.items() if any(re.search(sign, t) for t in texts)}
    plain = [*pd.Series(texts, dtype=object).replace(used, regex=True)]
    source = f"{column}.replace({used!r}, regex=True)"
    n = next(n for n, text in enumerate(texts) if not is_number(text))
    if not all(is_number(text) for text in plain):
        return _ways_to_numbers(plain, column, source)
    percent = "" if not any("%" in text for text in texts) else "; divide it by 100 for a share"
    made = f"makes {float(plain[n]):.15g} of {short(texts[n])}"
    return f"{column} = {source}.astype(float) {made}{percent}."


def _ways_to_numbers(texts: Sequence[str], column: str, source: str) -> str:
    """Return how numbers with separators of thousands are read, both ways if both are possible."""
    calls: list[tuple[str, Callable[[str], str]]] = []
    if all(_DECIMAL_POINT.fullmatch(text) for text in texts):
        calls.append(('text.replace(",", "")', lambda text: text.replace(",", "")))
    if all(_DECIMAL_COMMA.fullmatch(text) for text in texts):
        calls.append(
            (
                'text.replace(".", "").replace(",", ".")',
                lambda text: text.replace(".", "").replace(",", "."),
            )
        )
    start, end = f"{column} = {source}.map(lambda text: ", " if isinstance(text, str) else text)"
    written = [f"{start}{call}{end}.astype(float)" for call, _ in calls]
    if len(calls) < 2:
        return "".join(f"{each}." for each in written)
    for text in texts:
        numbers = [float(read(text)) for _, read in calls]
        if numbers[0] != numbers[1]:
            return (
                f"{short(text)} can be read in two ways, so say which is meant: {written[0]} makes "
                f"it {numbers[0]:.15g}; {written[1]} makes it {numbers[1]:.15g}."
            )
    return f"{written[0]}."


def remedy_to_text(values: pd.Series) -> str:
    """Return what makes text of a column."""
    column, kind = f"df[{values.name!r}]", kind_of(values)
    if kind is Kind.DATE:
        return f"{column} = {_dates_as_text(values, column)}."
    if kind is Kind.FLOAT and are_whole(values.dropna()):
        return f'{column} = {column}.astype("Int64").astype("string").'
    if kind in NUMBERS or kind is Kind.BOOLEAN:
        return f'{column} = {column}.astype("string").'
    if is_object(values.dtype) and all(
        is_number(value) or isinstance(value, str) for value in values.dropna()
    ):
        return f'{column} = {column}.map(str, na_action="ignore").'
    drop = f"df = df.drop(columns={values.name!r})"
    return f"Make texts of the values, or drop the column: {drop}."


def _dates_as_text(values: pd.Series, column: str) -> str:
    has_time = date_format(values) != DATE_FORMAT
    source = f"pd.to_datetime({column})" if is_object(values.dtype) else column
    if isinstance(values.dtype, pd.PeriodDtype):
        return f"{column}.astype(str)"
    return f'{source}.dt.strftime("%Y-%m-%d{" %H:%M:%S" * has_time}")'


def remedy_to_value(values: pd.Series, call: str, *, may_be_text: bool) -> str:
    """
    Return what to do with dates in a value column.

    `call` is a push that states the roles, so that the text does not become an entity.
    """
    drop = f"df = df.drop(columns={values.name!r})"
    if not may_be_text:
        return f"Drop the column, since the dataset holds numbers in it: {drop}."
    text = remedy_to_text(values).removesuffix(".")
    return f"Drop the column: {drop}. Or send it as text: {text}, and {call}."
