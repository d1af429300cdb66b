"""What is measured: each case in a process of its own, its answer a line of JSON."""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_KEY = "ak_0000000000000000000x"
_DATASET = 5515
_SMALL = 5516


def _peak() -> int:
    """Return the most memory this process has held, in bytes; getrusage would count its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _forget_peak() -> int:
    """Begin the peak anew, and return what is held now."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _sdk(url: str) -> Any:
    import alphacast.alphacast as sdk

    sdk.BASE_URL = url
    return sdk.Alphacast(_KEY).datasets.dataset(_DATASET)


def _client(url: str) -> Any:
    import alphacast_pandas as ap

    return ap, ap.Client(_KEY, base_url=url)


def download_sdk(url: str, _: Path) -> Callable[[], Any]:
    """The official SDK's frame, whose dates are text."""
    dataset = _sdk(url)
    return lambda: dataset.download_data(format="pandas")


def download_ours(url: str, _: Path) -> Callable[[], Any]:
    """Our frame, with its dates."""
    ap, client = _client(url)
    read = ap.read_alphacast  # loads what it needs: importing is measured on its own
    return lambda: read(_DATASET, client=client, progress=False)


def parse_pyarrow(_: str, folder: Path) -> Callable[[], Any]:
    """The bare parser on the same bytes, with the types declared, to a frame."""
    import pyarrow as pa
    from pyarrow import csv

    columns = json.loads((folder / "columns.json").read_text())
    kinds = {"Date": pa.timestamp("s"), "String": pa.string(), "Decimal": pa.float64()}
    types = {c["sourceName"]: kinds[c["dataType"]] for c in columns}
    options = csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    body = pa.py_buffer((folder / "data.csv").read_bytes())
    return lambda: csv.read_csv(pa.BufferReader(body), convert_options=options).to_pandas(
        split_blocks=True, self_destruct=True
    )


def parse_pandas(_: str, folder: Path) -> Callable[[], Any]:
    """The parser of pandas on the same bytes, with the types declared."""
    import io

    import pandas as pd

    columns = json.loads((folder / "columns.json").read_text())
    types = {
        c["sourceName"]: "float64" if c["dataType"] == "Decimal" else "str"
        for c in columns
        if c["dataType"] != "Date"
    }
    body = (folder / "data.csv").read_bytes()
    return lambda: pd.read_csv(
        io.BytesIO(body), dtype=types, parse_dates=["Date"], date_format="%Y-%m-%d",
        keep_default_na=False, na_values=[""],
    )  # fmt: skip


def upload_sdk(url: str, folder: Path) -> Callable[[], Any]:
    """The official SDK's upload of a frame."""
    dataset, table = _sdk(url), _frame(folder)
    return lambda: json.loads(
        dataset.upload_data_from_df(
            table, uploadIndex=False, dateColumnName="Date", dateFormat="%Y-%m-%d",
            entitiesColumnNames=["country"],
        )
    )["size"]  # fmt: skip


def upload_ours(url: str, folder: Path) -> Callable[[], Any]:
    """Our push, checks of the frame included."""
    _, client = _client(url)
    importlib.import_module("alphacast_pandas.writing.push")  # importing is measured on its own
    table = _frame(folder)
    return lambda: table.alphacast.push(_DATASET, client=client, progress=False).bytes_sent


def small_requests(url: str, _: Path) -> Callable[[], Any]:
    """A hundred rows with a bare session and `pandas.read_csv`."""
    import io

    import pandas as pd
    import requests  # noqa: TID251 - the peer to be measured against

    session = requests.Session()
    session.auth = (_KEY, "")

    def once() -> Any:
        response = session.get(f"{url}/datasets/{_SMALL}/data", params={"$format": "csv"})
        return pd.read_csv(io.BytesIO(response.content), parse_dates=["Date"])

    return _repeated(once)


def small_ours(url: str, _: Path) -> Callable[[], Any]:
    """The same hundred rows with a kept client."""
    ap, client = _client(url)
    return _repeated(lambda: ap.read_alphacast(_SMALL, client=client))


def small_filtered(url: str, _: Path) -> Callable[[], Any]:
    """The same hundred rows, each of them checked against a filter."""
    ap, client = _client(url)
    return _repeated(
        lambda: ap.read_alphacast(_SMALL, filter={"value 1": slice(-1e9, 1e9)}, client=client)
    )


def _repeated(once: Callable[[], Any]) -> Callable[[], Any]:
    once()

    def many() -> Any:
        for _ in range(200):
            frame = once()
        return frame

    return many


def import_base(_: str, __: Path) -> Callable[[], Any]:
    """What the package cannot do without."""
    return lambda: __import__("pandas") and __import__("pyarrow.csv") and __import__("requests")


def import_ours(_: str, __: Path) -> Callable[[], Any]:
    """The package after what it cannot do without."""
    import pandas  # noqa: F401, ICN001 - what is left to measure is ours
    import pyarrow.csv  # noqa: F401 - as above
    import requests  # noqa: F401, TID251 - as above

    return lambda: __import__("alphacast_pandas")


def first_read_requests(url: str, _: Path) -> Callable[[], Any]:
    """The first hundred rows of a process with a bare session and `pandas.read_csv`."""
    import io

    import pandas as pd
    import requests  # noqa: TID251 - the peer to be measured against

    def first() -> Any:
        params = {"$format": "csv", "$filter": "'country' eq 'Country 001'"}
        address = f"{url}/datasets/{_DATASET}/data"
        response = requests.Session().get(address, params=params, auth=(_KEY, ""))
        return pd.read_csv(io.BytesIO(response.content), parse_dates=["Date"])

    return first


def first_read_ours(url: str, _: Path) -> Callable[[], Any]:
    """The same, with all that the package imports on the way."""
    import pandas  # noqa: F401, ICN001 - what is left to measure is ours
    import pyarrow.csv  # noqa: F401 - as above
    import requests  # noqa: F401, TID251 - as above

    def first() -> Any:
        ap, client = _client(url)
        return ap.read_alphacast(_DATASET, filter="'country' ge 'Country 000'", client=client)

    return first


def _frame(folder: Path) -> Any:
    import pandas as pd

    return pd.read_pickle(folder / "frame.pkl")  # noqa: S301 - our own file


def main() -> None:
    """Run one case and print what it took."""
    name, url, folder = sys.argv[1:4]
    prepared = globals()[name](url, Path(folder))
    threads, before = threading.active_count(), _forget_peak()
    cpu, wall = time.process_time(), time.perf_counter()
    answer = prepared()
    took = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "memory": _peak() - before,
        "threads": threading.active_count() - threads,
        "size": answer if isinstance(answer, int) else 0,
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main()
