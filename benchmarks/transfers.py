"""Whole reads and pushes, against the official SDK and against requests on the same server."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.support import DATASET, KEY, SMALL, client_of, frame_of, sdk_of, without_the_extra

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def download_sdk(url: str, _: Path) -> Callable[[], Any]:
    """The official SDK's frame, whose dates are text."""
    dataset = sdk_of(url)
    return lambda: dataset.download_data(format="pandas")


def download_ours(url: str, _: Path) -> Callable[[], Any]:
    """Our frame, with its dates."""
    ap, client = client_of(url)
    read = ap.read_alphacast  # loads what it needs: importing is measured on its own
    return lambda: read(DATASET, client=client, progress=False)


def again_ours(url: str, folder: Path) -> Callable[[], Any]:
    """The same read with the cache on, of which the answer is kept."""
    return _again(url, folder, cache=True)


def again_only(url: str, folder: Path) -> Callable[[], Any]:
    """The same without a request."""
    return _again(url, folder, cache="only")


def keep_ours(url: str, folder: Path) -> Callable[[], Any]:
    """The first read with the cache on, which keeps the answer."""
    read = _cached_read(url, folder)
    importlib.import_module("alphacast_pandas.cache").clear()
    return lambda: read(True)  # noqa: FBT003 - the keyword's value


def download_zlib(url: str, folder: Path) -> Callable[[], Any]:
    """Our frame, where the extra is not installed."""
    return without_the_extra(lambda: download_ours(url, folder))


def upload_sdk(url: str, folder: Path) -> Callable[[], Any]:
    """The official SDK's upload of a frame."""
    dataset, table = sdk_of(url), frame_of(folder)
    return lambda: json.loads(
        dataset.upload_data_from_df(
            table, uploadIndex=False, dateColumnName="Date", dateFormat="%Y-%m-%d",
            entitiesColumnNames=["country"],
        )
    )["size"]  # fmt: skip


def upload_ours(url: str, folder: Path) -> Callable[[], Any]:
    """Our push, checks of the frame included."""
    _, client = client_of(url)
    importlib.import_module("alphacast_pandas.writing.push")  # importing is measured on its own
    table = frame_of(folder)
    return lambda: table.alphacast.push(DATASET, client=client, progress=False).bytes_sent


def upload_zlib(url: str, folder: Path) -> Callable[[], Any]:
    """Our push, where the extra is not installed."""
    return without_the_extra(lambda: upload_ours(url, folder))


def small_requests(url: str, _: Path) -> Callable[[], Any]:
    """A hundred rows with a bare session and `pandas.read_csv`."""
    import io

    import pandas as pd
    import requests  # noqa: TID251 - the peer to be measured against

    session = requests.Session()
    session.auth = (KEY, "")

    def once() -> Any:
        response = session.get(f"{url}/datasets/{SMALL}/data", params={"$format": "csv"})
        return pd.read_csv(io.BytesIO(response.content), parse_dates=["Date"])

    return _repeat(once)


def small_ours(url: str, _: Path) -> Callable[[], Any]:
    """The same hundred rows with a kept client."""
    ap, client = client_of(url)
    return _repeat(lambda: ap.read_alphacast(SMALL, client=client))


def small_filtered(url: str, _: Path) -> Callable[[], Any]:
    """The same hundred rows, each of them checked against a filter."""
    ap, client = client_of(url)
    return _repeat(
        lambda: ap.read_alphacast(SMALL, filter={"value 1": slice(-1e9, 1e9)}, client=client)
    )


def _again(url: str, folder: Path, *, cache: bool | str) -> Callable[[], Any]:
    """Return a read of what another process has kept, so that this one has held nothing yet."""
    read = _cached_read(url, folder)
    kept = importlib.import_module("alphacast_pandas.cache").info()
    if url not in {*kept["base_url"]}:
        command = [sys.executable, "-m", "benchmarks.cases", "keep_ours", url, str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    return lambda: read(cache)


def _cached_read(url: str, folder: Path) -> Callable[[bool | str], Any]:
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")  # noqa: TID251 - not the user's own
    ap, client = client_of(url)
    read = ap.read_alphacast
    return lambda cache: read(DATASET, client=client, progress=False, cache=cache)


def _repeat(once: Callable[[], Any]) -> Callable[[], Any]:
    once()

    def many() -> Any:
        for _ in range(200):
            frame = once()
        return frame

    return many
