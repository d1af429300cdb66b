"""A difference as it is displayed: within the terminal, and with nothing that acts there."""

import itertools
import math
import re

import pytest
from difference.tables import STORED, difference, table
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.difference.display import summary, to_html, to_text

RED = "\x1b[31mred\x1b[0m\u202e"


def test_a_difference_fits_a_terminal_and_escapes_in_a_notebook() -> None:
    names = [f"Vivienda, agua <b>{n}</b> " + "muy largo " * 9 for n in range(20)]
    rows = [(1, "<script>\n" + "x" * 90), (2, "AR")]
    stored = table(rows, **{name: [1e-300, 1.0] for name in names})
    sent = table(rows, **{name: [1e300, -123456789.123456789] for name in names})
    found = difference(stored_table=stored, sent_table=sent)
    text = to_text(found, "A title " * 20, ["A note " * 30])
    assert max(map(len, text.splitlines())) <= 80
    assert len(text.splitlines()) < 40
    assert "... and 12 columns more" in text
    html = to_html(found, "<title>", ["<note>"])
    assert "<script>" not in html
    assert "<b>0</b> </td>" not in html
    assert "&lt;note&gt;" in html


def test_nothing_is_shown_as_nothing() -> None:
    found = difference(stored_table=STORED, sent_table=STORED)
    assert found.is_empty
    assert "dates touched: none" in to_text(found, "Nothing", [])


@pytest.mark.parametrize("display", [to_text, to_html])
def test_names_entities_title_and_notes_cannot_act_on_a_terminal(display) -> None:
    rows = [(1, RED), (2, "AR")]
    columns = {f"x{RED}": [1.0, 2.0]}, {f"x{RED}": [5.0, 9.0]}
    stored, sent = (table(rows, **values) for values in columns)
    shown = display(difference(stored_table=stored, sent_table=sent), RED, [f"A note on {RED}"])
    assert r"\x1b[31mred\x1b[0m\u202e" in shown
    assert shown.count(r"\x1b[") >= 5  # title, column, two revisions and the note
    assert all(c.isprintable() or c == "\n" for c in shown)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (0.3, 0.1 + 0.2, ("0.3", "0.30000000000000004")),
        (30.015000000000001, 30.015000000000004, ("30.015", "30.015000000000004")),
        (8691212.0, 13036818.0, ("8,691,212", "13,036,818")),
        (123456789.123, 123456789.124, ("123,456,789.123", "123,456,789.124")),
        (1.0, 1.0000000001, ("1", "1.0000000001")),
        (-2.508585624, 0.0, ("-2.508585624", "0")),
        (1e-300, 1e300, ("1e-300", "1e+300")),
    ],
)
@pytest.mark.parametrize("display", [to_text, to_html])
def test_old_and_new_can_be_told_apart(display, old: float, new: float, line) -> None:
    tables = [table([(1, "AR")], x=[value]) for value in (old, new)]
    shown = display(difference("upsert", *tables), "A title", [])
    if display is to_text:
        assert f" {line[0]} -> {line[1]} " in shown
    else:
        cells = re.findall(r">([^<]*)</td>", shown)
        assert line in itertools.pairwise(cells)


@given(old=st.floats(allow_nan=False, allow_infinity=False))
def test_any_two_numbers_are_told_apart_and_fit(old: float) -> None:
    near = math.nextafter(old, math.inf)
    tables = [table([(1, "AR" * 40)], x=[value]) for value in (old, near)]
    text = to_text(difference("upsert", *tables), "A title", [])
    assert max(map(len, text.split("\n"))) <= 80
    found = [line.split(" -> ") for line in text.split("\n") if " -> " in line]
    for before, after in found:
        assert before.split()[-1] != after.split()[0]
    assert found or not math.isfinite(near - old)


def test_one_is_singular() -> None:
    rows = [(1, "AR"), (2, "AR")]
    stored, sent = table(rows[:1], x=[1.0]), table(rows, x=[2.0, 3.0])
    found = difference("replace", stored, sent)
    assert summary(found) == "1 row is new, 1 has other values, 0 are gone"
    assert summary(difference("replace", sent, stored)) == (
        "0 rows are new, 1 has other values, 1 is gone"
    )
    assert "1 row added, 1 changed (1 value), 0 deleted, 0 unchanged</div>" in to_html(
        found, "A title", []
    )


def test_a_long_label_keeps_its_date_and_its_column() -> None:
    rows = [(1, "A very long name of a country, with its region")]
    tables = [table(rows, unemployment=[value]) for value in (1.0, 2.0)]
    text = to_text(difference("upsert", *tables), "A title", [])
    assert re.search(r"  2024-01-01, A .*\.\.\..*unemployment +1 -> 2 ", text)
