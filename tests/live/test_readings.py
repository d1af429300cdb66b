"""What a probe has found out of the service still holds."""

import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator.readings import Readings, read_readings
from alphacast_pandas.probe.run import run_experiments

pytestmark = pytest.mark.live


def test_the_readings_of_a_probe_still_hold(pytestconfig: pytest.Config, client: ap.Client) -> None:
    path = pytestconfig.getoption("--readings")
    if path is None:
        pytest.skip("no --readings FILE, a file of `alphacast-pandas probe`")
    assert Readings.load(path)
    wanted = read_readings(path)
    seen = run_experiments(client, print, names={*wanted})
    now = {each.name: each.reading for each in seen if each.reading in {None, wanted[each.name]}}
    assert now.keys() == wanted.keys(), [each for each in seen if each.name not in now]
    # Chance may leave a question undecided, such as what becomes of uploads at the same time.
    assert sum(reading is None for reading in now.values()) <= len(wanted) / 4
