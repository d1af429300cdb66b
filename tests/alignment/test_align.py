"""Datasets that are read, aligned, and pushed again."""

from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap

MONTHS = pd.date_range("2023-01-31", periods=15, freq="ME")
QUARTERS = pd.date_range("2023-01-01", periods=5, freq="QS")


def store(client: ap.Client, name: str, frame: pd.DataFrame) -> int:
    keys = {"date": "Date", "entities": ["country"]}
    return frame.alphacast.push(name=name, client=client, **keys).dataset_id


@pytest.mark.parametrize(
    "words", [{}, {"index": True, "dtype_backend": "pyarrow"}, {"categories": True}]
)
def test_datasets_are_read_aligned_and_pushed(client: ap.Client, words: Any) -> None:
    cpi = pd.DataFrame({"Date": [*MONTHS] * 2, "country": ["Chile"] * 15 + ["Perú"] * 15})
    cpi["value"] = [float(n) for n in range(30)]
    gdp = pd.DataFrame({"Date": QUARTERS, "country": "Chile", "value": 100.5, "note": "revised"})
    numbers = store(client, "Prices", cpi), store(client, "GDP", gdp)
    frames = {
        label: ap.read_alphacast(number, client=client, **words)
        for label, number in zip(("cpi", "gdp"), numbers, strict=True)
    }
    wide = ap.align(frames, frequency="Q", aggregate={"value": "last"})
    assert [*wide.columns] == ["Date", "country", "cpi: value", "gdp: value", "note"]
    assert wide["Date"].tolist() == [each for each in QUARTERS for _ in range(2)]
    assert wide["cpi: value"].tolist() == [2, 17, 5, 20, 8, 23, 11, 26, 14, 29]
    assert wide["gdp: value"].notna().tolist() == [True, False] * 5
    facts = wide.attrs["alphacast"]["columns"]["cpi: value"]
    assert (facts["dataset_id"], facts["frequency"], facts["aggregate"]) == (
        numbers[0],
        "M",
        "last",
    )
    result = wide.alphacast.push(name="Wide", client=client)
    again = ap.read_alphacast(result.dataset_id, client=client)
    assert again.attrs["alphacast"]["entities"] == ["country"]
    assert again["cpi: value"].tolist() == wide["cpi: value"].tolist()
    last = wide.alphacast.latest(at="2023-12")
    assert last["Date"].dt.month.unique().tolist() == [10]
    assert last["column"].tolist() == ["cpi: value", "gdp: value", "note", "cpi: value"]
