"""The command `read`: what it prints and writes is what `read_alphacast` gives."""

import io
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from commands.terminal import CTRL_C, Terminal

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main

Shell = Callable[[str], subprocess.CompletedProcess[bytes]]
MANY = 30_000  # rows, of which a pipe holds a part


def from_csv(text: str) -> pd.DataFrame:
    """Return what somebody reads who knows the types."""
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    numbers = [name for name in ("CPI", "rank") if name in frame]
    read = {name: [float(field or "nan") for field in frame[name]] for name in numbers}
    frame = frame.assign(Date=pd.to_datetime(frame["Date"]), **read)
    return frame.astype({"rank": "Int16"}) if "rank" in frame else frame


@pytest.mark.parametrize(
    ("words", "keywords"),
    [
        ([], {}),
        (["--last", "1", "--select", "rank"], {"last": 1, "select": "rank"}),
        (
            ["--filter", "CPI gt 0", "--filter", "note eq 'a' or rank lt 4", "--top", "2"],
            {"filter": "(CPI gt 0) and (note eq 'a' or rank lt 4)", "top": 2},
        ),
        (
            ["--start", "2024-02", "--end", "2024-02", "--select", "note", "--select", "CPI"],
            {"start": "2024-02", "end": "2024-02", "select": ["note", "CPI"]},
        ),
        (["--expect", "prices*", "--cache", "6h"], {"expect": "prices*"}),
    ],
)
@pytest.mark.every_parameter
def test_options_are_the_keywords_of_a_read(
    words: list[str],
    keywords: dict[str, object],
    number: str,
    client: ap.Client,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = ap.read_alphacast(number, **keywords, client=client)
    assert main(["read", number, *words]) == 0
    shown = capsys.readouterr()
    pd.testing.assert_frame_equal(from_csv(shown.out), expected, check_dtype=False)
    assert shown.err == ""


def test_a_read_is_written_as_it_is_printed(
    number: str, prices: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("of before")
    assert main(["read", number, "-o", str(file)]) == 0
    assert capsys.readouterr().err == f"Wrote 4 rows to {file}.\n"
    assert main(["read", number, "-o", "-"]) == 0
    printed = capsys.readouterr().out
    assert file.read_bytes() == printed.encode()
    pd.testing.assert_frame_equal(from_csv(printed), prices, check_dtype=False)
    parquet = file.with_suffix(".parquet")
    assert main(["read", number, "-o", str(parquet)]) == 0
    frame = pd.read_parquet(parquet)
    pd.testing.assert_frame_equal(frame, ap.read_alphacast(number))
    assert frame.attrs["alphacast"]["dataset_id"] == int(number)
    capsys.readouterr()
    assert main(["read", number, "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    objects = prices.astype({"Date": str}).astype(object)
    assert [json.loads(line) for line in lines] == objects.where(prices.notna(), None).to_dict(
        "records"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "prices.txt"], "prices.txt has the suffix .txt"),
        (["-o", "prices.csv", "--json"], "not allowed with argument"),
        (["--last", "x"], "argument --last: must be an integer >= 1, got 'x'"),
        (["--top", "0"], "argument --top: must be an integer >= 1, got '0'"),
        (["--cache", "5"], "argument --cache: must be on, off, only or a duration such as 6h"),
        (["--la", "5"], "unrecognized arguments: --la"),
        (["--store", "x"], "--store goes with --as-of"),
        (["--as-of", "2024", "--cache", "6h"], "--cache does not go with --as-of"),
    ],
)
@pytest.mark.every_parameter
def test_wrong_usage_reads_nothing_and_ends_with_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["read", "5515", *words])
    assert stopped.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err


def test_a_folder_that_is_not_there_is_told_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "5515", "-o", str(tmp_path / "typo" / "x.csv")]) == 1
    assert capsys.readouterr().err == f"error: {tmp_path / 'typo'}: No such file or directory\n"


