"""What a push leaves as it is: values where the frame has none, rows beyond its dates, names."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from end_to_end.frames import PANEL_KEYS, assert_same, by_key, panel
from end_to_end.parts import upload_flags

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PANEL = panel()
DAYS = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])
STORED = pd.DataFrame({"Date": DAYS, "x": [1.5, 2.5, np.nan], "note": ["a", None, "c"]})
GAPS = pd.DataFrame({"Date": DAYS, "x": [np.nan, 3.5, 4.5], "note": [None, "b", None]})
FILLED = pd.DataFrame({"Date": DAYS, "x": [1.5, 3.5, 4.5], "note": ["a", "b", "c"]})


@pytest.fixture
def number(new_dataset: Callable[[], int], client: ap.Client) -> int:
    """A dataset that holds `STORED`."""
    made = new_dataset()
    STORED.alphacast.push(made, client=client, entities=[])
    return made


def test_empty_cells_that_erase_values_are_told_with_their_number(
    number: int, client: ap.Client
) -> None:
    with pytest.warns(UserWarning, match=r"3 deleted values.*missing='keep'"):
        result = GAPS.alphacast.push(number, client=client, entities=[])
    assert result.deleted == 3


@pytest.mark.parametrize("mode", ["upsert", "replace"])
@pytest.mark.parametrize("words", [{}, {"only_changes": True}, {"verify": True}], ids=str)
def test_stored_values_stay_where_the_frame_has_none(
    number: int, client: ap.Client, mode: str, words: dict[str, Any]
) -> None:
    if mode == "replace" and "only_changes" in words:
        pytest.skip("these two contradict each other")
    before = GAPS.copy(deep=True)
    result = ap.push(  # type: ignore[call-overload, unused-ignore] # the words are parameters
        GAPS, number, mode=mode, missing="keep", entities=[], client=client, **words
    )
    assert not result.deleted
    assert_same(ap.read_alphacast(number, client=client), FILLED.astype({"note": "str"}))
    pd.testing.assert_frame_equal(GAPS, before)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([None, 3, 4], dtype="Int64"),
        pd.Series([None, 3, 4], dtype="float32"),
        pd.Series([None, Decimal("3.0"), Decimal(4)], dtype=object),
        pd.Series([None, 3, 4.0], dtype=object),
        pd.Series([None, None, None], dtype=object),
    ],
    ids=lambda column: f"{column.dtype} {column[1]!r}",
)
def test_gaps_of_every_type_are_filled(column: pd.Series, number: int, client: ap.Client) -> None:
    frame = pd.DataFrame({"Date": DAYS, "x": column})
    frame.alphacast.push(number, missing="keep", entities=[], client=client)
    back = ap.read_alphacast(number, select="x", client=client)["x"]
    gaps = column.isna()
    expected = [s if gap else float(x) for x, s, gap in zip(column, STORED["x"], gaps, strict=True)]
    assert_same(back.to_frame(), pd.DataFrame({"x": expected}))


def test_missing_is_one_of_two_words(number: int, client: ap.Client) -> None:
    with pytest.raises(ap.QueryError, match="missing must be 'send' or 'keep'"):
        ap.push(GAPS, number, missing="drop", client=client)  # type: ignore[arg-type] # no such word


@pytest.fixture
def stored_panel(push_new: Callable[..., int], emulator: Emulator) -> int:
    number = push_new(PANEL, entities=PANEL_KEYS[1:])
    emulator.forget_requests()
    return number


@pytest.mark.parametrize("mode", ["replace", "mirror"])
@pytest.mark.parametrize("part", [slice(0, 5), slice(-5, None), slice(20, 21)], ids=str)
def test_a_mode_that_deletes_is_refused_where_the_dataset_reaches_further(
    part: slice, mode: Any, stored_panel: int, client: ap.Client, emulator: Emulator
) -> None:
    frame = PANEL[part]
    with pytest.raises(ap.ValidationError, match=r"max_delete=1\.0") as caught:
        ap.push(frame, stored_panel, mode=mode, client=client)
    assert "2019-11-01 to 2020-12-01" in str(caught.value)
    assert upload_flags(emulator) == []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of entities that vanish
        ap.push(frame, stored_panel, mode=mode, max_delete=1.0, client=client)
    assert len(ap.read_alphacast(stored_panel, client=client)) == len(frame)


def test_a_diff_has_shown_its_deletions(stored_panel: int, client: ap.Client) -> None:
    diff = PANEL.head(3).alphacast.diff(stored_panel, mode="replace", client=client)
    assert diff.push().deleted
    assert_same(
        by_key(ap.read_alphacast(stored_panel, client=client), PANEL_KEYS),
        by_key(PANEL.head(3), PANEL_KEYS),
    )


def test_a_frame_that_covers_the_dates_replaces_as_ever(
    stored_panel: int, client: ap.Client
) -> None:
    frame = PANEL.iloc[[0, -1]]
    assert frame.alphacast.push(stored_panel, mode="replace", client=client).deleted


@pytest.mark.parametrize("kind", ["datetime64[us]", "period[D]", "object"])
def test_rows_that_a_schema_dropped_count_as_given(
    kind: str, stored_panel: int, client: ap.Client
) -> None:
    dates = PANEL["Date"].astype(kind)
    late = PANEL["Date"] == PANEL["Date"].max()
    value = next(name for name in PANEL if name not in PANEL_KEYS)
    values = PANEL[value].fillna(1.0).abs().where(~late, -1.0)
    frame = PANEL.assign(**{"Date": dates, value: values})
    schema = pa.DataFrameSchema({value: pa.Column(float, pa.Check.ge(0))}, drop_invalid_rows=True)
    with pytest.warns(UserWarning, match=f"The schema drops {late.sum()} of {len(frame)} rows"):
        result = frame.alphacast.push(stored_panel, client=client, mode="replace", schema=schema)
    assert result.rows == len(frame) - late.sum()
    assert len(ap.read_alphacast(stored_panel, client=client)) == result.rows


def test_threads_that_push_to_a_new_repository_make_it_once(client: ap.Client) -> None:
    names = [f"Dataset {n}" for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        numbers = [
            *pool.map(
                lambda name: (
                    STORED.alphacast.push(
                        name=name, repository="Mine", entities=[], client=client
                    ).dataset_id
                ),
                names,
            )
        ]
    assert [each.name for each in client.repositories.list()].count("Mine") == 1
    assert len({*numbers}) == 6


def test_threads_that_make_the_same_dataset_end_in_one_and_clear_errors(client: ap.Client) -> None:
    def push(_: int) -> str:
        try:
            STORED.alphacast.push(name="Same", repository="Mine", entities=[], client=client)
        except ap.ConflictError as error:
            return f"{error}, {error.retryable}"
        return "pushed"

    with ThreadPoolExecutor(4) as pool:
        outcomes = [*pool.map(push, range(4))]
    assert "pushed" in outcomes
    refused = [outcome for outcome in outcomes if outcome != "pushed"]
    assert all(each.startswith("A dataset 'Same' was created") for each in refused)
    assert all(each.endswith("True") for each in refused)
    again = STORED.alphacast.push(name="Same", repository="Mine", entities=[], client=client)
    assert len(ap.read_alphacast(again.dataset_id, client=client)) == len(STORED)


PROGRAM = """
import json, sys
import pandas as pd
import alphacast_pandas as ap
frame = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01"]), "x": [float(sys.argv[1])]})
try:
    result = frame.alphacast.push(name="Dataset " + sys.argv[1], repository="Shared")
    print(json.dumps(result.dataset_id))
except ap.AlphacastError as error:
    print(json.dumps(str(error)))
"""


def test_programs_that_push_to_a_new_repository_lock_nobody_out(
    client: ap.Client, emulator: Emulator
) -> None:
    place = {"ALPHACAST_API_KEY": emulator.api_key, "ALPHACAST_BASE_URL": emulator.url}
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(n)],
            env={**os.environ, **place},
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(3)
    ]
    outcomes = [json.loads(program.communicate(timeout=60)[0]) for program in programs]
    assert any(isinstance(outcome, int) for outcome in outcomes), outcomes
    after = STORED.alphacast.push(name="After", repository="Shared", entities=[], client=client)
    assert isinstance(after.dataset_id, int)
