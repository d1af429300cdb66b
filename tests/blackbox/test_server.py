"""The stranger's service itself, asked with nothing but the standard library."""

import base64
import gzip
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest
from blackbox.state import State
from blackbox.store import Dataset


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let urllib reach the service past the proxy that all tests are given."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Show a redirect instead of following it."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""


def ask(service: State, line: str, body: bytes | None = None, **more: str) -> tuple[int, bytes]:
    """Send `VERB /path`, return status and body."""
    verb, _, target = line.partition(" ")
    token = base64.b64encode(f"{service.key}:".encode()).decode()
    request = urllib.request.Request(service.url + target, body, method=verb)
    request.add_header("Authorization", f"Basic {token}")
    for name, value in more.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Location", "").encode() or error.read()


def rows(service: State, dataset: Dataset, **params: str) -> list[str]:
    """Return the lines of a computed answer."""
    query = urllib.parse.urlencode({f"${name}": value for name, value in params.items()})
    status, body = ask(service, f"GET /datasets/{dataset.id}/data?{query}")
    assert status == 200, body
    return body.decode().splitlines()


def test_plain_csv_is_in_storage_which_takes_no_credentials(service: State, panel: Dataset) -> None:
    status, place = ask(service, f"GET /datasets/{panel.id}/data")
    assert status == 302
    with urllib.request.urlopen(place.decode()) as answer:
        assert answer.read().startswith(b"Date,country,CPI")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(place.decode() + "&apiKey=x")
    caught.value.close()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("'Date' ge 2020-12-01", 4),
        ("country eq 'Chile' and Date ge '2020-12-01'", 1),
        ("('country' eq 'Chile' or 'country' eq 'Brazil') and ('Date' ge 2020-12-01)", 2),
        ("'country' eq 'Côte d''Ivoire' AND 'GDP' lt 1", 1),
        ("'note' ne 'NA' and 'Date' lt 2020-01-01", 4),
    ],
)
def test_filters_are_evaluated(service: State, panel: Dataset, text: str, count: int) -> None:
    assert len(rows(service, panel, filter=text, select="CPI")) - 1 == count


def test_last_has_two_readings(service: State, panel: Dataset) -> None:
    periods = rows(service, panel, last="2", select="CPI")
    service.switches.last = "rows"
    assert len(rows(service, panel, last="2", select="CPI")) == 3
    assert len(periods) > 3


def test_names_with_commas_need_quotes_or_ids(service: State) -> None:
    dataset = service.seed([("Date", "Date", True), ("a, b", "Decimal", False)], [])
    assert rows(service, dataset, select='"a, b"') == ['Date,"a, b"']
    assert rows(service, dataset, select=str(dataset.columns[1].id)) == ['Date,"a, b"']
    assert ask(service, f"GET /datasets/{dataset.id}/data?$select=a,%20b")[0] == 400


@pytest.mark.parametrize("update", [True, False])
@pytest.mark.parametrize("delete", [True, False])
def test_uploads_are_merged_by_the_flags(
    service: State, panel: Dataset, delete: bool, update: bool
) -> None:
    old = dict(panel.rows)
    first = next(iter(old))
    file = gzip.compress(f"Date,country,GDP\n2019-11-01,{first[1]},7\n2030-01-01,X,8\n".encode())
    head = b'--BB\r\nContent-Disposition: form-data; name="data"; filename="data.csv.gz"\r\n\r\n'
    query = f"deleteMissingFromDB={delete}&onConflictUpdateDB={update}"
    line = f"PUT /datasets/{panel.id}/data?{query}"
    media = "multipart/form-data; boundary=BB"
    status, _ = ask(service, line, head + file + b"\r\n--BB--\r\n", Content_Type=media)
    assert status == 201
    assert panel.rows[first]["GDP"] == (7.0 if update else 0.1)
    assert len(panel.rows) == (2 if delete else len(old) + 1)
    states = [show(service, panel) for _ in range(3)]
    assert states == ["Requested", "Processing", "Processed"]


def show(service: State, dataset: Dataset) -> Any:
    """Return the state of the newest process."""
    return json.loads(ask(service, f"GET /datasets/{dataset.id}/processes")[1])[0]["status"]
