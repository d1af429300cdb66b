"""The secrets of Google Colab."""

from __future__ import annotations

import sys

from alphacast_pandas.errors import ConfigurationError
from alphacast_pandas.text import error_text

_found: dict[str, str] = {}  # asking takes a message to the browser, and the answer rarely changes


def colab_secret(name: str) -> str | None:
    """Return a secret of the notebook, None outside Colab and where there is none of this name."""
    if "google.colab" not in sys.modules:  # which a notebook in Colab has imported at its start
        return None
    if name not in _found:
        from google.colab import userdata

        try:
            secret = userdata.get(name)
        except userdata.SecretNotFoundError:
            return None
        except Exception as error:
            msg = (
                f"Colab has a secret {name} that this notebook cannot read ({error_text(error)}). "
                'Turn on "Notebook access" beside the secret, in the panel with the key.'
            )
            raise ConfigurationError(msg) from error
        if not secret or not secret.strip():
            return None
        _found[name] = secret
    return _found[name]


def forget_secrets() -> None:
    """Forget the secrets of this process, which are then asked for again."""
    _found.clear()
