"""Looks at the emulator: what they cost, what they keep, how they fail."""

import datetime
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.client import client_with
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings
from alphacast_pandas.emulator import Emulator, Readings

PRICES = pd.DataFrame(
    {
        "Date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01", "2024-02-01"]),
        "country": ["Chile", "Perú", "Chile", "Perú"],
        "CPI": [1.0, 2.0, 3.0, None],
        "note": ["NA", None, 'said "so"', "007"],
        "rank": pd.array([1, None, 3, -4], "Int16"),
    }
)
REVISED = pd.concat(
    [
        PRICES.iloc[1:].assign(CPI=[2.5, 3.0, 4.0]),
        PRICES.tail(1).assign(Date=pd.Timestamp("2024-03-01")),
    ],
    ignore_index=True,
)
NOW = "2024-02-29"  # by the clock of the client
# Every keyword that says what of a dataset is wanted, or how.
KEYWORDS: list[dict[str, Any]] = [
    {},
    {"filter": {"country": "Chile"}, "select": "CPI", "index": True},
    {"filter": "CPI gt 1.5", "dtype_backend": "pyarrow"},
    {"start": "2024-02", "categories": True, "schema": True},
    {"filter": ap.col("CPI") > ap.col("CPI").mean(), "dtype_backend": "numpy_nullable"},
    {"last": 1, "select": ["note", "rank"], "expect": "pri*"},
    {"top": 3, "end": "2024-01"},
    {"filter": [("country", "in", [])]},
]


@pytest.fixture
def push(client: ap.Client) -> Callable[..., int]:
    """Push a frame to a dataset and return its number."""

    def push(frame: pd.DataFrame, name: str = "Prices", **words: Any) -> int:
        result = frame.alphacast.push(
            name=name, repository="Mine", entities=["country"], client=client, **words
        )
        return result.dataset_id

    return push


def test_a_look_keeps_what_the_service_holds(
    push: Callable[..., int], client: ap.Client, tmp_path: Path
) -> None:
    number = push(PRICES)
    (first,) = ap.snapshot(number, store=tmp_path, client=client).to_dict("records")
    before = [ap.read_alphacast(number, client=client, **words) for words in KEYWORDS]
    push(REVISED, mode="replace", max_delete=1.0)
    (second,) = ap.snapshot(number, store=tmp_path, client=client).to_dict("records")
    counted = ("name", "is_new", "rows", "added", "revised", "deleted", "error")
    assert [first[name] for name in counted] == ["Prices", True, 4, 4, 0, 0, None]
    assert [second[name] for name in counted] == ["Prices", True, 4, 1, 2, 1, None]
    for words, expected in zip(KEYWORDS, before, strict=True):
        for dataset in (number, "Prices"):
            known = ap.read_alphacast(
                dataset, as_of=first["vintage"], store=tmp_path, client=client, **words
            )
            pd.testing.assert_frame_equal(known, expected)
            facts, own = known.attrs["alphacast"], expected.attrs["alphacast"]
            same = ("dataset_id", "name", "repository_id", "url", "date", "entities", "rows")
            assert [facts[name] for name in same] == [own[name] for name in same]
            assert facts["note"] == "as last seen by this store"
        newest = ap.read_alphacast(number, as_of=NOW, store=tmp_path, client=client, **words)
        now = ap.read_alphacast(number, client=client, **words)
        pd.testing.assert_frame_equal(newest, now)
    reader = ap.read_alphacast(number, as_of=NOW, store=tmp_path, client=client, chunksize=3)
    joined = pd.concat([*reader])
    pd.testing.assert_frame_equal(joined, ap.read_alphacast(number, client=client))
    panel = ap.read_many(
        {"now": number, "then": {"dataset_id": "Prices", "as_of": first["vintage"]}},
        as_of=NOW,
        store=tmp_path,
        client=client,
    )
    pd.testing.assert_frame_equal(panel["now"], joined)
    pd.testing.assert_frame_equal(panel["then"], before[0])
    listed = ap.read_many(["Prices", 7], as_of=NOW, store=tmp_path, client=client, errors="collect")
    assert [*listed] == [number]
    assert "never looked at" in listed.errors["message"].item()


