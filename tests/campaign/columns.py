"""Random columns of every type that pandas and Arrow have, from a seed."""

import datetime as dt
import enum
import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

Maker = Callable[[random.Random, int], pd.Series]
TEXTS = [
    "NA", "null", "nan", "007", "1e5", "True", '"', 'said "so"', "a,b", "a\nb", "a\r\nb", "a\tb",
    "Côte d'Ivoire", "日本", "😀", "e\u0301", "%2C", "x" * 200, "=1+1", "2020-01-01", "", " ",
]  # fmt: skip
ODD_TEXTS = [*TEXTS, " a", "a ", "\ufeff", "a\x00b", "\ud800", "\u202eabc", "\x1b[31m", "\u2028"]
FLOATS = [
    0.0, -0.0, 0.1, 1 / 3, 5830.2271000000155, 5e-324, 1.7976931348623157e308, 2.0**53, 1e16, 1e23,
    -1e-308, 123456789012345.67, 1e15 + 0.3,
]  # fmt: skip
INTEGERS = [0, 1, -1, 127, -128, 32767, -32768, 32768, 2**31, 2**53, 2**53 + 1, -(2**53), 2**62]
INSTANTS = [
    "1970-01-01", "1969-12-31T23:59:59.999999", "2024-02-29", "1700-01-01", "2250-12-31",
    "2020-01-01T12:30", "0001-01-01", "9999-12-31", "1677-09-21", "2262-04-12",
]  # fmt: skip


class Level(enum.StrEnum):
    """Text that is a member of an enumeration."""

    LOW = "low"
    HIGH = "high"


def some(rng: random.Random, count: int, values: list[Any], missing: Any) -> list[Any]:
    """So many of the values, some missing."""
    share = rng.choice([0.0, 0.0, 0.3, 1.0])
    return [missing if rng.random() < share else rng.choice(values) for _ in range(count)]


def floats(rng: random.Random) -> list[float]:
    return [*FLOATS, rng.gauss(0, 1e6), rng.random(), float(rng.randint(-99, 99))]


def of_dtype(dtype: Any, values: Callable[[random.Random], list[Any]], missing: Any) -> Maker:
    """Return a maker of columns of one type, which must be able to hold the last of the values."""

    def make(rng: random.Random, count: int) -> pd.Series:
        chosen = some(rng, count, values(rng), missing)
        try:
            return pd.Series(chosen, dtype=dtype)
        except (OverflowError, ValueError, TypeError, pa.ArrowException, ArithmeticError):
            small = [missing if value is missing else values(rng)[-1] for value in chosen]
            return pd.Series(small, dtype=dtype)

    return make


def objects(values: Callable[[random.Random], list[Any]]) -> Maker:
    """Return a maker of columns of objects, with every kind of missing value."""

    def make(rng: random.Random, count: int) -> pd.Series:
        missing = rng.choice([None, np.nan, pd.NA, pd.NaT])
        return pd.Series(some(rng, count, values(rng), missing), dtype=object)

    return make


def instants(rng: random.Random) -> list[Any]:
    return [pd.Timestamp(text) for text in INSTANTS[:6]]


def mixture(rng: random.Random) -> list[Any]:
    """Values of several kinds: mostly numbers or mostly texts, sometimes anything."""
    numbers = [1, 2.5, Decimal("1.10"), np.int8(3), np.float32(0.1), Fraction(1, 4), 2**60, True]
    others = ["a", np.str_("b"), Level.LOW, b"c", [1], {"a": 1}, dt.date(2024, 1, 1), 1j]
    extremes = [Decimal("1E+400"), float("inf"), 10**400, np.longdouble(1) / 3, object()]
    return rng.choice([numbers[:3], numbers, others[:3], others, [*numbers, *others, *extremes]])


def dates(rng: random.Random) -> list[Any]:
    near = [dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, 12), pd.Timestamp("2024-02-29")]  # noqa: DTZ001 - dates of datasets have no zone
    far = [
        pd.Timestamp("0001-01-01").as_unit("s"),
        np.datetime64("12024-01-01"),
        np.datetime64("-0044-03-15"),
        pd.Period("2024Q1"),
        dt.date.max,
    ]
    far_away = [
        [pd.Timestamp(np.datetime64("12024-05-06", "s")), pd.Timestamp("2020-01-01")],
        *([np.datetime64(n, unit) for n in (1, 2**50)] for unit in ("Y", "W", "as")),
        [pd.Period(ordinal=n, freq="Q") for n in (0, 200, -10_000, 2**62)],
        [pd.Timestamp("2020-01-01T00:00:00.000000001"), pd.Timestamp("2020-01-02")],
    ]
    return rng.choice([near[:1], near, [*near, *far], *far_away])


