"""A login tries its key, and keeps only what the service takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.settings import process_login
from alphacast_pandas.api.stored_login import login_file
from alphacast_pandas.emulator import Emulator, Fault

HOME = "/repositories/home"
DEAD = "http://127.0.0.1:9"


@pytest.fixture
def earlier(emulator: Emulator) -> Iterator[str]:
    """The key of a login that was there before."""
    ap.login("ak_earlier", base_url=emulator.url, store=True, check=False)
    return "ak_earlier"


def kept() -> tuple[str | None, str]:
    """Return the key of this process, and what the file of logins holds."""
    login, path = process_login(), login_file()
    return login.api_key if login else None, path.read_text() if path.exists() else ""


def test_a_key_that_the_service_takes_is_kept_after_one_request(emulator: Emulator) -> None:
    ap.login(f" {emulator.api_key}\n", base_url=emulator.url, store=True)
    assert [f"{each.method} {each.path}" for each in emulator.requests] == [f"GET {HOME}"]
    key, stored = kept()
    assert key == emulator.api_key
    assert emulator.api_key in stored
    assert ap.get_client().repositories.home().name == "Home"


@pytest.mark.parametrize("store", [False, True])
def test_a_refused_key_is_an_error_and_is_not_kept(emulator: Emulator, *, store: bool) -> None:
    with pytest.raises(ap.AuthenticationError) as caught:
        ap.login("ak_wrong", base_url=emulator.url, store=store)
    message = str(caught.value)
    assert message.startswith(f"{emulator.url} refuses this API key, so it is not kept")
    assert "ak_wrong" not in message
    assert caught.value.status_code == 401
    assert kept() == (None, "")
    with pytest.raises(ap.ConfigurationError, match="no Alphacast API key"):
        ap.get_client()


def test_an_earlier_login_outlives_one_that_fails(emulator: Emulator, earlier: str) -> None:
    before = kept()
    for key, address in (("ak_wrong", emulator.url), ("ak_other", DEAD)):
        with pytest.raises(ap.AlphacastError):
            ap.login(key, base_url=address, store=True)
        assert kept() == before
    assert before[0] == earlier


@pytest.mark.parametrize("status", [402, 403])
def test_a_key_without_the_permission_is_a_good_key(emulator: Emulator, status: int) -> None:
    emulator.faults.add(Fault(path="/repositories*", status=status, times=None))
    ap.login(emulator.api_key, base_url=emulator.url)
    assert kept()[0] == emulator.api_key


def test_an_account_without_a_home_repository_can_log_in(emulator: Emulator) -> None:
    emulator.faults.add(Fault(path=HOME, status=404, times=None))
    ap.login(emulator.api_key, base_url=emulator.url)
    assert kept()[0] == emulator.api_key


def test_an_address_where_there_is_no_api_is_named(emulator: Emulator) -> None:
    address = f"{emulator.url}/somewhere"
    with pytest.raises(ap.NotFoundError, match="Check base_url") as caught:
        ap.login(emulator.api_key, base_url=address)
    assert f"no Alphacast API at {address}" in str(caught.value)
    assert kept() == (None, "")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(path=HOME, status=503, retry_after=0, times=None), ap.ServiceError),
        (Fault(path=HOME, status=429, retry_after=0, times=None), ap.RateLimitError),
        (Fault(path=HOME, status=200, body="<html>Welcome</html>"), ap.DecodeError),
    ],
    ids=["failing", "busy", "another page"],
)
def test_an_answer_that_does_not_tell_keeps_nothing(
    emulator: Emulator, fault: Fault, kind: type[ap.AlphacastError]
) -> None:
    emulator.faults.add(fault)
    with pytest.raises(kind, match=r"not kept; login\(\.\.\., check=False\) keeps it unchecked"):
        ap.login(emulator.api_key, base_url=emulator.url, store=True)
    assert kept() == (None, "")


def test_without_a_connection_the_way_without_a_check_is_named() -> None:
    with pytest.raises(ap.ConnectionFailed, match="check=False") as caught:
        ap.login("ak_77", base_url=DEAD, store=True)
    assert "the address is from ap.login()" in str(caught.value)
    assert kept() == (None, "")
    ap.login("ak_77", base_url=DEAD, store=True, check=False)
    assert kept()[0] == "ak_77"


def test_what_cannot_be_a_key_or_an_address_is_refused_unasked(emulator: Emulator) -> None:
    for key, address in (("", None), ("a key", None), ("ak_1", "http://example.com")):
        with pytest.raises(ap.ConfigurationError):
            ap.login(key, base_url=address)
    assert emulator.requests == []


def test_a_login_that_cannot_be_stored_is_not_kept(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    for name in ("HOME", "XDG_CONFIG_HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "file"))
    with pytest.raises(ap.ConfigurationError, match="cannot be stored"):
        ap.login(emulator.api_key, base_url=emulator.url, store=True)
    assert process_login() is None
