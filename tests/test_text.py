"""Text of others on a terminal: nothing in it acts there, and all of it can be read."""

import sys
import unicodedata

import pytest

from alphacast_pandas.text import printable, printable_lines, shorten

UNSAFE = {
    "escape sequences": ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    "a backspace": ("abc\x08", r"abc\x08"),
    "the second range of controls": ("a\x9b31m", r"a\x9b31m"),
    "right to left override": ("abc\u202edef", r"abc\u202edef"),
    "isolates": ("\u2066a\u2069", r"\u2066a\u2069"),
    "line ends": ("a\nb\rc\u2028d\te", r"a\nb\rc\u2028d\te"),
    "half a surrogate pair": ("\ud800", r"\ud800"),
    "tag characters": ("a\U000e0041", r"a\U000e0041"),
    "a byte order mark": ("\ufeffDate", r"\ufeffDate"),
}
SAFE = ["Perú, 日本 ½ €", "a\xa0b", "\u0645\u06cc\u200c\u062e", "👩\u200d🌾", "", r"\x1b"]


@pytest.mark.parametrize("case", UNSAFE)
def test_what_acts_on_a_terminal_is_written_as_an_escape(case: str) -> None:
    text, expected = UNSAFE[case]
    assert printable(text) == expected


@pytest.mark.parametrize("text", SAFE)
def test_what_can_be_read_stays(text: str) -> None:
    assert printable(text) == text


def test_no_character_of_unicode_gets_through_that_moves_or_hides_text() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {c for c in printable(every) if unicodedata.category(c) in {"Cc", "Cf", "Cs"}}
    assert left == {"\u200c", "\u200d"}
    printable(every).encode()


def test_lines_of_a_message_stay_lines() -> None:
    assert printable_lines("one\x1b[2J\n\ntwo\u2028three") == "one\\x1b[2J\n\ntwo\nthree"
    assert printable_lines("") == ""


@pytest.mark.parametrize("length", [0, 1, 19, 20, 21, 500])
def test_a_shortened_text_keeps_its_ends_and_fits(length: int) -> None:
    text = "".join(chr(ord("a") + number % 26) for number in range(length))
    short = shorten(text, 20)
    assert len(short) == min(length, 20)
    if length <= 20:
        assert short == text
    else:
        start, end = short.split("...")
        assert text.startswith(start)
        assert text.endswith(end)
        assert len(end) >= 5
