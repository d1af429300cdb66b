"""The command `push` as a process that is interrupted while the service works."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from end_to_end.interrupts import Relay

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator


def test_a_ctrl_c_while_it_is_processed_says_what_goes_on(
    push_new: Callable[..., int],
    emulator: Emulator,
    client: ap.Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    days = pd.to_datetime(["2024-02-01"])
    number = push_new(pd.DataFrame({"Date": days, "country": ["AR"], "price": [0.1]}))
    file = tmp_path / "prices.csv"
    file.write_text("Date,country,price\n2024-02-01,AR,0.3\n", encoding="utf-8")
    monkeypatch.setenv("ALPHACAST_API_KEY", emulator.api_key)
    with (
        emulator.hold_processes(),
        Relay(emulator.url, r"GET /datasets/\d+/processes/\d+") as relay,
    ):
        environment = {**os.environ, "ALPHACAST_BASE_URL": relay.url}
        program = subprocess.Popen(
            [sys.executable, "-m", "alphacast_pandas", "push", str(file), str(number), "--yes"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        relay.program.set_result(program.pid)
        try:
            output, told = program.communicate(timeout=60)
        finally:
            program.kill()
    process = max(client.datasets.processes(number), key=lambda each: each.id)
    assert (program.returncode, output) == (130, "")
    assert re.search(rf"interrupted\nThe upload continues as process {process.id} ", told)
    assert "Traceback" not in told
