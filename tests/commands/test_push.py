"""The commands `push` and `diff`; interrupted while sending: end_to_end/test_push_command.py."""

import json
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from commands.terminal import CTRL_C, CTRL_D, Terminal

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main
from alphacast_pandas.commands.files import write_file
from alphacast_pandas.commands.push import notes_on
from alphacast_pandas.commands.wording import in_commands
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.emulator import Emulator

KEYS = ["Date", "country"]
Row = tuple[Any, ...]


def random_frame(seed: int) -> pd.DataFrame:
    """Some of 12 keys, each with a price and a note, or with one of them, or none."""
    random = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product(
        [pd.date_range("2024-01-01", periods=4, freq="MS"), ["AR", "CL", "NA"]], names=KEYS
    )
    prices = np.where(random.random(12) < 0.3, np.nan, random.integers(0, 3, 12) / 10)
    notes = random.choice(np.array([None, "007", "1e5", 'say "so", or\nnot']), 12)
    frame = keys.to_frame(index=False).assign(price=prices, note=notes)
    return frame[random.random(12) < 0.7].reset_index(drop=True)


def expected_rows(old: pd.DataFrame, new: pd.DataFrame, mode: str, *, keep: bool) -> set[Row]:
    """What a diff shows, value by value, by a look at each key."""
    before, after = (frame.set_index(KEYS).astype(object) for frame in (old, new))
    rows: set[Row] = set()
    for key in before.index.union(after.index):
        place = (key[0].date().isoformat(), key[1])
        if key not in before.index:
            rows |= lines("added", place, after.loc[key], is_new=True)
        elif key in after.index and MODES[mode].updates:
            for column in ("price", "note"):
                a, b = (plain(frame.loc[key, column]) for frame in (before, after))
                if a != b and not (keep and b is None):
                    rows.add(("changed", *place, column, a, b))
        elif key not in after.index and MODES[mode].deletes:
            rows |= lines("deleted", place, before.loc[key], is_new=False)
    return rows


def lines(kind: str, place: Row, values: pd.Series, *, is_new: bool) -> set[Row]:
    held = {(kind, *place, c, *((None, v) if is_new else (v, None))) for c, v in values.items()
            if not pd.isna(v)}  # fmt: skip
    return held or {(kind, *place, None, None, None)}


def plain(value: Any) -> Any:
    return None if pd.isna(value) else value


def stored_in(client: ap.Client, frame: pd.DataFrame, entities: Any = "country") -> str:
    words = {"name": "Prices", "repository": "R", "entities": entities}
    return str(frame.alphacast.push(**words, client=client).dataset_id)


@pytest.fixture
def number(logged_in: ap.Client) -> str:
    """A dataset with two rows."""
    days = pd.to_datetime(["2024-01-01", "2024-02-01"])
    frame = pd.DataFrame(
        {"Date": days, "country": "AR", "price": [1.5, 2.5], "rank": [1, 2], "note": ["NA", "007"]}
    )
    return stored_in(logged_in, frame.astype({"rank": "Int16"}))


def written(folder: Path, text: str) -> str:
    path = folder / "prices.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


def uploads(emulator: Emulator) -> int:
    return sum(request.method == "PUT" for request in emulator.requests)


def rows_of(output: str) -> list[Row]:
    return [tuple(json.loads(line).values()) for line in output.splitlines()]


