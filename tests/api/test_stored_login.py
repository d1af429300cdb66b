"""A login is kept in a file or in the keyring, with its address; the keyring may fail or hang."""

import json
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial

import keyring
import keyring.backend
import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.settings import process_login, set_process_login
from alphacast_pandas.api.stored_login import (
    KeyringError,
    Login,
    login_file,
    store_in_keyring,
    stored_login,
)
from alphacast_pandas.emulator import Emulator

ADDRESS = "https://mine.example"


class Memory(keyring.backend.KeyringBackend):
    """A keyring that keeps what it is given for as long as the test runs."""

    priority = 1  # type: ignore[assignment]  # a property of the class in the package

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.reads = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.reads += 1
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class Forgetful(Memory):
    """A keyring that keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None: ...


class Locked(Memory):
    """A keyring whose owner does not unlock it."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.KeyringLocked("the owner said no")


class Repeating(Memory):
    """A keyring whose error repeats what it was given, after more text than is shown."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.PasswordSetError("x" * 170 + password + "y" * 400)


class Hanging(Memory):
    """A keyring that no desktop answers for, until the test lets go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.on_call: Callable[[], object] = lambda: None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.on_call()
        self.let_go.wait(30)
        super().set_password(service, username, password)


@pytest.fixture
def memory() -> Iterator[Memory]:
    before = keyring.get_keyring()
    backend = Memory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def test_a_login_in_the_keyring_keeps_key_and_address_together(memory: Memory) -> None:
    ap.login("ak_mine", base_url=ADDRESS, store="keyring", check=False)
    (entry,) = memory.entries.values()
    assert json.loads(entry) == {"api_key": "ak_mine", "base_url": ADDRESS}
    assert "ak_mine" not in login_file().read_text()
    assert stat.S_IMODE(login_file().stat().st_mode) == 0o600
    set_process_login(None)  # as in another process
    assert stored_login() == Login("ak_mine", ADDRESS)
    assert ap.get_client().base_url == ADDRESS


def test_the_keyring_is_read_once_a_process_and_anew_after_another_login(memory: Memory) -> None:
    store_in_keyring(Login("ak_one", ADDRESS))
    login_file().write_text('{"keyring": "as another process marked it"}')
    for _ in range(3):
        assert stored_login().api_key == "ak_one"
    reads = memory.reads
    store_in_keyring(Login("ak_two", ADDRESS))
    assert stored_login().api_key == "ak_two"
    assert memory.reads - reads == 1  # the one that proves what was stored


def test_nobody_touches_a_keyring_that_was_not_chosen(memory: Memory) -> None:
    ap.login("ak_mine", store=True, check=False)
    assert stored_login().api_key == "ak_mine"
    ap.logout()
    assert memory.reads == 0
    assert memory.entries == {}


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        (Locked(), "failed (KeyringLocked: the owner said no)"),
        (Forgetful(), "did not keep it"),
    ],
    ids=["locked", "forgetful"],
)
def test_where_the_keyring_fails_the_login_holds_for_the_process_with_a_warning(
    memory: Memory, backend: Memory, reason: str
) -> None:
    keyring.set_keyring(backend)
    ap.login("ak_earlier", base_url=ADDRESS, store=True, check=False)
    with pytest.warns(UserWarning, match="is not stored") as caught:
        ap.login("ak_mine", store="keyring", check=False)
    assert str(caught[0].message) == (
        "The login holds for this process and is not stored: the system's keyring "
        f"{reason}. store=True (on the command line, leaving out --keyring) keeps it in a file "
        "that only you can read."
    )
    assert caught[0].filename == __file__
    login = process_login()
    assert login is not None
    assert login.api_key == "ak_mine"
    assert stored_login() == Login("ak_earlier", ADDRESS)


def test_a_keyring_that_hangs_is_given_up_and_keeps_nothing_later(memory: Memory) -> None:
    hanging = Hanging()
    keyring.set_keyring(hanging)
    with pytest.raises(KeyringError, match=r"did not answer within 0\.05 seconds"):
        store_in_keyring(Login("ak_mine"), seconds=0.05)
    hanging.let_go.set()
    for thread in threading.enumerate():
        if thread.name == "alphacast-keyring":
            thread.join()
    assert hanging.entries == {}
    assert not login_file().exists()


