"""A few values of every type, under names and with texts that need care."""

import numpy as np
import pandas as pd

KEYS = ["Date", "país, región"]
DATES = ["2023-12-01", "2024-01-01", "2024-02-01"]
PLACES = ["Chile", "Côte d'Ivoire"]


def panel() -> pd.DataFrame:
    """Six rows: three months of two places."""
    text = pd.Series(["text"]).dtype
    frame = pd.DataFrame(
        {
            "Date": pd.to_datetime(np.repeat(DATES, 2)).astype(pd.to_datetime(DATES).dtype),
            KEYS[1]: pd.Series(PLACES * 3, dtype=text),
            'said "índice"': [1.5, -2.0, 5830.2271000000155, np.nan, 0.1, 1e-7],
            "notes, if any": pd.Series(["a,b", 'say "so"', "it's", np.nan, "x", "007"], dtype=text),
        }
    )
    return frame.set_index(KEYS)
