"""The login that is kept on this computer: in a file of its owner, or in the system's keyring."""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alphacast_pandas.atomic_files import replace_file
from alphacast_pandas.errors import ConfigurationError
from alphacast_pandas.text import error_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alphacast_pandas.api.cache_setting import CacheSetting

# A keyring that no desktop answers for waits for ever; a person needs a while to unlock one.
_KEYRING_SECONDS = 15.0
_SERVICE, _USER = "alphacast-pandas", "login"
_INSTALL = "pip install 'alphacast-pandas[keyring]'"


@dataclass(frozen=True)
class Login:
    """
    A key with the addresses that it belongs to; `source` names where they were found.

    `cache` is None where nothing was said of it.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    source: str = field(default="", compare=False)
    search_url: str | None = None
    cache: CacheSetting | None = None


@dataclass
class _LastRead:
    """What the keyring gave to this process, and the mark in the file that it was read for."""

    mark: str | None = None
    text: str | None = field(default=None, repr=False)


class KeyringError(Exception):
    """The keyring was not used; the message is a clause that says why."""


_last_read = _LastRead()


def login_file() -> Path:
    """Return the file in which a login is stored, or the mark that the keyring holds it."""
    from platformdirs import user_config_path

    return user_config_path("alphacast-pandas", appauthor=False) / "login.json"


def stored_login() -> Login:
    """Return what an earlier ``login(store=...)`` stored."""
    try:
        path = login_file()
    except RuntimeError:  # there is no home folder
        return Login()
    try:
        stored = _parse(path.read_bytes())
        mark = stored.get("keyring")
        if mark is None:
            return _to_login(stored, f"the stored login {path}")
        return _login_in_keyring(str(mark))
    except (FileNotFoundError, NotADirectoryError):
        return Login()
    except KeyringError as error:
        msg = (
            "There is no API key in the arguments or the environment, and the system's keyring, "
            f"in which a login was stored, {error}. Set ALPHACAST_API_KEY, or store the login "
            "again with alphacast_pandas.login(..., store=True)."
        )
        raise ConfigurationError(msg) from error
    except (OSError, ValueError) as error:
        msg = (
            f"There is no API key in the arguments or the environment, and the stored login {path} "
            f"cannot be read: {_reason(error)}. Delete it and log in again, or set "
            "ALPHACAST_API_KEY."
        )
        raise ConfigurationError(msg) from error


def _parse(text: str | bytes) -> dict[str, Any]:
    """Return what is stored; the errors of the decoders hold the whole text, with the key."""
    try:
        stored = json.loads(text)
    except (ValueError, RecursionError):
        stored = None
    if not isinstance(stored, dict):
        msg = "it is not a JSON object"
        raise ValueError(msg)  # noqa: TRY004 - what is stored is wrong, not an argument
    return stored


def _to_login(stored: dict[str, Any], source: str) -> Login:
    for name in ("api_key", "base_url"):
        value = stored.get(name)
        if value is not None and not isinstance(value, str):
            msg = f"its {name} is not text but {type(value).__name__}"
            raise ValueError(msg)
    return Login(stored.get("api_key"), stored.get("base_url"), source)


def _reason(error: OSError | ValueError) -> str:
    """Return why a file cannot be used, without its name, which the message has already."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def store_in_file(login: Login) -> None:
    """Keep a login in a file that only its owner may read."""
    in_keyring = _mark_of_keyring()
    _write({"api_key": login.api_key, "base_url": login.base_url})
    if in_keyring is not None:
        with contextlib.suppress(KeyringError):  # the new login holds; the old one is not read
            _delete_in_keyring()


def store_in_keyring(login: Login, *, seconds: float = _KEYRING_SECONDS) -> None:
    """Keep a login in the system's keyring, and a mark of it in the file; or raise KeyringError."""
    text = json.dumps({"api_key": login.api_key, "base_url": login.base_url})
    is_given_up = threading.Event()

    def store(keyring: Any) -> None:
        _set(keyring, text)
        if is_given_up.is_set():  # somebody unlocked it after all, and was told that it failed
            keyring.delete_password(_SERVICE, _USER)

    try:
        _call_keyring(store, seconds, secret=str(login.api_key))
    except BaseException:  # Ctrl-C as well
        is_given_up.set()
        raise
    mark = secrets.token_hex(8)
    _write({"keyring": mark})
    _last_read.mark, _last_read.text = mark, text


