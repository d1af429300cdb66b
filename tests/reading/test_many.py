"""What `read_many` takes, in every form, what it refuses, and the mapping that it returns."""

import inspect
import pickle
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

WORLD = "World - Life expectancy, population and income"


@pytest.fixture(scope="module")
def demo() -> Iterator[Emulator]:
    with Emulator(seed="demo") as emulator:
        yield emulator


@pytest.fixture
def reader(demo: Emulator) -> Iterator[ap.Client]:
    with ap.Client(demo.api_key, base_url=demo.url) as client:
        demo.forget_requests()
        yield client


@pytest.fixture
def found(reader: ap.Client) -> pd.DataFrame:
    return ap.datasets(client=reader)


def test_a_dict_has_labels_and_keywords_of_its_own(reader: ap.Client, found: pd.DataFrame) -> None:
    world = found["id"].iloc[2]
    wanted = {
        "plain": world,
        "text": str(world),
        "name": WORLD,
        "record": reader.datasets.get(world),
        (1, "own"): {"dataset_id": world, "select": "gdp_per_capita", "last": None},
    }
    frames = ap.read_many(wanted, select="population", last=1, client=reader)
    assert [*frames] == [*wanted]
    alone = ap.read_alphacast(world, select="population", last=1, client=reader)
    for label in ("plain", "text", "name", "record"):
        pd.testing.assert_frame_equal(frames[label], alone)
    own = ap.read_alphacast(world, select="gdp_per_capita", client=reader)
    pd.testing.assert_frame_equal(frames[1, "own"], own)


def test_a_list_has_numbers_for_labels(reader: ap.Client, found: pd.DataFrame) -> None:
    first, second, third = found["id"].tolist()
    mixed = [WORLD, f"https://www.alphacast.io/datasets/{first}", reader.datasets.get(second)]
    assert [*ap.read_many(mixed, top=1, client=reader)] == [third, first, second]
    for listed in (found["id"], found["id"].to_numpy(), iter(found["id"]), tuple(found["id"])):
        frames = ap.read_many(listed, top=1, client=reader)
        assert [*frames] == [first, second, third]
        assert {type(label) for label in frames} == {int}


def test_a_frame_has_names_for_labels(reader: ap.Client, found: pd.DataFrame) -> None:
    first, second, third = found["id"].tolist()
    frames = ap.read_many(found, top=1, client=reader)
    assert [*frames] == found["name"].tolist()
    assert repr(frames).splitlines()[1].split() == ["label", "dataset_id", "rows", "first", "last"]
    assert [*ap.read_many(found[["id"]], top=1, client=reader)] == [first, second, third]
    named = found.assign(name=["Prices", None, "Prices"])
    labels = [f"Prices ({first})", second, f"Prices ({third})"]
    assert [*ap.read_many(named, top=1, client=reader)] == labels


# What is passed, other keywords, and what the message holds.
MISTAKES: list[tuple[Any, dict[str, Any], str]] = [
    (5515, {}, "Pass [5515], or read one dataset with read_alphacast."),
    ("5515", {}, "Pass ['5515'], or read one dataset with read_alphacast."),
    (None, {}, "not None"),
    ({5, 6}, {}, "Pass sorted(...)"),
    ([], {}, "datasets is empty"),
    ({}, {}, "datasets is empty"),
    (pd.DataFrame({"id": []}, dtype="int64"), {}, "datasets is empty"),
    ([5, 6, "5"], {}, "Dataset 5 stands in datasets twice (as 5 and as '5'). Leave one out"),
    ([{"dataset_id": 5}], {}, "pass a dict of labels"),
    ([5, None], {}, "None is not a dataset"),
    ({"a": 5, "b": -1}, {}, "b: -1 is not a dataset"),
    ({"a": {"select": "x"}}, {}, "a: The keywords lack the dataset"),
    ({"a": {"dataset_id": 5, "selct": "x"}}, {}, "a: A read has no keyword 'selct'; did you mean"),
    ({"a": {"dataset_id": 5, "chunksize": 9}}, {}, "a: One dataset cannot have chunksize"),
    ({"a": {"dataset_id": 5, "client": None}}, {}, "Pass it to read_many"),
    ({"a": {"dataset_id": 5, "progress": True}}, {}, "Pass it to read_many"),
    ({"a": {"dataset_id": 5, "end": "2019"}}, {"start": "2020"}, "a: start '2020' is after end"),
    ({"a\x1b[2J": {"dataset_id": 5, "top": 0}}, {}, r"a\x1b[2J: top must be an integer >= 1"),
    ({"a": "https://example.com/datasets/x-5"}, {}, "a: 'https://example.com/datasets/x-5' is an"),
    ([5], {"last": 0}, "last must be an integer >= 1, got 0"),
    ([5], {"workers": 0}, "workers must be an integer >= 1, got 0"),
    ([5], {"workers": True}, "workers must be an integer >= 1, got True"),
    ([5], {"errors": "ignore"}, "errors is 'raise' or 'collect', not 'ignore'"),
    (pd.DataFrame({"dataset_id": [5]}), {}, "datasets.rename(columns={'dataset_id': 'id'})"),
    (pd.DataFrame({"number": [5]}), {}, "needs one column 'id'"),
    (pd.DataFrame({"id": [5, 5]}), {}, "Pass datasets.drop_duplicates('id')"),
    (pd.DataFrame({"id": [5, None]}), {}, "datasets.dropna(subset='id').astype({'id': 'int64'})"),
    (
        pd.DataFrame({"id": [1, 2, 3], "name": ["a", "a", "a (1)"]}),
        {},
        "Two names make the label 'a (1)'",
    ),
]


