"""A read with the cache on equals a read without, or says why that cannot be known."""

import datetime
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from end_to_end.examples import FEWER
from end_to_end.frames import assert_same
from end_to_end.test_oracle import QUESTIONS, answer
from end_to_end.worlds import World
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

READINGS = st.builds(
    Readings,
    storage_etag=st.sampled_from(["strong", "none"]),
    updated_at=st.sampled_from(["moves", "stays", "absent"]),
    process_list=st.sampled_from(["all", "unfinished"]),
    export=st.sampled_from(["fresh", "stale"]),
    last=st.sampled_from(["periods", "rows"]),
    missing=st.sampled_from(["dropped", "kept"]),
    text=st.sampled_from(["exact", "folded"]),
)
EVENTS = (
    *(
        World.push_here,
        World.push_elsewhere,
        World.push_and_lose_the_answer,
        World.rename_elsewhere,
    ),
    *(World.step_clock, World.set_clock_back, World.damage),
)
TEXTS = st.sampled_from(["country eq 'Chile, insular'", "'CPI' ne 100 and 'rank' gt 0"])
ASKED = QUESTIONS | st.builds(lambda text: {"filter": text}, TEXTS) | st.just({})
STEPS = st.lists(st.sampled_from(EVENTS) | ASKED, min_size=2, max_size=5)


