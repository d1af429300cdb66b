"""Lists of records and the objects that give them, as they are shown; all columns of a dataset."""

from collections.abc import Callable

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Fault

CSV = b"Date,country,CPI,GDP\n2024-01-01,Chile,1.5,7\n"
NAMES = ["Date", "country", "CPI", "GDP"]


@pytest.fixture
def half_stated(client: ap.Client, emulator: Emulator, new_dataset: Callable[[], int]) -> int:
    """A dataset whose stored definitions are those of its key alone."""
    number = new_dataset()
    client.datasets.initialize_columns(number, date="Date", entities=["country"])
    client.datasets.upload(number, CSV, accept_new_columns=True).wait(timeout=60.0)
    emulator.forget_requests()
    return number


def data_requests(emulator: Emulator) -> list[str]:
    return [request.query for request in emulator.requests if request.path.endswith("/data")]


def refuse(emulator: Emulator, path: str, status: int = 403) -> None:
    emulator.faults.add(Fault(method="GET", path=path, status=status))


def test_columns_are_all_columns(client: ap.Client, emulator: Emulator, half_stated: int) -> None:
    columns = client.datasets.columns(half_stated)
    assert [column.name for column in columns] == NAMES
    assert [column.role for column in columns] == ["date", "entity", "value", "value"]
    assert len(emulator.requests) == 2
    stored = client.datasets.column_definitions(half_stated)
    assert [column.name for column in stored] == NAMES[:2]


def test_the_header_shows_what_is_stated_nowhere(
    client: ap.Client, emulator: Emulator, half_stated: int
) -> None:
    refuse(emulator, f"/datasets/{half_stated}")
    columns = client.datasets.columns(half_stated)
    assert [column.name for column in columns] == NAMES
    assert [column.role for column in columns] == ["date", "entity", "value", "value"]
    assert [column.type for column in columns] == ["Date", None, None, None]
    assert len(emulator.requests) == 3
    [query] = data_requests(emulator)
    assert "top=1" in query


def test_columns_come_without_the_stored_definitions(
    client: ap.Client, emulator: Emulator, half_stated: int
) -> None:
    refuse(emulator, f"/datasets/{half_stated}/columns")
    assert [column.name for column in client.datasets.columns(half_stated)] == NAMES


@pytest.mark.parametrize("status", [402, 403])
def test_columns_come_without_the_data(
    client: ap.Client, emulator: Emulator, half_stated: int, status: int
) -> None:
    refuse(emulator, f"/datasets/{half_stated}")
    refuse(emulator, f"/datasets/{half_stated}/data", status)
    assert [column.name for column in client.datasets.columns(half_stated)] == NAMES[:2]


def test_a_refusal_of_everything_is_an_error(
    client: ap.Client, emulator: Emulator, half_stated: int
) -> None:
    for path in ("", "/columns", "/data"):
        refuse(emulator, f"/datasets/{half_stated}{path}")
    with pytest.raises(ap.PermissionDenied):
        client.datasets.columns(half_stated)
    with pytest.raises(ap.NotFoundError):
        client.datasets.columns(1)


def test_a_new_dataset_has_no_columns(client: ap.Client, new_dataset: Callable[[], int]) -> None:
    assert client.datasets.columns(new_dataset()) == []


def test_lists_are_shown_as_tables(client: ap.Client, stored: int) -> None:
    lists = {
        "1 dataset": client.datasets.list(),
        "1 repository": client.repositories.list(),
        "6 columns": client.datasets.columns(stored),
        "1 process": client.datasets.processes(stored),
    }
    for title, records in lists.items():
        assert isinstance(records, list)
        assert [*records] == records
        assert str(records).split("\n")[0] == title
        assert f">{title}</div>" in (records._repr_html_() or "")
        assert max(map(len, str(records).split("\n"))) <= 80
        assert "None" not in str(records)


def test_no_object_is_shown_by_its_place_in_memory(
    client: ap.Client, emulator: Emulator, stored: int
) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    with ap.read_alphacast(stored, chunksize=7, client=client) as reader:
        shown = {
            f"Emulator(url={emulator.url!r})": emulator,
            f"Datasets(base_url={emulator.url!r})": client.datasets,
            f"Repositories(base_url={emulator.url!r})": client.repositories,
            f"SeriesEndpoints(base_url={emulator.url!r})": client.series,
            f"Providers(base_url={emulator.url!r})": client.providers,
            f"UserKeys(base_url={emulator.url!r})": client.user_keys,
            f"Client(api_key='***', base_url={emulator.url!r})": client,
            f"DatasetReader(dataset_id={stored}, chunksize=7)": reader,
            "<DataFrame.alphacast of 2 x 2: diff, latest, manifest, push, schema, validate>": (
                frame.alphacast
            ),
            "<Series.alphacast of 2: diff, latest, manifest, push, schema, validate>": (
                frame["a"].alphacast
            ),
        }
        assert {repr(thing): thing for thing in shown.values()} == shown
    assert all(emulator.api_key not in text for text in shown)