def test_messages_name_commands_and_options(
    number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, said in (
        (["--as-of", "2024"], f"Look at it with alphacast-pandas snapshot {number}, regularly"),
        (["--cache", "only"], "--cache only sends no request, and the answer is not in the cache"),
        (["--filter", "CPI == 1"], "Write --filter 'CPI eq 1'.\n"),
        (["--filter", "note=NA"], "Write --filter \"note eq 'NA'\".\n"),
        (["--filter", "note eq NA"], "such as --filter \"note eq 'NA'\", texts in single quotes"),
        (["--filter", "note is null"], "An expression is for Python; --filter compares"),
        (["--start", "2020-13"], "error: --start '2020-13' is not a date. Dates are such as 2020,"),
        (["--select", "Zz"], "error: --select: there is no column 'Zz'"),
        (["--expect", "Wages"], "which --expect Wages does not match"),
    ):
        assert main(["read", number, *words]) == 1
        assert said in capsys.readouterr().err
    assert main(["read", "Wages"]) == 1
    assert "or by alphacast-pandas search." in capsys.readouterr().err


@pytest.mark.filterwarnings("always")
def test_warnings_are_lines_on_stderr(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", number, "--filter", "'País, región' eq 'Chilee'"]) == 0
    shown = capsys.readouterr()
    assert shown.out == 'Date,"País, región",CPI,rank,note\n'
    assert shown.err.startswith("warning: Dataset ")
    assert "nearest there: 'Chile'" in shown.err
    assert shown.err.count("\n") == 1


@pytest.fixture
def many(logged_in: ap.Client) -> int:
    """The number of a dataset whose CSV is larger than what a pipe holds."""
    days = pd.date_range("1900-01-01", periods=MANY)
    frame = pd.DataFrame({"Date": days, "n": range(MANY)}).astype({"n": float})
    return frame.alphacast.push(name="Many", repository="R", client=logged_in).dataset_id


def test_a_reader_that_goes_is_no_error_and_a_full_disk_is_one(many: int, shell: Shell) -> None:
    done = shell(f"$AP read {many} | head -n 2; $AP read {many} > /dev/full; echo $?")
    assert done.stdout == b"Date,n\n1900-01-01,0.0\n1\n"
    assert done.stderr == b"error: standard output: No space left on device\n"


def test_streams_that_are_closed_are_told_where_anything_can_be_told(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = shell("$AP --help >&-; echo $?")
    assert done.stdout == b"1\n"
    assert done.stderr == b"error: standard output: Bad file descriptor\n"
    monkeypatch.setattr(sys, "stderr", None)  # as Python starts with 2>&-
    assert main(["read", "5515"]) == 1
    assert capsys.readouterr().out == ""


def test_ctrl_c_ends_a_read_with_130(logged_in: ap.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("ALPHACAST_BASE_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with Terminal("read 5515") as terminal:
            connection, _ = silent.accept()
            with connection:
                terminal.type(CTRL_C)
                assert terminal.read_status() == ("^C\ninterrupted\n", 130)


@pytest.mark.parametrize("no_color", ["", "1"])  # none is used
def test_a_table_fits_a_narrow_terminal(
    no_color: str, number: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    commands = [f"read {number}", f"read {many}", f"info {number}", "datasets"]
    with Terminal(f"read {number} --json", *commands, columns=40) as terminal:
        records, short, long, info, datasets = (terminal.read_status()[0] for _ in range(5))
    assert '"note": "\\u001b[31mred\\rgreen"' in records
    assert short.splitlines() == [
        "Date        País, región",
        *("2024-01-01  Chile", "2024-01-01  Perú", "2024-02-01  Chile", "2024-02-01  Perú"),
        "... and CPI, rank, note",
    ]
    for part in (short, long, info, datasets):
        assert max(map(len, part.splitlines())) <= 40
    rows = long.splitlines()
    assert rows[:3] == ["Date              n", "1900-01-01      0.0", "1900-01-02      1.0"]
    assert rows[21] == "..."
    assert rows[-2:] == ["1982-02-19  29999.0", "30,000 rows"]
    assert "name           Prices \\x1b[31m, y más" in info
    assert "\x1b" not in terminal.everything
