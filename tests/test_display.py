"""What is shown in a notebook and at a terminal: it fits, it is whole, and it cannot act."""

import datetime
import pickle
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.processes import Process
from alphacast_pandas.api.providers import Provider, ProviderPage, ProviderSeries
from alphacast_pandas.api.records import Column, Dataset, DateStats, Records, Repository
from alphacast_pandas.api.search import SearchResult
from alphacast_pandas.api.series import Series
from alphacast_pandas.api.user_keys import UserKey
from alphacast_pandas.difference.diff import Diff
from alphacast_pandas.difference.difference import compare
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.display import Link, html_facts, html_table, plural, text_table
from alphacast_pandas.finding.info import DatasetInfo
from alphacast_pandas.text import shorten
from alphacast_pandas.writing.result import combine_parts

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "terminal": "\x1b[31mred\x1b]0;title\x07\r\b",
    "right to left": "\u202eabc\u2066\u200f",
    "lines": "one\ntwo\u2028three\r\nfour",
    "long word": "x" * 5000,
    "long text": "word " * 1000,
    "half a pair": "\ud800",
    "entity": "&lt;b&gt; &amp;",
    "blanks": " a  b ",
    "nothing": "",
}
ADDRESS = "http://127.0.0.1:8400/datasets/5515"

# What an inline style of ours may say: no colour but that of the page, no place, no image.
STYLES = {
    "border": {"none"},
    "border-bottom": {"1px solid rgba(128,128,128,0.4)"},
    "border-collapse": {"collapse"},
    "color": {"inherit"},
    "font-weight": {"bold"},
    "overflow-wrap": {"anywhere", "normal"},
    "text-align": {"left", "right"},
    "text-decoration": {"underline"},
    "vertical-align": {"top"},
    "white-space": {"pre", "pre-wrap"},
}
LENGTHS = {"margin", "padding"}
TAGS = {"a", "div", "li", "table", "tbody", "td", "th", "thead", "tr", "ul"}
ATTRIBUTES = {"style", "scope", "href"}


