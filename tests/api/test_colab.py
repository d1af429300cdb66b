"""The secret of a Colab notebook is the last source of a key, and asked for only there."""

import sys
import types

import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator


class SecretNotFoundError(Exception):
    """As Colab names it."""


class NotebookAccessError(Exception):
    """As Colab names it."""


class UserData(types.ModuleType):
    """Colab's module of secrets: a secret that is None is one without access."""

    SecretNotFoundError = SecretNotFoundError
    NotebookAccessError = NotebookAccessError

    def __init__(self, **secrets: str | None) -> None:
        super().__init__("google.colab.userdata")
        self.secrets = secrets
        self.asked = 0

    def get(self, name: str) -> str:
        self.asked += 1
        if name not in self.secrets:
            raise SecretNotFoundError(name)
        secret = self.secrets[name]
        if secret is None:
            raise NotebookAccessError(f"Notebook does not have access to secret {name}")
        return secret


def enter(monkeypatch: pytest.MonkeyPatch, **secrets: str | None) -> UserData:
    """Be in a notebook of Colab that has these secrets."""
    data = UserData(**secrets)
    folder = types.ModuleType("google.colab")
    folder.userdata = data  # type: ignore[attr-defined]  # a module that is made up
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", folder)
    monkeypatch.setitem(sys.modules, "google.colab.userdata", data)
    return data


def test_the_secret_is_used_where_nothing_else_has_a_key(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = enter(monkeypatch, ALPHACAST_API_KEY=emulator.api_key)
    with ap.Client(base_url=emulator.url) as client:
        account = ap.whoami(client=client)
    assert account.key_source == "the secret of the Colab notebook"
    assert ap.Client(base_url=emulator.url)
    assert data.asked == 1


@pytest.mark.parametrize("secrets", [{}, {"ALPHACAST_API_KEY": " "}])
def test_a_notebook_without_the_secret_has_no_key(
    monkeypatch: pytest.MonkeyPatch, secrets: dict[str, str | None]
) -> None:
    enter(monkeypatch, **secrets)
    with pytest.raises(ap.ConfigurationError, match="There is no Alphacast API key"):
        ap.Client()


def test_a_secret_without_access_says_where_to_allow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, ALPHACAST_API_KEY=None)
    with pytest.raises(ap.ConfigurationError, match='Turn on "Notebook access"'):
        ap.Client()


def test_every_other_source_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    data = enter(monkeypatch, ALPHACAST_API_KEY="ak_secret")
    ap.login("ak_stored", store=True, check=False)
    ap.Client("ak_argument")
    ap.get_client()
    assert data.asked == 0


def test_a_secret_is_not_sent_to_the_address_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter(monkeypatch, ALPHACAST_API_KEY="ak_secret")
    monkeypatch.setenv("ALPHACAST_BASE_URL", "https://other.example")
    with pytest.raises(ap.ConfigurationError, match="the secret of the Colab notebook, is for"):
        ap.Client()
