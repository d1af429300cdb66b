"""The result of a push as it is shown: what was made, how much was sent, what became of it."""

import re
from dataclasses import fields, replace
from typing import Any

import pytest

import alphacast_pandas as ap
from alphacast_pandas.writing.result import combine_parts

PART = ap.PushPart(0, 2, 3, 45144, "Processed", "2 values added.", 2, 1, 0, 34792)
URL = "http://127.0.0.1:8400/datasets/7941"


def result(*parts: ap.PushPart, **words: Any) -> ap.PushResult:
    names = {"name": None, "repository": None, "created": ()}
    facts = names | {"dataset_id": 7941, "seconds": 0.12020141099856119, "url": URL, "wait": None}
    return combine_parts(parts or [PART], **(facts | words))


def test_a_result_is_a_few_lines() -> None:
    assert str(result(name="World", repository="Mine", created=("repository", "dataset"))) == (
        "Pushed to the new dataset 7941, 'World', in the new repository 'Mine'\n"
        "  3 rows sent; 2 values added, 1 updated, 0 deleted\n"
        '  process 45144: Processed, "2 values added."\n'
        "  34,792 bytes in 0.12 seconds\n"
        "  http://127.0.0.1:8400/datasets/7941"
    )
    assert repr(result()) == str(result())


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({}, "Pushed to dataset 7941"),
        ({"name": "World"}, "Pushed to dataset 7941, 'World'"),
        ({"repository": "Mine"}, "Pushed to dataset 7941 in repository 'Mine'"),
        (
            {"name": "World", "repository": "Mine", "created": ("dataset",)},
            "Pushed to the new dataset 7941, 'World', in repository 'Mine'",
        ),
        ({"name": "World "}, "Pushed to dataset 7941, 'World '"),
    ],
)
def test_it_says_first_where_the_rows_went(words: dict[str, Any], line: str) -> None:
    assert str(result(**words)).split("\n")[0] == line
    assert f">{line.replace(chr(39), '&#x27;')}</div>" in result(**words)._repr_html_()


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ((1, 0, 0), "1 row sent; 1 value added, 0 updated, 0 deleted"),
        ((0, 1, 0), "1 row sent; 0 values added, 1 updated, 0 deleted"),
        ((8520, None, 0), "1 row sent; 8,520 values added, updated: not stated, 0 deleted"),
        ((None, 2, 3), "1 row sent; values added: not stated, 2 updated, 3 deleted"),
        ((None, None, None), "1 row sent; values added, updated and deleted: not stated"),
    ],
)
def test_rows_and_values_are_told_apart(counts: tuple[Any, Any, Any], line: str) -> None:
    inserted, updated, deleted = counts
    part = replace(PART, rows=1, inserted=inserted, updated=updated, deleted=deleted)
    assert str(result(part)).split("\n")[1] == f"  {line}"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0.00"), (9.876, "9.88"), (75.4321, "75"), (4000.0, "4,000")]
)
def test_seconds_are_rounded(seconds: float, text: str) -> None:
    assert f" in {text} seconds\n" in str(result(seconds=seconds))


def test_parts_are_shown_if_there_are_several() -> None:
    second = replace(PART, first_row=3, last_row=9, process_id=45145, inserted=None)
    shown = str(result(PART, second))
    assert "  2 parts\n" in shown
    assert "\n  last process 45145: Processed, " in shown  # whose text is not that of the push
    assert "the service says of it" in result(PART, second)._repr_html_()
    assert "last process" not in str(result()) + result()._repr_html_()
    assert "3 to 9 (3 sent)" in shown  # with only_changes, rows between them were left out
    assert "not stated" in shown
    assert "parts" not in str(result())
    many = str(result(*[PART] * 25))
    assert "... and 5 more, see .parts" in many


def test_a_push_under_way_says_how_it_is_followed() -> None:
    waiting = result(replace(PART, status="Requested", description=None), wait=lambda _: result())
    assert str(waiting).split("\n")[0] == "Sent to dataset 7941"
    assert "  process 45144: Requested; result.wait() follows it\n" in str(waiting)
    assert ">45144: Requested; result.wait() follows it</td>" in waiting._repr_html_()
    assert "result.wait()" not in str(waiting.wait()) + waiting.wait()._repr_html_()


def test_counts_that_are_not_stated_take_one_line_of_a_notebook() -> None:
    silent = result(replace(PART, inserted=None, updated=None, deleted=None))._repr_html_()
    assert silent.count("not stated") == 1
    some = result(replace(PART, inserted=None, updated=2, deleted=None))._repr_html_()
    assert re.findall(r">(values [a-z]+)</th><td[^>]*>([^<]*)<", some) == [
        ("values added", "not stated"),
        ("values updated", "2"),
        ("values deleted", "not stated"),
    ]


def test_a_push_of_nothing_says_why() -> None:
    why = "The dataset holds these rows already; nothing was uploaded."
    nothing = replace(result(), process_id=None, status="Nothing to send", description=why, rows=0)
    assert str(nothing).startswith(f"Nothing to send to dataset 7941\n  {why}\n")
    assert why in nothing._repr_html_()
    assert "rows sent" not in nothing._repr_html_()


def test_names_and_what_was_made_come_first_among_the_fields() -> None:
    assert [f.name for f in fields(ap.PushResult)][:4] == [
        *("name", "repository", "created", "dataset_id")
    ]
    assert (result().name, result().repository, result().created) == (None, None, ())
