"""What is no DataFrame is refused with the call that makes one of it."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import alphacast_pandas as ap

METHODS = ["push", "diff", "validate", "manifest", "schema", "latest"]
DATES = pd.to_datetime(["2024-01-01", "2024-02-01"])
SERIES = pd.Series([1.5, 2.5], index=pd.Index(DATES, name="Date"), name="price")


@pytest.mark.parametrize("method", METHODS)
def test_a_series_has_the_accessor_which_says_to_frame(method: str) -> None:
    # No client and no key: it is refused before anything else is looked at.
    with pytest.raises(ap.ValidationError, match=r"not pandas\.Series.* series\.to_frame\(\)\."):
        getattr(SERIES.alphacast, method)()
    assert SERIES.to_frame().alphacast.validate().shape == (2, 1)


@pytest.mark.parametrize("function", [ap.push, ap.diff, ap.validate, ap.manifest])
def test_the_functions_refuse_a_series_too(function: Any) -> None:
    with pytest.raises(ap.ValidationError, match=r"series\.to_frame\(name=\"value\"\)"):
        function(pd.Series([1.5]), 5515)


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ([1, 2], "not list. Make a frame of it with pd.DataFrame(...)."),
        ({"x": [1]}, "not dict. Make a frame of it with pd.DataFrame(...)."),
        (np.eye(2), "not numpy.ndarray. Make a frame of it with pd.DataFrame(...)."),
        (pa.table({"x": [1]}), "not pyarrow.Table. Make a frame of it with .to_pandas()."),
        (None, "not NoneType. Pass a DataFrame."),
        (5515, "not int. Pass a DataFrame."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_frame_is_refused(given: Any, advice: str) -> None:
    with pytest.raises(ap.ValidationError) as caught:
        ap.validate(given)
    assert str(caught.value) == f"A pandas DataFrame is expected, {advice}"
    assert caught.value.failures.shape == (1, 4)


def test_frames_of_polars_become_those_of_pandas() -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed here")
    with pytest.raises(ap.ValidationError, match=r"not polars\.DataFrame\. .* \.to_pandas\(\)"):
        ap.validate(polars.DataFrame({"x": [1]}))
    with pytest.raises(ap.ValidationError, match=r"\.collect\(\)\.to_pandas\(\)"):
        ap.validate(polars.LazyFrame({"x": [1]}))
