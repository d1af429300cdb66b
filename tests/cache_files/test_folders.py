"""Folders of accounts and datasets: whose they are, and what a push makes them forget."""

import os
import re
import threading
from pathlib import Path

import pytest

from alphacast_pandas.atomic_files import make_folder
from alphacast_pandas.cache_files.folders import DatasetFolder, cache_root

KEY = "ak_0123456789abcdefghij"


def folder_of(key: str = KEY, url: str = "https://one.example", number: int = 1) -> DatasetFolder:
    return DatasetFolder.of(number, api_key=key, base_url=url, is_made=True)


def test_two_keys_or_addresses_or_datasets_share_nothing() -> None:
    folders = [
        folder_of(),
        folder_of("ak_other"),
        folder_of(url="https://two.example"),
        folder_of(number=2),
    ]
    assert len({folder.path for folder in folders}) == 4
    assert folder_of() == folders[0]
    folders[0].begin()
    root = cache_root()
    assert root is not None
    shown = " ".join(str(path) for path in root.rglob("*"))
    assert KEY[3:] not in shown
    assert all(KEY.encode() not in path.read_bytes() for path in root.rglob("*") if path.is_file())


def test_threads_that_begin_at_once_have_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for turn in range(100):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / str(turn)))
        at_once = threading.Barrier(4)
        found: list[DatasetFolder] = []

        def begin(at_once: threading.Barrier, found: list[DatasetFolder]) -> None:
            at_once.wait()
            found.append(folder_of())

        threads = [threading.Thread(target=begin, args=(at_once, found)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4
        assert len({folder.path for folder in found}) == 1


def test_another_computer_has_other_names_for_the_same_account(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = folder_of().path
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    there = folder_of().path
    assert here is not None
    assert there is not None
    assert re.fullmatch(r"[0-9a-f]{32}", there.parent.name)
    assert here.parent.name != there.parent.name


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of files")
def test_files_are_for_their_owner_only() -> None:
    folder_of().begin()
    root = cache_root()
    assert root is not None
    for path in root.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_nothing_is_made_for_a_push_where_nothing_was_kept() -> None:
    root = cache_root()
    assert root is not None
    push = {"api_key": KEY, "base_url": "https://one.example", "is_made": False}
    DatasetFolder.of(1, **push).forget()
    assert not root.exists()
    folder_of(number=2).begin()
    DatasetFolder.of(1, **push).forget()  # a read of it may have begun, in another process
    assert folder_of().token() is not None


def test_a_folder_that_cannot_be_written_is_forgotten_by_this_process() -> None:
    folder = folder_of()
    before = folder.begin()
    assert folder.path is not None
    token = folder.path / "token"
    token.rename(folder.path / "token before")
    (token / "which is a folder").mkdir(parents=True)  # so that it cannot be replaced
    with pytest.warns(UserWarning, match=r"cannot be kept in .*v1 \(IsADirectoryError"):
        folder.forget()
    assert folder.token() not in {before, None}
    token.rename(folder.path / "no token")
    (folder.path / "token before").rename(token)
    assert folder.token() != before
    folder.forget()  # which can be written again, and does not warn again in any case
    assert folder.token() == token.read_text()


def test_a_place_that_is_a_file_is_no_cache() -> None:
    root = cache_root()
    assert root is not None
    make_folder(root.parent, is_private=True)
    root.write_text("a file")
    with pytest.warns(UserWarning, match="cannot be kept"):
        folder = folder_of()
    assert folder.path is None
    assert folder.begin() is None
    assert folder.files(".json") == []
    folder.forget()
