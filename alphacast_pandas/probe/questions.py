"""The table of questions: what is disputed or unknown about the service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """
    One disputed or unknown point.

    `name` is the one of the emulator's switch if it has one, whose words are then the `readings`.
    `source` is where the reference, alphacast-api.md, discusses it. `untold` is why no call can
    tell, of those that the probe only lists.
    """

    name: str
    question: str
    readings: tuple[str, ...]
    source: str
    is_switch: bool = True
    untold: str = ""


def _other(
    name: str, question: str, source: str, readings: tuple[str, ...] = (), untold: str = ""
) -> Question:
    """Return a question for which the emulator has no switch."""
    return Question(name, question, readings, source, is_switch=False, untold=untold)


QUESTIONS = (
    Question("json", "What shape does $format=json have?", ("lines", "array", "data"), "C1"),
    Question(
        "filter_names",
        "Are column names in $filter bare or in quotes?",
        ("both", "bare", "quoted"),
        "C2",
    ),
    Question(
        "filter_dates", "Are dates in $filter bare or in quotes?", ("both", "bare", "quoted"), "C2"
    ),
    Question("filter", "Is $filter honoured?", ("honoured", "ignored"), "6.3"),
    Question("text", "Which texts are equal in $filter?", ("exact", "folded", "case"), "6.3"),
    Question(
        "missing", "Does ne in $filter keep rows without a value?", ("dropped", "kept"), "6.3"
    ),
    Question("dates", "Does the time of day count in $filter?", ("instant", "day"), "6.3, C21"),
    Question(
        "url_limit",
        "How long may a request line be, in bytes?",
        ("none", "8190", "4094"),
        "6.1",
    ),
    Question("last", "Does $last count periods or rows?", ("periods", "rows"), "C3"),
    Question(
        "status",
        "What is the state of a process that went well?",
        ("processed", "completed"),
        "C4",
    ),
    Question(
        "error_key",
        "Where does the text of an error stand?",
        ("error", "message", "detail", "text", "empty"),
        "C5",
    ),
    Question(
        "quota",
        "How is a used-up plan answered?",
        ("402", "200"),
        "C6",
        untold="The probe does not use up the plan of an account.",
    ),
    Question(
        "list_filters", "Do lists honour name and repositoryId?", ("honoured", "ignored"), "C7"
    ),
    Question(
        "no_manifest",
        "How does an upload without a manifest fail?",
        ("process", "400"),
        "C8",
    ),
    Question(
        "no_repository",
        "What happens to a new dataset without repositoryId?",
        ("400", "home"),
        "C9",
    ),
    Question("date_column", "Must a manifest have a date column?", ("required", "optional"), "C10"),
    Question(
        "header_match",
        "How are the names in a header compared with the manifest?",
        ("folded", "exact"),
        "C11",
    ),
    Question("row_count", "When is Row-Count sent?", ("top or last", "top", "never"), "C12"),
    Question("success", "Which statuses mean success?", ("documented", "200"), "C13"),
    Question(
        "listing",
        "Which datasets does a list show?",
        ("shared", "own", "all"),
        "C14",
        untold="This would need repositories that other accounts share.",
    ),
    Question(
        "permission",
        "Which words does the permission of a dataset have?",
        ("dataset", "repository"),
        "C15",
    ),
    Question(
        "booleans",
        "How are booleans in definitions written?",
        ("stored", "json", "text"),
        "C16",
    ),
    Question("media_type", "Which media types do data have?", ("exact", "json"), "6.2"),
    Question("column_ids", "Are column ids global or per dataset?", ("global", "small"), "C18"),
    Question(
        "select_quotes",
        "Are names in double quotes accepted in $select?",
        ("accepted", "refused"),
        "C19",
    ),
    Question(
        "date_parse",
        "Are dates tried in three steps or by the format alone?",
        ("three steps", "exact"),
        "C20",
    ),
    Question("date_time", "How are times of day written?", ("T", "blank", "always"), "C21"),
    Question(
        "export",
        "Is the file behind the redirect new right after an upload?",
        ("fresh", "stale"),
        "C22",
    ),
    Question(
        "storage_etag",
        "Which ETag does a file in storage have, and is If-None-Match answered with 304?",
        ("strong", "weak", "none"),
        "1",
    ),
    Question(
        "updated_at",
        "Does updatedAt of a dataset move with its data?",
        ("moves", "stays", "absent"),
        "1",
    ),
    Question(
        "process_list",
        "Which processes does a list show?",
        ("all", "unfinished"),
        "7.5",
    ),
    Question(
        "concurrent",
        "Is an upload queued or refused while another one is under way?",
        ("queue", "refuse"),
        "C23",
    ),
    Question(
        "empty_cell",
        "Does an empty cell erase a value under onConflictUpdateDB?",
        ("erases", "keeps"),
        "7.4",
    ),
    Question(
        "absent_column",
        "Does deleteMissingFromDB erase a column that the file lacks?",
        ("keeps", "erases"),
        "7.4",
    ),
    Question("transfer", "Are data compressed on the way?", ("plain", "gzip"), "6.2"),
    Question(
        "search_host",
        "Does the host of the API answer searches as well?",
        ("both", "web"),
        "8",
    ),
    Question(
        "search_fields",
        "Which fields does a search result have?",
        ("full", "bare", "renamed", "nested", "typed"),
        "8",
    ),
    Question(
        "search_offset",
        "Does the offset of a search count results or pages?",
        ("results", "pages"),
        "8",
    ),
    Question(
        "search_length",
        "How many results does one page have at most?",
        ("none", "100", "10", "3"),
        "8",
    ),
    Question("search_repeats", "Do results of a search come twice?", ("none", "some", "last"), "8"),
    Question(
        "search_total",
        "What does totalItems of a search say?",
        ("right", "low", "high", "absent"),
        "8",
    ),
    Question(
        "series_fields",
        "Which fields do the metadata of a series have?",
        ("full", "bare", "renamed", "nested", "empty"),
        "9",
    ),
    Question(
        "series_column", "What is the header of the values of a series?", ("name", "value"), "9"
    ),
    Question(
        "provider_lists",
        "Where do lists of providers stand?",
        ("mixed", "array", "data", "named"),
        "10",
    ),
    Question(
        "provider_fields",
        "Which fields do providers and their series have?",
        ("documented", "bare", "renamed"),
        "10",
    ),
    Question(
        "provider_points",
        "What shape do the dates and values of a provider have?",
        ("objects", "pairs", "columns", "mapping", "renamed"),
        "10",
    ),
    Question(
        "provider_dates",
        "How are the dates of a provider written?",
        ("day", "moment", "period", "epoch"),
        "10",
    ),
    Question(
        "provider_values",
        "Are the values of a provider numbers or texts?",
        ("numbers", "texts"),
        "10",
    ),
    Question(
        "provider_missing",
        "How is a missing value of a provider written?",
        ("none", "null", "dot", "empty"),
        "10",
    ),
    Question(
        "provider_text",
        "Which parameter holds the free text of providers?",
        ("any", "q", "query", "search", "text"),
        "10",
    ),
    Question(
        "user_key_field",
        "Which field holds a key to store?",
        ("any", "key", "apiKey", "api_key"),
        "10",
    ),
    _other("states", "Which states does a process pass through?", "C4"),
    _other(
        "last_and_filter",
        "Is $last applied after $filter, or before it?",
        "6.1",
        ("after", "before"),
    ),
    _other(
        "quote_in_text",
        "Is a quote in a text of $filter written twice?",
        "6.3",
        ("doubled", "refused"),
    ),
    _other("plain_csv", "How is csv without parameters answered?", "6.2", ("redirect", "direct")),
    _other("redirect_etag", "Does the redirect itself have an ETag?", "1", ("yes", "no")),
    _other("storage_range", "Does the storage send parts of a file?", "13", ("yes", "no")),
    _other("head", "Is HEAD answered for data?", "13", ("yes", "no")),
    _other("upload_gzip", "Are compressed uploads accepted?", "7.1", ("yes", "no")),
    _other("sort_order", "In which order do rows come?", "13", ("by date", "other")),
    _other("unknown_select", "Which status does an unknown column in $select get?", "6.3"),
    _other("process_ids", "Are the ids of processes global?", "13", ("global", "per dataset")),
    _other("time_zone", "In which time zone are instants?", "13"),
    _other("list_fields", "Which fields does a dataset in a list have?", "5.2"),
    _other(
        "retry_after",
        "Is Retry-After sent when there are too many requests?",
        "13",
        untold="The probe does not send more requests than it needs.",
    ),
    _other(
        "export_count",
        "Does the redirect alone count as an export?",
        "1",
        untold="No call shows how many exports were counted.",
    ),
    _other(
        "upload_order",
        "In which order are uploads at the same time carried out?",
        "C23",
        untold="Two uploads show one order, which may be chance.",
    ),
    _other(
        "size_limit",
        "What happens above 50 MB?",
        "3",
        untold="The probe uses few values.",
    ),
    _other(
        "signed_lifetime",
        "How long does the address of a file in storage last?",
        "13",
        untold="The probe does not wait until it expires.",
    ),
)

BY_NAME = {question.name: question for question in QUESTIONS}
