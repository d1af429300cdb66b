"""Storage that need not send a file again."""

import pytest
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("etag", "status"), [("strong", 304), ("weak", 200), ("absent", 200), ("ignored", 200)]
)
@pytest.mark.parametrize("plain_csv", ["storage", "same_host"])
def test_only_an_etag_that_proves_the_file_spares_it(
    service: State, client: ap.Client, panel: Dataset, etag: str, status: int, plain_csv: str
) -> None:
    service.switches.etag, service.switches.plain_csv = etag, plain_csv
    transport = client._connection.transport
    with transport.open(f"/datasets/{panel.id}/data") as first:
        kept, body = first.etag, first.stream.read_all()
    assert (kept is None) == (etag in {"weak", "absent"})
    with transport.open(f"/datasets/{panel.id}/data", if_none_match=kept) as again:
        assert again.status == status
        assert again.stream.read_all() == (b"" if status == 304 else body)
    conditions = [r for r in service.log if "if-none-match" in r.headers]
    assert all(request.path.startswith("/signed/") for request in conditions)