@pytest.mark.parametrize(("etag", "bodies"), [("strong", 0), ("none", 1)])
def test_an_unchanged_dataset_costs_one_small_record(
    etag: Any,
    bodies: int,
    push: Callable[..., int],
    client: ap.Client,
    emulator: Emulator,
    tmp_path: Path,
) -> None:
    emulator.readings = Readings(storage_etag=etag)
    number = push(PRICES)
    ap.snapshot(number, store=tmp_path, client=client)
    files = {*tmp_path.rglob("*")}
    emulator.forget_requests()
    found = ap.snapshot(number, store=tmp_path, client=client)
    (record,) = {*tmp_path.rglob("*")} - files
    assert record.stat().st_size < 600
    assert found[["is_new", "rows", "added"]].to_numpy().tolist() == [[False, 4, 0]]
    statuses = [each.status for each in emulator.requests if each.path.endswith(".csv")]
    assert statuses == [200 if bodies else 304]
    assert len(emulator.requests) == 4
    vintages = ap.vintages(number, store=tmp_path, client=client)
    assert len(vintages) == 1
    assert vintages["checked_until"].item() > vintages["vintage"].item()


def test_a_file_that_was_lost_is_written_again_although_nothing_has_changed(
    client: ap.Client, push: Callable[..., int], tmp_path: Path
) -> None:
    number = push(PRICES)
    ap.snapshot(number, store=tmp_path, client=client)
    before = ap.read_alphacast(number, as_of=NOW, store=tmp_path, client=client)
    (block,) = tmp_path.rglob("*.arrow")
    block.unlink()
    found = ap.snapshot(number, store=tmp_path, client=client)
    assert found["is_new"].tolist() == [False]
    again = ap.read_alphacast(number, as_of=NOW, store=tmp_path, client=client)
    pd.testing.assert_frame_equal(again, before)


def test_a_dataset_that_holds_nothing_has_a_vintage_without_rows(
    client: ap.Client, tmp_path: Path
) -> None:
    home = client.repositories.home().id
    number = client.datasets.create("New", repository_id=home).id
    client.datasets.initialize_columns(number, date="Date", entities=["country"])
    ap.snapshot(number, store=tmp_path, client=client)
    frame = ap.read_alphacast(number, as_of=NOW, store=tmp_path, client=client)
    pd.testing.assert_frame_equal(frame, ap.read_alphacast(number, client=client))
    PRICES[["Date", "country", "CPI"]].alphacast.push(number, client=client)
    ap.snapshot(number, store=tmp_path, client=client)
    found = ap.vintages(number, store=tmp_path, client=client)
    assert found[["rows", "added"]].to_numpy().tolist() == [[0, 0], [4, 4]]
    assert found["start"].tolist() == [pd.NaT, pd.Timestamp("2024-01-01")]
    released = ap.releases(number, select="CPI", store=tmp_path, client=client)
    assert released["CPI"].fillna(0).tolist() == [1.0, 2.0, 3.0, 0.0]


class MovingClock:
    """A clock that goes on in pauses only."""

    paused = 0.0

    def monotonic(self) -> float:
        return self.paused

    def sleep(self, seconds: float) -> None:
        self.paused += seconds

    def now(self) -> datetime.datetime:
        noon = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)
        return noon + datetime.timedelta(seconds=self.paused)


@pytest.mark.parametrize("path", ["*/datasets/*", "*/data"])
def test_a_look_that_had_to_wait_is_of_the_time_after(
    path: str, push: Callable[..., int], emulator: Emulator, tmp_path: Path
) -> None:
    number = push(PRICES)
    emulator.faults.add(path=path, status=503, retry_after=7)
    settings = Settings(emulator.api_key, emulator.url, timeout=(5, 5), retries=3)
    with client_with(Connection(settings, MovingClock())) as client:
        (vintage,) = ap.snapshot(number, store=tmp_path, client=client)["vintage"]
        assert vintage >= pd.Timestamp("2024-02-29T12:00:07Z")
        with pytest.raises(ap.QueryError, match="before the first vintage"):
            ap.read_alphacast(number, as_of="2024-02-29T12:00:06", store=tmp_path, client=client)


