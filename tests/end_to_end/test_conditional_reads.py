"""The condition under which storage need not send a file again: what proves its bytes."""

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings
from alphacast_pandas.errors import APIError

FRAME = pd.DataFrame({"Date": pd.to_datetime(["2020-01-01", "2020-02-01"]), "a": [1.5, None]})


@pytest.fixture
def path(client: ap.Client) -> str:
    return f"/datasets/{ap.push(FRAME, name='Rates', client=client).dataset_id}/data"


def test_a_file_that_has_not_changed_is_not_sent_again(client: ap.Client, path: str) -> None:
    transport = client._connection.transport
    with transport.open(path) as first:
        etag, body = first.etag, first.stream.read_all()
    assert etag is not None
    with transport.open(path, if_none_match=etag) as again:
        assert (again.status, again.etag, again.stream.read_all()) == (304, etag, b"")
    ap.push(FRAME.assign(a=2.5), dataset_id=int(path.split("/")[2]), client=client)
    with transport.open(path, if_none_match=etag) as changed:
        assert changed.status == 200
        assert changed.etag not in {None, etag}
        assert changed.stream.read_all() != body


@pytest.mark.parametrize("storage_etag", ["weak", "none"])
def test_what_does_not_stand_for_the_very_bytes_is_no_proof(
    emulator: Emulator, client: ap.Client, path: str, storage_etag: str
) -> None:
    emulator.readings = Readings(storage_etag=storage_etag)
    with client._connection.transport.open(path) as answer:
        assert answer.etag is None


def test_an_answer_that_was_computed_has_no_proof_and_no_condition(
    client: ap.Client, path: str
) -> None:
    with client._connection.transport.open(path, {"$top": 5}, if_none_match="*") as answer:
        assert (answer.status, answer.etag) == (200, None)


def test_a_304_to_a_request_without_condition_is_an_error(
    emulator: Emulator, client: ap.Client, path: str
) -> None:
    emulator.faults.add(port="storage", status=304, times=None)
    with pytest.raises(APIError) as caught, client._connection.transport.open(path):
        pass
    assert caught.value.status_code == 304