@pytest.mark.at_least(2)
@pytest.mark.parametrize("mode", ["upsert", "append", "mirror", "replace"])
def test_the_whole_difference_is_shown_and_sent(
    mode: str, logged_in: ap.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = random_frame(1), random_frame(2)
    number = stored_in(logged_in, old)
    suffix = {"append": "csv", "upsert": "xlsx"}.get(mode, "parquet")
    write_file(new, tmp_path / f"new.{suffix}")
    words = [str(tmp_path / f"new.{suffix}"), number, "--mode", mode]
    for missing in ("send", "keep"):
        expected = expected_rows(old, new, mode, keep=missing == "keep")
        assert main(["diff", *words, "--missing", missing, "--json"]) == 3
        found = rows_of(capsys.readouterr().out)
        assert len(found) == len(expected)
        assert {*found} == expected
    assert main(["diff", *words, "--missing", "keep"]) == 3
    head, *_ = capsys.readouterr().out.splitlines()
    assert head == "kind,Date,country,column,old,new"
    assert main(["push", *words, "--missing", "keep", "--yes", "--verify", "--json"]) == 0
    shown = capsys.readouterr()
    for kind, date, country, column, *_ in expected:
        sign = {"added": "+", "changed": "~", "deleted": "-"}[kind]
        [line] = [
            each
            for each in shown.err.splitlines()
            if each.startswith(f"{sign} {date}, {country}: ") and (column or "no values") in each
        ]
        assert kind != "changed" or " -> " in line
    [result] = map(json.loads, shown.out.splitlines())
    assert (result["dataset_id"], result["status"]) == (int(number), "Processed")
    assert main(["diff", *words, "--missing", "keep", "--json"]) == 0
    assert capsys.readouterr().out == ""


def test_types_that_the_service_does_not_state_are_asked_for(
    number: str, emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("*/columns", f"/datasets/{number}"):
        emulator.faults.add(method="GET", path=path, status=403, times=None)
    words = [written(tmp_path, "Date,country,price,rank,note\n2024-01-01,AR,1.5,1,x\n"), number]
    assert main(["diff", *words]) == 1
    assert "--date COLUMN" in capsys.readouterr().err
    words += ["--date", "Date", "--entities", "country"]
    assert main(["diff", *words]) == 1
    assert "line 2: 'x': is not a number. --text note" in capsys.readouterr().err
    assert main(["diff", *words, "--text", "note"]) == 3
    assert capsys.readouterr().out.endswith("\nchanged,2024-01-01,AR,note,NA,x\n")


def test_a_key_may_be_called_as_a_column_of_the_output(
    logged_in: ap.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = pd.to_datetime(["2024-01-01"])
    frame = pd.DataFrame({"Date": day, "kind": ["a"], "column": ["b"], "x": [1.5]})
    number = stored_in(logged_in, frame, entities=["kind", "column"])
    file = written(tmp_path, "Date,kind,column,x\n2024-01-01,a,b,2\n2024-01-02,b,x,2\n")
    assert main(["diff", file, number]) == 3
    assert capsys.readouterr().out.splitlines() == [
        "kind_,Date,kind,column,column_,old,new",
        "added,2024-01-02,b,x,x,,2.0",
        "changed,2024-01-01,a,b,x,1.5,2.0",
    ]


CHANGE = "Date,country,price,rank,note\n2024-01-01,AR,1.5,1,NA\n2024-03-01,CL,0.1,7,1e5\n"


def test_what_changes_nothing_is_not_sent(
    number: str, emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, CHANGE)
    assert main(["push", file, number, "--yes", "--only-changes"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert dict(zip(head.split(","), row.split(","), strict=False))["rows"] == "1"
    emulator.forget_requests()
    assert main(["push", file, number, "--yes", "--json"]) == 0
    shown = capsys.readouterr()
    record = json.loads(shown.out)
    assert (record["status"], record["rows"]) == ("Nothing to send", 0)
    assert "unchanged            2 rows" in shown.err
    assert uploads(emulator) == 0


LONG_NAME = "A district whose name alone is wider than the terminal"


def test_a_person_sees_the_whole_difference_and_only_yes_sends_it(
    number: str, emulator: Emulator, client: ap.Client, tmp_path: Path
) -> None:
    file = tmp_path / "new prices.csv"
    file.write_text(
        'Date,country,price,note\n2024-01-01,AR,,"NA\x1b[31m"\n'
        f"2024-01-01 10:30,{LONG_NAME},1e-7,007\n2024-02-01,AR,0.30000000000000004,\n"
    )
    emulator.forget_requests()
    push = f"push {shlex.quote(str(file))} {number}"
    answers = ["\n", "no\n", CTRL_D, "yess\n", CTRL_C, "Yes\n"]
    with Terminal(push.replace("push", "diff", 1), *[push] * len(answers), columns=40) as terminal:
        shown, status = terminal.read_status()
        assert status == 3
        assert shown.splitlines()[:5] == [
            f"+ 2024-01-01T10:30:00, {LONG_NAME}: price 1e-07, note '007'",
            "~ 2024-01-01, AR: price 1.5 -> missing",
            "~ 2024-01-01, AR: note 'NA' -> 'NA\\x1b[31m'",
            "~ 2024-02-01, AR: price 2.5 -> 0.30000000000000004",
            "~ 2024-02-01, AR: note '007' -> missing",
        ]
        summary = shown.partition("Diff of ")[2]
        assert max(map(len, summary.splitlines())) <= 40
        assert " 1 row added, 4 values changed," in " ".join(summary.split())
        assert "--verify finds out afterwards" in " ".join(summary.split())
        for answer in answers[:-1]:
            assert shown in terminal.read_until("Send it? [y/N] ")
            terminal.type(answer)
            said, status = terminal.read_status()
            is_stopped = answer == CTRL_C
            assert said.endswith("Nothing was sent.\n")
            assert ("interrupted\n" in said, status) == (is_stopped, 130 if is_stopped else 1)
        assert uploads(emulator) == 0
        terminal.read_until("Send it? [y/N] ")
        terminal.type(answers[-1])
        said, status = terminal.read_status()
    assert status == 0
    assert f"Pushed to dataset {number}" in said
    assert "\x1b" not in terminal.everything
    assert len(ap.read_alphacast(number, client=client)) == 3


def test_a_reader_that_has_gone_ends_a_diff_in_silence(
    number: str, tmp_path: Path, shell: Callable[[str], subprocess.CompletedProcess[bytes]]
) -> None:
    days = pd.date_range("1900-01-01", periods=2_500)
    rows = "".join(f"{day:%Y-%m-%d},AR,1,1,x\n" for day in days)
    file = written(tmp_path, f"Date,country,price,rank,note\n{rows}")
    done = shell(f"{{ $AP diff {shlex.quote(file)} {number}; echo $? >&2; }} | head -n 1")
    assert done.stdout == b"kind,Date,country,column,old,new\n"
    assert done.stderr == b"3\n"


def test_a_dataset_that_does_not_exist_is_made_on_request(
    logged_in: ap.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "day,station,rain,note,zone\n05/01/2024,A,1.5,wet,7\n06/01/2024,A,,,\n"
    file = written(tmp_path, text)
    words = ["push", file, "--name", "Rain", "--repository", "Weather", "--yes", "--json"]
    assert main(words) == 1
    assert "--date COLUMN" in capsys.readouterr().err
    words += [
        "--date",
        "day",
        "--date-format",
        "%d/%m/%Y",
        "--entities",
        "station",
        "--text",
        "note",
    ]
    assert main(words) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["created"] == "repository dataset"
    frame = ap.read_alphacast(record["dataset_id"], client=logged_in)
    assert [*frame.columns] == ["day", "station", "rain", "note", "zone"]
    assert frame["zone"].tolist()[:1] == [7.0]
    assert frame["day"].tolist() == [*pd.to_datetime(["2024-01-05", "2024-01-06"])]
    words[words.index("Rain")] = "Raim"
    assert main(words) == 1
    told = capsys.readouterr().err
    assert "--name Rain if that is meant, or --create to make a new dataset" in told
    assert main([*words, "--create"]) == 0


# What stands in the file, what else is typed, and what the message says.
MISTAKES: list[tuple[str, list[str], list[str]]] = [
    ("Date,country,pirce\n", [], ["'pirce'", "did you mean 'price'?", "--accept-new-columns"]),
    ("date,country,price\n", ["--accept-new-columns"], ["'date'", "'Date'", "rename it"]),
    ("country,price\n", [], ["lacks the dataset's date column 'Date'"]),
    ("Date,country,new\n2024-01-01,AR,x\n", ["--accept-new-columns"], ["line 2", "--text new"]),
    ("Date,country,price\n", ["--text", "price"], ["--text price", "Decimal"]),
    ("Date,country,price\n", ["--text", "pric"], ["--text", "did you mean 'price'?"]),
    ("Date,country,rank\n2024-01-01,AR,1.5\n", [], ["line 2: 1.5", "Short Integer"]),
    ("Date,country,price\n2024-01-01, AR,1\n", [], [
        "row 2", "Remedy: Remove the blanks of column 'country' in the file.\nRows are numbered as",
        "prices.csv"]),
    ("Date,country,price\n2024-01-01,AR,1\n2024-01-01,AR,2\n", [], [
        "rows 2, 3", "Name more columns in --entities; or leave one row of each key in the file."]),
    ("Date,country,price\n,AR,1\n", [], [
        "row 2: the value is missing,", "In the file, remove these rows; or fill them in."]),
    ("Date,country,price,x,X\n2024-01-01,AR,1,1,1\n", ["--accept-new-columns"], [
        "Remedy: Rename the column 'X' to 'X_2' in the file, or drop one of the two columns."]),
    ("Date,country,price\n2024-01-01,AR,1\n", ["--expect", "Prizes*"], ["--expect 'Prizes*'"]),
    ("Date,country,price\n", [], ["empty"]),
    ("Date,country,price\n2024-01-01,AR,9\n", ["--mode", "replace", "--max-delete", "0"], [
        "* The file lacks 'rank', 'note'"]),
    (CHANGE, ["--mode", "replace", "--max-delete", "0"], [
        "1 of 2", "--max-delete is 0", "add the rows to the file"]),
]  # fmt: skip


def test_a_mistake_is_said_in_the_words_of_the_command(
    number: str, emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.forget_requests()
    for text, words, parts in MISTAKES:
        assert main(["push", written(tmp_path, text), number, "--yes", *words]) == 1
        shown = capsys.readouterr()
        assert shown.out == ""
        assert "error: " in shown.err
        assert "Traceback" not in shown.err
        for part in parts:
            assert part in shown.err, shown.err
    assert uploads(emulator) == 0
    assert main(["diff", str(tmp_path / "none.csv"), number]) == 1
    assert "none.csv: No such file or directory" in capsys.readouterr().err


USAGE: list[tuple[list[str], str]] = [
    (["push", "none.csv", "7"], "--yes sends it without asking"),
    (["push", "none.csv"], "--name NAME"),
    (["diff", "none.csv", "7", "--name", "x"], "--name NAME"),
    (["diff", "none.csv", "7", "--create"], "go with --name"),
    (["diff", "none.csv", "--name", "x", "--expect", "x"], "--expect goes with DATASET"),
    (["push", "none.csv", "7", "--yes", "--verify", "--no-wait"], "--no-wait"),
    (["push", "none.csv", "7", "--yes", "--only-changes", "--mode", "mirror"], "--mode mirror"),
    (["push", "none.csv", "7", "--yes", "--max-delete", "1.5"], "a share from 0.0 to 1.0"),
    (["push", "none.csv", "7", "--yes", "--max-delete", "x"], "'x'"),
    (["push", "none.csv", "7", "--yes", "--timeout", "0"], "seconds"),
    (["diff", "none.csv", "7", "--sheet", "x"], "--sheet is for .xlsx files, not for .csv"),
    (["diff", "none.xlsx", "7", "--sep", ";"], "--sep is for .csv files, not for .xlsx"),
    (["diff", "none.parquet", "7", "--date-format", "%d/%m/%Y"], "--date-format is for .csv and"),
]


def test_what_cannot_be_meant_is_refused_before_anything_is_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words, part in USAGE:
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == 2
        assert part in capsys.readouterr().err


def test_a_push_in_parts_that_stops_says_how_to_go_on(
    logged_in: ap.Client, emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = pd.date_range("2024-01-01", periods=60)
    frame = pd.DataFrame({"Date": days, "x": np.random.default_rng(1).random(60)})
    number = frame.head(1).alphacast.push(name="X", repository="R", client=logged_in).dataset_id
    path = tmp_path / "x.csv"
    write_file(frame, path)
    # The limit of the default client is 50 MB, so the error comes from another one.
    transport = logged_in._connection.transport
    transport.settings = replace(transport.settings, largest_file_bytes=400)
    emulator.faults.add(method="PUT", delay=0.001)  # the first part goes through
    emulator.faults.add(method="PUT", status=400, times=None)
    with pytest.raises(ap.PushInterrupted) as stopped:
        frame.alphacast.push(number, client=logged_in)
    told = in_commands(str(stopped.value))
    assert "(1 part)" in told
    assert "error.resume()" not in told
    [note] = notes_on(stopped.value, path, "mirror")
    assert "run the command again with --mode append: the difference then shows" in note
    emulator.faults.clear()
    assert main(["push", str(path), str(number), "--yes", "--only-changes", "--json"]) == 0
    assert 0 < json.loads(capsys.readouterr().out)["rows"] < len(frame)
    assert main(["diff", str(path), str(number)]) == 0
