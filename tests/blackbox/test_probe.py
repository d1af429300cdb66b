"""The probe against a service of which neither it nor the emulator knows."""

from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
from blackbox.server import Service
from blackbox.state import Series, State
from blackbox.switches import Switches
from hypothesis import given

import alphacast_pandas as ap
from alphacast_pandas.probe.observations import Observation
from alphacast_pandas.probe.run import run_experiments

POINTS: list[tuple[str, float | None]] = [
    ("2024-01-01", 1.5),
    ("2024-02-01", None),
    ("2024-03-01", 2.5),
]
# What it reads from the switches as they stand.
USUAL = {
    "json": "lines",
    "filter": "honoured",
    "filter_names": "both",
    "filter_dates": "both",
    "text": "exact",
    "missing": "dropped",
    "dates": "instant",
    "last": "periods",
    "status": "processed",
    "error_key": "error",
    "list_filters": "honoured",
    "no_manifest": "process",
    "no_repository": "400",
    "date_column": "required",
    "header_match": "folded",
    "row_count": "top or last",
    "success": "documented",
    "permission": "dataset",
    "booleans": "stored",
    "column_ids": "global",
    "select_quotes": "accepted",
    "date_parse": "three steps",
    "date_time": "T",
    "export": "fresh",
    "storage_etag": "strong",
    "updated_at": "absent",
    "process_list": "all",
    "empty_cell": "erases",
    "absent_column": "keeps",
    "transfer": "plain",
    "search_host": "both",
    "search_fields": "full",
    "search_offset": "results",
    "search_repeats": "none",
    "search_total": "right",
    "series_fields": "full",
    "series_column": "name",
    "provider_lists": "array",
    "provider_fields": "documented",
    "provider_points": "objects",
    "provider_dates": "day",
    "provider_values": "numbers",
    "provider_missing": "null",
    "provider_text": "any",
    "user_key_field": "any",
}
# Switch, its word, and what changes; None is a behaviour outside of all readings.
CASES: list[tuple[dict[str, Any], dict[str, str | None]]] = [
    ({"last": "rows"}, {"last": "rows"}),
    ({"dialect": "documented"}, {"filter_names": "bare", "filter_dates": "quoted"}),
    ({"dialect": "sdk"}, {"filter_names": "quoted", "filter_dates": "bare"}),
    ({"filter": "ignored"}, {"filter": "ignored", "text": None, "dates": None, "missing": None}),
    ({"text": "folded"}, {"text": "case"}),
    ({"text": "accents"}, {"text": "folded"}),
    ({"select": "naive"}, {"select_quotes": "refused"}),
    ({"dates": "T"}, {"date_time": "always"}),
    ({"dates": "blank"}, {"date_time": None}),
    ({"gzip": True}, {"transfer": "gzip"}),
    ({"etag": "weak"}, {"storage_etag": "weak"}),
    ({"etag": "absent"}, {"storage_etag": "none"}),
    ({"etag": "ignored"}, {"storage_etag": None}),
    ({"plain_csv": "direct"}, {"storage_etag": None}),
    ({"export": "stale"}, {"export": "stale"}),
    ({"row_count": False}, {"row_count": "never"}),
    ({"definitions": "text"}, {"booleans": "text"}),
    ({"definitions": "empty"}, {"booleans": None}),
    ({"column_records": "absent"}, {"column_ids": None, "series_fields": None}),
    ({"names": "ignored"}, {"list_filters": "ignored"}),
    ({"create_status": 200, "upload_status": 200, "delete_status": 200}, {"success": "200"}),
    ({"create_status": 202}, {"success": None}),
    ({"search_at": "web"}, {"search_host": "web"}),
    ({"result": "minimal"}, {"search_fields": "bare"}),
    ({"result": "nested"}, {"search_fields": "nested"}),
    ({"result": "wordy"}, {"search_fields": None}),
    ({"offset_is": "pages"}, {"search_offset": "pages"}),
    ({"offset_is": "ignored"}, {"search_offset": None, "search_total": None}),
    ({"page_limit": 3}, {"search_length": "3"}),
    ({"page_limit": 10}, {"search_length": "10"}),
    ({"page_limit": 5}, {"search_length": None}),
    ({"repeats": "forever"}, {"search_repeats": "last"}),
    ({"repeats": "overlap"}, {"search_repeats": None, "search_offset": None}),
    ({"total": "absent"}, {"search_total": "absent"}),
    ({"total": "wrong"}, {"search_total": None}),
    ({"total": "none"}, {"search_total": None}),
    ({"series_record": "empty"}, {"series_fields": "empty"}),
    ({"series_record": "wordy"}, {"series_fields": None}),
    ({"series_file": "storage"}, {}),
    ({"series_header": "long"}, {"series_column": None}),
    ({"provider_list": "data"}, {"provider_lists": "data"}),
    ({"provider_list": "named"}, {"provider_lists": "named"}),
    ({"provider_list": "items"}, {"provider_lists": None}),
    ({"provider_record": "minimal"}, {"provider_fields": None}),
    ({"provider_record": "odd"}, {"provider_fields": None}),
    ({"points": "pairs"}, {"provider_points": "pairs"}),
    ({"points": "lists"}, {"provider_points": "columns"}),
    ({"points": "object"}, {"provider_points": "mapping"}),
    ({"point_dates": "zone"}, {"provider_dates": "moment"}),
    ({"point_dates": "T"}, {"provider_dates": None}),
    ({"point_dates": "month"}, {"provider_dates": "period"}),
    ({"point_values": "text"}, {"provider_values": "texts"}),
    ({"gap": "dot"}, {"provider_missing": "dot"}),
    ({"gap": "empty"}, {"provider_missing": "empty"}),
    ({"gap": "nan"}, {"provider_missing": None}),
    ({"text_name": "search"}, {"provider_text": "search"}),
    ({"upload_answer": False}, {}),
    ({"states": []}, {}),
    ({"done": "completed"}, {"status": "completed"}),
    ({"done": "Finished"}, {"status": None}),
    ({"stats": False}, {}),
    ({"no_manifest": "400"}, {"no_manifest": "400"}),
    ({"remembered": "none"}, {"process_list": "unfinished"}),
    ({"updated": "moves"}, {"updated_at": "moves"}),
    ({"updated": "stays"}, {"updated_at": "stays"}),
    ({"error_key": "text"}, {"error_key": "text"}),
    ({"error_key": "empty"}, {"error_key": "empty", "date_column": None}),
    ({"quota": "402"}, {"json": None, "filter": None, "last": None}),
    ({"quota": "csv"}, {"json": None, "filter": None, "last": None, "series_column": None}),
    ({"breaks": "Disk full"}, {"status": None, "json": None, "concurrent": None}),
]
# Switches under which next to nothing can be told.
ALONE = {"quota", "breaks"}


