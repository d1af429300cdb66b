"""A frame with a column of every type, and gaps."""

import numpy as np
import pandas as pd

FRAME = pd.DataFrame(
    {
        "x": [0.5, 2.0, np.nan, -1.0],
        "y": [0.1, 1.0, 1.0, np.nan],
        "c": ["Ab", None, "b", "A"],
        "d": pd.to_datetime(["2020-01-31", "2020-02-01", "2021-01-01", "1999-12-31"]),
        "s": pd.array([1, None, 3, 4], dtype="Int16"),
    }
)
