"""Section 6: argument, then login, then environment, then what was stored. Fresh processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from blackbox import tree
from blackbox.state import State

import alphacast_pandas as ap

SHOW = "print([r.name for r in ap.get_client().repositories.list()])\n"
START = "import alphacast_pandas as ap\n"


def run(script: str, **environment: str) -> str:
    """Run a script in a fresh process; return what it prints, fail if it fails."""
    done = subprocess.run(  # our own script
        [sys.executable, "-c", START + script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def keys_used(service: State) -> list[str]:
    """Return the user names of all requests, without repetition."""
    return list(dict.fromkeys(r.credentials[0] for r in service.log if r.credentials))


@pytest.fixture(autouse=True)
def four_keys(service: State) -> None:
    """Let the service know one key for each place."""
    service.keys |= {"ak_argument", "ak_login", "ak_environment", "ak_stored"}


def test_the_environment_is_enough(service: State) -> None:
    place = {"ALPHACAST_API_KEY": "ak_environment", "ALPHACAST_BASE_URL": service.url}
    assert "Home" in run(SHOW, **place)
    assert keys_used(service) == ["ak_environment"]


def test_a_login_stands_before_the_environment(service: State) -> None:
    place = {"ALPHACAST_API_KEY": "ak_environment", "ALPHACAST_BASE_URL": service.url}
    run("ap.login('ak_login')\n" + SHOW, **place)
    assert keys_used(service) == ["ak_login"]


def test_a_login_after_first_use_counts_too(service: State) -> None:
    place = {"ALPHACAST_API_KEY": "ak_environment", "ALPHACAST_BASE_URL": service.url}
    run(SHOW + "ap.login('ak_login')\n" + SHOW, **place)
    assert keys_used(service) == ["ak_environment", "ak_login"]


def test_an_argument_stands_before_everything(service: State) -> None:
    place = {"ALPHACAST_API_KEY": "ak_environment", "ALPHACAST_BASE_URL": "https://x.invalid"}
    client = f"ap.Client('ak_argument', base_url={service.url!r}).repositories.list()\n"
    run("ap.login('ak_login')\n" + client, **place)
    assert keys_used(service) == ["ak_argument"]


def test_settings_are_found_each_on_its_own(service: State) -> None:
    run(
        "ap.Client('ak_argument').repositories.list()\n",
        ALPHACAST_API_KEY="ak_environment",
        ALPHACAST_BASE_URL=service.url,
    )
    assert keys_used(service) == ["ak_argument"]


def test_what_was_stored_is_found_last(service: State, clean_environment: Path) -> None:
    run("ap.login('ak_stored', store=True)\n", ALPHACAST_BASE_URL=service.url)
    service.log.clear()
    run(SHOW, ALPHACAST_BASE_URL=service.url)
    assert keys_used(service) == ["ak_stored"]
    service.log.clear()
    run(SHOW, ALPHACAST_BASE_URL=service.url, ALPHACAST_API_KEY="ak_environment")
    assert keys_used(service) == ["ak_environment"]
    files = [path for path in clean_environment.rglob("*") if path.is_file()]
    assert [path for path in files if b"ak_stored" in path.read_bytes()]


def test_a_login_that_is_not_stored_leaves_nothing(service: State, clean_environment: Path) -> None:
    run("ap.login('ak_login')\n", ALPHACAST_BASE_URL=service.url)
    files = [path for path in clean_environment.rglob("*") if path.is_file()]
    assert not [path for path in files if b"ak_login" in path.read_bytes()]


def test_reading_and_pushing_use_the_default_client(service: State) -> None:
    dataset = service.add_dataset("New")
    script = (
        "import pandas as pd\n"
        "frame = pd.DataFrame({'Date': pd.to_datetime(['2020-01-01']), 'v': [1.5]})\n"
        f"frame.alphacast.push({dataset.id})\n"
        f"print(ap.read_alphacast({dataset.id})['v'].tolist())\n"
    )
    place = {"ALPHACAST_API_KEY": "ak_environment", "ALPHACAST_BASE_URL": service.url}
    assert "[1.5]" in run(script, **place)


def test_without_a_key_the_ways_to_set_one_are_told() -> None:
    with pytest.raises(tree.ConfigurationError) as caught:
        ap.Client(base_url="https://api.alphacast.io").repositories.list()
    assert "ALPHACAST_API_KEY" in str(caught.value)
    assert "login" in str(caught.value)


@pytest.mark.parametrize("key", ["", "   "])
def test_an_empty_key_is_no_key(key: str) -> None:
    with pytest.raises(tree.ConfigurationError):
        ap.Client(key, base_url="http://127.0.0.1:9", retries=0).repositories.list()


def test_settings_have_names() -> None:
    with pytest.raises(TypeError):
        ap.Client("ak_x", "https://api.alphacast.io")  # type: ignore[misc]  # must be named