def probed(service: State, switches: dict[str, Any]) -> dict[str, Observation]:
    """Return what the probe sees under some switches; all it has made is gone afterwards."""
    service.switches = replace(Switches(), **switches)
    series = [Series("sea/level", "Sea level", POINTS)]
    service.add_provider("noaa", "NOAA", series, needs_key=True)
    names = (service.key, service.url)
    with ap.Client(names[0], base_url=names[1], search_url=service.search_url) as client:
        seen = run_experiments(client, lambda _: None)
    assert [each["name"] for each in service.repositories.values()] == ["Home"]
    assert (service.datasets, service.user_keys) == ({}, {})
    return {each.name: each for each in seen}


@pytest.mark.parametrize(("switches", "changes"), [({}, {}), *CASES])
def test_the_probe_finds_each_switch_and_nothing_else(
    service: State, switches: dict[str, Any], changes: dict[str, str | None]
) -> None:
    seen = probed(service, switches)
    for name, reading in changes.items():
        assert seen[name].reading == reading, seen[name]
    others = {name: seen[name].reading for name in USUAL if name not in changes}
    assert {name: word for name, word in others.items() if word not in {None, USUAL[name]}} == {}
    if not {"quota", "breaks", "filter"} & {*switches}:
        assert sum(word is not None for word in others.values()) > len(others) - 9


@given(cases=st.lists(st.sampled_from([case for case in CASES if ALONE.isdisjoint(case[0])])))
def test_no_combination_of_switches_leads_to_a_wrong_reading(
    running: Service, cases: list[tuple[dict[str, Any], dict[str, str | None]]]
) -> None:
    switches: dict[str, Any] = {}
    right = {name: {None, word} for name, word in USUAL.items()}
    for case, changes in cases:
        if switches.keys().isdisjoint(case):
            switches |= case
            for name, word in changes.items():
                right.setdefault(name, {None}).add(word)
    state = running.renew()
    seen = probed(state, switches)
    assert {name: seen[name] for name in right if seen[name].reading not in right[name]} == {}
    assert state.crashes == []
