"""Expressions of every kind, and what they are in words."""

from typing import Any

import numpy as np
import pandas as pd

from alphacast_pandas.filters.expression import col

READ: dict[str, tuple[Any, str]] = {
    "comparison": (col("x") > 1, "x > 1"),
    "mirrored": (col("x") > 1, "x > 1"),
    "mirrored by NumPy": (np.float64(1) <= col("x"), "x >= 1.0"),
    "mirrored by a date": (pd.Timestamp("2020") > col("d"), "d < 2020-01-01"),
    "method": (col("x").le(2), "x <= 2"),
    "isin": (col("x").isin({1}), "x in [1]"),
    "isin by keyword": (col("x").isin(values=[1, 2]), "x in [1, 2]"),
    "not isin": (~col("x").isin([1, 2]), "x not in [1, 2]"),
    "isna": (col("x").isna(), "x is missing"),
    "notna": (col("x").notnull(), "x is not missing"),
    "between": (col("x").between(1, 2), "x >= 1 and x <= 2"),
    "between by keyword": (
        col("x").between(left=1, right=2, inclusive="right"),
        "x > 1 and x <= 2",
    ),
    "and": ((col("x") > 1) & (col("y") > 2) & (col("z") > 3), "x > 1 and y > 2 and z > 3"),
    "or": ((col("x") > 1) | (col("y") > 2) & (col("z") > 3), "x > 1 or (y > 2 and z > 3)"),
    "not": (~(col("x") > 1), "not (x > 1)"),
    "method of text": (col("c").str.startswith("A"), "col('c').str.startswith('A')"),
    "arithmetic": (-col("x") * 2 + 1 > abs(col("y")), "(((-col('x')) * 2) + 1) > abs(col('y'))"),
    "item": (col("c").str[0] == "A", "col('c').str[0] == 'A'"),
    "NumPy": (np.log(col("x")) > 1, "np.log(col('x')) > 1"),
    "keyword": (col("c").str.contains("a", case=False), "col('c').str.contains('a', case=False)"),
    "exclusive": ((col("x") > 1) ^ (col("y") > 1), "(col('x') > 1) ^ (col('y') > 1)"),
    "many values": (col("x").isin(range(1000)), "x in [0, 1, 2, 3, 4, 5, and 994 more]"),
}