class Page(HTMLParser):
    """A fragment of HTML: its texts by tag, its links, and the rows of its tables."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.sides: list[list[str]] = []
        self.feed(fragment)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        found = dict(attrs)
        check_style(found.get("style") or "")
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
            self.sides.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.sides[-1].append(
                "right" if "text-align:right" in (found["style"] or "") else "left"
            )
        if tag == "a":
            self.links.append(found["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert self.open
        self.texts.append((self.open[-1], data))
        if {"td", "th"} & {*self.open}:
            self.rows[-1][-1] += data

    def of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def check_style(style: str) -> None:
    """Check that a style takes its colours from the page and that long words can break."""
    parts = dict(part.split(":", 1) for part in style.split(";") if part)
    for name, value in parts.items():
        if name in LENGTHS:
            assert re.fullmatch(r"(0|\d?\.?\d+em)( (0|\d?\.?\d+em))*", value)
        else:
            assert value in STYLES[name]


def dataset(text: str) -> Dataset:
    return Dataset.from_json(
        {
            "id": 5515,
            "name": text,
            "repositoryId": 1234,
            "description": text,
            "sourceName": text,
            "permission": text,
            "updatedAt": text,
            "frequency": text,
            "minDate": "2000-01-01",
            "maxDate": "2024-05-01",
            "columns": [{"name": text}, {"name": "b"}],
        }
    )


def search_result(text: str) -> SearchResult:
    names = ("repository", "description", "sourceName", "sourceUrl", "permission", "updatedAt")
    texts = dict.fromkeys(("name", *names, "frequency"), text)
    return SearchResult.from_json(
        {"id": 5515, "repositoryId": 12, "minDate": "2000-01-01", **texts}
    )


def info(text: str) -> DatasetInfo:
    columns = pd.DataFrame(
        {
            "name": pd.Series([text, "CPI"], dtype=object),
            "role": ["entity", "value"],
            "type": [None, text],
            "id": pd.array([7, None], "Int64"),
        }
    )
    day, moment = datetime.date(2000, 1, 1), datetime.datetime(2024, 5, 1, 12, 30)  # noqa: DTZ001 - as the record has it
    return DatasetInfo(
        5515, text, text, 12, text, text, text, text, day, None, moment, text, ADDRESS, columns
    )


def series(text: str) -> Series:
    days = datetime.date(2000, 1, 1), datetime.date(2024, 5, 1)
    return Series(53804, text, 5515, text, text, text, text, *days)


def provider(text: str) -> Provider:
    parameters = ({"name": text}, {"name": ["a"]}, {})
    popular = (ProviderSeries(text), ProviderSeries())
    words = (text, text, text, text, (text, "search"), text)
    return Provider(*words, api_key_required=True, parameters=parameters, popular_series=popular)


def provider_series(text: str) -> ProviderSeries:
    points = ({"date": text, "value": 1}, [text, 2])
    return ProviderSeries(text, text, text, {text: [text]}, points, instructions=text)


def process(text: str) -> Process:
    counts = {"insertedValues": 12345678, "updatedValues": 2, "deletedValues": 3}
    return Process(45144, 5515, text, text, text, text, stats=counts)


def result(text: str | None, parts: int = 1, **words: Any) -> ap.PushResult:
    said = text or "Processed"
    part = ap.PushPart(0, 9, 10, 45144, said, text, 12345678, None, 0, 1234567)
    facts = {"dataset_id": 5515, "seconds": 0.123456, "url": ADDRESS, "wait": None}
    facts |= {"name": None, "repository": None, "created": ()}
    return combine_parts([part] * parts, **(facts | words))


def explanation(text: str) -> ap.Explanation:
    return ap.Explanation(
        dataset_id=5515,
        params={"$filter": text},
        alternatives=({"$filter": "x"}, {}),
        conditions=((text, "evaluated here: only pandas can"), ("b", "sent")),
        steps=(text, "keep the first 2 rows"),
    )


def diff(text: str) -> Diff:
    days = pa.array([datetime.date(2024, 1, 1)] * 2, pa.date32()).cast(pa.timestamp("us"))
    country = pa.array([text or None, "b"])
    values = ([0.3, -123456789.123456789], [0.1 + 0.2, 1e-300])
    tables = [
        pa.table([days, country, pa.array(numbers)], ["Date", "country", text])
        for numbers in values
    ]
    return Diff(
        text, "upsert", 5515, (text, "note"), compare(*tables, ["Date", "country"], MODES["upsert"])
    )


DISPLAYS: dict[str, Callable[[str], Any]] = {
    "datasets": lambda text: Records([dataset(text), dataset("CPI")]),
    "dataset": dataset,
    "repositories": lambda text: Records([Repository(5, text, text, text, text, text)]),
    "repository": lambda text: Repository(5, text, text, text, text, text),
    "columns": lambda text: Records([Column(text, text, True, 5, text, f"{text}2", True)]),
    "column": lambda text: Column(text, text, True, 5, text, text, True),
    "processes": lambda text: Records([process(text)]),
    "process": process,
    "search results": lambda text: Records([search_result(text)]),
    "search result": search_result,
    "info": info,
    "several series": lambda text: Records([series(text), series("CPI")]),
    "series": series,
    "providers": lambda text: Records([provider(text)]),
    "provider": provider,
    "several provider series": lambda text: Records([provider_series(text)]),
    "provider series": provider_series,
    "provider page": lambda text: ProviderPage(({"id": text},), (provider_series(text),), 900),
    "stored keys": lambda text: Records([UserKey(text, text)]),
    "stored key": lambda text: UserKey(text, text),
    "statistics": lambda text: DateStats(text, datetime.date(2000, 1, 1)),
    "result": lambda text: result(text, name=text, repository=text, created=("dataset",)),
    "parts": lambda text: result(text, 30, name=text, wait=lambda timeout: result(text)),
    "explanation": explanation,
    "difference": diff,
}
# Those of Arrow tables, which hold no halves of pairs.
IMPOSSIBLE = {("difference", "half a pair"), ("dataset info", "half a pair")}
# Of the others a line is as long as its texts may be.
IN_80_COLUMNS = {
    "datasets",
    "repositories",
    "columns",
    "processes",
    "search results",
    "several series",
    "providers",
    "several provider series",
    "stored keys",
    "result",
    "parts",
    "difference",
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [(n, k) for n in DISPLAYS for k in HOSTILE if (n, k) not in IMPOSSIBLE],
)
def test_any_text_is_shown_and_none_acts(name: str, kind: str) -> None:
    thing = DISPLAYS[name](HOSTILE[kind])
    page = Page(thing._repr_html_())
    shown = [*(content for _, content in page.texts), *repr(thing).split("\n")]
    assert all(c.isprintable() for line in shown for c in line)
    assert max(map(len, shown)) <= 450
    assert [link for link in page.links if link != ADDRESS] == []
    if name in IN_80_COLUMNS:
        assert max(map(len, repr(thing).split("\n"))) <= 80


@pytest.mark.parametrize("name", DISPLAYS)
def test_long_words_break_in_html(name: str) -> None:
    """No cell but a short one forbids it; what a browser makes of it was looked at in one."""
    fragment = DISPLAYS[name](HOSTILE["long word"])._repr_html_()
    cells = re.findall(r'style="([^"]*)">([^<]*)<', fragment)
    assert any(len(content) > 50 for _, content in cells)
    for style, content in cells:
        is_link = "underline" in style  # which wraps as its cell says
        if max(map(len, content.split() or [""])) > 20 and not is_link:
            assert "overflow-wrap:anywhere" in style


def test_a_list_is_a_table_and_still_a_list() -> None:
    records = [Repository(n, f"Name {n}", "Private") for n in range(5, 8)]
    shown = Records(records)
    assert shown == records
    assert isinstance(shown, list)
    assert str(shown) == (
        "3 repositories\n"
        "id  name    description\n"
        " 5  Name 5  Private\n"
        " 6  Name 6  Private\n"
        " 7  Name 7  Private"
    )
    page = Page(shown._repr_html_() or "")
    assert page.of("div") == ["3 repositories"]
    assert page.rows == [
        ["id", "name", "description"],
        *([str(r.id), r.name, "Private"] for r in records),
    ]
    assert page.sides[1] == ["right", "left", "left"]


def test_ids_that_are_texts_are_aligned_as_texts() -> None:
    shown = Records([ProviderSeries("chile/population"), ProviderSeries("GDP")])
    assert str(shown) == "2 series\nid\nchile/population\nGDP"
    assert {*Page(shown._repr_html_() or "").sides[1]} == {"left"}


def test_a_part_of_a_list_and_a_pickled_one_are_tables_too() -> None:
    shown = Records([Repository(5, "a"), Repository(6, "b")])
    assert str(shown[:1]) == "1 repository\nid  name\n 5  a"
    assert shown[1] == Repository(6, "b")
    again = pickle.loads(pickle.dumps(shown))
    assert again == shown
    assert repr(again) == repr(shown)


def test_a_list_without_records_is_shown_as_a_list() -> None:
    assert (repr(Records([])), Records([])._repr_html_()) == ("[]", None)
    mixed: Records[object] = Records([Repository(5, "a"), 7])
    assert repr(mixed) == "[Repository(id=5, name='a'), 7]"
    assert mixed._repr_html_() is None
    mixed[:] = [mixed]
    assert repr(mixed) == "[[...]]"


def test_a_long_list_says_how_long_it_is() -> None:
    shown = Records([Repository(n, "a") for n in range(1000)])
    lines = str(shown).split("\n")
    assert lines[0] == "1,000 repositories, the first 40 of them"
    assert len(lines) == 42
    assert len(Page(shown._repr_html_() or "").rows) == 41


def test_a_record_says_what_is_known_and_no_more() -> None:
    assert repr(Dataset(5515, "CPI")) == "Dataset(id=5515, name='CPI')"
    assert repr(Column("a")) == "Column(name='a', role='value')"
    assert repr(DateStats()) == "DateStats()"
    assert repr(Process(7, 5515, "Error", "bad")) == (
        "Process(id=7, dataset_id=5515, status='Error', description='bad')"
    )
    known = Dataset(
        5515,
        "CPI",
        12,
        "Consumer prices",
        frequency="Monthly",
        min_date=datetime.date(2000, 1, 1),
        columns=(Column("Date"), Column("CPI")),
    )
    assert repr(known) == (
        "Dataset(id=5515, name='CPI', repository_id=12, frequency='Monthly', "
        "min_date=2000-01-01, 2 columns)"
    )
    facts = dict(Page(known._repr_html_()).rows)
    assert (facts["description"], facts["columns"]) == ("Consumer prices", "Date, CPI")


@pytest.mark.parametrize("record", [dataset("CPI"), search_result("CPI")], ids=["listed", "found"])
def test_a_table_of_datasets_fits_a_narrow_window(record: Dataset | SearchResult) -> None:
    """Eight columns with an instant among them were 613 pixels wide where there are 581."""
    [head, _] = Page(Records([record])._repr_html_() or "").rows
    assert len(head) <= 7
    assert "updated_at" not in head
    assert "updated_at" in dict(Page(record._repr_html_()).rows)


def test_what_is_found_is_shown_with_what_matters() -> None:
    found = SearchResult(5515, "CPI", 12, permission="Read", updated_at="2024-05-01T12:30:00Z")
    assert repr(found) == "SearchResult(id=5515, name='CPI', repository_id=12)"
    assert str(Records([found, SearchResult(5516, "Wages")])) == (
        "2 datasets\n  id  name   repository_id\n5515  CPI               12\n5516  Wages"
    )
    assert repr(Series(7, "CPI", units="Index")) == "Series(id=7, name='CPI', units='Index')"
    assert repr(Provider("fred", capabilities=("search", "direct"))) == (
        "Provider(slug='fred', capabilities='search, direct')"
    )
    read = ProviderSeries("GDP", data=([1, 2], [3, 4]), metadata={"a": 1})
    assert repr(read) == "ProviderSeries(id='GDP', points=2)"
    page = Page(ProviderPage(({"id": "a"},), (read, read), 900)._repr_html_())
    assert page.of("div") == ["ProviderPage", "2 series"]
    assert repr(ProviderPage(({"id": "a"},), total=900)) == "ProviderPage(categories=1, total=900)"
    assert ["metadata", "{'a': 1}"] in Page(read._repr_html_()).rows


def test_a_stored_key_is_never_shown() -> None:
    stored = UserKey.from_json({"slug": "fred", "key": "0123456789abcdef", "createdAt": "now"})
    shown = [repr(stored), stored._repr_html_(), repr(Records([stored]))]
    assert shown[0] == "UserKey(slug='fred', created_at='now')"
    assert not any("0123456789abcdef" in text for text in shown)


def test_what_a_dataset_is_has_its_columns_below() -> None:
    told = info("Prices")
    assert repr(told) == (
        "DatasetInfo(id=5515, name='Prices', repository_id=12, repository='Prices', "
        "frequency='Prices', start=2000-01-01, 2 columns)"
    )
    page = Page(told._repr_html_())
    assert page.of("div") == ["DatasetInfo", "2 columns"]
    assert page.rows[-3:] == [
        ["name", "role", "type", "id"],
        ["Prices", "entity", "", "7"],
        ["CPI", "value", "Prices", ""],
    ]
    assert ["updated_at", "2024-05-01 12:30"] in page.rows


def test_what_does_not_fit_a_terminal_is_named() -> None:
    lines = text_table(["id", "name", "a", "b"], [["1", "n" * 60, "x" * 30, "y" * 30]], width=50)
    assert lines[-1] == "... and b"
    assert [len(line) <= 50 for line in lines] == [True] * 3
    assert lines[1].split() == ["1", shorten("n" * 60, 22), shorten("x" * 30, 22)]


def test_numbers_keep_their_digits() -> None:
    rows = [["1234567890", "n" * 300]]
    assert "1234567890" in text_table(["id", "name"], rows, numbers=["id"], width=30)[1]


@pytest.mark.parametrize("width", [3, 4, 5, 20, 21])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_text_is_shortened_in_its_middle(text: str, width: int) -> None:
    short = shorten(text, width)
    assert len(short) <= width
    assert short.isprintable()
    assert "..." in short or short == shorten(text, 10**6)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//x", "http://[", "file:///etc", "a b"]
)
def test_only_addresses_of_the_web_are_links(address: str) -> None:
    page = Page(html_facts([("address", Link(address))]))
    assert page.links == []
    assert page.rows == [["address", address]]


def test_an_address_cannot_leave_its_attribute() -> None:
    address = 'https://x/"onmouseover="alert(1)" <b>'
    assert Page(html_table(["a"], [[Link(address)]])).links == [address]


def test_a_long_address_is_shortened_where_it_is_read_and_whole_where_it_leads() -> None:
    address = f"https://example.com/{'x' * 1000}"
    page = Page(html_facts([("address", Link(address))]))
    assert page.links == [address]
    assert page.rows == [["address", shorten(address, 400)]]


def test_a_count_has_its_word() -> None:
    assert [plural(n, "row") for n in (0, 1, 1234)] == ["0 rows", "1 row", "1,234 rows"]
