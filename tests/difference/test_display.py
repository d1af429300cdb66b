"""A difference as it is displayed: within the terminal, and with nothing that acts there."""

import pytest
from difference.tables import STORED, difference, table

from alphacast_pandas.difference.display import to_html, to_text

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
