"""The experiments in their order, each of which may fail without ending the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.errors import AlphacastError, ConnectionFailed
from alphacast_pandas.probe import (
    downloads,
    filters,
    records,
    searching,
    series,
    uploads,
    upstream,
)
from alphacast_pandas.probe.observations import leave_open
from alphacast_pandas.probe.questions import QUESTIONS
from alphacast_pandas.probe.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.probe.observations import Observation


@dataclass(frozen=True)
class Experiment:
    """A function that observes what the service does, and the questions that it may answer."""

    observe: Callable[[Workspace], Iterator[Observation]]
    answers: tuple[str, ...]
    needs_repository: bool = True


# Experiments in a row without any answer; one may be cut off for what it asks.
_MOST_FAILURES = 3
# What an answer of a form that nobody thought of leads to; it must not end the other experiments.
_UNEXPECTED = (
    *(LookupError, TypeError, ValueError, AttributeError),
    *(OverflowError, RecursionError),  # an infinite number, JSON nested a thousand deep
)
_ETAGS = ("plain_csv", "redirect_etag", "storage_etag", "storage_range")
_LISTS = ("provider_lists", "provider_fields")
_POINTS = ("provider_points", "provider_dates", "provider_values", "provider_missing")
_STATES = ("states", "status", "process_list")
_REVISIONS = ("empty_cell", "export", "updated_at", "absent_column")
_SEARCH = ("search_fields", "search_offset", "search_length", "search_repeats", "search_total")

EXPERIMENTS = (
    Experiment(downloads.observe_json, ("json",)),
    Experiment(filters.observe_filter, ("filter",)),
    Experiment(filters.observe_names, ("filter_names",)),
    Experiment(filters.observe_dates, ("filter_dates",)),
    Experiment(filters.observe_text, ("text",)),
    Experiment(filters.observe_missing, ("missing",)),
    Experiment(filters.observe_times, ("date_time", "dates")),
    Experiment(filters.observe_quote, ("quote_in_text",)),
    Experiment(filters.observe_last_and_filter, ("last_and_filter",)),
    Experiment(downloads.observe_last, ("last",)),
    Experiment(downloads.observe_row_count, ("row_count",)),
    Experiment(downloads.observe_media_types, ("media_type",)),
    Experiment(downloads.observe_quoted_select, ("select_quotes",)),
    Experiment(downloads.observe_unknown_select, ("unknown_select",)),
    Experiment(downloads.observe_url_limit, ("url_limit",)),
    Experiment(downloads.observe_transfer, ("transfer",)),
    Experiment(downloads.observe_storage, _ETAGS),
    Experiment(downloads.observe_head, ("head",)),
    Experiment(downloads.observe_order, ("sort_order",)),
    Experiment(uploads.observe_states, _STATES),
    Experiment(uploads.observe_packed, ("upload_gzip",)),
    Experiment(uploads.observe_process_ids, ("process_ids",)),
    Experiment(uploads.observe_no_manifest, ("no_manifest",)),
    Experiment(uploads.observe_date_column, ("date_column",)),
    Experiment(uploads.observe_header, ("header_match",)),
    Experiment(uploads.observe_date_parse, ("date_parse",)),
    Experiment(uploads.observe_revisions, _REVISIONS),
    Experiment(uploads.observe_concurrent, ("concurrent",)),
    Experiment(uploads.observe_definitions, ("booleans",)),
    Experiment(uploads.observe_success, ("success",)),
    Experiment(records.observe_error_key, ("error_key",), needs_repository=False),
    Experiment(records.observe_list_filters, ("list_filters",)),
    Experiment(records.observe_list_fields, ("list_fields",)),
    Experiment(records.observe_no_repository, ("no_repository",)),
    Experiment(records.observe_permission, ("permission",)),
    Experiment(records.observe_column_ids, ("column_ids",)),
    Experiment(records.observe_time_zone, ("time_zone",)),
    Experiment(series.observe_series, ("series_column", "series_fields")),
    Experiment(searching.observe_host, ("search_host",), needs_repository=False),
    Experiment(searching.observe_search, _SEARCH),
    Experiment(upstream.observe_lists, _LISTS, needs_repository=False),
    Experiment(upstream.observe_points, _POINTS, needs_repository=False),
    Experiment(upstream.observe_text_name, ("provider_text",), needs_repository=False),
    Experiment(upstream.observe_user_keys, ("user_key_field",), needs_repository=False),
)


def run_experiments(
    client: Client,
    show: Callable[[str], None],
    *,
    names: Collection[str] | None = None,
) -> list[Observation]:
    """
    Return an observation of each question, in the order of their table.

    `show` is called with lines for a person: how far it is, and what could not be deleted. With
    `names` only the experiments that answer these questions are carried out.
    """
    wanted = [e for e in EXPERIMENTS if names is None or {*e.answers} & {*names}]
    workspace = Workspace(client)
    try:
        if any(experiment.needs_repository for experiment in wanted):
            workspace.make()
        seen = {each.name: each for each in _observe_all(wanted, workspace, show)}
    finally:
        workspace.remove(show)
    told = [each for each in QUESTIONS if names is None or each.name in names]
    return [seen.get(each.name) or leave_open(each.name, each.untold) for each in told]


def _observe_all(
    experiments: Sequence[Experiment], workspace: Workspace, show: Callable[[str], None]
) -> Iterator[Observation]:
    """Yield what each experiment observes, until the service cannot be reached any more."""
    failures = 0
    for number, experiment in enumerate(experiments, 1):
        show(f"{number}/{len(experiments)} {', '.join(experiment.answers)}")
        seen: list[Observation] = []
        why = _why_not(experiment, workspace)
        if failures >= _MOST_FAILURES:
            why = "The service could not be reached any more."
        if not why:
            error = _observe(experiment, workspace, seen)
            failures = failures + 1 if isinstance(error, ConnectionFailed) else 0
            why = _reason(error)
        yield from seen
        answered = {each.name for each in seen}
        yield from (leave_open(each, why) for each in experiment.answers if each not in answered)


def _why_not(experiment: Experiment, workspace: Workspace) -> str:
    """Return why an experiment cannot be carried out, or an empty text."""
    if workspace.repository is None and experiment.needs_repository:
        return f"This experiment needs a repository, which could not be made: {workspace.refusal}"
    return ""


def _observe(
    experiment: Experiment, workspace: Workspace, seen: list[Observation]
) -> Exception | None:
    """Add what an experiment observes to `seen`; return what ended it too early."""
    try:
        seen.extend(experiment.observe(workspace))
    except (AlphacastError, *_UNEXPECTED) as error:
        return error
    return None


def _reason(error: Exception | None) -> str:
    if isinstance(error, _UNEXPECTED) and not isinstance(error, AlphacastError):
        return f"An answer has an unexpected form ({type(error).__name__}: {error})."
    return str(error or "The experiment ended without an answer.")
