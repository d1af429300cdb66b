"""Section 6: key and address come from one source. Fresh processes."""

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
    place = {"ALPHACAST_API_KEY": "ak_environment", "ALPHACAST_BASE_URL": "https://x.invalid"}
    run(f"ap.login('ak_login', base_url={service.url!r})\n" + SHOW, **place)
    assert keys_used(service) == ["ak_login"]


def test_a_login_after_first_use_counts_too(service: State) -> None:
    place = {"ALPHACAST_API_KEY": "ak_environment", "ALPHACAST_BASE_URL": service.url}
    run(SHOW + f"ap.login('ak_login', base_url={service.url!r})\n" + SHOW, **place)
    assert keys_used(service) == ["ak_environment", "ak_login"]


def test_an_argument_stands_before_everything(service: State) -> None:
    place = {"ALPHACAST_API_KEY": "ak_environment", "ALPHACAST_BASE_URL": "https://x.invalid"}
    client = f"ap.Client('ak_argument', base_url={service.url!r}).repositories.list()\n"
    run("ap.login('ak_login', check=False)\n" + client, **place)
    assert keys_used(service) == ["ak_argument"]


@pytest.mark.parametrize(
    "made",
    ["ap.Client('ak_argument')", "(ap.login('ak_login', check=False), ap.get_client())[1]"],
    ids=["argument", "login"],
)
def test_a_key_is_not_sent_to_an_address_from_elsewhere(service: State, made: str) -> None:
    place = {"ALPHACAST_API_KEY": "ak_environment", "ALPHACAST_BASE_URL": service.url}
    assert run(f"print({made}.base_url)\n", **place) == "https://api.alphacast.io\n"
    assert run(f"print({made}.base_url)\n", ALPHACAST_BASE_URL=service.url).startswith("https:")


def test_an_address_that_is_passed_goes_with_a_key_from_elsewhere(service: State) -> None:
    client = f"ap.Client(base_url={service.url!r}).repositories.list()\n"
    run(client, ALPHACAST_API_KEY="ak_environment", ALPHACAST_BASE_URL="https://x.invalid")
    run(f"ap.login('ak_login', base_url='https://x.invalid', check=False)\n{client}")
    assert keys_used(service) == ["ak_environment", "ak_login"]


def test_a_stored_login_is_found_last(service: State, clean_environment: Path) -> None:
    run(f"ap.login('ak_stored', base_url={service.url!r}, store=True)\n")
    service.log.clear()
    run(SHOW)
    run(SHOW, ALPHACAST_BASE_URL=service.url)  # says the same
    assert keys_used(service) == ["ak_stored"]
    service.log.clear()
    run(SHOW, ALPHACAST_BASE_URL=service.url, ALPHACAST_API_KEY="ak_environment")
    assert keys_used(service) == ["ak_environment"]
    files = [path for path in clean_environment.rglob("*") if path.is_file()]
    assert [path for path in files if b"ak_stored" in path.read_bytes()]


def test_a_stored_key_and_another_address_of_the_environment_are_refused(service: State) -> None:
    run("ap.login('ak_stored', base_url='https://elsewhere.invalid', store=True, check=False)\n")
    refused = (
        "try:\n    ap.get_client()\nexcept ap.ConfigurationError as error:\n    print(error)\n"
    )
    told = run(refused, ALPHACAST_BASE_URL=service.url)
    assert service.url in told
    assert "https://elsewhere.invalid" in told
    assert service.log == []
    run(f"ap.Client(base_url={service.url!r}).repositories.list()\n")
    assert keys_used(service) == ["ak_stored"]


def test_a_key_of_the_environment_does_not_go_to_a_stored_address(service: State) -> None:
    run(f"ap.login('ak_stored', base_url={service.url!r}, store=True)\n")
    address = run("print(ap.get_client().base_url)\n", ALPHACAST_API_KEY="ak_environment")
    assert address == "https://api.alphacast.io\n"


@pytest.mark.parametrize("home", ["/dev/null", "/nonexistent"])
@pytest.mark.parametrize("call", ["ap.Client('ak_argument')", "ap.get_client()"])
def test_a_home_that_is_no_folder_stops_nobody_who_has_a_key(home: str, call: str) -> None:
    places = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "USERPROFILE", "APPDATA"), home)
    assert "Client(" in run(f"print({call})\n", ALPHACAST_API_KEY="ak_environment", **places)


def test_an_empty_login_file_is_named_to_whoever_needs_it(clean_environment: Path) -> None:
    run("ap.login('ak_stored', store=True, check=False)\n")
    (file,) = [path for path in clean_environment.rglob("*") if path.is_file()]
    file.write_text("")
    script = "try:\n    ap.get_client()\nexcept ap.ConfigurationError as e:\n    print(e)\n"
    assert str(file) in run(script)
    assert "Client(" in run("print(ap.Client('ak_argument'))\n")


def test_an_error_says_where_key_and_address_came_from(service: State) -> None:
    script = "try:\n    ap.get_client().repositories.list()\nexcept ap.AlphacastError as e:\n"
    place = {"ALPHACAST_API_KEY": "ak_wrong", "ALPHACAST_BASE_URL": service.url}
    told = run(f"{script}    print(type(e).__name__, e)\n", **place)
    assert told.startswith("AuthenticationError")
    assert "The key is from the environment, the address from the environment." in told
    place["ALPHACAST_BASE_URL"] = "http://127.0.0.1:9"
    script = script.replace("get_client()", "Client(retries=0)")
    told = run(f"{script}    print(type(e).__name__, e)\n", **place)
    assert told.startswith("ConnectionFailed")
    assert "the address is from the environment" in told


def test_a_login_that_is_not_stored_leaves_nothing(service: State, clean_environment: Path) -> None:
    run("ap.login('ak_login', check=False)\n", ALPHACAST_BASE_URL=service.url)
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