def forget_stored_login() -> None:
    """Delete what is stored, in the file and, if it says so, in the keyring."""
    mark = _mark_of_keyring()
    if mark is not None:
        try:
            _delete_in_keyring()
        except KeyringError as error:
            msg = (
                f"The login was not deleted from the system's keyring, which {error}. Log out "
                f"again when the keyring can be used, or delete its entry {_SERVICE!r} and the "
                f"file {login_file()}."
            )
            raise ConfigurationError(msg) from error
    try:
        login_file().unlink(missing_ok=True)
    except RuntimeError:  # there is no home folder
        return
    except NotADirectoryError:
        return
    except OSError as error:
        msg = (
            f"The stored login {login_file()} cannot be deleted: {_reason(error)}. Delete it by "
            "other means."
        )
        raise ConfigurationError(msg) from error


def _write(content: dict[str, str | None]) -> None:
    path = login_file()
    try:
        with replace_file(path, is_private=True) as file:
            file.write(json.dumps(content).encode())
    except OSError as error:
        msg = (
            f"The login cannot be stored in {path}: {_reason(error)}. Set ALPHACAST_API_KEY "
            "instead, or log in without storing it."
        )
        raise ConfigurationError(msg) from error


def _mark_of_keyring() -> str | None:
    """Return the mark that the keyring holds the login, None if it does not."""
    try:
        mark = _parse(login_file().read_bytes()).get("keyring")
    except (OSError, RuntimeError, ValueError):
        return None
    return None if mark is None else str(mark)


def _login_in_keyring(mark: str) -> Login:
    if _last_read.mark != mark:  # each read may ask a person to unlock the keyring
        text = _call_keyring(lambda keyring: keyring.get_password(_SERVICE, _USER))
        if text is None:
            msg = "no longer holds it"
            raise KeyringError(msg)
        _last_read.mark, _last_read.text = mark, str(text)
    try:
        return _to_login(_parse(_last_read.text or ""), "the system's keyring")
    except ValueError as error:
        msg = f"holds what is not a login: {error}"
        raise KeyringError(msg) from error


def _delete_in_keyring() -> None:
    def delete(keyring: Any) -> None:
        if keyring.get_password(_SERVICE, _USER) is not None:
            keyring.delete_password(_SERVICE, _USER)

    _call_keyring(delete)
    _last_read.mark = _last_read.text = None


def _set(keyring: Any, text: str) -> None:
    backend = type(keyring.get_keyring()).__module__ if hasattr(keyring, "get_keyring") else ""
    if backend.startswith("keyrings.alt"):
        msg = f"is a file of the package keyrings.alt here ({backend}), in which it is not kept"
        raise KeyringError(msg)
    keyring.set_password(_SERVICE, _USER, text)
    if keyring.get_password(_SERVICE, _USER) != text:
        msg = "did not keep it"
        raise KeyringError(msg)


def _call_keyring(
    call: Callable[[Any], Any], seconds: float = _KEYRING_SECONDS, *, secret: str = ""
) -> Any:
    """
    Call `call` with the package keyring; whatever fails or hangs is a KeyringError.

    The `secret` that is passed to the keyring is in no message.
    """
    answers: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            import keyring

            answers.append(call(keyring))
        except BaseException as error:  # noqa: BLE001 - backends raise what they like
            errors.append(error)

    # A daemon, so that one that hangs does not keep the process from ending.
    thread = threading.Thread(target=run, name="alphacast-keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    if answers:
        return answers[0]
    if not errors:
        msg = f"did not answer within {seconds:g} seconds"
        raise KeyringError(msg)
    raise _keyring_error(errors[0], secret)


def _keyring_error(error: BaseException, secret: str) -> KeyringError:
    if isinstance(error, KeyringError):
        return error
    if isinstance(error, ModuleNotFoundError) and error.name == "keyring":
        return KeyringError(f"needs the package keyring, which is not installed ({_INSTALL})")
    if type(error).__name__ == "NoKeyringError":  # whose text advises to install one of plain files
        return KeyringError("is not there: the package keyring finds none on this machine")
    return KeyringError(f"failed ({error_text(error, secret=secret)})")
