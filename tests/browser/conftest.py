"""
Chromium, and JupyterLab with a notebook that holds every display of the package.

These tests run only if the command line asks for them: ``pytest -m browser``.
"""

import collections
import contextlib
import json
import os
import queue
import re
import secrets
import shutil
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alphacast_pandas.emulator import Emulator

if TYPE_CHECKING:  # a run without these tests must not need it
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
if "browser" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("browser")
    package.__path__ = [str(HERE)]
    sys.modules["browser"] = package

# As it was when pytest started: the rest of the suite removes all settings.
CHROMIUM = os.environ.get("ALPHACAST_CHROMIUM")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium asks hosts of its own from the start; only this machine has an address for it.
OFFLINE = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
)
SETTINGS: dict[str, dict[str, Any]] = {
    # The theme follows what the browser says it prefers, so that one page shows both.
    "apputils-extension/themes": {
        "adaptive-theme": True,
        "preferred-light-theme": "JupyterLab Light",
        "preferred-dark-theme": "JupyterLab Dark",
    },
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # Every cell is in the document, whether it is in sight or not; no kernel is needed.
    "notebook-extension/tracker": {
        "windowingMode": "none",
        "scrollPastEnd": False,
        "autoStartDefaultKernel": False,
        "kernelShutdown": True,
    },
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if re.search(r"(?<!not )\bbrowser\b", config.getoption("-m") or ""):
        return
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(
                pytest.mark.skip(reason="a browser is only opened by: pytest -m browser")
            )


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for the pictures."""
    folder: Path | None = request.config.getoption("--pictures")
    folder = folder or tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium: the one that ALPHACAST_CHROMIUM names, that is installed, or that of playwright."""
    from playwright.sync_api import sync_playwright

    named = [CHROMIUM] if CHROMIUM else PROGRAMS
    program = next(filter(None, map(shutil.which, named)), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=[*OFFLINE])
        yield chromium
        chromium.close()


@pytest.fixture
def blank(browser: "Browser") -> "Iterator[Page]":
    """A page without anything."""
    page = browser.new_page()
    yield page
    page.close()


@dataclass(frozen=True)
class Notebook:
    """The executed notebook, open in JupyterLab."""

    page: "Page"
    names: list[str]  # of its displays
    kinds: list[str]  # classes of the package that it shows
    requests: list[str]  # addresses that the page has asked for


@pytest.fixture(scope="session")
def notebook(tmp_path_factory: pytest.TempPathFactory, browser: "Browser") -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("jupyter")
    environment = os.environ | jupyter_folders(folder)
    with Emulator(seed="demo") as emulator, jupyterlab(folder, environment) as address:
        environment |= {"ALPHACAST_API_KEY": emulator.api_key, "ALPHACAST_BASE_URL": emulator.url}
        cells = write_notebook(folder / "displays.ipynb", environment)
        assert emulator.internal_errors == []
        page = browser.new_page()
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address())
        *displays, kinds = cells
        names = [cell.metadata["display"] for cell in displays if "display" in cell.metadata]
        mark_displays(page, [cell.metadata.get("display", "") for cell in cells])
        yield Notebook(page, names, json.loads(kinds.outputs[0]["text"]), requests)
        page.close()


def jupyter_folders(folder: Path) -> dict[str, str]:
    """Settings of Jupyter's programs: all they keep is in one folder."""
    for name, setting in SETTINGS.items():
        file = folder / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(setting), encoding="utf-8")
    names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    places = {f"JUPYTER_{name}": str(folder / name) for name in names}
    places |= {"JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}
    places |= {"JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces")}
    return places | {"HOME": str(folder), "IPYTHONDIR": str(folder / "ipython")}


@contextlib.contextmanager
def jupyterlab(folder: Path, environment: dict[str, str]) -> Iterator[Callable[[], str]]:
    """Start JupyterLab; what is yielded waits until it runs and returns the notebook's address."""
    token = secrets.token_hex()
    options = (
        "--allow-root",
        "--no-browser",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--LabApp.news_url=None",
        f"--IdentityProvider.token={token}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.terminals_enabled=False",
    )
    command = [sys.executable, "-m", "jupyterlab", *options]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        log: collections.deque[str] = collections.deque(maxlen=100)
        begun = queue.SimpleQueue[str]()

        def read(lines: Iterable[str]) -> None:
            for line in lines:
                log.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                    begun.put(found[0])
            begun.put("")

        def address() -> str:
            url = begun.get(timeout=60)
            assert url, f"JupyterLab has ended: {''.join(log)}"
            return f"{url}doc/tree/displays.ipynb?token={token}"

        reader = threading.Thread(target=read, args=(server.stderr,))
        reader.start()
        try:
            yield address
        finally:
            server.terminate()
            server.wait()
            reader.join()


def write_notebook(path: Path, environment: dict[str, str]) -> list[Any]:
    """Write the notebook, execute it, and have Jupyter trust it; return its cells."""
    import nbformat
    from browser.displays import displays
    from nbformat.sign import NotebookNotary

    new = nbformat.v4.new_code_cell
    first = f"import sys; sys.path.append({str(HERE)!r}); from displays import *"
    notebook = nbformat.v4.new_notebook(
        cells=[
            new(first),
            *(new(f"show({name!r})", metadata={"display": name}) for name in displays()),
            new("import json; print(json.dumps(kinds_shown()))"),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)
    program = Path(sys.executable).with_name("jupyter-execute")
    words = ("--inplace", "--allow-errors", "--kernel_name=python3", str(path))
    subprocess.run([program, *words], env=environment, check=True)
    executed = nbformat.read(path, as_version=4)
    failed = {
        cell.metadata.get("display")
        for cell in executed.cells
        if any(output.output_type == "error" for output in cell.outputs)
    }
    assert failed == {name for name in displays() if name.startswith("error")}
    NotebookNotary(data_dir=environment["JUPYTER_DATA_DIR"]).sign(executed)
    return list(executed.cells)


def mark_displays(page: "Page", names: list[str]) -> None:
    """Wait for the outputs, and write at each of them which display it is."""
    page.wait_for_function(
        "count => document.querySelectorAll('.jp-CodeCell .jp-OutputArea-child').length >= count",
        arg=len(names) - 1,  # the first cell shows nothing
    )
    page.evaluate(
        """names => document.querySelectorAll(".jp-CodeCell").forEach((cell, n) => {
            if (!names[n]) return;
            for (const output of cell.querySelectorAll(".jp-OutputArea-output")) {
                output.dataset.alphacast = names[n];
            }
        })""",
        names,
    )
