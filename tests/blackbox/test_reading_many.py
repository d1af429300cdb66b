"""Section 11: many datasets at once, each as it would be alone."""

import threading
from typing import Any

import pandas as pd
import pytest
from blackbox import tree
from blackbox.frames import PANEL, check_same, panel_rows, whole
from blackbox.state import State
from blackbox.store import Dataset
from blackbox.switches import Switches
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap

DATA = r"api: GET /datasets/\d+/data$"
SWITCHES = st.fixed_dictionaries(
    {},
    optional={
        "last": st.just("rows"),
        "dialect": st.sampled_from(["documented", "sdk"]),
        "filter": st.just("ignored"),
        "select": st.just("ids"),
        "order": st.sampled_from(["shuffled", "newest", "entity"]),
        "header": st.just("reversed"),
        "gzip": st.booleans(),
        "transfer": st.sampled_from(["chunked", "close"]),
        "plain_csv": st.sampled_from(["same_host", "direct"]),
        "definitions": st.sampled_from(["irregular", "text"]),
        "definitions_status": st.sampled_from([403, 404]),
    },
)
FAULTS = st.lists(
    st.tuples(
        st.sampled_from([DATA, "storage: GET", "api: GET /datasets/"]),
        st.sampled_from(["reset", "reset_early"]) | st.sampled_from([429, 500, 503]),
    ),
    max_size=2,
)
KEYWORDS = st.fixed_dictionaries(
    {},
    optional={
        "filter": st.sampled_from([{"country": "Chile"}, [("CPI", ">", 101)]]),
        "select": st.sampled_from(["CPI", ["note", "GDP"]]),
        "start": st.just("2020"),
        "last": st.integers(1, 15),
        "top": st.integers(1, 40),
    },
)


@given(switches=SWITCHES, faults=FAULTS, common=KEYWORDS, own=KEYWORDS, workers=st.integers(1, 4))
def test_each_frame_is_the_one_that_a_single_read_gives(
    switches: dict[str, Any],
    faults: list[tuple[str, Any]],
    common: dict[str, Any],
    own: dict[str, Any],
    workers: int,
    service: State,
    client: ap.Client,
    panel: Dataset,
) -> None:
    service.switches = Switches(**switches)
    for pattern, how in faults:
        if isinstance(how, int):
            service.order_reply(pattern, how)
        else:
            service.order(pattern, times=1, before=how)
    wanted: dict[str, Any] = {"a": panel.id, "b": {"dataset_id": panel.id, **own}, "c": panel.id}
    frames = ap.read_many(wanted, workers=workers, client=client, **common)
    service.faults.clear()
    assert list(frames) == ["a", "b", "c"]
    for label, words in (("a", common), ("b", common | own), ("c", common)):
        alone = ap.read_alphacast(panel.id, client=client, **words)
        pd.testing.assert_frame_equal(frames[label], alone, check_exact=True)
        one, other = frames[label].attrs["alphacast"], alone.attrs["alphacast"]
        assert {**one, "retrieved_at": 0} == {**other, "retrieved_at": 0}


def test_the_first_error_closes_every_connection_that_waits(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    slow = service.seed(PANEL, panel_rows(), "Slow")
    more = service.seed(PANEL, panel_rows(), "More")
    service.order(f"api: GET /datasets/{slow.id}/data$", before="stall")
    service.order_reply(f"api: GET /datasets/{panel.id}/data$", 403)
    with ap.Client(service.key, base_url=service.url, timeout=(2.0, 25.0)) as patient:
        wanted = {"slow": slow.id, "gone": panel.id, "more": more.id}
        threads = threading.active_count()
        with pytest.raises(tree.PermissionDenied, match=r"^gone: "):
            ap.read_many(wanted, start="2019", workers=2, client=patient)
        assert threading.active_count() <= threads + 6  # those of the server
    assert service.requests(f"GET /datasets/{more.id}/data$") == []


def test_what_cannot_be_read_is_listed_and_the_rest_comes(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    frames = ap.read_many({"good": panel.id, "bad": 999_999}, errors="collect", client=client)
    check_same(frames["good"], whole(panel))
    assert list(frames.errors.columns) == ["label", "dataset_id", "error", "message"]
    assert frames.errors["label"].tolist() == ["bad"]
    assert frames.errors["dataset_id"].tolist() == [999_999]
    assert isinstance(frames.errors["error"][0], tree.NotFoundError)
    with pytest.raises(KeyError):
        frames["bad"]
