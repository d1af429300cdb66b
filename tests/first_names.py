"""Looks at the names of the package before any is used and prints, as JSON, what it finds."""

import json
import pydoc
import sys
import threading

import alphacast_pandas as ap


def unknown_name() -> dict[str, str]:
    try:
        ap.read_alphacst  # noqa: B018 - a name that is not there
    except AttributeError as error:
        return {"text": str(error), "name": error.name, "of": error.obj.__name__}
    return {}


def without(library: str, name: str) -> str:
    """What a name of the package says where a library that it needs cannot be imported."""
    kept = sys.modules.pop(library, None)
    sys.modules[library] = None  # type: ignore[assignment]  # which Python refuses to import
    try:
        getattr(ap, name)
    except ImportError as error:
        return str(error)
    finally:
        del sys.modules[library]
        sys.modules.update({} if kept is None else {library: kept})
    return ""


def used_at_once(name: str) -> int:
    """How many different things several threads get that are the first to use a name."""
    start, got = threading.Barrier(8), []

    def use() -> None:
        start.wait()
        got.append(id(getattr(ap, name)))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(set(got))


def starred() -> list[str]:
    names: dict[str, object] = {}
    exec("from alphacast_pandas import *", names)
    return sorted(names)


if __name__ == "__main__":
    found = {
        "dir": dir(ap),
        "unknown": unknown_name(),
        "broken": without("requests", "Client"),
        "without dask": without("dask", "read_dask"),
        "at once": used_at_once("read_alphacast"),
        "help": pydoc.plain(pydoc.render_doc(ap)),
        "star": starred(),
    }
    json.dump(found, sys.stdout)
