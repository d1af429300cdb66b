"""Experiments on the series of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.probe.answers import check_success, parse_csv, parse_object
from alphacast_pandas.probe.observations import decide_if_known, leave_open
from alphacast_pandas.probe.records import column_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.probe.answers import Rows
    from alphacast_pandas.probe.observations import Observation
    from alphacast_pandas.probe.workspace import Workspace

_COLUMN = "sea level"
_VALUES = ("8191.25", "8192.75")  # that no other series has
_TEXT = f"Date,{_COLUMN}\n2024-01-01,{_VALUES[0]}\n2024-01-02,{_VALUES[1]}\n"
_MANIFEST = [{"sourceName": "Date", "dataType": "Date", "isEntity": True}]


def observe_series(workspace: Workspace) -> Iterator[Observation]:
    """Look at the series of a dataset of one value column, which its values prove to be the one."""
    dataset = workspace.new_dataset("one series")
    workspace.store(dataset, _TEXT, _MANIFEST)
    ids = column_ids(workspace.record(dataset))
    number, rows = _own_series(workspace, ids)
    if rows is None:
        why = "None of the column ids of a dataset is the number of its series."
        for name in ("series_column", "series_fields"):
            yield leave_open(name, why, f"the ids are {ids}")
        return
    name = rows.header[-1]
    reading = {_COLUMN: "name", "value": "value"}.get(name)
    yield decide_if_known("series_column", f"the values of {_COLUMN!r} are under {name!r}", reading)
    item = parse_object(check_success(workspace.get(f"/series/{number}")))
    seen = f"the fields are {', '.join(sorted(item)) or 'none'}"
    yield decide_if_known("series_fields", seen, _fields_reading(item, dataset, number))


def _own_series(workspace: Workspace, ids: list[int]) -> tuple[int, Rows | None]:
    """Return the series with the values that were uploaded."""
    for number in ids:
        answer = workspace.get(f"/series/{number}/data", {"$format": "csv"})
        if 300 <= answer.status < 400:
            answer = workspace.follow(answer)
        if answer.status == 200:
            rows = parse_csv(answer)
            if rows.header and tuple(rows.column(rows.header[-1])) == _VALUES:
                return number, rows
    return 0, None


def _fields_reading(item: dict[str, Any], dataset: int, number: int) -> str | None:
    if not item:
        return "empty"
    if set(item) == {"id", "name"}:
        return "bare"
    if isinstance(item.get("dataset"), dict):
        return "nested"
    if item.get("series_id") == number and item.get("dataset_id") == dataset:
        return "renamed"
    is_full = item.get("datasetId") == dataset and item.get("name") == _COLUMN
    return "full" if is_full else None
