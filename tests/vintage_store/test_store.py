"""The files of a store: kills, damage, folders that are none; blocks and hashes."""

import datetime
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main
from alphacast_pandas.vintage_store.blocks import cut, from_file, to_file
from alphacast_pandas.vintage_store.hashing import hash_table
from alphacast_pandas.vintage_store.store import open_store
from alphacast_pandas.vintage_store.verification import find_damage

MONTHS = pd.date_range("2020-01-01", periods=30, freq="MS")
FRAME = pd.DataFrame({"Date": MONTHS, "CPI": np.arange(30) / 7})
BASE_URL = "https://api.alphacast.io"
# Looks at a dataset as often as it can, and says so before each.
WRITER = """
import sys
import pandas as pd
import alphacast_pandas as ap
frame = pd.DataFrame({"Date": pd.date_range("2020-01-01", periods=30, freq="MS")})
for day in range(20_000):
    print(day, flush=True)
    at = pd.Timestamp("2000-01-01") + pd.Timedelta(hours=day)
    ap.snapshot(7, frame=frame.assign(CPI=day / 7), at=at, store=sys.argv[1])
"""


def bring_in(store: Path, months: int = 3) -> list[pd.DataFrame]:
    """Bring in some vintages, of which each has one value more."""
    frames = [FRAME.head(20 + month) for month in range(months)]
    for month, frame in enumerate(frames):
        ap.snapshot(7, frame=frame, at=datetime.date(2024, month + 1, 5), store=store)
    return frames


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_loses_at_most_the_look_under_way(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        begun = [int(writer.stdout.readline()) for _ in range(8)][-1]
        writer.send_signal(signal.SIGKILL)
        begun = max([begun, *map(int, writer.stdout.read().split())])
    assert writer.returncode == -signal.SIGKILL
    (folder,) = open_store(tmp_path).datasets()
    assert find_damage(folder) == []
    assert len(ap.vintages(7, store=tmp_path)) in {begun, begun + 1}
    bring_in(tmp_path)
    assert find_damage(folder) == []


@pytest.mark.parametrize("damage", ["cut", "changed", "lost"])
def test_damage_is_named_with_what_can_still_be_read(
    damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = bring_in(tmp_path)
    (folder,) = open_store(tmp_path).datasets()
    looks = folder.looks()
    (block,) = folder.read_content(looks[1].content).blocks
    for path in (
        folder.path / "blocks" / f"{block.hash}.arrow",
        folder.path / "contents" / f"{looks[1].content}.json",
        folder.path / "looks" / looks[1].filename,
    ):
        body = path.read_bytes()
        path.unlink()
        if damage != "lost":
            changed = body[:-40] if damage == "cut" else body.replace(b"2", b"3")
            path.write_bytes(changed)
        for month, frame in zip([1, 3], (frames[0], frames[2]), strict=True):
            known = ap.read_alphacast(7, as_of=f"2024-0{month}", store=tmp_path)
            pd.testing.assert_frame_equal(known, frame)
        if damage == "lost" and path.parent.name == "looks":
            assert len(ap.vintages(7, store=tmp_path)) == 2  # nobody can know of it
        else:
            is_look = path.parent.name == "looks"
            remedy = "vintage is gone" if is_look else "at='2024-02-05 00:00:00 UTC'"
            told = f"{path.name}.* 2 of the 3 vintages .*backup.*{remedy}.*--store {tmp_path} "
            with pytest.raises(ap.DecodeError, match=told) as caught:
                ap.read_alphacast(7, as_of="2024-02", store=tmp_path)
            assert ("delete it" in str(caught.value)) == (damage != "lost")
            assert main(["vintages", "--store", str(tmp_path), "--verify"]) == 1
            assert path.name in capsys.readouterr().out
            revised = ap.snapshot(7, frame=FRAME, at="2024-02-20", store=tmp_path)
            assert revised["is_new"].tolist() == [True]
            (folder.path / "looks" / folder.looks()[2].filename).unlink()
            path.unlink(missing_ok=True)
            ap.snapshot(7, frame=frames[1], at="2024-02-05 00:00:00 UTC", store=tmp_path)
            known = ap.read_alphacast(7, as_of="2024-02", store=tmp_path)
            pd.testing.assert_frame_equal(known, frames[1])
            assert find_damage(folder) == []
        path.write_bytes(body)
    assert find_damage(folder) == []


def test_the_command_lists_what_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bring_in(tmp_path)
    assert main(["vintages", "--store", str(tmp_path)]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head == "address,dataset_id,name,vintages,looks,last_look,bytes"
    assert line.startswith("api.alphacast.io,7,,3,3,2024-03-05T00:00:00+00:00,")
    assert main(["vintages", "--store", str(tmp_path), "--json"]) == 0
    assert '"vintages": 3' in capsys.readouterr().out
    assert main(["vintages", "--store", str(tmp_path), "--verify"]) == 0
    assert "Every file is whole: 1 dataset" in capsys.readouterr().out
    assert main(["vintages", "--store", str(Path(__file__).parent)]) == 1
    assert "is not a vintage store" in capsys.readouterr().err
    for words in ([], ["--verify"]):
        assert main(["vintages", "--store", str(tmp_path / "typo"), *words]) == 1
        assert "There is no folder" in capsys.readouterr().err


MISTAKES: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"as_of": "2023"}, ap.QueryError, r"before the first vintage .* 2024-01-05 00:00:00 UTC"),
    ({"as_of": "2024-01-04T23:59:59Z"}, ap.QueryError, "before the first vintage"),
    ({"as_of": "2024-01-05T00:30+02:00"}, ap.QueryError, "before the first vintage"),
    ({"as_of": "2999"}, ap.QueryError, "is in the future: it is .* UTC now"),
    ({"as_of": "01/02/2024"}, ap.QueryError, "2 ways"),
    ({"as_of": 2024}, ap.QueryError, "'2024'"),
    ({"as_of": None}, ap.QueryError, "Pass as_of= too"),
    ({"dataset_id": 8}, ap.QueryError, r"never looked at.*ap.snapshot\(8\)"),
    ({"dataset_id": "https://example.com/datasets/x-7"}, ap.QueryError, "address of example.com"),
    ({"store": "nowhere"}, ap.QueryError, "nowhere, which does not exist yet"),
    ({"select": "CPX"}, ap.QueryError, "did you mean 'CPI'"),
    ({"filter": {"cpi": 1}}, ap.QueryError, "did you mean 'CPI'"),
    ({"filter": "startswith(CPI,'1')"}, ap.QueryError, "not understood here"),
    ({"chunksize": 0}, ap.QueryError, "chunksize"),
]


