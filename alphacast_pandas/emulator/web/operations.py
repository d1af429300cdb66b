"""The operations of the service: verb and path, handler, parameters, answers."""

from dataclasses import dataclass
from typing import Literal

from alphacast_pandas.emulator.handlers import (
    columns,
    connectors,
    control,
    data,
    datasets,
    processes,
    providers,
    repositories,
    search,
    series,
    user_keys,
)
from alphacast_pandas.emulator.handlers.calls import Handler

DATA_PARAMETERS = ("$format", "$select", "$filter", "$top", "$last")
UPLOAD_PARAMETERS = ("deleteMissingFromDB", "onConflictUpdateDB", "acceptNewColumns")
SEARCH_PARAMETERS = (
    "q",
    "asset",
    "offset",
    "length",
    "repositoryId",
    "searchAllAlphacast",
    "excludeDeprecated",
)


@dataclass(frozen=True)
class Operation:
    """
    One verb on one path.

    `answers` is the schema of each success: one of `openapi.SCHEMAS`, `[...]` for a list of it,
    `file` for a download, or nothing; `refused` are the statuses of all refusals but 401.
    `is_search` marks what the search port answers, and the API port too unless a reading says no.
    """

    verb: str
    path: str
    handler: Handler
    answers: dict[int, str]
    refused: tuple[int, ...] = ()
    query: tuple[str, ...] = ()
    body: str = ""
    key: Literal["needed", "optional", "in query", "none"] = "needed"
    is_search: bool = False


