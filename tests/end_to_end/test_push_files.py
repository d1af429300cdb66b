"""Parquet files are pushed as their frames are: in parts, resumed, with the same result."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from end_to_end.examples import FEWER
from end_to_end.frames import assert_same, by_key, frames
from end_to_end.parts import PANEL, VALUES, read_all, upload_flags
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

NEW = Callable[[], int]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The panel as a file of several row groups."""
    path = tmp_path / "panel.parquet"
    PANEL.to_parquet(path, row_group_size=10)
    return path


@FEWER
@given(frame=frames(), cut=st.integers(0, 12), is_indexed=st.booleans())
def test_a_file_leaves_what_its_frame_leaves(
    frame: pd.DataFrame,
    cut: int,
    is_indexed: bool,
    client: ap.Client,
    new_dataset: NEW,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    date, entities = frame.columns[0], frame.attrs["entities"]
    keys = [date, *entities]
    folder = tmp_path_factory.mktemp("rows")
    there = frame.set_index(keys) if is_indexed else frame
    for number, part in enumerate([there.iloc[:cut], there.iloc[cut:]]):
        part.to_parquet(folder / f"{number}.parquet")
    pushed = new_dataset(), new_dataset()
    words: dict[str, Any] = {"date": date, "entities": entities, "client": client}
    result = ap.push(folder, pushed[0], **words)
    ap.push(there, pushed[1], **words)
    found, expected = (ap.read_alphacast(number, client=client) for number in pushed)
    assert_same(by_key(found, keys), by_key(expected, keys))
    assert result.rows == len(frame)
    # What was read is written and pushed with its roles.
    back = ap.to_parquet(pushed[0], folder / "back.parquet", client=client)
    again = ap.push(back, new_dataset(), client=client)
    assert_same(ap.read_alphacast(again.dataset_id, client=client), found)


@pytest.mark.usefixtures("small_files")
def test_a_file_goes_in_parts_and_on_from_where_it_was_stopped(
    path: Path, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    whole = ap.push(path, number, entities="country", client=client)
    assert len(whole.parts) > 2
    assert whole.inserted == VALUES
    assert_same(read_all(number, client), PANEL)
    emulator.faults.add(method="PUT", status=403)
    emulator.faults.add(process_error="sad")
    number, errors = new_dataset(), 0
    try:
        result = ap.push(path, number, entities="country", client=client)
    except ap.PushInterrupted as first:
        error: ap.PushInterrupted | None = first
        while error is not None:
            errors += 1
            try:
                result, error = error.resume(), None
            except ap.PushInterrupted as another:
                error = another
    assert errors == 2
    assert result.parts[-1].last_row == len(PANEL) - 1
    assert_same(read_all(number, client), PANEL)


@pytest.mark.usefixtures("small_files")
def test_a_file_that_has_changed_since_it_was_checked_is_not_sent(
    path: Path, client: ap.Client, emulator: Emulator, clock: Any, new_dataset: NEW
) -> None:
    def fail_later() -> None:
        clock.meanwhile = emulator.wait
        emulator.faults.add(method="PUT", status=403)
        emulator.wait()

    clock.meanwhile = fail_later
    with pytest.raises(ap.PushInterrupted) as caught:
        ap.push(path, new_dataset(), entities="country", client=client)
    PANEL.assign(CPI=1.0).to_parquet(path)
    sent = len(upload_flags(emulator))
    [part] = caught.value.parts
    with pytest.raises(ap.PushInterrupted, match="has changed since it was checked") as again:
        caught.value.resume()
    assert len(upload_flags(emulator)) == sent == 2
    # To resume would fail again, so it is no remedy.
    assert str(again.value).endswith(
        f"Push it again when nothing writes to it. Rows 0 to {part.last_row} are in (1 part). "
        "No other rows are known to be in."
    )


@pytest.mark.usefixtures("small_files")
def test_ctrl_c_between_parts_says_how_to_go_on_with_a_file(
    path: Path, client: ap.Client, emulator: Emulator, clock: Any, new_dataset: NEW
) -> None:
    number = new_dataset()

    def interrupt() -> None:
        if len(upload_flags(emulator)) > 1:
            raise KeyboardInterrupt
        emulator.advance()

    clock.meanwhile = interrupt
    with emulator.hold_processes(), pytest.raises(KeyboardInterrupt) as caught:
        ap.push(path, number, entities="country", client=client)
    clock.meanwhile = emulator.wait
    text = str(caught.value)
    assert f"ush the file to dataset {number} again, with mode='upsert'" in text
    assert "only_changes" not in text
    emulator.wait()
    ap.push(path, number, mode="upsert", entities="country", client=client)
    assert_same(read_all(number, client), PANEL)


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("mode", ["replace", "mirror"])
def test_a_mode_that_deletes_is_refused_in_parts(
    mode: Any, path: Path, client: ap.Client, stored_in_parts: int, emulator: Emulator
) -> None:
    with pytest.raises(ap.ValidationError, match=r"panel.parquet does not fit in one file"):
        ap.push(path, stored_in_parts, mode=mode, entities="country", client=client)
    assert upload_flags(emulator) == []


def test_a_file_that_lacks_dates_of_the_dataset_does_not_delete_them(
    tmp_path: Path, client: ap.Client, stored: int, emulator: Emulator
) -> None:
    path = tmp_path / "newest.parquet"
    PANEL.tail(9).to_parquet(path)
    with pytest.raises(ap.ValidationError, match=r"newest.parquet only from 2020-"):
        ap.push(path, stored, mode="replace", client=client)
    assert upload_flags(emulator) == []
    ap.push(path, stored, mode="replace", max_delete=1.0, client=client)
    assert_same(read_all(stored, client), PANEL.tail(9).reset_index(drop=True))


def test_names_that_differ_from_those_of_the_dataset_are_told_as_of_a_frame(
    tmp_path: Path, client: ap.Client, stored: int
) -> None:
    frame = PANEL.rename(columns={"Date": "day", "country": "COUNTRY"})
    frame = pd.concat([frame.assign(CPI=np.inf), frame.head(1)], ignore_index=True)
    path = tmp_path / "x.parquet"
    frame.to_parquet(path)
    found = []
    for rows in (path, pd.read_parquet(path, dtype_backend="pyarrow")):
        with pytest.raises(ap.ValidationError) as caught:
            ap.push(rows, stored, client=client)
        found.append({repr(tuple(row)) for row in caught.value.failures.itertuples(index=False)})
    assert found[0] == found[1]
    assert any("unique" in row for row in found[0])
    assert any("inf" in row for row in found[0])


NEEDS_ALL: dict[str, dict[str, Any]] = {
    "only_changes=True": {"only_changes": True},
    "verify=True": {"verify": True},
    "missing='keep'": {"missing": "keep"},
    "max_delete=0.5": {"max_delete": 0.5, "mode": "mirror"},
    "schema": {"schema": True},
}


@pytest.mark.every_parameter
@pytest.mark.parametrize("name", NEEDS_ALL)
def test_what_needs_all_rows_is_refused_by_name_before_any_request(
    name: str, path: Path, client: ap.Client, emulator: Emulator
) -> None:
    emulator.forget_requests()
    with pytest.raises(ap.QueryError) as caught:
        ap.push(path, 1, client=client, **NEEDS_ALL[name])
    assert str(caught.value).startswith(f"{name} needs all rows at once")
    assert "read_parquet" in str(caught.value)
    assert emulator.requests == []


def test_a_frame_that_was_read_guards_a_file_too(
    path: Path, client: ap.Client, stored: int
) -> None:
    before = ap.read_alphacast(stored, client=client)
    assert ap.push(path, stored, if_unchanged=before, client=client).updated == 0
    ap.push(PANEL.head(1).assign(CPI=7.5), stored, client=client)
    with pytest.raises(ap.ConflictError, match="has changed since it was read"):
        ap.push(path, stored, if_unchanged=before, client=client)


def test_others_read_the_same_values(
    path: Path, stored: int, client: ap.Client, tmp_path: Path
) -> None:
    duckdb = pytest.importorskip("duckdb")
    rows = ap.read_arrow(stored, client=client)
    frame = ap.read_alphacast(stored, client=client)
    path = ap.to_parquet(stored, tmp_path / "rows.parquet", client=client)
    total = frame["CPI"].sum()
    for source in ("frame", "rows", f"'{path}'"):
        with duckdb.connect() as database:
            query = f"SELECT count(*), count(CPI), count(note), sum(CPI), max(Date) FROM {source}"
            found = database.execute(query).fetchone()
        counts = len(frame), frame["CPI"].count(), frame["note"].count()
        assert found[:3] == counts
        assert np.isclose(found[3], total)
        assert pd.Timestamp(found[4]) == frame["Date"].max()
    assert pq.read_table(path).cast(rows.schema).equals(rows)


def test_polars_takes_over_frames_tables_and_files(
    stored: int, client: ap.Client, tmp_path: Path
) -> None:
    polars = pytest.importorskip("polars")
    frame = ap.read_alphacast(stored, client=client)
    table = ap.read_arrow(stored, client=client)
    path = ap.to_parquet(stored, tmp_path / "rows.parquet", client=client)
    expected = table.to_pylist()
    for made in (polars.DataFrame(frame), polars.from_arrow(table), polars.read_parquet(path)):
        assert made.to_dicts() == expected
    # The memory of numbers and dates is that of the table.
    made = polars.from_arrow(table)
    for name in ("Date", "CPI", "rank"):
        there, here = made[name].to_arrow(), table.column(name).chunk(0)
        assert there.buffers()[1].address == here.buffers()[1].address


def test_what_is_kept_is_written_without_reading_it_again(
    stored: int, client: ap.Client, emulator: Emulator, tmp_path: Path
) -> None:
    store, path = tmp_path / "store", tmp_path / "rows.parquet"
    ap.snapshot([stored], store=store, client=client)
    ap.read_alphacast(stored, cache=True, client=client)
    emulator.forget_requests()
    known: list[dict[str, Any]] = [
        {"cache": "only"},
        {"as_of": "2024-02-29", "store": store, "select": "CPI", "last": 2},
    ]
    for words in known:
        whole = ap.read_alphacast(stored, client=client, **words)
        back = pd.read_parquet(ap.to_parquet(stored, path, client=client, **words))
        told = ap.read_arrow(stored, client=client, **words).schema.metadata[b"alphacast"]
        facts = whole.attrs["alphacast"]
        assert back.attrs["alphacast"] == json.loads(told) == facts
        objects = back.astype(object)
        assert_same(objects.where(objects.notna(), None).astype(whole.dtypes), whole)
    assert emulator.requests == []