def test_what_cannot_be_read_is_refused_before_anything_is_sent(
    reader: ap.Client, demo: Emulator
) -> None:
    for datasets, words, message in MISTAKES:
        with pytest.raises(ap.QueryError) as caught:
            ap.read_many(datasets, client=reader, **words)
        assert message in str(caught.value)
    assert len(demo.requests) == 0


def test_an_error_keeps_its_class_and_facts(reader: ap.Client) -> None:
    with pytest.raises(ap.NotFoundError, match=r"^gone: Dataset 99 does not exist") as caught:
        ap.read_many({"gone": 99}, client=reader)
    assert caught.value.status_code == 404
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    with ap.Client("ak_0", base_url="http://127.0.0.1:9", retries=0) as nowhere:
        with pytest.raises(ap.ConnectionFailed, match=r"^far: No answer from") as failed:
            ap.read_many({"far": 5}, client=nowhere)
        assert failed.value.retryable
        assert failed.value.cause is not None


def test_a_dataset_that_is_not_the_expected_one_is_refused(
    reader: ap.Client, found: pd.DataFrame
) -> None:
    first, _, third = found["id"].tolist()
    wanted = {"us": {"dataset_id": first, "expect": "united states*"}, "world": third}
    frames = ap.read_many(wanted, expect="World*", top=1, errors="collect", client=reader)
    assert [*frames] == ["us", "world"]
    with pytest.raises(ap.QueryError, match=r"^dataset .* does not match"):
        ap.read_many([first], expect="World*", client=reader)


def test_a_warning_names_the_label_and_the_line_of_the_user(
    reader: ap.Client, found: pd.DataFrame
) -> None:
    wanted = {"some": found["id"].iloc[2]}
    with pytest.warns(UserWarning, match=r"^some: .*(nearest there: 'Argentina')") as caught:
        ap.read_many(wanted, filter={"country": "Argentin"}, client=reader)
    frame = inspect.currentframe()
    assert frame is not None
    (warning,) = caught
    assert (warning.filename, warning.lineno) == (__file__, frame.f_lineno - 4)


def test_the_mapping_is_one_of_labels_and_frames(reader: ap.Client, found: pd.DataFrame) -> None:
    frames = ap.read_many(
        {"world": found["id"].iloc[2], "gone": 99}, errors="collect", client=reader
    )
    assert len(frames) == 1
    assert "world" in frames
    assert "gone" not in frames
    assert frames.get("other") is None
    assert [len(frame) for frame in frames.values()] == [1704]
    with pytest.raises(KeyError, match=r"^There is no frame 'wrld'; did you mean 'world'\?$"):
        frames["wrld"]
    with pytest.raises(KeyError, match=r"the labels are 'world'\."):
        frames[7]
    with pytest.raises(TypeError):
        frames["world"] = pd.DataFrame()  # type: ignore[index]
    copy = pickle.loads(pickle.dumps(frames))
    pd.testing.assert_frame_equal(copy["world"], frames["world"])
    assert str(copy.errors["error"].iloc[0]) == str(frames.errors["error"].iloc[0])


def test_the_frame_of_errors_has_the_same_types_without_one(
    reader: ap.Client, found: pd.DataFrame
) -> None:
    some = ap.read_many({"gone": 99}, errors="collect", client=reader).errors
    none = ap.read_many(found["id"], top=1, client=reader).errors
    assert none.empty
    assert none.dtypes.to_dict() == some.dtypes.to_dict()
    assert some.dtypes.astype(str).tolist()[:3] == ["object", "Int64", "object"]
    assert some["message"].dtype == pd.Series(["text"]).dtype


def test_it_is_shown_as_a_table(reader: ap.Client, found: pd.DataFrame) -> None:
    wanted: dict[Any, Any] = {"<b>": found["id"].iloc[2], "\x1b[2J": 99}
    frames = ap.read_many(wanted, index=True, errors="collect", client=reader)
    lines = repr(frames).splitlines()
    assert lines[0] == "Frames of 1 dataset, 1 could not be read"
    assert lines[1].split() == ["label", "dataset_id", "name", "rows", "first", "last"]
    assert lines[2].split()[-3:] == ["1,704", "1952-01-01", "2007-01-01"]
    assert lines[3].startswith(r"\x1b[2J: NotFoundError: Dataset 99")
    assert max(map(len, lines)) <= 80
    page = frames._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "NotFoundError" in page
    many = ap.Frames(dict.fromkeys(range(50), pd.DataFrame()))
    assert "Frames of 50 datasets, the first 40 of them" in repr(many)