ARROW = {
    "double": pa.float64(), "float": pa.float32(), "half": pa.float16(), "int8": pa.int8(),
    "uint64": pa.uint64(), "int64": pa.int64(), "int16": pa.int16(),
}  # fmt: skip
NUMBERS: dict[str, Maker] = {
    **{name: of_dtype(name, floats, np.nan) for name in ("float64", "float32", "float16")},
    **{name: of_dtype(name, floats, pd.NA) for name in ("Float64", "Float32")},
    **{
        name: of_dtype(name, lambda rng: [rng.choice(INTEGERS), 7], 0)
        for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint64")
    },
    **{
        name: of_dtype(name, lambda rng: [rng.choice(INTEGERS), 7], pd.NA)
        for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt64")
    },
    **{
        f"arrow {name}": of_dtype(pd.ArrowDtype(kind), lambda rng: [rng.choice(INTEGERS), 1], pd.NA)
        for name, kind in ARROW.items()
    },
    "arrow decimal": of_dtype(
        pd.ArrowDtype(pa.decimal128(20, 3)), lambda _: [Decimal("1.100"), Decimal(-7)], None
    ),
    "decimals": objects(lambda _: [Decimal("1.10"), Decimal(-3), Decimal("1E-20")]),
    "category of numbers": lambda rng, n: pd.Series(some(rng, n, [1, 2, 3], None)).astype(
        "category"
    ),
    "number objects": objects(
        lambda rng: rng.choice(
            [
                [np.int64(1), np.uint64(3), 2, np.int8(-7)],
                [np.float16(1.5), np.float32(0.1), 2.5, np.longdouble(1)],
                [np.longdouble(2), np.longdouble("0.5")],
            ]
        )
    ),
    "wide decimals": of_dtype(
        pd.ArrowDtype(pa.decimal256(60, 3)), lambda _: [Decimal("1.100"), Decimal(-7)], None
    ),
    "sparse integers": lambda rng, n: pd.Series(some(rng, n, [0, 7, 2**40], 0)).astype(
        pd.SparseDtype("int64", 0)
    ),
    "sparse": lambda rng, n: pd.Series(some(rng, n, [1.5, 2.0], np.nan)).astype(
        pd.SparseDtype("float64")
    ),
}
TEXT: dict[str, Maker] = {
    "objects of text": objects(lambda _: TEXTS),
    "odd text": objects(lambda _: ODD_TEXTS),
    "str": of_dtype("str", lambda _: TEXTS, None),
    "string": of_dtype("string", lambda _: TEXTS, pd.NA),
    "arrow string": of_dtype(pd.ArrowDtype(pa.string()), lambda _: TEXTS, pd.NA),
    "arrow large": of_dtype(pd.ArrowDtype(pa.large_string()), lambda _: TEXTS, pd.NA),
    "category": lambda rng, n: pd.Series(some(rng, n, TEXTS, None)).astype("category"),
    "members": objects(lambda _: [Level.LOW, Level.HIGH, np.str_("x"), "y"]),
}
REFUSED: dict[str, Maker] = {
    "bool": of_dtype("bool", lambda _: [True, False], False),
    "boolean": of_dtype("boolean", lambda _: [True, False], pd.NA),
    "complex": of_dtype("complex128", lambda _: [1j], 0),
    "timedelta": of_dtype("timedelta64[ns]", lambda _: [pd.Timedelta(1, "D")], pd.NaT),
    "zoned": of_dtype("datetime64[ns, UTC]", lambda _: [pd.Timestamp("2024", tz="UTC")], pd.NaT),
    "binary": of_dtype(pd.ArrowDtype(pa.binary()), lambda _: [b"a"], pd.NA),
    "lists": of_dtype(pd.ArrowDtype(pa.list_(pa.int64())), lambda _: [[1]], pd.NA),
    "time": of_dtype(pd.ArrowDtype(pa.time64("us")), lambda _: [dt.time(1)], pd.NA),
    "fractions": objects(lambda _: [Fraction(1, 3), Fraction(10**400)]),
    "long doubles": lambda _, n: pd.Series(np.full(n, 1, dtype=np.longdouble)),
    "struct": of_dtype(pd.ArrowDtype(pa.struct([("a", pa.int64())])), lambda _: [{"a": 1}], pd.NA),
    "category of intervals": lambda _, n: pd.Series(pd.interval_range(0, n, n)).astype("category"),
    "interval": lambda _, n: pd.Series(pd.interval_range(0, n, n)),
}
ANYTHING: dict[str, Maker] = {
    "mixture": objects(mixture),
    "dates": objects(dates),
    "datetime64": of_dtype("datetime64[us]", instants, pd.NaT),
    "null": lambda _, n: pd.Series([None] * n, dtype=pd.ArrowDtype(pa.null())),
    "period": lambda rng, n: pd.Series(pd.period_range("2020", periods=n, freq="M")),
}
USUAL = {**NUMBERS, **TEXT}
VALUES = {**NUMBERS, **TEXT, **REFUSED, **ANYTHING}
DATES: dict[str, Maker] = {
    **{
        f"datetime64[{unit}]": (
            lambda rng, n, unit=unit: pd.Series(
                pd.date_range("2019-12-30", periods=n, freq=rng.choice(["D", "MS", "36h", "QE"]))
            ).astype(f"datetime64[{unit}]")
        )
        for unit in ("s", "ms", "us", "ns")
    },
    "period": lambda rng, n: pd.Series(
        pd.period_range("2019", periods=n, freq=rng.choice(["D", "M", "Q", "Y"]))
    ),
    "date objects": lambda _, n: pd.Series(
        [dt.date(2020, 1, 1) + dt.timedelta(days=7 * i) for i in range(n)], dtype=object
    ),
    "odd date objects": objects(dates),
    "arrow date": lambda _, n: pd.Series(
        [dt.date(2020, 1, 1) + dt.timedelta(days=i) for i in range(n)],
        dtype=pd.ArrowDtype(pa.date32()),
    ),
    "arrow timestamp": lambda _, n: pd.Series(
        pd.date_range("2020", periods=n), dtype=pd.ArrowDtype(pa.timestamp("ns"))
    ),
    "texts": lambda _, n: pd.Series([f"2020-01-{1 + i:02}" for i in range(n)]),
}