def test_an_error_of_the_keyring_does_not_show_the_key(memory: Memory) -> None:
    keyring.set_keyring(Repeating())
    with pytest.raises(KeyringError, match="PasswordSetError: x") as caught:
        store_in_keyring(Login("ak_0123456789abcdef"))
    assert "***" in str(caught.value)
    assert "ak_0" not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_a_keyring_that_is_unlocked_after_ctrl_c_keeps_nothing(memory: Memory) -> None:
    hanging = Hanging()
    keyring.set_keyring(hanging)
    hanging.on_call = partial(signal.pthread_kill, threading.get_ident(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        store_in_keyring(Login("ak_mine"))
    hanging.let_go.set()
    for thread in threading.enumerate():
        if thread.name == "alphacast-keyring":
            thread.join()
    assert hanging.entries == {}


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[]", "it is not a JSON object"),
        (b"null", "it is not a JSON object"),
        (b'{"api_key": "ak_secret"', "it is not a JSON object"),
        (b'\xff\xfe\x00{"api_key": "ak_secret"}', "it is not a JSON object"),
        (b"[" * 100_000, "it is not a JSON object"),
        (b'{"api_key": ["ak_secret"]}', "its api_key is not text but list"),
        (b'{"api_key": "ak_secret", "base_url": 5}', "its base_url is not text but int"),
    ],
)
def test_a_damaged_login_is_named_and_its_key_is_in_no_part_of_the_error(
    content: bytes, reason: str
) -> None:
    login_file().parent.mkdir(parents=True)
    login_file().write_bytes(content)
    with pytest.raises(ap.ConfigurationError) as caught:
        ap.get_client()
    assert str(caught.value).endswith(
        f"the stored login {login_file()} cannot be read: {reason}. Delete it and log in again, or "
        "set ALPHACAST_API_KEY."
    )
    error: BaseException | None = caught.value
    while error is not None:  # those of the decoders hold the whole text
        assert "ak_secret" not in f"{error}{error.args}{vars(error)}"
        error = error.__cause__ or error.__context__
    ap.logout()
    assert not login_file().exists()


def test_a_stored_address_that_cannot_be_used_is_said_to_be_stored() -> None:
    login_file().parent.mkdir(parents=True)
    login_file().write_text('{"api_key": "ak_secret", "base_url": "http://example.com"}')
    with pytest.raises(ap.ConfigurationError, match=r"The base_url in the stored login .*json 'ht"):
        ap.get_client()


def test_what_is_in_the_way_of_a_stored_login_is_named_once_with_a_remedy() -> None:
    login_file().mkdir(parents=True)
    for call, remedy in (
        (ap.get_client, "Delete it and log in again, or set ALPHACAST_API_KEY."),
        (ap.logout, "Delete it by other means."),
        (
            partial(ap.login, "ak_secret", store=True, check=False),
            "Set ALPHACAST_API_KEY instead, or log in without storing it.",
        ),
    ):
        with pytest.raises(ap.ConfigurationError) as caught:
            call()
        message = str(caught.value)
        assert message.endswith(remedy)
        assert message.count(str(login_file())) == 1


def test_a_logout_that_cannot_use_the_keyring_may_be_tried_again(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ap.login("ak_mine", store="keyring", check=False)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "keyring", None)
        with pytest.raises(ap.ConfigurationError, match="Log out again when the keyring can be"):
            ap.logout()
    ap.logout()
    assert (memory.entries, login_file().exists()) == ({}, False)


def test_a_keyring_that_writes_plain_files_is_refused(memory: Memory) -> None:
    plain = type("PlaintextKeyring", (Memory,), {"__module__": "keyrings.alt.file"})()
    keyring.set_keyring(plain)
    with pytest.raises(KeyringError, match=r"keyrings\.alt"):
        store_in_keyring(Login("ak_mine"))
    assert plain.entries == {}


def test_without_the_package_the_warning_says_what_to_install(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.warns(UserWarning, match=r"pip install 'alphacast-pandas\[keyring\]'"):
        ap.login("ak_mine", store="keyring", check=False)


def test_a_keyring_that_lost_the_login_is_named_to_whoever_needs_it(memory: Memory) -> None:
    store_in_keyring(Login("ak_mine"))
    login_file().write_text('{"keyring": "as another process marked it"}')
    memory.entries.clear()
    with pytest.raises(ap.ConfigurationError, match="keyring, in which a login was stored, no lo"):
        ap.get_client()
    assert ap.Client("ak_argument")


def test_a_later_login_takes_the_place_of_the_one_before(memory: Memory) -> None:
    ap.login("ak_one", store="keyring", check=False)
    ap.login("ak_two", store=True, check=False)
    assert memory.entries == {}
    assert stored_login().api_key == "ak_two"
    ap.login("ak_three", store="keyring", check=False)
    assert "ak_two" not in login_file().read_text()
    assert stored_login().api_key == "ak_three"


@pytest.mark.parametrize("store", [True, "keyring"])
def test_a_logout_forgets_everything(memory: Memory, *, store: bool) -> None:
    ap.login("ak_mine", store=store, check=False)
    ap.logout()
    ap.logout()
    assert (process_login(), memory.entries, login_file().exists()) == (None, {}, False)
    with pytest.raises(ap.ConfigurationError, match="no Alphacast API key"):
        ap.get_client()


def test_a_logout_without_a_home_folder_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, "/dev/null")
    ap.logout()


def test_who_asks_is_told_where_the_key_is_from(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, memory: Memory
) -> None:
    ap.login(emulator.api_key, base_url=emulator.url, store="keyring")
    assert ap.whoami().key_source == "ap.login()"
    set_process_login(None)
    account = ap.whoami()
    assert account.key_source == account.address_source == "the system's keyring"
    assert account.base_url == emulator.url
    assert account.home is not None
    assert account.home.name == "Home"
    assert account.permissions == {"Owner": 1}
    assert emulator.api_key not in repr(account) + account._repr_html_()
    monkeypatch.setenv("ALPHACAST_API_KEY", "ak_wrong")
    monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)
    with pytest.raises(ap.AuthenticationError, match="The key is from the environment"):
        ap.whoami()
