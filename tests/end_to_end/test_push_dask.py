"""A frame of Dask is pushed partition by partition, all of it or up to a place that is told."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from end_to_end.frames import TEXT, assert_same, panel
from end_to_end.parts import LIMIT, limit_files, uploads

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Plan

PANEL = panel()


@pytest.fixture(autouse=True)
def in_this_thread() -> Iterator[None]:
    with dask.config.set(scheduler="synchronous"):
        yield


@dataclass
class Source:
    """Where partitions come from; `after` is called with the number of times that one was taken."""

    parts: list[pd.DataFrame]
    after: Callable[[int], object]
    taken: list[int] = field(default_factory=list)

    def __call__(self, number: int) -> pd.DataFrame:
        self.taken.append(number)
        self.after(len(self.taken))
        return self.parts[number]

    def __dask_tokenize__(self) -> int:
        return id(self)


def source(
    frame: pd.DataFrame = PANEL,
    sizes: tuple[int, ...] = (20, 0, 25, 15),
    after: Callable[[int], object] = lambda _: None,
) -> Source:
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    return Source([frame.iloc[e - s : e] for e, s in zip(ends, sizes, strict=True)], after)


def lazy_of(parts: Source) -> Any:
    meta = parts.parts[0].iloc[:0]
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_map(parts, range(len(parts.parts)), meta=meta)


def lazy(*words: Any, **keywords: Any) -> Any:
    """A frame of Dask with partitions of these sizes."""
    return lazy_of(source(*words, **keywords))


def read(number: int, client: ap.Client) -> pd.DataFrame:
    frame = ap.read_alphacast(number, top=10**6, client=client)
    frame.attrs = {}
    return frame


def test_a_new_dataset_is_made_of_all_partitions_in_order(client: ap.Client) -> None:
    words = {"name": "Prices", "repository": "Mine", "entities": "country"}
    result = ap.push_dask(lazy(), client=client, **words)
    spans = [(part.first_row, part.last_row) for part in result.parts]
    assert spans == [(0, 19), (20, 44), (45, 59)]
    assert (result.rows, result.created) == (60, ("repository", "dataset"))
    assert result.name == "Prices"
    assert_same(read(result.dataset_id, client), PANEL)
    again = lazy().alphacast.push(result.dataset_id, only_changes=True, client=client)
    assert (again.status, again.rows, again.parts) == ("Nothing to send", 0, ())


@pytest.mark.every_parameter
@pytest.mark.parametrize("mode", ["replace", "mirror"])
def test_a_mode_that_deletes_is_refused(mode: Any, client: ap.Client, emulator: Emulator) -> None:
    with pytest.raises(ap.QueryError, match=r"delete the rows of the others\. Use mode='[ua]"):
        lazy().alphacast.push(5, mode=mode, client=client)
    assert emulator.requests == []


def test_a_key_in_two_partitions_is_found_before_anything_is_sent(
    client: ap.Client, emulator: Emulator
) -> None:
    twice = pd.concat([PANEL, PANEL.iloc[[3]].assign(CPI=1.0)], ignore_index=True)
    with pytest.raises(ap.ValidationError) as caught:
        ap.push_dask(lazy(twice, (20, 0, 25, 16)), name="P", entities="country", client=client)
    assert "is in the partitions 0, 3" in str(caught.value)
    (value,) = caught.value.failures["value"]
    assert value == tuple(PANEL.loc[3, ["Date", "country"]])
    assert all(request.method == "GET" for request in emulator.requests)
    once = lazy(twice, (20, 41)).drop_duplicates(["Date", "country"])
    assert ap.push_dask(once, name="P", entities="country", client=client).rows == 60


def test_what_is_wrong_in_any_partition_is_said_before_anything_is_sent(
    client: ap.Client, emulator: Emulator
) -> None:
    frame = PANEL.assign(CPI=PANEL["CPI"].where(~PANEL.index.isin([22, 50]), float("inf")))
    words = {"name": "Prices", "entities": "country", "client": client}
    with pytest.raises(ap.ValidationError, match=r"(?s)Partition 2: .*Partition 3: ") as caught:
        lazy(frame).alphacast.push(**words)
    assert [*caught.value.failures["partition"]] == [2, 3]
    frame = PANEL.assign(mixed=pd.Series([1.0] * 20 + ["text"] * 40, dtype=object))
    with pytest.raises(ap.ValidationError, match=r"'mixed' would be stored as String, and in the"):
        lazy(frame).alphacast.push(**words)
    with pytest.raises(ap.ValidationError, match="nothing to push"):
        lazy(PANEL, (0, 0)).alphacast.push(**words)
    assert all(request.method == "GET" for request in emulator.requests)


@pytest.mark.parametrize(
    ("values", "words", "kind"),
    [
        ((1.0, None), "'x' is in the first partition that holds rows, and not in this", "float64"),
        ((None, 1.0), "'x' is in this partition, and not in the first one", None),
        ((np.int16(1), 1.5), "'x' would be stored as Decimal", "float64"),
        ((None, "text"), "'x' would be stored as String", TEXT),
    ],
)
def test_partitions_that_differ_are_told_how_to_become_alike(
    values: tuple[Any, Any], words: str, kind: Any, client: ap.Client, emulator: Emulator
) -> None:
    parts = [PANEL.iloc[:30], PANEL.iloc[30:]]
    for place, value in enumerate(values):
        if value is not None:
            parts[place] = parts[place].assign(x=value)
        elif kind is TEXT:  # nothing but missing values, which have no type of their own
            parts[place] = parts[place].assign(x=pd.Series(dtype=object))
    known = {"name": "Prices", "entities": "country", "client": client}
    ddf = lazy_of(Source(parts, lambda _: None))
    with pytest.raises(ap.ValidationError, match=words) as caught:
        ddf.alphacast.push(**known)
    assert all(request.method == "GET" for request in emulator.requests)
    (remedy,) = re.findall("Remedy: (.*) gives", str(caught.value))
    told = {"ddf": ddf}
    exec(remedy, told)
    result = told["ddf"].alphacast.push(**known)
    frame = read(result.dataset_id, client)
    assert len(frame) == len(PANEL)
    assert frame.get("x", pd.Series(dtype=object)).dtype == (kind or "object")


def test_of_many_failures_and_repeated_keys_some_are_told(client: ap.Client) -> None:
    days = pd.date_range("1900-01-01", periods=1_100)
    frame = pd.DataFrame({"Date": days, "value": 1.0})
    words = {"name": "Days", "client": client}
    twice = lazy(pd.concat([frame, frame]), (1_100, 1_100))
    with pytest.raises(ap.ValidationError, match="of 1,100 keys that are repeated, 200") as caught:
        twice.alphacast.push(**words)
    assert len(caught.value.failures) == 200
    parts = source(frame.assign(value=float("inf")), (1_050, 50))
    with pytest.raises(ap.ValidationError, match="Later partitions than 0 were not") as caught:
        lazy_of(parts).alphacast.push(**words)
    assert len(caught.value.failures) == 1_050
    parts = source(sizes=(20, 40))
    with pytest.raises(ap.ValidationError, match=r"Several columns hold text.*\nLater partitions"):
        lazy_of(parts).alphacast.push(**words)
    assert parts.taken == [0]


def test_a_partition_that_cannot_be_computed_again_is_one_to_resume_at(
    client: ap.Client, new_dataset: Callable[[], int]
) -> None:
    def fail_at(times: int) -> None:
        if times == 4:
            raise MemoryError("no more")

    number, ddf = new_dataset(), lazy(sizes=(20, 40), after=fail_at)
    with pytest.raises(ap.PushInterrupted, match="1 could not be computed again: Mem") as caught:
        ddf.alphacast.push(number, entities="country", client=client)
    assert_same(read(number, client), PANEL.iloc[:20])
    assert [part.last_row for part in caught.value.resume().parts] == [19, 59]
    assert_same(read(number, client), PANEL)


STOPS: dict[str, dict[str, Any]] = {
    "refused": {"method": "PUT", "path": "*/data", "status": 500},
    "answer lost before": {"method": "PUT", "path": "*/data", "reset": "before"},
    "process failed": {"process_error": "No space left"},
    "no definitions": {"path": "*/columns", "status": 401},
}


@pytest.mark.at_least(2)
@pytest.mark.parametrize("stop", STOPS)
def test_a_push_that_stops_goes_on_at_the_partition_that_failed(
    stop: str, client: ap.Client, emulator: Emulator, new_dataset: Callable[[], int]
) -> None:
    number = new_dataset()

    def stop_at(times: int) -> None:
        if times == 5:  # all three were checked, the first was sent, and the second is to be
            emulator.faults.add(**STOPS[stop])

    parts = source(sizes=(20, 25, 15), after=stop_at)
    ddf = lazy_of(parts)
    with pytest.raises(ap.PushInterrupted) as caught:
        ddf.alphacast.push(number, entities="country", client=client)
    error = caught.value
    assert "1 partition with 20 rows is in; the push has stopped at partition 1, and" in str(error)
    assert [(part.first_row, part.last_row) for part in error.parts] == [(0, 19)]
    assert_same(read(number, client), PANEL.iloc[:20])
    result = error.resume()
    assert [part.last_row for part in result.parts] == [19, 44, 59]
    assert parts.taken == [0, 1, 2, 0, 1, 1, 2]
    assert_same(read(number, client), PANEL)


def test_a_process_that_takes_too_long_is_followed_before_its_rows_are_sent_again(
    client: ap.Client, emulator: Emulator, new_dataset: Callable[[], int]
) -> None:
    impatient = ap.Client(emulator.api_key, base_url=emulator.url)  # whose clock is the real one
    words = {"entities": "country", "timeout": 0.1, "client": impatient}
    with emulator.hold_processes(), pytest.raises(ap.PushInterrupted) as caught:
        lazy().alphacast.push(new_dataset(), **words)
    assert isinstance(caught.value.cause, ap.ProcessTimeout)
    result = caught.value.resume(timeout=60)
    assert result.rows == 60
    assert_same(read(result.dataset_id, client), PANEL)


def test_a_partition_that_goes_in_parts_goes_on_in_its_middle(
    client: ap.Client, emulator: Emulator, new_dataset: Callable[[], int]
) -> None:
    limit_files(client, LIMIT)
    emulator.plan = Plan(file_bytes=LIMIT)
    number = new_dataset()
    ddf = lazy(sizes=(30, 30))
    emulator.faults.add(method="PUT", path="*/data", status=500, times=1, delay=0)
    with pytest.raises(ap.PushInterrupted) as caught:
        ddf.alphacast.push(number, entities="country", client=client)
    assert caught.value.parts == ()
    sent = uploads(emulator)
    result = caught.value.resume()
    assert uploads(emulator) - sent == len(result.parts) > 2
    ends = [part.last_row for part in result.parts]
    assert ends == sorted(ends)
    assert ends[-1] == 59
    assert_same(read(number, client), PANEL)


def test_ctrl_c_says_which_partitions_are_in(
    client: ap.Client, new_dataset: Callable[[], int]
) -> None:
    def interrupt_at(times: int) -> None:
        if times == 4:
            raise KeyboardInterrupt

    ddf = lazy(sizes=(20, 40), after=interrupt_at)
    with pytest.raises(KeyboardInterrupt, match=r"1 partition .* is in.*only_changes=True"):
        ddf.alphacast.push(new_dataset(), entities="country", client=client)


def test_rows_that_differ_when_they_are_computed_again_are_not_sent(
    client: ap.Client, new_dataset: Callable[[], int]
) -> None:
    parts = source()
    changed = PANEL.iloc[20:45].assign(CPI=1.0)
    parts.after = lambda times: parts.parts.__setitem__(2, changed) if times == 5 else None
    number, ddf = new_dataset(), lazy_of(parts)
    told = "does not hold the rows any more.*unless the frame gives the checked rows"
    with pytest.raises(ap.PushInterrupted, match=told):
        ddf.alphacast.push(number, entities="country", client=client)
    assert_same(read(number, client), PANEL.iloc[:20])


def test_a_dataset_is_not_read_while_it_is_pushed_to(
    stored: int, client: ap.Client, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPHACAST_API_KEY", emulator.api_key)
    monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)
    ddf = ap.read_dask(stored, client=client)
    ddf = ddf.assign(CPI=ddf["CPI"] * 2)
    with pytest.raises(ap.QueryError, match=r"ddf = ddf.persist\(\)"):
        ddf.alphacast.push(stored, client=client)
    result = ddf.persist().alphacast.push(stored, client=client)
    assert len(result.parts) == 2
    assert_same(read(stored, client), PANEL.assign(CPI=PANEL["CPI"] * 2))


def test_a_frame_of_the_other_library_is_told_its_function(client: ap.Client) -> None:
    with pytest.raises(ap.ValidationError, match=r"ap.push_dask\(\)"):
        ap.push(lazy(), 5, client=client)
    with pytest.raises(ap.ValidationError, match=r"df.alphacast.push\(\)"):
        ap.push_dask(PANEL, 5, client=client)
