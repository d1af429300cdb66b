"""Two tables by their key: what is added, changed and deleted in each mode."""

import pyarrow as pa
import pytest
from difference.tables import SENT, STORED, difference, table

from alphacast_pandas.difference.difference import (
    predict_rows,
    vanishing_columns,
    vanishing_entities,
)


@pytest.mark.parametrize(
    ("mode", "counts"),
    [("append", (1, 0, 0)), ("upsert", (1, 1, 0)), ("replace", (1, 1, 1)), ("mirror", (1, 0, 1))],
)
def test_a_mode_decides_what_is_changed_and_deleted(mode: str, counts: tuple[int, ...]) -> None:
    found = difference(mode)
    assert (len(found.added), len(found.changed), len(found.deleted)) == counts
    assert found.unchanged == 3 - counts[1]
    assert found.kept == 1 - counts[1]
    assert not found.is_empty


def test_what_is_predicted_has_every_column_of_both() -> None:
    stored = STORED.append_column("held", pa.array(["a", "b", "c", None]))
    sent = SENT.append_column("new", pa.array([1.0, None, 2.0, 3.0]))
    upsert = predict_rows(difference("upsert", stored, sent)).to_pandas()
    assert upsert["x"].tolist()[1:2] == [3.5]
    assert upsert["held"].fillna("-").tolist() == ["-", "c", "b", "-"]
    mirror = predict_rows(difference("mirror", stored, sent)).to_pandas()
    assert mirror["x"].tolist()[1::2] == [3.0, 9.0]
    assert mirror["new"].isna().tolist() == [True, True, True, False]


def test_what_would_vanish_is_named() -> None:
    sent = table([(2, "AR")], x=pa.array([None], pa.float64()))
    stored = STORED.append_column("y", pa.array([1.0, 2.0, None, 4.0]))
    found = difference("replace", stored, sent)
    assert vanishing_entities(found) == {"country": ["CL", None]}
    assert vanishing_columns(found) == ["x", "y"]
    assert vanishing_entities(difference("upsert", stored, sent)) == {}
    assert vanishing_columns(difference("upsert", stored, sent)) == []
    assert vanishing_columns(difference("mirror", stored, sent)) == ["y"]
