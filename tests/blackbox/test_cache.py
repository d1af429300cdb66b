"""Section 12 against the other server: a read with the cache on equals one without, or doubts."""

import datetime
import itertools
import os
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from blackbox.frames import check_same, day, whole
from blackbox.state import State
from blackbox.store import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

import alphacast_pandas as ap

QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "filter": st.sampled_from(
            [{"country": "Chile"}, [("CPI", "!=", 101)], {"rank": [1, 2]}, "country eq 'Chile'"]
        ),
        "start": st.sampled_from(["2020", "2020-03"]),
        "end": st.sampled_from(["2020-10", "2020-11-01"]),
        "last": st.integers(1, 4),
        "top": st.integers(1, 9),
        "select": st.sampled_from(["CPI", ["note", "rank"]]),
    },
)
SWITCHES = st.fixed_dictionaries(
    {
        "etag": st.sampled_from(["strong", "weak", "absent", "ignored"]),
        "updated": st.sampled_from(["absent", "moves", "stays"]),
        "remembered": st.sampled_from(["all", "none"]),
        "export": st.sampled_from(["fresh", "stale"]),
        "definitions": st.sampled_from(["full", "irregular"]),
        "order": st.sampled_from(["date", "shuffled"]),
        "plain_csv": st.sampled_from(["storage", "same_host", "direct"]),
        "last": st.sampled_from(["periods", "rows"]),
        "filter": st.sampled_from(["honoured", "ignored"]),
    }
)
numbers = itertools.count()


def push(service: State, panel: Dataset, _: ap.Client, folder: Path) -> None:
    """Push from another machine."""
    frame = whole(panel)
    frame["CPI"] += next(numbers) + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "elsewhere"))
        with ap.Client(service.key, base_url=service.url) as other:
            ap.push(frame, panel.id, client=other)


def push_here(_: State, panel: Dataset, client: ap.Client, __: Path) -> None:
    frame = whole(panel)
    frame["GDP"] += next(numbers) + 1
    ap.push(frame, panel.id, client=client)


def retype(_: State, panel: Dataset, __: ap.Client, ___: Path) -> None:
    """Make whole numbers of the ranks, or any numbers again."""
    assert panel.manifest is not None
    kinds = ["Short Integer", "Decimal"]
    column = next(column for column in panel.columns if column.name == "rank")
    entry = next(each for each in panel.manifest if each["sourceName"] == "rank")
    column.kind = entry["dataType"] = kinds[1 - kinds.index(column.kind)]


def damage(_: State, __: Dataset, ___: ap.Client, folder: Path) -> None:
    for path in (folder / "here").rglob("*"):
        if path.is_file():
            body = bytearray(path.read_bytes())
            if body:
                body[next(numbers) % len(body)] ^= 1
            path.write_bytes(bytes(body))


STEPS = st.lists(
    st.sampled_from([push, push_here, retype, damage]) | QUESTIONS, min_size=2, max_size=5
)


def outcome(**words: Any) -> Any:
    try:
        return ap.read_alphacast(**words)
    except ap.AlphacastError as error:
        return type(error)


@pytest.mark.filterwarnings("ignore:Dataset .* has no row .*whose:UserWarning")
@settings(max_examples=settings.default.max_examples // 2)  # each takes many reads
@given(switches=SWITCHES, steps=STEPS, question=QUESTIONS)
def test_a_read_with_the_cache_is_a_read_without(
    running: Any,
    switches: dict[str, str],
    steps: list[Any],
    question: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from blackbox.frames import PANEL, panel_rows

    service = running.renew()
    panel = service.seed(PANEL, panel_rows(), "Panel")
    folder = tmp_path / str(next(numbers))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "here"))
    for name, word in switches.items():
        setattr(service.switches, name, word)
    with ap.Client(service.key, base_url=service.url, timeout=5.0, retries=1) as client:
        for step in [push, {}, question, *steps, question, {}]:
            if callable(step):
                step(service, panel, client, folder)
                continue
            words = {"dataset_id": panel.id, **step}
            service.log.clear()
            kept = outcome(**words, client=client, cache=True)
            is_hit = not isinstance(kept, type) and kept.attrs["alphacast"]["cached"]
            asked = [request.params for request in service.data_requests()]
            assert not is_hit or all(not {"$filter", "$last", "$top"} & {*each} for each in asked)
            with ap.Client(service.key, base_url=service.url, retries=1) as other:
                fresh = outcome(**words, client=other)
            if isinstance(kept, type):
                assert kept is fresh
                continue
            doubt = str(kept.attrs["alphacast"]["doubt"])
            if switches["export"] == "stale" and "file of the whole dataset" in doubt:
                continue
            pd.testing.assert_frame_equal(kept, fresh)
    assert service.crashes == []