@pytest.mark.parametrize(
    ("as_of", "month"),
    [
        ("2024-01", 1),
        (" 2024-01-05 ", 1),
        ("2024-02-05 00:00:00 UTC", 2),
        ("2024-02-04T21:00-03:00", 2),
        ("2024-02-04T23:59Z", 1),
        (
            datetime.datetime(2024, 2, 5, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
            1,
        ),
        (pd.Timestamp("2024-02-05"), 2),
        (np.datetime64("2024-02-04T23:59:59.999999"), 1),
        (pd.Period("2024Q1"), 3),
        (datetime.datetime.now(datetime.UTC).date(), 3),
    ],
)
@pytest.mark.every_parameter
def test_as_of_is_an_instant_in_utc_and_a_partial_date_is_its_end(
    as_of: Any, month: int, tmp_path: Path
) -> None:
    frames = bring_in(tmp_path)
    known = ap.read_alphacast(7, as_of=as_of, store=tmp_path)
    pd.testing.assert_frame_equal(known, frames[month - 1])


def test_a_mistake_is_told_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = tmp_path / "store"
    bring_in(store)
    words = {"dataset_id": 7, "as_of": "2024-02", "store": store}
    for wrong, kind, message in MISTAKES:
        with pytest.raises(kind, match=f"(?s){message}"):
            ap.read_alphacast(**{**words, **wrong})
    with pytest.raises(ap.QueryError, match="did you mean 'CPI'"):
        ap.revisions(7, select="CPX", store=store)
    with pytest.raises(ap.QueryError, match=r"identifies the rows.*such as 'CPI'"):
        ap.triangle(7, "Date", store=store)
    with pytest.raises(ap.QueryError, match=r"n is a whole number.*1\.5"):
        ap.releases(7, 1.5, store=store)  # type: ignore[arg-type]  # what is refused
    assert ap.releases(7, 10**30, store=store).empty
    assert ap.releases(7, -(10**30), store=store).empty
    (store / "alphacast-vintages.json").write_text('{"format": 2}')
    with pytest.raises(ap.ConfigurationError, match=r"format 2.*Update alphacast_pandas"):
        ap.vintages(7, store=store)
    (store / "alphacast-vintages.json").unlink()
    told = r"holds .api\.alphacast\.io.*write {\"format\": 1} into a new one"
    with pytest.raises(ap.ConfigurationError, match=told):
        ap.vintages(7, store=store)
    (store / "alphacast-vintages.json").write_text('{"format": 1}')
    assert len(ap.vintages(7, store=store)) == 3
    sealed = tmp_path / "sealed"
    sealed.mkdir(mode=0o500)
    if os.access(sealed, os.W_OK):  # an administrator may write to any folder but these
        sealed = Path("/proc/self/fdinfo/store")
    with pytest.raises(ap.ConfigurationError, match=r"cannot be written: .* that you may write to"):
        bring_in(sealed)


DATES = st.datetimes(pd.Timestamp("0001-01-01"), pd.Timestamp("9999-12-31"))
COLUMNS = {
    "Date": (pa.timestamp("us"), DATES),
    "t": (pa.string(), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)),
    "x": (pa.float64(), st.floats()),
    "n": (pa.int16(), st.integers(-32768, 32767)),
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """A table by date, with missing values everywhere."""
    rows = draw(st.integers(0, 12))
    columns = {
        name: draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        for name, (_, values) in COLUMNS.items()
    }
    columns["Date"].sort(key=lambda date: (date is None, date or 0))
    return pa.table({name: pa.array(v, COLUMNS[name][0]) for name, v in columns.items()})


@given(table=tables(), largest=st.integers(1, 5), first=st.integers(0, 4))
def test_blocks_hold_the_rows_and_their_hash_is_that_of_the_values(
    table: pa.Table, largest: int, first: int
) -> None:
    blocks = cut(table, "Date", largest=largest)
    assert all(0 < block.num_rows <= largest for block in blocks)
    read = [from_file(to_file(block)) for block in blocks]
    assert [hash_table(block) for block in read] == [hash_table(block) for block in blocks]
    joined = pa.concat_tables([table.schema.empty_table(), *read])
    assert hash_table(joined) == hash_table(table)
    # However the values are stored: as slices, in several chunks, with anything below nulls.
    part = table.slice(first)
    copied = pa.table({name: pa.array(part[name].to_pylist(), part[name].type) for name in COLUMNS})
    assert hash_table(part) == hash_table(copied)
    assert hash_table(pa.concat_tables([table.slice(0, first), part])) == hash_table(table)
    if part.num_rows:
        other = [*copied["n"].to_pylist()]
        other[0] = 0 if other[0] is None else None
        changed = copied.set_column(3, "n", pa.array(other, pa.int16()))
        assert hash_table(changed) != hash_table(copied)


def test_zeros_of_either_sign_and_missing_numbers_are_one_value() -> None:
    def hash_of(*values: Any, type_: pa.DataType | None = None) -> str:
        return hash_table(pa.table({"x": pa.array(values, type_ or pa.float64())}))

    assert hash_of(0.0, None) == hash_of(-0.0, float("nan"))
    assert hash_of(0.0) != hash_of(None)
    assert hash_of("a", "bc", type_=pa.string()) != hash_of("ab", "c", type_=pa.string())
    assert hash_of("", type_=pa.string()) != hash_of(None, type_=pa.string())
    assert hash_of(1.0) != hash_of(1, type_=pa.int16())


def test_a_month_more_changes_the_last_block_only() -> None:
    dates = np.repeat(pd.date_range("1950-01-01", periods=800, freq="MS").to_numpy("M8[us]"), 40)
    table = pa.table({"Date": dates, "x": np.arange(len(dates)) / 3})
    before = [hash_table(block) for block in cut(table.slice(0, 790 * 40), "Date", largest=1000)]
    after = [hash_table(block) for block in cut(table.slice(0, 791 * 40), "Date", largest=1000)]
    earlier = [hash_table(block) for block in cut(table.slice(40, 789 * 40), "Date", largest=1000)]
    assert len({*before} - {*after}) <= 1
    assert len({*earlier} - {*before}) == 1
    assert len(before) < 80  # not many more than would do
    one_day = pa.table({"Date": dates[:1].repeat(2500), "x": np.arange(2500.0)})
    assert [block.num_rows for block in cut(one_day, "Date", largest=1000)] == [1000, 1000, 500]
    assert [block.num_rows for block in cut(one_day, None, largest=1000)] == [1000, 1000, 500]
