"""The words of `cache`, on a call, on a client, in the environment."""

import datetime
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.cache_setting import OFF, CacheSetting, check_cache, check_limit
from alphacast_pandas.api.settings import resolve_cache_limit

ASK, ONLY, HOURS = CacheSetting("ask"), CacheSetting("only"), CacheSetting("age", 6 * 3600.0)
MEANT: list[tuple[Any, CacheSetting]] = [
    (True, ASK),
    (False, OFF),
    ("only", ONLY),
    (" Only ", ONLY),
    ("6h", HOURS),
    ("6H", HOURS),
    ("360min", HOURS),
    ("0.25d", HOURS),
    ("0 D 6 h", HOURS),
    ("6 hours", HOURS),
    ("06:00:00", HOURS),
    ("PT6H", HOURS),
    (datetime.timedelta(hours=6), HOURS),
    (pd.Timedelta(hours=6), HOURS),
    (np.timedelta64(6, "h"), HOURS),
]
REFUSED: list[tuple[Any, str]] = [
    ("true", "Pass cache=True, without quotes"),
    ("off", "Pass cache=False, without quotes"),
    ("6", "A number has no unit: write '6h', '6min' or '6s'"),
    (6, "A number has no unit"),
    (3.5, "A number has no unit"),
    (0, "True, False, 'only' or a duration above zero, .*, not 0\\.$"),
    (-6, "a duration above zero, such as '6h', '15min', '1 day' or a timedelta, not -6"),
    (float("nan"), "a duration above zero"),
    ("-6h", "a duration above zero"),
    ("0h", "a duration above zero"),
    (datetime.timedelta(0), "a duration above zero"),
    ("1M", "a duration above zero"),
    ("a day", "a duration above zero"),
    ("", "a duration above zero"),
    (pd.NaT, "a duration above zero"),
    ([True], "a duration above zero"),
    (np.timedelta64("NaT"), "a duration above zero"),
]


@pytest.mark.every_parameter
@pytest.mark.parametrize(("value", "meant"), MEANT, ids=repr)
def test_a_setting_is_written_in_many_ways(value: Any, meant: CacheSetting) -> None:
    assert check_cache(value) == meant
    client = ap.Client("ak_0000", base_url="http://127.0.0.1:9", cache=value)
    assert client._connection.settings.cache == meant


@pytest.mark.every_parameter
@pytest.mark.parametrize(("value", "words"), REFUSED, ids=repr)
def test_what_is_no_setting_is_refused_with_what_to_write(value: Any, words: str) -> None:
    with pytest.raises(ap.QueryError, match=words):
        check_cache(value)
    with pytest.raises(ap.ConfigurationError, match="cache"):
        ap.Client("ak_0000", cache=value)
    with pytest.raises(ap.ConfigurationError, match="cache"):
        ap.login("ak_0000", check=False, cache=value)


def test_the_argument_comes_before_the_login_and_that_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def setting(**words: Any) -> CacheSetting:
        return ap.Client("ak_0000", **words)._connection.settings.cache

    assert setting() == OFF
    for text, meant in (("1", ASK), ("TRUE", ASK), ("0", OFF), ("only", ONLY), ("6h", HOURS)):
        monkeypatch.setenv("ALPHACAST_CACHE", text)
        assert setting() == meant
    ap.login("ak_0000", check=False)
    assert setting() == HOURS
    before = ap.get_client()
    ap.login("ak_0000", check=False, cache=True)
    assert setting() == ap.get_client()._connection.settings.cache == ASK
    assert ap.get_client() is not before
    assert setting(cache=False) == OFF
    assert setting(cache=False, stale_ok=True) == OFF
    monkeypatch.setenv("ALPHACAST_CACHE", "6")
    ap.login("ak_0000", check=False)
    with pytest.raises(ap.ConfigurationError, match=r"ALPHACAST_CACHE is 1, 0, only or a duration"):
        setting()


def test_a_client_keeps_its_setting_in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHACAST_API_KEY", "ak_0000")
    monkeypatch.setenv("ALPHACAST_CACHE", "1")
    client = ap.Client(cache="6h", stale_ok=True)
    for known, meant in ((client, (HOURS, True)), (ap.Client(cache=False), (OFF, False))):
        settings = pickle.loads(pickle.dumps(known))._connection.settings
        assert (settings.cache, settings.stale_ok) == meant
    monkeypatch.setenv("ALPHACAST_CACHE", "0")
    assert ap.Client(stale_ok=True)._connection.settings.cache == OFF
    monkeypatch.delenv("ALPHACAST_CACHE")
    assert ap.Client(stale_ok=True)._connection.settings.cache == ASK  # or nothing would be kept
    with pytest.raises(ap.ConfigurationError, match="stale_ok must be True or False, got 'no'"):
        ap.Client(stale_ok="no")


def test_a_limit_is_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_cache_limit() == 5 * 10**9
    for text, meant in (("5GB", 5e9), ("500 mb", 5e8), ("1GiB", 2**30), ("1.5kB", 1500), ("7", 7)):
        assert check_limit(text) == meant
    for text in ("5 GBit", "-1GB", "0", "0GB", "many", "1e9"):
        monkeypatch.setenv("ALPHACAST_CACHE_LIMIT", text)
        with pytest.raises(ap.ConfigurationError, match=r"ALPHACAST_CACHE_LIMIT is a size such as"):
            resolve_cache_limit()