def read(panel: Dataset, client: ap.Client, cache: Any = True, **words: Any) -> pd.DataFrame:
    return ap.read_alphacast(panel.id, client=client, cache=cache, **words)


@pytest.mark.parametrize("words", [{}, {"filter": {"country": "Chile"}, "last": 2}], ids=repr)
def test_without_any_proof_the_data_are_read_again(
    service: State, client: ap.Client, panel: Dataset, words: dict[str, Any]
) -> None:
    service.switches.etag, service.switches.updated = "absent", "moves"
    for _ in range(2):
        frame = read(panel, client, **words)
        assert not frame.attrs["alphacast"]["cached"]
    assert ap.read_alphacast(panel.id, client=client, cache="6h", **words).attrs["alphacast"][
        "cached"
    ]


def test_types_that_have_changed_are_read_anew_though_the_file_is_the_same(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    assert read(panel, client)["rank"].dtype == "Int16"
    retype(service, panel, client, Path())
    again = read(panel, client)
    assert again["rank"].dtype == "float64"
    assert not again.attrs["alphacast"]["cached"]


def test_a_file_that_ends_before_the_record_says_proves_nothing_by_the_record(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    """C22: the file behind the redirect is rebuilt some time after an upload."""
    service.switches.export, service.switches.etag = "stale", "absent"
    frame = whole(panel).tail(2).assign(Date=pd.Timestamp("2031-01-01"))
    frame["Date"] = frame["Date"].astype(whole(panel)["Date"].dtype)
    ap.push(frame, panel.id, client=client)
    assert read(panel, client)["Date"].max() < pd.Timestamp("2031")
    assert len(read(panel, client, start="2031")) == 2
    service.switches.export = "fresh"
    check_same(read(panel, client), whole(panel))


def test_threads_and_keys_and_places_keep_apart_what_is_theirs(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    other = service.seed(
        [("Date", "Date", True), ("v", "Decimal", False)], [(day("2020-01-01"), 1.5)]
    )
    service.keys.add("ak_0ther")
    clients = [client, ap.Client("ak_0ther", base_url=service.url)]
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(4):
                dataset = (panel, other)[(number + turn) % 2]
                frame = read(dataset, clients[number % 2], cache=(True, "6h")[turn % 2])
                check_same(frame, whole(dataset))
        except BaseException as error:  # noqa: BLE001 - shown below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clients[1].close()
    assert failed == []
    assert len(ap.cache.info()) == 4
    files = [path for path in Path(os.environ["XDG_CACHE_HOME"]).rglob("*") if path.is_file()]
    assert all(service.key.encode() not in path.read_bytes() for path in files)
    assert not any(b"ak_0ther" in path.read_bytes() for path in files)


@pytest.mark.parametrize("cache", [datetime.timedelta(minutes=15), "15min"], ids=str)
def test_within_its_time_nothing_is_asked(
    service: State, client: ap.Client, panel: Dataset, cache: Any
) -> None:
    first = read(panel, client, cache)
    service.log.clear()
    again = read(panel, client, cache, filter={"country": ["Chile"]}, last=3)
    assert service.log == []
    assert len(again) <= len(first)
    assert again.attrs["alphacast"]["validator"] == "age"
