"""Tables that are kept come back as they were, in memory that may be written to, or not at all."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.cache_files.tables import UNREADABLE, read_table, write_table

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"]))
COLUMNS = {
    pa.float64(): st.none() | st.floats(),
    pa.string(): TEXTS,
    pa.int16(): st.none() | st.integers(-32768, 32767),
    pa.timestamp("us"): st.none() | st.integers(-(2**40), 2**40),
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Draw a table with chunks and slices, as reading and filtering leave them."""
    rows = draw(st.integers(0, 12))
    columns = {}
    for place in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from([*COLUMNS]))
        values = draw(st.lists(COLUMNS[kind], min_size=rows + 2, max_size=rows + 2))
        border = draw(st.integers(0, rows + 2))
        chunks = [pa.array(part, kind) for part in (values[:border], values[border:])]
        columns[f"column {place}"] = pa.chunked_array(chunks, kind).slice(1, rows)
    return pa.table(columns)


def bits(table: pa.Table) -> list[list[object]]:
    """Return every value, a NaN by its bits, so that it is told from null and from another NaN."""
    return [
        [
            np.float64(value).view("int64") if isinstance(value, float) else value
            for value in column.to_pylist()
        ]
        for column in table.columns
    ]


@given(table=tables(), data=st.data())
def test_a_table_comes_back_to_the_bit(
    table: pa.Table, data: st.DataObject, tmp_path: Path
) -> None:
    name, size = write_table(tmp_path, table)
    assert write_table(tmp_path, table) == (name, size)
    assert (tmp_path / name).stat().st_size == size
    names = data.draw(st.lists(st.sampled_from(table.column_names), unique=True))
    back = read_table(tmp_path / name, names)
    assert back.schema == table.select(names).schema
    assert bits(back) == bits(table.select(names))


def test_numbers_come_in_memory_that_may_be_written_to(tmp_path: Path) -> None:
    numbers = np.random.default_rng(7).normal(size=10_000)
    name, _ = write_table(tmp_path, pa.table({"a": numbers, "b": numbers.round(1)}))
    whole = (tmp_path / name).read_bytes()
    for column in read_table(tmp_path / name, ["a", "b"]).columns:
        assert column.num_chunks == 1
        np.frombuffer(column.chunk(0).buffers()[1], "float64")[:] = 0.0
    assert (tmp_path / name).read_bytes() == whole


@given(data=st.data(), table=tables())
def test_a_file_that_was_damaged_is_not_read_and_is_written_anew(
    data: st.DataObject, table: pa.Table, tmp_path: Path
) -> None:
    name, size = write_table(tmp_path, table)
    path = tmp_path / name
    whole = path.read_bytes()
    place = data.draw(st.integers(0, size - 1))
    how = data.draw(st.sampled_from(["cut", "changed", "longer", "gone"]))
    changed = bytes([whole[place] ^ data.draw(st.integers(1, 255))])
    damaged = {
        "cut": whole[:place],
        "changed": whole[:place] + changed + whole[place + 1 :],
        "longer": whole + whole[:8],
    }
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(damaged[how])
    with pytest.raises(UNREADABLE):
        read_table(path, table.column_names)
    assert write_table(tmp_path, table) == (name, size)
    assert path.read_bytes() == whole
