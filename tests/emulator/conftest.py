"""One emulator for the session with a fresh store for each test, and an HTTP client for it."""

import base64
import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from alphacast_pandas.emulator import Emulator

PRICES = """Date,country,CPI,"Vivienda, agua",note
2020-01-01,Brazil,1.5,10,x
2020-01-01,Côte d'Ivoire,2.5,,007
2020-02-01,Brazil,3.5,30,NA
2020-03-01,Brazil,4.5,40,
"""
MANIFEST = [
    {"sourceName": "Date", "dataType": "Date", "dateFormat": "%Y-%m-%d", "isEntity": True},
    {"sourceName": "country", "dataType": "String", "isEntity": True},
]


@dataclass(frozen=True)
class Answer:
    """The answer to a request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(
    url: str,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Send one request on a connection of its own."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def multipart(parts: dict[str, tuple[str | None, bytes]]) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a form with files."""
    lines = b""
    for name, (filename, content) in parts.items():
        file = f'; filename="{filename}"' if filename else ""
        head = f'--edge\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        lines += head.encode() + content + b"\r\n"
    return lines + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


class Caller:
    """Talks to an emulator as any program could."""

    def __init__(self, emulator: Emulator, key: str | None = None) -> None:
        self.emulator = emulator
        self.key = emulator.api_key if key is None else key

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()}

    def __call__(
        self, method: str, path: str, fields: Any = None, *, form: bytes | None = None
    ) -> Answer:
        headers, body = dict(self.auth), form
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if fields is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(fields).encode()
        return send(self.emulator.url, method, path, body, headers)

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send a body as it is."""
        return send(self.emulator.url, method, path, body, headers | self.auth)

    def repository(self, name: str = "A repository", privacy: str = "Private") -> int:
        return self("POST", "/repositories", {"name": name, "privacy": privacy}).json["id"]

    def dataset(self, name: str = "A dataset", repository: int | None = None) -> int:
        home = repository or self("GET", "/repositories/home").json["id"]
        return self("POST", "/datasets", {"name": name, "repositoryId": home}).json["id"]

    def upload(
        self,
        dataset: int,
        text: str | bytes,
        flags: str = "",
        *,
        manifest: Any = MANIFEST,
        filename: str | None = "data.csv",
    ) -> Answer:
        content = text.encode() if isinstance(text, str) else text
        parts: dict[str, tuple[str | None, bytes]] = {"data": (filename, content)}
        if manifest is not None:
            parts = {"manifest": (None, json.dumps(manifest).encode())} | parts
        body, headers = multipart(parts)
        return send(
            self.emulator.url, "PUT", f"/datasets/{dataset}/data?{flags}", body, headers | self.auth
        )

    def process(self, dataset: int, text: str | bytes, flags: str = "", **words: Any) -> Any:
        """Upload, wait for the end, return the process."""
        answer = self.upload(dataset, text, flags, **words)
        assert answer.status == 201, answer.text
        self.emulator.wait()
        return self("GET", f"/datasets/{dataset}/processes/{answer.json['id']}").json

    def ending(
        self, text: str | bytes, manifest: Any = MANIFEST, **words: Any
    ) -> tuple[str, str | None]:
        """Upload to a new dataset; return the last state of the process and its description."""
        process = self.process(self.dataset(), text, manifest=manifest, **words)
        return process["status"], process["statusDescription"]

    def filled(self, text: str | bytes, **words: Any) -> int:
        """Return a new dataset that holds the rows of a CSV text."""
        dataset = self.dataset()
        process = self.process(dataset, text, **words)
        assert process["status"] == "Processed", process
        return dataset

    def data(self, dataset: int, query: str = "$top=1000000") -> Answer:
        return self("GET", f"/datasets/{dataset}/data?{query}")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let other programs reach the emulator past the proxy that all tests are given."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost,[::1]")


@pytest.fixture
def call(emulator: Emulator) -> Caller:
    return Caller(emulator)


@pytest.fixture
def transmit() -> Callable[..., Answer]:
    return send


@pytest.fixture
def caller() -> type[Caller]:
    return Caller


@pytest.fixture
def call_as(emulator: Emulator) -> Callable[[str], Caller]:
    return lambda key: Caller(emulator, key)


@pytest.fixture
def fetch() -> Callable[..., Answer]:
    """Return a function that gets an absolute address, as clients follow a redirect."""

    def get(url: str, headers: dict[str, str] | None = None) -> Answer:
        address = urlsplit(url)
        target = f"{address.path}?{address.query}" if address.query else address.path
        return send(f"{address.scheme}://{address.netloc}", "GET", target, None, headers)

    return get


@pytest.fixture
def fetch_file(call: Caller, fetch: Callable[..., Answer]) -> Callable[..., Answer]:
    """Return a function that gets the file of a dataset from the storage port."""
    return lambda dataset, headers=None: fetch(call.data(dataset, "").headers["Location"], headers)


@pytest.fixture
def prices(call: Caller) -> int:
    """Return a dataset with missing values, a text column and a comma in a name."""
    return call.filled(PRICES, manifest=[*MANIFEST, {"sourceName": "note", "dataType": "String"}])


@pytest.fixture
def search(call: Caller) -> Callable[..., Any]:
    """Return a function that searches datasets with the key in the query."""

    def ask(q: str, key: str | None = None, **words: object) -> Any:
        query = urlencode({"q": q, "asset": "datasets", "apiKey": key or call.key} | words)
        answer = call.send("GET", f"/api/search?{query}", None, {"Authorization": "Basic eDo="})
        assert answer.status == 200, answer.text
        return answer.json

    return ask


@pytest.fixture
def search_names(search: Callable[..., Any]) -> Callable[..., list[str]]:
    """Return a function that searches datasets and returns their names."""
    return lambda q, **words: [dataset["name"] for dataset in search(q, **words)["data"]]