def test_a_clock_that_is_slow_is_told_of(
    push: Callable[..., int], client: ap.Client, emulator: Emulator, tmp_path: Path
) -> None:
    number = push(PRICES)
    settings = Settings(emulator.api_key, emulator.url, timeout=(5, 5), retries=3)
    fast = MovingClock()
    fast.paused = 3600.0
    with client_with(Connection(settings, fast)) as other:
        ap.snapshot(number, store=tmp_path, client=other)
    with (
        client_with(Connection(settings, MovingClock())) as slow,
        pytest.warns(UserWarning, match=r"2024-02-29 13:00:00.* it is 2024-02-29 12:00:00"),
    ):
        (found,) = ap.snapshot(number, store=tmp_path, client=slow).to_dict("records")
    assert found["vintage"] == pd.Timestamp("2024-02-29T12:00:00Z")


def test_a_failure_leaves_the_other_datasets_recorded(
    push: Callable[..., int], client: ap.Client, tmp_path: Path
) -> None:
    one, other = push(PRICES), push(REVISED, name="Others")
    datasets = [one, 999_999, "Prises", client.datasets.get(other)]
    found = ap.snapshot(datasets, errors="collect", store=tmp_path, client=client)
    assert found["dataset_id"].tolist() == [one, 999_999, pd.NA, other]
    assert found["name"].fillna("").tolist() == ["Prices", "", "Prises", "Others"]
    assert [type(error).__name__ for error in found["error"]] == [
        *("NoneType", "NotFoundError", "NotFoundError", "NoneType")
    ]
    with pytest.raises(ap.NotFoundError, match="999999") as caught:
        ap.snapshot([999_999, one, "Prises"], store=tmp_path, client=client)
    assert "1 other dataset was recorded" in caught.value.__notes__[0]
    assert "Prises" in caught.value.__notes__[1]
    listed = ap.datasets(name="others", client=client)
    assert ap.snapshot(listed, store=tmp_path, client=client)["is_new"].tolist() == [False]
    empty = ap.snapshot([999_999], errors="collect", store=tmp_path, client=client)
    full = ap.snapshot([one], errors="collect", store=tmp_path, client=client)
    assert [*empty.dtypes] == [*full.dtypes]


def test_two_writers_at_once_leave_one_history(
    push: Callable[..., int], emulator: Emulator, tmp_path: Path
) -> None:
    number = push(PRICES)
    failures: list[BaseException] = []

    def look() -> None:
        try:
            with ap.Client(emulator.api_key, base_url=emulator.url) as client:
                for _ in range(3):
                    ap.snapshot(number, store=tmp_path, client=client)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with ap.Client(emulator.api_key, base_url=emulator.url) as client:
        assert len(ap.vintages(number, store=tmp_path, client=client)) == 1
    assert len([*tmp_path.rglob("looks/*.json")]) == 6


def test_a_history_is_brought_in_and_needs_neither_key_nor_network(tmp_path: Path) -> None:
    march = PRICES.set_index(["Date", "country"])
    april = REVISED.set_index(["Date", "country"])
    ap.snapshot(7, frame=april, at=datetime.date(2024, 4, 2), store=tmp_path)
    found = ap.snapshot(7, frame=march, at="2024-03-01T00:00-03:00", store=tmp_path)
    assert found[["is_new", "added"]].to_numpy().tolist() == [[True, 4]]
    again = ap.snapshot(7, frame=PRICES, at="2024-03-01T03:00", store=tmp_path)
    assert again["is_new"].tolist() == [False]
    assert len([*tmp_path.rglob("looks/*.json")]) == 2
    # Rows of a date in another order are no other vintage, neither of looks before nor after.
    ap.snapshot(7, frame=april.iloc[::-1], at="2024-04-01", store=tmp_path)
    floats = REVISED.astype({"rank": "float64"})  # as a CSV file gives them
    later = ap.snapshot(7, frame=floats.sample(frac=1), at="2024-04-03", store=tmp_path)
    assert later["is_new"].tolist() == [False]
    vintages = ap.vintages(7, store=tmp_path)
    counts = ["added", "revised", "deleted", "imported"]
    assert vintages[counts].to_numpy().tolist() == [[4, 0, 0, True], [1, 2, 1, True]]
    assert vintages["vintage"][0] == pd.Timestamp("2024-03-01T03:00Z")
    known = ap.read_alphacast(
        7, as_of=pd.Timestamp("2024-03-01", tz="America/Bogota"), store=tmp_path
    )
    shown, expected = (frame.fillna({"note": ""}) for frame in (known, PRICES))
    pd.testing.assert_frame_equal(shown, expected, check_dtype=False)
    assert known["rank"].dtype == "Int16"


