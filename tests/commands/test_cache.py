"""The command `cache`: what is kept, and its removal."""

import json

import pytest

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main


def test_the_cache_is_listed_and_cleared(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--last", "1"], ["--top", "2"]):
        assert main(["read", number, "--cache", "on", *words]) == 0
    capsys.readouterr()
    assert main(["cache"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == ",".join(ap.cache.info().columns)
    assert main(["cache", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {each["query"] for each in told} == {"last=1", "top=2"}
    assert main(["read", number, "--cache", "only", "--last", "1"]) == 0
    assert main(["read", number, "--cache", "only"]) == 1
    assert "cache" in capsys.readouterr().err
    assert main(["cache", "clear", number, "--older-than", "30d"]) == 0
    assert main(["cache", "--json", "clear", "5515"]) == 0
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr().out == 'Removed 0 answers.\n{"removed": 0}\nRemoved 2 answers.\n'
    assert ap.cache.info().empty


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--older-than", "30d"],
            "alphacast-pandas cache: error: argument clear: invalid choice: '30d'",
        ),
        (["clear", "--older-than", "30"], "must be a duration such as 6h, 15min or 30d, got '30'"),
        (["empty"], "invalid choice"),
    ],
)
@pytest.mark.every_parameter
def test_wrong_usage_removes_nothing(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["cache", *words])
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
