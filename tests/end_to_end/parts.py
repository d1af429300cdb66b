"""Small files, so that a small frame goes in parts, and the uploads that arrive."""

from dataclasses import replace
from typing import Any

import pandas as pd
from end_to_end.frames import panel

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

LIMIT = 400
PANEL = panel()
VALUES = int(PANEL.iloc[:, 2:].notna().to_numpy().sum())


def push(number: int, client: ap.Client, **words: Any) -> ap.PushResult:
    return PANEL.alphacast.push(number, entities="country", client=client, **words)


def limit_files(client: ap.Client, largest_bytes: int) -> None:
    """Let the client send no larger files."""
    transport = client._connection.transport
    transport.settings = replace(transport.settings, largest_file_bytes=largest_bytes)


def uploads(emulator: Emulator) -> int:
    """The number of the uploads received."""
    return sum(request.method == "PUT" for request in emulator.requests)


def somebody_uploads(client: ap.Client, number: int, text: str = "2019-11-01,Brasil,7") -> None:
    """Another program's upload, which ends before anything else happens."""
    file = f"Date,country,CPI\n{text}\n".encode()
    client.datasets.upload(number, file, update_on_conflict=True).wait()


def upload_flags(emulator: Emulator) -> list[str]:
    """The flags of the uploads received."""
    return [request.query for request in emulator.requests if request.method == "PUT"]


def read_all(number: int, client: ap.Client) -> pd.DataFrame:
    """Read the dataset past every cached file."""
    return ap.read_alphacast(number, top=1_000_000, client=client)