MISTAKES: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"at": None}, ap.QueryError, "frame= needs at="),
    ({"at": "2024-03"}, ap.QueryError, "longer than a day.*at='2024-03-01'"),
    ({"at": "2999-01-01"}, ap.QueryError, "in the future"),
    ({"at": "01/02/2024"}, ap.QueryError, "2 ways"),
    ({"frame": None}, ap.QueryError, "Pass frame= too"),
    ({"datasets": [7, 8]}, ap.QueryError, "2 are named"),
    ({"datasets": [7, 7]}, ap.QueryError, "named twice"),
    ({"datasets": []}, ap.QueryError, "No dataset is named"),
    ({"datasets": PRICES}, ap.QueryError, "has a column 'id'"),
    ({"datasets": "Unknown"}, ap.QueryError, "No dataset in the vintage store"),
    ({"errors": "ignore"}, ap.QueryError, "'raise' or 'collect'"),
    ({"frame": PRICES.iloc[:0]}, ap.ValidationError, "it has no rows"),
    ({"frame": PRICES["CPI"]}, ap.ValidationError, "to_frame"),
    ({"frame": PRICES.drop(columns="Date")}, ap.ValidationError, "no column holds dates"),
    ({"frame": PRICES.astype({"Date": str})}, ap.ValidationError, "pd.to_datetime"),
    ({"frame": PRICES.set_index("Date").tz_localize("UTC")}, ap.ValidationError, "tz_localize"),
    ({"frame": PRICES.assign(CPI=float("inf"))}, ap.ValidationError, "Nothing was recorded.*inf"),
    ({"datasets": 8, "frame": PRICES}, ap.ValidationError, r"df.set_index\(\['Date', 'country'\]"),
    ({"frame": REVISED, "at": "2024-03-01"}, ap.QueryError, "vintages are never changed"),
    ({"store": __file__}, ap.ConfigurationError, "is a file"),
    ({"store": Path(__file__).parent}, ap.ConfigurationError, "is not a vintage store: it holds"),
    ({"store": Path("/dev/null/x")}, ap.ConfigurationError, "Pass store= a folder"),
    ({"store": 5}, ap.QueryError, "path of a folder, got 5"),
    ({"store": "a\0b"}, ap.QueryError, "holds a NUL character"),
    ({"store": "~no.such.user/x"}, ap.QueryError, "unknown user. Pass the folder without ~"),
]


def test_a_mistake_is_told_with_its_remedy(tmp_path: Path) -> None:
    march = PRICES.set_index(["Date", "country"])
    ap.snapshot(7, frame=march, at="2024-03-01", store=tmp_path)
    files = {*tmp_path.rglob("*")}
    words = {"datasets": 7, "frame": PRICES, "at": "2024-03-05", "store": tmp_path}
    for wrong, kind, message in MISTAKES:
        with pytest.raises(kind, match=f"(?s){message}"):
            ap.snapshot(**{**words, **wrong})
    assert {*tmp_path.rglob("*")} == files


def test_vintages_belong_to_an_address_and_to_no_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    march = PRICES.set_index(["Date", "country"])
    ap.snapshot(7, frame=march, at="2024-03-01", store=tmp_path)
    monkeypatch.setenv("ALPHACAST_BASE_URL", "http://127.0.0.1:8400/api")
    with pytest.raises(ap.QueryError, match=r"of http://127\.0\.0\.1:8400/api was never looked at"):
        ap.vintages(7, store=tmp_path)
    ap.snapshot(7, frame=march.head(2), at="2024-03-01", store=tmp_path)
    assert ap.vintages(7, store=tmp_path)["rows"].tolist() == [2]
    monkeypatch.setenv("ALPHACAST_API_KEY", "ak_one")
    assert ap.vintages(7, store=tmp_path)["rows"].tolist() == [2]
    url = "https://www.alphacast.io/datasets/prices-7"
    for client, rows in ((ap.Client(), 2), (ap.Client("ak_another"), 4)):
        with client:
            assert ap.vintages(url, store=tmp_path, client=client)["rows"].tolist() == [rows]
