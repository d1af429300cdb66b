"""The command `model`: source that imports, type-checks, and fits what the dataset holds."""

import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main
from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column, Dataset
from alphacast_pandas.commands.model import model_source

NAMES = [
    "class", "validate", "Config", "pd", "str", "__x", "3m", "a\"b\\'", "a b", "a_b", "a-b", "日本",
    "½", "€", "match", "schema", "Vivienda, agua", "{x}",
]  # fmt: skip
TITLE = 'N"""+\\ {x}\n import os'


def odd_frame() -> pd.DataFrame:
    """A frame whose names are mostly no identifiers."""
    return pd.DataFrame(
        {
            "Date": pd.to_datetime(["2024-01-01", "2024-02-01"]),
            "País, región": ["AR", "CL"],
            **{name: [1.5, np.nan] for name in NAMES},
            "rank": pd.array([1, None], "Int16"),
            "note": ["a", None],
        }
    )


def model_of(source: str) -> Any:
    """The one model of a module."""
    module = types.ModuleType("written")
    sys.modules["written"] = module
    exec(compile(source, "written", "exec"), module.__dict__)
    [model] = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == "written"
    ]
    return model


def test_a_model_fits_what_is_read_and_what_is_pushed(
    logged_in: ap.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"name": TITLE, "repository": "R", "entities": "País, región"}
    number = odd_frame().alphacast.push(**words, client=logged_in).dataset_id
    assert main(["model", str(number)]) == 0
    source = capsys.readouterr().out
    model = model_of(source)
    frame = ap.read_alphacast(number, schema=model, client=logged_in)
    assert set(model.to_schema().columns) == set(frame.columns)
    assert frame.alphacast.diff(number, schema=model, client=logged_in).empty
    roles = {name: c.metadata["alphacast"] for name, c in model.to_schema().columns.items()}
    assert [name for name, role in roles.items() if role != "value"] == ["Date", "País, región"]
    twice = pd.concat([frame, frame.head(1)], ignore_index=True)
    for broken in (
        twice,
        frame.assign(rank=1.5),
        frame.assign(Date=frame["Date"].where([True, False])),
    ):
        with pytest.raises(pa.errors.SchemaErrors):
            model.validate(broken, lazy=True)


def test_a_file_that_exists_is_not_overwritten_unasked(
    logged_in: ap.Client, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = {"name": "Prices", "repository": "R", "entities": "País, región"}
    number = odd_frame().alphacast.push(**words, client=logged_in).dataset_id
    file = tmp_path / "prices.py"
    assert main(["model", str(number), "--output", str(file)]) == 0
    first = file.read_text(encoding="utf-8")
    file.write_text("# mine\n", encoding="utf-8")
    assert main(["model", str(number), "--output", str(file)]) == 1
    assert file.read_text(encoding="utf-8") == "# mine\n"
    assert "--force" in capsys.readouterr().err
    assert main(["model", str(number), "--output", str(file), "--force"]) == 0
    assert file.read_text(encoding="utf-8") == first
    assert main(["model", str(number), "--output", str(tmp_path / "no" / "prices.py")]) == 1


def test_what_the_service_refuses_is_said_without_a_traceback(
    logged_in: ap.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["model", "999999"]) == 1
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("title", ["true", "None", "False", "Any", "class", "", "{x}"])
def test_a_title_that_python_takes_for_itself_names_a_class(title: str) -> None:
    columns = (Column("Date", "Date"), Column("x", "Decimal"))
    source = model_source(Definitions(columns, Dataset(7, title)), 7)
    assert set(model_of(source).to_schema().columns) == {"Date", "x"}


def test_types_that_nobody_states_are_left_open() -> None:
    columns = (Column("Date", "Date"), Column("x"))
    definitions = Definitions(columns, Dataset(7, "123"), stated=False)
    source = model_source(definitions, 7)
    model = model_of(source)
    assert model.__name__ == "Dataset123"
    frame = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01"]), "x": ["anything"]})
    assert model.validate(frame, lazy=True).equals(frame)


def test_the_model_that_type_checkers_read_is_one_that_is_written() -> None:
    columns = (
        Column("Date", "Date"),
        Column("País, región", "String", is_entity=True),
        *(Column(name, "Decimal") for name in NAMES if name != "Vivienda, agua"),
        Column("Vivienda, agua"),
        Column("rank", "Short Integer"),
        Column("note", "String"),
    )
    definitions = Definitions(columns, Dataset(7938, TITLE))
    written = Path(__file__).parents[1] / "typing" / "written_model.py"
    assert model_source(definitions, 7938) == written.read_text(encoding="utf-8")
