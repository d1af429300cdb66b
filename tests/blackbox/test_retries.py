"""Section 6: what is tried again, how often, and with which pauses."""

import contextlib
import io
from typing import Any

import pytest
from blackbox import tree
from blackbox.frames import check_same, whole
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

LIST = "api: GET /repositories$"
DATA = r"api: GET /datasets/\d+/data$"


def tried(service: State, pattern: str) -> int:
    """Count requests."""
    return len(service.requests(pattern))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_refusals_are_overcome(
    service: State, client: ap.Client, panel: Dataset, status: int
) -> None:
    for pattern, times in ((LIST, 2), (DATA, 1), ("storage: GET", 1)):
        service.order_reply(pattern, status, times=times)
    assert len(client.repositories.list()) == 1
    assert tried(service, LIST) == 3
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))


@pytest.mark.parametrize("how", ["reset", "reset_early"])
def test_passing_faults_of_the_connection_are_overcome(
    service: State, client: ap.Client, panel: Dataset, how: str
) -> None:
    for pattern in (LIST, DATA, "storage: GET"):
        service.order(pattern, times=1, before=how)
    assert len(client.repositories.list()) == 1
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_there_is_an_end_to_trying(service: State, retries: int) -> None:
    service.order_reply(LIST, 503, times=99)
    client = ap.Client(service.key, base_url=service.url, retries=retries)
    with client, pytest.raises(tree.ServiceError):
        client.repositories.list()
    assert tried(service, LIST) == retries + 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 501])
def test_lasting_refusals_are_not_tried_again(
    service: State, client: ap.Client, status: int
) -> None:
    service.order_reply(LIST, status, times=99)
    with pytest.raises(tree.APIError):
        client.repositories.list()
    assert tried(service, LIST) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("change", ["create", "update", "delete", "upload", "initialise"])
def test_changes_are_not_tried_again(
    service: State, client: ap.Client, change: str, status: int
) -> None:
    dataset = service.add_dataset("New")
    service.order_reply("api: (POST|PUT|DELETE)", status, times=99)
    calls: dict[str, Any] = {
        "create": lambda: client.repositories.create("x"),
        "update": lambda: client.datasets.update(dataset.id, name="x"),
        "delete": lambda: client.datasets.delete(dataset.id),
        "upload": lambda: client.datasets.upload(dataset.id, io.BytesIO(b"Date\n2020-01-01\n")),
        "initialise": lambda: client.datasets.initialize_columns(
            dataset.id, date="Date", entities=[]
        ),
    }
    with pytest.raises(tree.APIError):
        calls[change]()
    assert tried(service, "api: (POST|PUT|DELETE)") == 1


def test_pauses_grow_and_differ(service: State, pauses: list[float]) -> None:
    runs = []
    for _ in range(3):
        service.order_reply(LIST, 503, times=6)
        pauses.clear()
        client = ap.Client(service.key, base_url=service.url, retries=5)
        with client, pytest.raises(tree.ServiceError):
            client.repositories.list()
        service.faults.clear()
        runs.append([pause for pause in pauses if pause > 0])
    assert all(len(run) >= 4 for run in runs)
    assert all(sum(run[-2:]) > sum(run[:2]) for run in runs)
    assert len({tuple(run) for run in runs}) > 1


def test_retry_after_is_honoured(service: State, client: ap.Client, pauses: list[float]) -> None:
    service.order_reply(LIST, 429, Retry_After="7")
    client.repositories.list()
    assert 7 <= sum(pauses) < 30


def test_retry_after_may_be_a_date(service: State, client: ap.Client, pauses: list[float]) -> None:
    service.order_reply(LIST, 503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")
    client.repositories.list()
    assert sum(pauses) < 30


@pytest.mark.parametrize("after", ["3600", "99999999999", "soon", "-5", ""])
def test_an_unreasonable_retry_after_is_not_waited_for(
    service: State, client: ap.Client, pauses: list[float], after: str
) -> None:
    service.order_reply(LIST, 429, times=1, Retry_After=after)
    with contextlib.suppress(tree.RateLimitError):  # giving up is as good as waiting a minute
        client.repositories.list()
    assert all(pause <= 61 for pause in pauses)
