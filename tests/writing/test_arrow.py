"""Values as Arrow: how dates are written."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.writing.arrow import date_format


@given(moments=st.lists(st.sampled_from([0, 86_400, 3_600]), min_size=1, max_size=7))
def test_a_time_of_day_is_seen_in_whichever_slice_it_stands(moments: list[int]) -> None:
    values = pd.Series(np.array(moments, dtype="datetime64[s]"))
    is_midnight = (values == values.dt.normalize()).all()
    assert (date_format(values, rows_per_slice=2) == "%Y-%m-%d") is bool(is_midnight)
