"""The folders of the cache: one a dataset and account, which a push makes forget what it holds."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alphacast_pandas.atomic_files import new_file, replace_file
from alphacast_pandas.user_warnings import warn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The layout. A later one has a folder of its own, so that neither version harms the other's files.
_LAYOUT = "v1"
_SALT, _TOKEN = "salt", "token"
_SALT_BYTES = 32
ENTRY, TABLE = ".json", ".arrow"


@dataclass
class _ProcessState:
    """The tokens that this process could not write, and the places that it has warned of."""

    tokens: dict[Path, str] = field(default_factory=dict)
    warned: set[Path | None] = field(default_factory=set)


_process = _ProcessState()


def cache_root() -> Path | None:
    """Return the folder of the cache, None if this user has no place for one."""
    from platformdirs import user_cache_path

    try:
        return user_cache_path("alphacast-pandas", appauthor=False) / _LAYOUT
    except RuntimeError:  # there is no home folder
        return None


def dataset_folders(root: Path | None) -> Iterator[DatasetFolder]:
    """Yield the folders of all datasets of all accounts."""
    with contextlib.suppress(OSError):
        for path in [] if root is None else sorted(root.glob("*/*/")):
            if path.name.isdigit() and path.is_dir():
                yield DatasetFolder(path)


def warn_of_writing(error: Exception) -> None:
    """Warn that nothing can be kept, once a process."""
    root = cache_root()
    if root in _process.warned:
        return
    _process.warned.add(root)
    warn(
        f"The answers of reads cannot be kept in {root} ({type(error).__name__}: {error}), "
        "so they are read from the service each time. Make room or make the folder writable, or "
        "turn the cache off with cache=False."
    )


@dataclass(frozen=True)
class DatasetFolder:
    """What is kept of one dataset for one account; `path` is None where nothing can be kept."""

    path: Path | None

    @classmethod
    def of(cls, dataset_id: int, *, api_key: str, base_url: str, is_made: bool) -> DatasetFolder:
        """
        Return the folder of a dataset.

        Unless it `is_made` if need be, only one is found whose account has kept something before.
        """
        root = cache_root()
        salt = None if root is None else _salt(root, is_made=is_made)
        if root is None or salt is None:
            return cls(None)
        account = hmac.new(salt, f"{base_url}\n{api_key}".encode(), hashlib.sha256).hexdigest()[:32]
        if not is_made and not (root / account).is_dir():
            return cls(None)
        return cls(root / account / str(dataset_id))

    @property
    def dataset_id(self) -> int:
        """Number of the dataset."""
        return 0 if self.path is None else int(self.path.name)

    @property
    def siblings(self) -> Iterator[DatasetFolder]:
        """The folders of all datasets of the same account."""
        with contextlib.suppress(OSError):
            for path in [] if self.path is None else sorted(self.path.parent.iterdir()):
                if path.name.isdigit() and path.is_dir():
                    yield DatasetFolder(path)

    def files(self, ending: str) -> list[Path]:
        """Return the files of one kind."""
        try:
            return [] if self.path is None else sorted(self.path.glob(f"*{ending}"))
        except OSError:
            return []

    def token(self) -> str | None:
        """Return the token that what is kept now must have; None if there is none."""
        if self.path is None:
            return None
        own = _process.tokens.get(self.path)
        if own is not None:
            return own
        try:
            return (self.path / _TOKEN).read_text(encoding="ascii") or None
        except (OSError, ValueError):
            return None

    def begin(self) -> str | None:
        """Return the token for what a read that begins now will keep; None if it cannot."""
        token = self.token()
        if token is None and self.path is not None:
            try:
                _make_once(self.path / _TOKEN, secrets.token_hex(16).encode())
            except OSError as error:
                warn_of_writing(error)
            token = self.token()
        return token

    def forget(self) -> None:
        """
        Forget what is kept, and what reads that have begun already are going to keep.

        The token goes first: what has another one is never used again.
        """
        if self.path is None:
            return
        if self._renew_token() is None:  # the folder cannot be written, so this process remembers
            _process.tokens[self.path] = secrets.token_hex(16)
        for path in (*self.files(ENTRY), *self.files(TABLE)):
            with contextlib.suppress(OSError):
                path.unlink()

    def _renew_token(self) -> str | None:
        if self.path is None:
            return None
        token = secrets.token_hex(16)
        try:
            with replace_file(self.path / _TOKEN, is_private=True, is_synced=False) as file:
                file.write(token.encode())
        except OSError as error:
            warn_of_writing(error)
            return None
        _process.tokens.pop(self.path, None)
        return token


def _salt(root: Path, *, is_made: bool) -> bytes | None:
    """Return what is mixed into the names of accounts, so that they are no hashes of keys."""
    path = root / _SALT
    salt = _read_salt(path)
    if salt is None and is_made:
        try:
            # What is there may be damaged, or another process may have made it just now.
            if path.exists() and _read_salt(path) is None:
                path.unlink(missing_ok=True)
            _make_once(path, secrets.token_bytes(_SALT_BYTES))
        except OSError as error:
            warn_of_writing(error)
        salt = _read_salt(path)
    return salt


def _make_once(path: Path, content: bytes) -> None:
    """Write a file, unless it is there or another process or thread writes it at the same time."""
    with new_file(path.parent, path.name, is_private=True, is_synced=False) as new:
        new.file.write(content)
        new.file.flush()
        try:
            os.link(new.path, path)
        except FileExistsError:
            return
        except OSError:  # there are file systems without links
            new.name = path.name


def _read_salt(path: Path) -> bytes | None:
    try:
        salt = path.read_bytes()
    except OSError:
        return None
    return salt if len(salt) == _SALT_BYTES else None
