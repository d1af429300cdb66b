"""Pairs of frames that share some keys, and what each mode makes of them in plain pandas."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
from end_to_end.frames import date_column, text_column, value_columns
from hypothesis import strategies as st

KEYS = ["Date", "country"]
VALUES = ["price", "rank", "note"]
DAYS = pd.to_datetime(["1999-12-31", "2024-01-01", "2024-02-01"])
ARROW = {
    "Date": pd.ArrowDtype(pa.timestamp("us")),
    "country": pd.ArrowDtype(pa.string()),
    "price": pd.ArrowDtype(pa.float64()),
    "rank": pd.ArrowDtype(pa.int16()),
    "note": pd.ArrowDtype(pa.large_string()),
}
COUNTRIES = ["Chile", "Côte d'Ivoire", "a,b", "none"]
POOL = [(day, country) for day in DAYS for country in COUNTRIES]


@st.composite
def frames_on_one_key(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a frame of every type whose keys come from a small pool, in any order."""
    keys = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=8, unique=True))
    kinds = {"price": "float", "rank": "short", "note": "text"}
    columns = {name: draw(value_columns(kind, len(keys))) for name, kind in kinds.items()}
    dates, countries = date_column([k[0] for k in keys]), text_column([k[1] for k in keys])
    frame = pd.DataFrame({"Date": dates, "country": countries, **columns})
    # A zero is a zero by value, whatever its sign: only_changes does not send it.
    return frame.assign(price=frame["price"] + 0.0)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw what a dataset holds and what is pushed: cells of the first with some changed."""
    before = draw(frames_on_one_key())
    sent = draw(frames_on_one_key())
    merged = sent[KEYS].merge(before, how="left", on=KEYS)
    for name in VALUES:
        stays = draw(st.lists(st.booleans(), min_size=len(sent), max_size=len(sent)))
        old = merged[name].astype(sent[name].dtype)
        sent[name] = old.where(np.array(stays), sent[name])
    lacking = draw(st.sampled_from([[], [], ["price"], ["rank", "note"]]))
    return before, sent.drop(columns=lacking)


def dressed(frame: pd.DataFrame, style: str) -> pd.DataFrame:
    """The same values at other types, in other places."""
    if style == "pyarrow":
        return frame.astype({name: ARROW[name] for name in frame.columns})
    if style == "index":
        return frame.astype({"country": "category"}).set_index(KEYS)
    if style == "objects":
        exact = {n: frame[n].map(_decimal).astype(object) for n in frame.columns if n == "price"}
        return frame.astype({"country": object}).assign(**exact)
    return frame


def after(before: pd.DataFrame, sent: pd.DataFrame, mode: str) -> pd.DataFrame:
    """What a dataset holds after a push, in a few lines of pandas."""
    old, new = before.set_index(KEYS), sent.set_index(KEYS)
    shared = old.index.isin(new.index)
    if mode in {"upsert", "replace"}:
        for name in new.columns:
            values = new[name].reindex(old.index)
            old[name] = old[name].where(~shared, values)
    if mode in {"replace", "mirror"}:
        old = old[shared]
    added = new[~new.index.isin(before.set_index(KEYS).index)]
    both = [rows for rows in (old, added) if len(rows)]
    whole = pd.concat(both).reindex(columns=VALUES).reset_index()
    return whole.astype(dict(before.dtypes)).sort_values(KEYS, ignore_index=True)


def _decimal(value: float) -> Decimal | None:
    return None if pd.isna(value) else Decimal(repr(float(value)))
