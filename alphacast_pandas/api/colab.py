"""The secrets of Google Colab."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

from alphacast_pandas.errors import ConfigurationError
from alphacast_pandas.text import error_text


@dataclass
class _LastFound:
    """The secret that was found last; each question is a message to the browser and back."""

    question: tuple[Any, str] | None = None
    secret: str | None = field(default=None, repr=False)


_last_found = _LastFound()


def colab_secret(name: str) -> str | None:
    """Return a secret of the notebook, None outside Colab and where there is none of this name."""
    if "google.colab" not in sys.modules:  # which a notebook in Colab has imported at its start
        return None
    from google.colab import userdata

    if _last_found.question != (userdata, name):
        secret = _ask(userdata, name)
        if secret is None or not secret.strip():
            return None
        _last_found.question, _last_found.secret = (userdata, name), secret
    return _last_found.secret


def forget_secrets() -> None:
    """Forget the secret of this process, which is then asked for again."""
    _last_found.question = _last_found.secret = None


def _ask(userdata: Any, name: str) -> str | None:
    try:
        secret: str | None = userdata.get(name)
    except Exception as error:
        if type(error).__name__ == "SecretNotFoundError":
            return None
        msg = (
            f"Colab has a secret {name} that this notebook cannot read ({error_text(error)}). "
            'Turn on "Notebook access" beside the secret, in the panel with the key.'
        )
        raise ConfigurationError(msg) from error
    return secret