# The first path that matches wins: `/repositories/home` stands before `/repositories/{repository}`.
OPERATIONS = (
    Operation(
        "GET", "/repositories", repositories.list_repositories, {200: "[Repository]"}, (), ("name",)
    ),
    Operation(
        "POST",
        "/repositories",
        repositories.create_repository,
        {201: "Repository"},
        (400, 402),
        body="NewRepository",
    ),
    Operation("GET", "/repositories/home", repositories.home, {200: "Repository"}),
    Operation(
        "GET",
        "/repositories/{repository}",
        repositories.get_repository,
        {200: "Repository"},
        (404,),
    ),
    Operation(
        "PUT",
        "/repositories/{repository}",
        repositories.update_repository,
        {200: "Repository"},
        (400, 403, 404),
        body="NewRepository",
    ),
    Operation(
        "DELETE",
        "/repositories/{repository}",
        repositories.remove_repository,
        {204: ""},
        (403, 404),
    ),
    Operation(
        "GET",
        "/datasets",
        datasets.list_datasets,
        {200: "[BriefDataset]"},
        (),
        ("name", "repositoryId"),
    ),
    Operation(
        "POST",
        "/datasets",
        datasets.add_dataset,
        {201: "Dataset"},
        (400, 403, 409),
        body="NewDataset",
    ),
    Operation(
        "GET",
        "/datasets/{dataset}",
        datasets.get_dataset,
        {200: "DatasetWithColumns"},
        (404,),
    ),
    Operation(
        "PUT",
        "/datasets/{dataset}",
        datasets.update_dataset,
        {200: "Dataset"},
        (400, 403, 404, 409),
        body="ChangedDataset",
    ),
    Operation("DELETE", "/datasets/{dataset}", datasets.remove_dataset, {204: ""}, (403, 404)),
    Operation(
        "GET",
        "/datasets/{dataset}/columns",
        columns.get_columns,
        {200: "Definitions"},
        (404,),
    ),
    Operation(
        "PUT",
        "/datasets/{dataset}/columns/initializer",
        columns.initialize_columns,
        {200: "Definitions"},
        (400, 403, 404),
        body="Initializer",
    ),
    Operation(
        "GET",
        "/datasets/{dataset}/date-stats",
        datasets.date_stats,
        {200: "Dates"},
        (404,),
        key="optional",
    ),
    Operation(
        "GET",
        "/datasets/{dataset}/data",
        data.download,
        {200: "file", 302: ""},
        (400, 402, 404),
        DATA_PARAMETERS,
    ),
    Operation(
        "PUT",
        "/datasets/{dataset}/data",
        processes.upload_data,
        {201: "NewProcess"},
        (400, 403, 404, 409, 413),
        UPLOAD_PARAMETERS,
        body="Upload",
    ),
    Operation(
        "GET",
        "/datasets/{dataset}/processes",
        processes.list_processes,
        {200: "[Process]"},
        (404,),
    ),
    Operation(
        "GET",
        "/datasets/{dataset}/processes/{process}",
        processes.get_process,
        {200: "Process"},
        (404,),
    ),
    Operation(
        "POST",
        "/datasets/{dataset}/connector/runs",
        connectors.start_run,
        {201: "Run"},
        (400, 403, 404),
        body="NewRun",
    ),
    Operation(
        "GET",
        "/datasets/{dataset}/connector/runs/{run}",
        connectors.get_run,
        {200: "Run"},
        (404,),
    ),
    Operation(
        "GET",
        "/api/search",
        search.search,
        {200: "Found"},
        (400,),
        SEARCH_PARAMETERS,
        key="in query",
        is_search=True,
    ),
    Operation("GET", "/series/{series}", series.get_series, {200: "Series"}, (404,)),
    Operation(
        "GET",
        "/series/{series}/data",
        series.download_series,
        {200: "file"},
        (400, 402, 404),
        ("$format",),
    ),
    Operation("GET", "/providers", providers.list_providers, {200: "[Provider]"}, key="optional"),
    Operation(
        "GET",
        "/providers/match",
        providers.match_providers,
        {200: "[ProviderDetail]"},
        (400,),
        ("q",),
        key="optional",
    ),
    Operation(
        "GET",
        "/providers/{slug}",
        providers.get_provider,
        {200: "ProviderDetail"},
        (404,),
        key="optional",
    ),
    Operation(
        "GET",
        "/providers/{slug}/browse",
        providers.browse_provider,
        {200: "Browsed"},
        (400, 404),
        ("series", "category", "limit", "offset"),
        key="optional",
    ),
    Operation(
        "GET",
        "/providers/{slug}/search",
        providers.search_provider,
        {200: "SeriesPage"},
        (400, 404),
        ("q", "limit", "offset"),
        key="optional",
    ),
    Operation(
        "POST",
        "/providers/{slug}/series/{series:path}/data",
        providers.download_provider_series,
        {200: "ProviderSeries"},
        (400, 402, 404),
        body="Range",
    ),
    Operation(
        "GET",
        "/providers/{slug}/series/{series:path}",
        providers.preview_series,
        {200: "ProviderSeries"},
        (402, 404),
    ),
    Operation("GET", "/user-keys", user_keys.list_user_keys, {200: "[UserKey]"}),
    Operation(
        "PUT",
        "/user-keys/{slug}",
        user_keys.put_user_key,
        {200: "UserKey"},
        (400, 404),
        body="NewUserKey",
    ),
    Operation("DELETE", "/user-keys/{slug}", user_keys.remove_user_key, {204: ""}, (404,)),
    Operation("GET", "/emulator/faults", control.list_faults, {200: "[Fault]"}, key="none"),
    Operation(
        "POST",
        "/emulator/faults",
        control.add_fault,
        {201: "Fault"},
        (400,),
        body="Fault",
        key="none",
    ),
    Operation("DELETE", "/emulator/faults", control.clear_faults, {204: ""}, key="none"),
    Operation("GET", "/emulator/readings", control.get_readings, {200: "Readings"}, key="none"),
    Operation(
        "PUT",
        "/emulator/readings",
        control.put_readings,
        {200: "Readings"},
        (400,),
        body="Readings",
        key="none",
    ),
    Operation("POST", "/emulator/reset", control.reset, {204: ""}, (400,), key="none"),
)
