"""Section 3: following the process to its end, and answers lost on the way."""

from typing import Any

import pytest
from blackbox import tree
from blackbox.pushing import attempt, rows_by_key, sample, seed_dataset
from blackbox.state import State

import alphacast_pandas as ap

NEW = ("2020-02-01", "Chile")
PUT = r"api: PUT /datasets/\d+/data$"
ASK = r"api: GET /datasets/\d+/processes"


@pytest.mark.parametrize("done", ["Processed", "completed", "Finished", "DONE", "success"])
def test_every_name_of_success_is_success(service: State, client: ap.Client, done: str) -> None:
    service.switches.done = done
    result = sample().alphacast.push(seed_dataset(service).id, client=client)
    assert result.status.lower() == done.lower()


@pytest.mark.parametrize("states", [[], ["Requested"], ["queued", "PENDING", "Running", "Baking"]])
def test_every_way_to_the_end_is_waited_for(
    service: State, client: ap.Client, states: list[str]
) -> None:
    service.switches.states = states
    assert sample().alphacast.push(seed_dataset(service).id, client=client).status == "Processed"


@pytest.mark.parametrize("failed", ["Error", "failed", "FAILURE", "Cancelled"])
def test_a_bad_end_raises_with_the_services_own_words(
    service: State, client: ap.Client, failed: str
) -> None:
    dataset = seed_dataset(service)
    service.switches.failed, service.switches.breaks = failed, "Broken: región 'x'/n"
    with pytest.raises(tree.ProcessError, match="Broken: región 'x'") as caught:
        sample().alphacast.push(dataset.id, client=client)
    assert str(dataset.processes[0]["id"]) in repr(caught.value.process)
    assert not isinstance(caught.value, TimeoutError)


@pytest.mark.parametrize("state", ["Processing", "Baking"])
def test_a_process_without_end_times_out_and_can_still_be_followed(
    service: State, client: ap.Client, state: str
) -> None:
    dataset = seed_dataset(service)
    service.switches.states = [state] * 100_000
    with pytest.raises(tree.ProcessTimeout, match=state) as caught:
        sample().alphacast.push(dataset.id, timeout=0.2, client=client)
    assert isinstance(caught.value, TimeoutError)
    assert str(dataset.processes[0]["id"]) in repr(caught.value.process)


def test_without_waiting_the_result_comes_at_once(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)
    result = sample().alphacast.push(dataset.id, wait=False, client=client)
    assert service.requests(ASK + "/") == []
    assert result.status == "Requested"
    assert result.process_id == dataset.processes[0]["id"]
    ended = result.wait(timeout=5)
    assert ended.status == "Processed"
    assert ended.inserted == 1


def test_waiting_later_can_time_out_too(service: State, client: ap.Client) -> None:
    service.switches.states = ["Processing"] * 100_000
    result = sample().alphacast.push(seed_dataset(service).id, wait=False, client=client)
    with pytest.raises(tree.ProcessTimeout):
        result.wait(timeout=0.1)


def test_a_stumble_while_waiting_does_not_matter(service: State, client: ap.Client) -> None:
    service.order_reply(ASK, 503)
    service.order(ASK, before="reset")
    assert sample().alphacast.push(seed_dataset(service).id, client=client).status == "Processed"


@pytest.mark.parametrize("older", [True, False], ids=["after an older process", "alone"])
def test_an_answer_lost_after_the_upload_was_taken_is_looked_up(
    service: State, client: ap.Client, older: bool
) -> None:
    dataset = seed_dataset(service)
    if older:
        sample(CPI=[7.0, 8.0, 9.0]).alphacast.push(dataset.id, client=client)
    before = len(service.uploads())
    service.order(PUT, after="reset")
    result, error = attempt(dataset, client)
    if error is not None:
        assert error.in_doubt
    else:
        assert result.process_id == dataset.processes[0]["id"]
        assert result.status == "Processed"
    assert service.requests(ASK)
    assert len(service.uploads()) == before + 1
    assert rows_by_key(dataset)[NEW]["CPI"] == 5830.2271000000155


@pytest.mark.parametrize("how", ["reset", "hold", "nonsense"])
@pytest.mark.parametrize("older", [True, False], ids=["after an older process", "alone"])
def test_an_upload_that_was_not_taken_is_never_called_done(
    service: State, client: ap.Client, older: bool, how: str
) -> None:
    dataset = seed_dataset(service)
    if older:
        sample(CPI=[7.0, 8.0, 9.0]).alphacast.push(dataset.id, client=client)
    service.log.clear()
    service.order(PUT, before=how)
    with ap.Client(service.key, base_url=service.url, timeout=(0.3, 0.3), retries=1) as hasty:
        _, error = attempt(dataset, hasty)
    lines = [request.line for request in service.log]
    puts = [i for i, line in enumerate(lines) if line.startswith("PUT")]
    asked = [i for i, line in enumerate(lines) if "processes" in line]
    if error is not None:
        assert error.in_doubt
        assert len(puts) == 1
    else:
        assert rows_by_key(dataset)[NEW]["CPI"] == 5830.2271000000155
        assert any(puts[0] < i < puts[-1] for i in asked), "resent without asking first"


def test_a_slow_answer_is_looked_up_too(service: State) -> None:
    dataset = seed_dataset(service)
    service.order(PUT, after="hold")
    with ap.Client(service.key, base_url=service.url, timeout=(0.3, 0.3), retries=1) as hasty:
        result, error = attempt(dataset, hasty)
    assert error.in_doubt if error is not None else result.status == "Processed"
    assert len(service.uploads()) == 1


def test_what_cannot_be_decided_is_in_doubt(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)

    def forget(reply: Any) -> Any:
        service.order_reply(ASK, 403, times=99)
        return reply

    service.order(PUT, after="reset", change=forget)
    with pytest.raises(tree.AlphacastError) as caught:
        sample().alphacast.push(dataset.id, client=client)
    assert caught.value.in_doubt
    assert len(service.uploads()) == 1


@pytest.mark.parametrize("status", [200, 201, 204])
def test_an_upload_answered_with_nothing_is_followed_or_in_doubt(
    service: State, client: ap.Client, status: int
) -> None:
    dataset = seed_dataset(service)
    service.switches.upload_status, service.switches.upload_answer = status, False
    result, error = attempt(dataset, client)
    if error is not None:
        assert error.in_doubt
    else:
        assert result.process_id == dataset.processes[0]["id"]
    assert len(service.uploads()) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 429, 500, 502, 503, 504])
def test_a_refused_upload_is_not_sent_again(service: State, client: ap.Client, status: int) -> None:
    service.order_reply(PUT, status, b"the reason why", times=9)
    with pytest.raises(tree.APIError, match="the reason why") as caught:
        sample().alphacast.push(seed_dataset(service).id, client=client)
    assert caught.value.status_code == status
    assert len(service.uploads()) == 1


@pytest.mark.parametrize("form", ["process", "400"])
def test_a_manifest_that_the_service_lost_is_not_passed_over(
    service: State, client: ap.Client, form: str
) -> None:
    dataset = seed_dataset(service)
    service.switches.no_manifest = form

    def lose(reply: Any) -> Any:
        dataset.manifest = None
        return reply

    service.order(r"api: GET /datasets/\d+/columns", change=lose)
    _, error = attempt(dataset, client)
    if error is not None:
        assert isinstance(error, (tree.APIError, tree.ProcessError))
        assert "manifest" in str(error)
    else:
        assert rows_by_key(dataset)[NEW]["CPI"] == 5830.2271000000155
