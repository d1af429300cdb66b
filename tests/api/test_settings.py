"""Key and address come from one source: the whole table of sources."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.settings import DEFAULT_BASE_URL
from alphacast_pandas.api.stored_login import login_file

KEYS = {"argument": "ak_argument", "login": "ak_login", "environment": "ak_env", "stored": "ak_st"}
ADDRESSES = {name: f"https://{name}.example" for name in KEYS}
BY_KEY = {key: name for name, key in KEYS.items()}


@dataclass(frozen=True)
class Sources:
    """What each source says: nothing, "key", "address" or "both"."""

    argument: str = ""
    login: str = ""
    environment: str = ""
    stored: str = ""

    def key(self, name: str) -> str | None:
        return KEYS[name] if getattr(self, name) in {"key", "both"} else None

    def address(self, name: str) -> str | None:
        return ADDRESSES[name] if getattr(self, name) in {"address", "both"} else None


Resolve = Callable[[Sources], tuple[str, str] | str]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Set all sources up and return a client's key and address, or the error's text."""

    def resolved(sources: Sources) -> tuple[str, str] | str:
        if sources.login:
            ap.login(KEYS["login"], base_url=sources.address("login"), check=False)
        for name, value in (
            ("ALPHACAST_API_KEY", sources.key("environment")),
            ("ALPHACAST_BASE_URL", sources.address("environment")),
        ):
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        login_file().unlink(missing_ok=True)
        if sources.stored:
            login_file().parent.mkdir(parents=True, exist_ok=True)
            stored = {"api_key": KEYS["stored"], "base_url": sources.address("stored")}
            login_file().write_text(json.dumps(stored))
        try:
            client = ap.Client(sources.key("argument"), base_url=sources.address("argument"))
        except ap.ConfigurationError as error:
            return str(error)
        settings = client._connection.settings
        return settings.api_key, settings.base_url

    return resolved


NO_KEY = "There is no Alphacast API key."
NOT_SENT = "it is not sent to another address"
# argument, login, environment, stored: which key goes where, or the words of the refusal.
TABLE = [
    (Sources(), NO_KEY),
    (Sources(argument="key"), ("argument", "")),
    (Sources(argument="both"), ("argument", "argument")),
    (Sources(argument="address"), NO_KEY),
    (Sources(argument="address", environment="address"), NO_KEY),
    (Sources(login="key"), ("login", "")),
    (Sources(login="both"), ("login", "login")),
    (Sources(environment="key"), ("environment", "")),
    (Sources(environment="both"), ("environment", "environment")),
    (Sources(environment="address"), NO_KEY),
    (Sources(stored="key"), ("stored", "")),
    (Sources(stored="both"), ("stored", "stored")),
    # The first source that has a key, with its own address or the default.
    (Sources("key", "both", "both", "both"), ("argument", "")),
    (Sources("both", "both", "both", "both"), ("argument", "argument")),
    (Sources(login="key", environment="both"), ("login", "")),
    (Sources(login="key", environment="address"), ("login", "")),
    (Sources(login="key", stored="both"), ("login", "")),
    (Sources(login="both", environment="address", stored="both"), ("login", "login")),
    (Sources(environment="key", stored="both"), ("environment", "")),
    (Sources(environment="both", stored="both"), ("environment", "environment")),
    (Sources(argument="key", environment="address"), ("argument", "")),
    (Sources(argument="key", environment="address", stored="both"), ("argument", "")),
    # Only an address passed as an argument goes with a key from elsewhere.
    (Sources(argument="address", login="key"), ("login", "argument")),
    (Sources(argument="address", login="both"), ("login", "argument")),
    (Sources(argument="address", environment="both"), ("environment", "argument")),
    (Sources(argument="address", stored="both"), ("stored", "argument")),
    # An address of the environment without a key beside it.
    (Sources(environment="address", stored="key"), NOT_SENT),
    (Sources(environment="address", stored="both"), NOT_SENT),
]


@pytest.mark.parametrize(("sources", "expected"), TABLE, ids=str)
def test_each_row_of_the_table_holds(
    resolve: Resolve, sources: Sources, expected: str | tuple[str, str]
) -> None:
    found = resolve(sources)
    if isinstance(expected, str):
        assert isinstance(found, str)
        assert expected in found
    else:
        key, address = expected
        assert found == (KEYS[key], ADDRESSES.get(address, DEFAULT_BASE_URL))


def test_in_no_combination_does_a_key_meet_an_address_of_another_source(
    resolve: Resolve,
) -> None:
    every = ("", "key", "address", "both")
    pairs = ("", "key", "both")  # a login has a key
    met = set()
    # Logins stay until the end of the test, so those without one come first.
    for login, rest in itertools.product(pairs, itertools.product(every, every, pairs)):
        argument, environment, stored = rest
        sources = Sources(argument, login, environment, stored)
        found = resolve(sources)
        if isinstance(found, str):
            assert NO_KEY in found or NOT_SENT in found
            continue
        key, address = found
        source = BY_KEY[key]
        first = next(name for name in KEYS if sources.key(name) is not None)
        assert source == first
        own = sources.address(source) or DEFAULT_BASE_URL
        assert address == (sources.address("argument") or own)
        met.add((source, address))
    assert len(met) == 2 + 3 * 3


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ("https://stored.example", "https://stored.example/"),
        ("https://stored.example/", "https://stored.example"),
        (DEFAULT_BASE_URL, None),
        ("https://stored.example", "HTTPS://Stored.Example"),
    ],
)
def test_the_same_address_in_the_environment_is_no_contradiction(
    told: str, stored: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    login_file().parent.mkdir(parents=True)
    login_file().write_text(json.dumps({"api_key": "ak_st", "base_url": stored}))
    monkeypatch.setenv("ALPHACAST_BASE_URL", told)
    assert ap.get_client().base_url == told.rstrip("/")


@pytest.mark.parametrize(
    ("name", "address"),
    [("ALPHACAST_BASE_URL", "api.alphacast.io"), ("ALPHACAST_SEARCH_URL", "http://other.example")],
)
def test_an_unusable_address_is_called_by_the_name_that_it_was_set_under(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setenv("ALPHACAST_API_KEY", "ak_1")
    monkeypatch.setenv(name, address)
    with pytest.raises(ap.ConfigurationError, match=f"^{name} '{address}' "):
        ap.Client()
    argument = name.removeprefix("ALPHACAST_").lower()
    monkeypatch.delenv(name)
    with pytest.raises(ap.ConfigurationError, match=f"^{argument} '{address}' "):
        ap.Client(**{argument: address})  # type: ignore[arg-type]  # both take an address
