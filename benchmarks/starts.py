"""The cost of first use: imports, and the first read of a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.support import DATASET, KEY, client_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
        address = f"{url}/datasets/{DATASET}/data"
        response = requests.Session().get(address, params=params, auth=(KEY, ""))
        return pd.read_csv(io.BytesIO(response.content), parse_dates=["Date"])

    return first


def first_read_ours(url: str, _: Path) -> Callable[[], Any]:
    """The same, with all that the package imports on the way."""
    import pandas  # noqa: F401, ICN001 - what is left to measure is ours
    import pyarrow.csv  # noqa: F401 - as above
    import requests  # noqa: F401, TID251 - as above

    def first() -> Any:
        ap, client = client_of(url)
        return ap.read_alphacast(DATASET, filter="'country' ge 'Country 000'", client=client)

    return first
