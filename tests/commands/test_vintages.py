"""The commands `snapshot`, `revisions` and `vintages` of one dataset."""

import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main
from alphacast_pandas.commands.lines import csv_lines


def printed(frame: pd.DataFrame) -> str:
    return "".join(f"{line}\n" for line in csv_lines(frame))


class Screen(io.StringIO):
    """What is shown by a program that takes it for a terminal."""

    def isatty(self) -> bool:
        return True


def test_looks_are_kept_and_what_changed_between_them_is_listed(
    number: str,
    prices: pd.DataFrame,
    client: ap.Client,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = ["--store", str(tmp_path / "kept")]
    assert main(["snapshot", number, *store, "--json"]) == 0
    look = json.loads(capsys.readouterr().out)
    assert (look["dataset_id"], look["is_new"], look["rows"]) == (int(number), True, 4)
    assert look["error"] is None
    revised = prices.assign(CPI=[0.5, None, 1.0, 1e22])
    revised.alphacast.push(number, entities="País, región", client=client)
    # The other datasets are recorded although one fails.
    assert main(["snapshot", "404", number, *store]) == 1
    shown = capsys.readouterr()
    rows = shown.out.splitlines()
    assert rows[0] == "dataset_id,name,vintage,is_new,rows,added,revised,deleted,error"
    assert rows[1].startswith("404,,,,,,,,")
    assert rows[2].startswith(f'{number},"Prices \x1b[31m, y más",')
    assert rows[2].endswith(",True,4,0,2,0,")
    assert shown.err.startswith("error: 404: Dataset 404 does not exist at ")
    assert shown.err.count("\n") == 1
    assert main(["vintages", number, *store]) == 0
    assert capsys.readouterr().out == printed(ap.vintages(number, store=store[1]))
    words = ["--select", "CPI", "--filter", "'País, región' eq 'Chile'", "--since", "2024"]
    assert main(["revisions", number, *words, *store]) == 0
    changes = ap.revisions(number, store=store[1], filter={"País, región": "Chile"})
    assert changes["new"].tolist() == [0.5, 1.0]
    assert capsys.readouterr().out == printed(changes)
    assert main(["read", number, "--as-of", look["vintage"], *store]) == 0
    assert ",0.30000000000000004," in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdout", shown := Screen())
    assert main(["vintages", number, *store]) == 0
    head, first, *_ = shown.getvalue().splitlines()
    assert head.split()[0] == "vintage"
    assert first.split()[0] == look["vintage"].replace("+00:00", "Z")  # what --as-of takes
    assert main(["read", number, "--as-of", first.split()[0], "--json", *store]) == 0
    assert "0.30000000000000004" in shown.getvalue()
    with pytest.raises(SystemExit) as stopped:
        main(["vintages", number, "--verify", *store])
    assert stopped.value.code == 2
    assert "--verify checks the files of all datasets: leave DATASET out" in capsys.readouterr().err