@pytest.fixture
def new_world(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a world of its own at every call, with an empty cache."""
    numbers = itertools.count()

    def make(readings: Readings | None = None) -> World:
        emulator.readings = readings or Readings()
        folder = tmp_path / f"world {next(numbers)}"
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "here"))
        return World(emulator, folder)

    return make


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    return new_world()


def facts(frame: pd.DataFrame) -> dict[str, Any]:
    """The part of a frame's attrs that every reader may have of its own."""
    found: dict[str, Any] = frame.attrs["alphacast"]
    return found


def has_every_row(frame: pd.DataFrame) -> bool:
    """Whether a frame says of itself that it has every row of its dataset."""
    limits = {"$filter", "$last", "$top"} & facts(frame)["query"].keys()
    return not limits and facts(frame).get("every_row", True)


def outcome(read: Callable[..., pd.DataFrame], *given: Any, **words: Any) -> Any:
    try:
        return read(*given, **words)
    except ap.AlphacastError as error:
        return type(error)


def downloads(emulator: Emulator) -> list[str]:
    """The requests that were answered with data."""
    return [
        f"{request.path}?{request.query}"
        for request in emulator.requests
        if (request.path.endswith(("/data", ".csv")) and request.status == 200)
    ]


@pytest.mark.filterwarnings("ignore:Dataset .* has no row .*whose:UserWarning")
@FEWER
@given(readings=READINGS, steps=STEPS, question=ASKED)
def test_a_read_with_the_cache_equals_one_without(
    readings: Readings,
    steps: list[Any],
    question: dict[str, Any],
    new_world: Callable[..., World],
) -> None:
    world = new_world(readings)
    for step in [{}, question, *steps, question, {}]:
        if callable(step):
            step(world)
            continue
        world.emulator.forget_requests()
        kept = outcome(world.read, cache=True, **step)
        loaded = downloads(world.emulator)
        fresh = outcome(world.read_fresh, **step)
        if isinstance(kept, type):
            assert kept is fresh
            continue
        said = facts(kept)
        json.dumps(said)
        assert said["name"] == facts(fresh)["name"]
        assert said["rows"] == len(kept)
        assert not (said["cached"] and loaded)
        assert (said["doubt"] is None) == (said["validator"] in {"etag", "none"})
        if readings.export == "stale" and "file of the whole dataset" in str(said["doubt"]):
            continue
        assert_same(kept, fresh)
        assert has_every_row(kept) == has_every_row(fresh)


def test_a_hit_is_no_download_and_the_cache_is_off_by_default(world: World) -> None:
    emulator = world.emulator
    world.read(None)
    assert ap.cache.info().empty
    assert "cached" not in facts(world.read(None))
    first = world.read(True)
    emulator.forget_requests()
    again = world.read(True)
    assert downloads(emulator) == []
    assert len(emulator.requests) == 5  # record, definitions, processes, the redirect and a 304
    assert_same(again, first)
    assert (facts(again)["cached"], facts(first)["cached"]) == (True, False)
    assert facts(again)["retrieved_at"] == facts(first)["retrieved_at"]
    emulator.forget_requests()
    some = world.read(True, filter={"country": "Brasil"}, select="CPI", last=2)
    assert len(emulator.requests) == 3
    assert_same(
        some, answer(world.frame, filter=[("country", "==", "Brasil")], select=["CPI"], last=2)
    )
    emulator.forget_requests()
    world.read("6h", filter={"country": "Brasil"})
    world.read("only", start="2020-03", index=True, dtype_backend="pyarrow", categories=True)
    assert emulator.requests == []
    world.read(False)
    assert len(downloads(emulator)) == 1


@pytest.mark.parametrize(
    "words", [{}, {"filter": {"country": "Brasil"}, "select": ["note", "CPI"]}]
)
def test_one_file_serves_every_spelling_of_the_frame(world: World, words: dict[str, Any]) -> None:
    world.read(True, **words)
    for spelling in (
        {"dtype_backend": "pyarrow"},
        {"dtype_backend": "numpy_nullable"},
        {"index": True},
        {"categories": True},
        {"schema": True},
    ):
        kept = world.read(True, **words, **spelling)
        assert facts(kept)["cached"]
        pd.testing.assert_frame_equal(kept, world.read_fresh(**words, **spelling))
        assert len(ap.cache.info()) == 1


def test_a_frame_may_be_written_to_and_the_cache_does_not_notice(world: World) -> None:
    before = world.read(True)
    kept = world.read(True)
    for name in kept.columns:
        kept.loc[kept.index[::2], name] = kept[name].iloc[3]
        kept[name].to_numpy().flags.writeable  # noqa: B018
    kept["CPI"] *= 2
    assert_same(world.read(True), before)
    assert facts(world.read(True))["cached"]


def test_an_age_is_counted_from_the_last_time_the_service_was_asked(world: World) -> None:
    emulator, clock = world.emulator, world.clock
    world.read(True)
    world.push_elsewhere()
    clock.moment += datetime.timedelta(hours=5)
    assert facts(world.read("6h"))["validator"] == "age"
    world.emulator.forget_requests()
    name = facts(world.read("6h"))["name"]
    by_name = ap.read_alphacast(name, client=world.client, cache="6h")
    assert facts(by_name)["validator"] == "age"
    assert world.emulator.requests == []
    assert len(world.read("6h")) < len(world.frame)
    clock.moment += datetime.timedelta(hours=2)
    assert_same(world.read("6h"), world.frame)
    clock.moment -= datetime.timedelta(hours=20)  # so that the last time is in the future
    emulator.forget_requests()
    assert facts(world.read("6h"))["validator"] == "etag"
    assert emulator.requests


@pytest.mark.parametrize(
    "change",
    [
        World.push_here,
        World.push_and_lose_the_answer,
        lambda world: world.client.datasets.update(world.number, description="new"),
        lambda world: world.client.datasets.upload(world.number, b"Date,country\n2020-01-01,x\n"),
    ],
    ids=["push", "lost answer", "update", "upload"],
)
def test_a_change_by_this_client_forgets_the_dataset(
    world: World, change: Callable[[World], object]
) -> None:
    world.read(True)
    change(world)
    assert ap.cache.info().empty
    with pytest.raises(ap.QueryError, match="nothing is kept"):
        world.read("only")
    world.emulator.wait()
    assert_same(world.read("6h"), world.read_fresh())


def test_a_read_that_began_before_a_push_is_not_kept(world: World) -> None:
    emulator = world.emulator
    reader = world.new_client()
    emulator.faults.add(method="GET", path="*/data", status=503)  # the pause before another attempt

    def push() -> None:
        world.clock.meanwhile = emulator.wait
        world.push_here()

    world.clock.meanwhile = push
    frame = ap.read_alphacast(world.number, client=reader, cache=True)
    assert_same(frame, world.frame)  # by chance it is the new one; nothing has proved that
    assert ap.cache.info().empty
    assert not facts(world.read("6h"))["cached"]


def test_what_is_read_while_an_upload_is_processed_proves_nothing(world: World) -> None:
    emulator = world.emulator
    emulator.readings = Readings(storage_etag="none")
    with emulator.hold_processes(), world.elsewhere():
        ap.push(world.next_frame(longer=False), world.number, client=world.new_client(), wait=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(world.folder / "here"))
            for cache in (True, True, "6h"):
                assert not facts(world.read(cache))["cached"]
            assert facts(world.read("only"))["cached"]
    emulator.wait()
    for cache in (True, "6h"):
        frame = world.read(cache)
        assert_same(frame, world.read_fresh())


def test_two_keys_share_no_answer(world: World) -> None:
    emulator = world.emulator
    other = emulator.add_account("other")
    emulator.grant(world.client.repositories.home().id, other, "Read")
    stranger = ap.Client(other, base_url=emulator.url)
    world.read(True)
    with pytest.raises(ap.QueryError, match="nothing is kept"):
        ap.read_alphacast(world.number, client=stranger, cache="only")
    assert_same(ap.read_alphacast(world.number, client=stranger, cache=True), world.frame)
    assert len(ap.cache.info()) == 2


def test_only_sends_nothing_and_says_what_is_kept(world: World) -> None:
    world.read(True, select="CPI", last=3)
    name = facts(world.read_fresh())["name"]
    world.emulator.forget_requests()
    for dataset in (name, f"{world.emulator.url}/datasets/{world.number}", str(world.number)):
        frame = ap.read_alphacast(dataset, client=world.client, cache="only", select="CPI", last=2)
        assert facts(frame)["validator"] == "none"
    with pytest.raises(
        ap.QueryError, match=r"only this is kept: \"last=3, select=\['CPI'\]\""
    ) as caught:
        world.read("only")
    assert "once with cache=True" in str(caught.value)
    with pytest.raises(ap.QueryError, match="no dataset has the name 'Prices' there"):
        ap.read_alphacast("Prices", client=world.client, cache="only")
    assert world.emulator.requests == []
    world.read(True)
    world.emulator.forget_requests()
    assert len(world.read("only", filter="CPI ne 101 and rank gt 0")) > 0
    for words, remedy in (
        ({"filter": "contains(country, 'C')"}, "Write it as a dict, as tuples or as an expression"),
        ({"select": "CPU"}, "did you mean 'CPI'"),
        ({"expect": "Prices*"}, "which expect='Prices\\*' does not match"),
        ({"filter": {"CPI": "high"}}, "'high' is not a number"),
    ):
        with pytest.raises(ap.QueryError, match=remedy):
            world.read("only", **words)
    with pytest.warns(UserWarning, match="has no row whose country is 'Brazil' .nearest there"):
        assert world.read("only", filter={"country": "Brazil"}).empty
    assert world.emulator.requests == []


def test_a_service_that_cannot_be_reached_is_told_of(world: World) -> None:
    careful = world.new_client(stale_ok=True)
    world.read(True)
    world.clock.moment += datetime.timedelta(days=2, hours=3)
    for fault in ({"status": 503}, {"reset": "before"}):
        world.emulator.faults.add(times=None, **fault)
        with pytest.warns(UserWarning, match=r"as it was 2 days ago, at 2026-03-01"):
            frame = ap.read_alphacast(world.number, client=careful, cache=True, last=2)
        assert facts(frame)["doubt"] is None
        name = facts(frame)["name"]
        for dataset, words in ((name, {"last": 2}), (world.number, {"last": 2, "chunksize": 7})):
            with pytest.warns(UserWarning, match=r"as it was 2 days ago, at 2026-03-01"):
                read = ap.read_alphacast(dataset, client=careful, cache=True, **words)
            again = read if isinstance(read, pd.DataFrame) else pd.concat(read)
            assert_same(again, frame)
            with pytest.raises(ap.AlphacastError):
                ap.read_alphacast(dataset, client=careful, **words)
        with pytest.raises(ap.AlphacastError):
            ap.read_alphacast("Prices", client=careful, cache=True)
        with pytest.raises(ap.AlphacastError):
            world.read(True)
        with pytest.raises(ap.AlphacastError):
            ap.read_alphacast(world.number, client=careful)
        world.emulator.faults.clear()
    world.emulator.faults.add(times=None, status=403)
    with pytest.raises(ap.PermissionDenied):
        ap.read_alphacast(world.number, client=careful, cache=True)
    world.emulator.faults.clear()


def test_chunks_come_from_what_is_kept_or_stream_and_keep_nothing(world: World) -> None:
    def pieces(cache: Any) -> list[pd.DataFrame]:
        return [*ap.read_alphacast(world.number, client=world.client, cache=cache, chunksize=20)]

    streamed = pieces(True)
    assert ap.cache.info().empty
    assert not facts(streamed[0])["cached"]
    world.read(True)
    world.emulator.forget_requests()
    kept = pieces(True)
    assert downloads(world.emulator) == []
    assert facts(kept[0])["validator"] == "etag"
    assert [len(frame) for frame in kept] == [len(frame) for frame in streamed]
    assert_same(pd.concat(kept), pd.concat(streamed))
    world.push_elsewhere()
    assert not facts(pieces(True)[0])["cached"]


def test_a_filter_with_a_function_is_answered_from_the_whole_dataset(world: World) -> None:
    for limit in (101, 105):
        kept = world.read(True, filter=ap.col("CPI").map(lambda value, limit=limit: value > limit))
        expected = answer(world.frame, filter=[("CPI", ">", limit)])
        assert_same(kept, expected)
    assert facts(kept)["validator"] == "etag"
    assert list(ap.cache.info()["query"]) == ["everything"]


def test_a_limit_keeps_the_cache_small(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHACAST_CACHE_LIMIT", "30kB")
    for last in range(1, 8):
        world.read(True, last=last)
    root = world.folder / "here"
    sizes = [p.stat().st_size for p in root.rglob("*") if p.suffix in {".json", ".arrow"}]
    assert 10_000 < sum(sizes) <= 30_000
    assert ap.cache.info()["query"].tolist()[0] == "last=7"
    monkeypatch.setenv("ALPHACAST_CACHE_LIMIT", "a lot")
    with pytest.raises(ap.ConfigurationError, match="ALPHACAST_CACHE_LIMIT is a size"):
        world.read(True)
    world.read(False)


def test_a_folder_that_cannot_be_made_warns_once_and_reads_on(world: World) -> None:
    world.folder.mkdir(exist_ok=True)
    (world.folder / "here").write_text("a file")
    with pytest.warns(UserWarning, match="cannot be kept in .*NotADirectoryError"):
        assert_same(world.read(True), world.frame)
    assert_same(world.read(True), world.frame)
    assert_same(world.read("6h", last=1), answer(world.frame, last=1))
    with pytest.raises(ap.QueryError, match="nothing is kept"):
        world.read("only")


def test_many_reads_use_the_cache_of_their_client_and_vintages_use_none(world: World) -> None:
    world.read(True)
    careful = ap.Client(
        world.emulator.api_key, base_url=world.emulator.url, cache="only", retries=0
    )
    world.emulator.forget_requests()
    frames = ap.read_many([world.number], client=careful, last=2)
    assert facts(frames[world.number])["cached"]
    frames = ap.read_many([world.number], client=world.client, last=2, cache="only")
    assert facts(frames[world.number])["validator"] == "none"
    assert world.emulator.requests == []
    one = {"kept": {"dataset_id": world.number, "cache": "only"}, "read": world.number}
    frames = ap.read_many(one, client=world.client, last=2)
    assert facts(frames["kept"])["cached"]
    assert "cached" not in facts(frames["read"])
    with pytest.raises(ap.QueryError, match="cache=True means nothing"):
        world.read(True, as_of="2026-01")
