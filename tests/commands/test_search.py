"""The commands `search`, `datasets` and `info`: what they list is what the functions give."""

import dataclasses
import json

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main
from alphacast_pandas.commands.lines import csv_lines, json_lines

Captured = pytest.CaptureFixture[str]


def printed(frame: pd.DataFrame) -> str:
    return "".join(f"{line}\n" for line in csv_lines(frame))


def test_datasets_are_listed_as_csv_and_json(number: str, capsys: Captured) -> None:
    assert main(["datasets", "--name", "PRICES", "--repository", "Home"]) == 0
    frame = ap.datasets("Home", name="prices")
    assert [str(found) for found in frame["id"]] == [number]
    assert capsys.readouterr().out == printed(frame)
    assert main(["datasets", "--name", "prices", "--json"]) == 0
    assert capsys.readouterr().out.splitlines() == [*json_lines(ap.datasets(name="prices"))]
    assert main(["datasets", "--name", "absent"]) == 0
    assert capsys.readouterr().out == printed(frame.head(0))


def test_a_search_says_what_it_leaves_out(logged_in: ap.Client, capsys: Captured) -> None:
    home = logged_in.repositories.home().id
    for n in range(3):
        logged_in.datasets.create(f"Steel price {n}", repository_id=home)
    assert main(["search", "steel", "price", "--limit", "2", "--mine"]) == 0
    shown = capsys.readouterr()
    assert shown.out == printed(ap.search("steel price", limit=2, mine=True))
    assert shown.err == "The best 2 of 3 datasets; --limit all lists all.\n"
    assert main(["search", "steel", "--limit", "all", "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.out.count("\n") == 3
    assert shown.err == ""
    with pytest.raises(SystemExit) as stopped:
        main(["search", "steel", "--limit", "few"])
    assert stopped.value.code == 2
    assert "must be an integer >= 1 or all, got 'few'" in capsys.readouterr().err
    assert main(["search", "steel", "--repository", "Hom"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: There is no repository 'Hom'. ")
    assert "'Home'" in error


def test_a_dataset_is_told_as_its_columns_or_as_one_record(number: str, capsys: Captured) -> None:
    info = ap.info(number)
    assert main(["info", number, "--expect", "prices*"]) == 0
    assert capsys.readouterr().out == printed(info.columns)
    assert main(["info", number, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [*told] == [field.name for field in dataclasses.fields(info)]
    assert told["name"] == "Prices \x1b[31m, y más"
    assert (told["start"], told["end"]) == ("2024-01-01", "2024-02-01")
    assert told["updated_at"] == info.updated_at.isoformat()
    assert pd.DataFrame(told["columns"]).astype({"id": "Int64"}).equals(info.columns)
    assert main(["info", number, "--expect", "Wages"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"error: Dataset {number} is 'Prices \\x1b[31m, y más'")
    assert "\x1b" not in error
