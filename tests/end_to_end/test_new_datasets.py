"""A dataset without an upload reads as an empty frame, however the service answers."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Fault, Readings

FRAME = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01"]), "country": ["Chile"], "price": [1.5]})
ANSWERS: dict[str, Callable[[str], Fault | None]] = {
    "as the emulator has it": lambda _: None,
    "an empty body": lambda path: Fault(method="GET", path=path, status=200, body="", times=None),
    "no content": lambda path: Fault(method="GET", path=path, status=204, times=None),
    "not found": lambda path: Fault(method="GET", path=path, status=404, times=None),
    "no file": lambda path: Fault(
        method="GET",
        path=f"{path.removesuffix('/data')}.csv",
        port="storage",
        status=404,
        times=None,
    ),
}
KEYWORDS: list[dict[str, Any]] = [
    {},
    {"index": True},
    {"schema": True},
    {"last": 3},
    {"top": 3},
    {"start": "2020", "end": "2021"},
    {"dtype_backend": "pyarrow"},
    {"categories": True},
]


@pytest.fixture(params=ANSWERS)
def make(
    request: pytest.FixtureRequest, client: ap.Client, emulator: Emulator
) -> Callable[[bool], int]:
    """Create a dataset, with its date and entity columns or without any; return its number."""

    def made(has_columns: bool) -> int:
        home = client.repositories.home()
        number = client.datasets.create("New", repository_id=home.id).id
        if has_columns:
            client.datasets.initialize_columns(number, date="Date", entities=["country"])
        fault = ANSWERS[request.param](f"/datasets/{number}/data")
        if fault is not None:
            emulator.faults.add(fault)
        return number

    return made


@pytest.mark.parametrize("keywords", KEYWORDS, ids=str)
def test_a_dataset_with_columns_is_empty_with_these_columns(
    client: ap.Client, make: Callable[[bool], int], keywords: dict[str, Any]
) -> None:
    number = make(True)
    frame = ap.read_alphacast(number, client=client, **keywords)
    assert len(frame) == 0
    facts = frame.attrs["alphacast"]
    assert (facts["dataset_id"], facts["name"], facts["rows"]) == (number, "New", 0)
    assert (facts["date"], facts["entities"]) == ("Date", ["country"])
    if keywords.get("index"):
        frame = frame.reset_index()
    assert [*frame.columns] == ["Date", "country"]
    date, country = frame.dtypes
    assert str(date).startswith("timestamp" if "dtype_backend" in keywords else "datetime64")
    assert (country == "category") is bool(keywords.get("categories"))
    if not keywords.get("categories"):
        assert pd.api.types.is_string_dtype(country)


@pytest.mark.parametrize("keywords", KEYWORDS, ids=str)
def test_a_dataset_without_columns_is_an_empty_frame(
    client: ap.Client, make: Callable[[bool], int], keywords: dict[str, Any]
) -> None:
    number = make(False)
    frame = ap.read_alphacast(number, client=client, **keywords)
    assert frame.shape == (0, 0)
    assert frame.index.equals(pd.RangeIndex(0))
    assert frame.attrs["alphacast"]["name"] == "New"


@pytest.mark.parametrize("has_columns", [False, True])
def test_in_chunks_there_is_one_empty_frame(
    client: ap.Client, make: Callable[[bool], int], *, has_columns: bool
) -> None:
    number = make(has_columns)
    whole = ap.read_alphacast(number, client=client)
    frames = [*ap.read_alphacast(number, chunksize=2, client=client)]
    assert len(frames) == 1
    pd.testing.assert_frame_equal(frames[0], whole)


@pytest.mark.parametrize("has_columns", [False, True])
@pytest.mark.parametrize(
    "keywords",
    [{"select": "price"}, {"filter": {"price": 1.5}}, {"index": "price"}],
    ids=str,
)
def test_a_column_that_is_not_known_yet_is_refused(
    client: ap.Client,
    make: Callable[[bool], int],
    keywords: dict[str, Any],
    *,
    has_columns: bool,
) -> None:
    known = "the columns are 'Date', 'country'" if has_columns else "no column of the dataset is"
    with pytest.raises(ap.QueryError, match=f"there is no column 'price'.*{known}"):
        ap.read_alphacast(make(has_columns), client=client, **keywords)


def test_known_columns_can_be_filtered(client: ap.Client, make: Callable[[bool], int]) -> None:
    number = make(True)
    frame = ap.read_alphacast(number, filter=ap.col("country") != "Chile", client=client)
    assert frame.shape == (0, 2)
    with pytest.warns(UserWarning, match="no row"):
        ap.read_alphacast(number, filter={"country": "Chile"}, client=client)


@pytest.mark.parametrize("has_columns", [False, True])
def test_its_schema_has_the_columns(
    client: ap.Client, make: Callable[[bool], int], *, has_columns: bool
) -> None:
    schema = ap.schema(make(has_columns), client=client)
    assert [*schema.columns] == (["Date", "country"] if has_columns else [])


@pytest.mark.parametrize("has_columns", [False, True])
def test_the_first_push_and_the_read_after_it_are_ordinary(
    client: ap.Client, make: Callable[[bool], int], emulator: Emulator, *, has_columns: bool
) -> None:
    number = make(has_columns)
    assert len(ap.read_alphacast(number, client=client)) == 0
    FRAME.alphacast.push(number, client=client)
    emulator.faults.clear()
    pd.testing.assert_frame_equal(ap.read_alphacast(number, client=client), FRAME)


@pytest.mark.parametrize("answer", [*ANSWERS][1:])
def test_a_dataset_that_holds_rows_is_never_read_as_empty(
    client: ap.Client, emulator: Emulator, answer: str
) -> None:
    number = FRAME.alphacast.push(name="Full", client=client).dataset_id
    fault = ANSWERS[answer](f"/datasets/{number}/data")
    assert fault is not None
    emulator.faults.add(fault)
    for keywords in ({}, {"chunksize": 5}):
        with pytest.raises(ap.AlphacastError):
            ap.read_alphacast(number, client=client, **keywords)


@pytest.mark.parametrize("listing", ["processes", "date-stats"])
def test_without_proof_the_answer_is_an_error(
    client: ap.Client, emulator: Emulator, listing: str
) -> None:
    home = client.repositories.home()
    number = client.datasets.create("New", repository_id=home.id).id
    emulator.faults.add(Fault(path=f"/datasets/{number}/{listing}", status=403, times=None))
    with pytest.raises(ap.DecodeError, match="empty body"):
        ap.read_alphacast(number, client=client)


def test_an_upload_that_failed_leaves_the_dataset_new(
    client: ap.Client, emulator: Emulator
) -> None:
    home = client.repositories.home()
    number = client.datasets.create("New", repository_id=home.id).id
    emulator.faults.add(Fault(process_error="Data is empty"))
    with pytest.raises(ap.ProcessError):
        FRAME.alphacast.push(number, client=client)
    assert len(ap.read_alphacast(number, client=client)) == 0


def test_a_dataset_that_does_not_exist_is_an_error(client: ap.Client) -> None:
    for keywords in ({}, {"select": "x"}, {"chunksize": 5}):
        with pytest.raises(ap.NotFoundError, match=r"^Dataset 999 does not exist"):
            ap.read_alphacast(999, client=client, **keywords)


@pytest.mark.parametrize("media_type", ["exact", "json"])
def test_media_types_do_not_matter(client: ap.Client, emulator: Emulator, media_type: Any) -> None:
    emulator.readings = Readings(media_type=media_type)
    home = client.repositories.home()
    number = client.datasets.create("New", repository_id=home.id).id
    assert ap.read_alphacast(number, client=client).shape == (0, 0)
