"""The readings: how the emulator behaves where its sources contradict each other."""

import json
import reprlib
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Any, Literal, Self, get_args

FORMAT = 1  # of the file that a probe of the service writes
REMEDY = "write it again with `alphacast-pandas probe` of this version"


@dataclass(frozen=True, kw_only=True)
class Readings:
    """
    One switch for each point on which the sources contradict each other or are silent.

    The first word of each switch is the likeliest reading and the default.
    """

    json: Literal["lines", "array", "data"] = "lines"  # shape of json
    filter_names: Literal["both", "bare", "quoted"] = "both"  # column names in $filter
    filter_dates: Literal["both", "bare", "quoted"] = "both"  # dates in $filter
    filter: Literal["honoured", "ignored"] = "honoured"  # $filter; ignored, it is not even parsed
    text: Literal["exact", "folded", "case"] = "exact"  # how texts compare in $filter
    missing: Literal["dropped", "kept"] = "dropped"  # missing values under ne in $filter
    dates: Literal["instant", "day"] = "instant"  # what part of a date counts in $filter
    url_limit: Literal["none", "8190", "4094"] = "none"  # bytes of a request line, else 414
    last: Literal["periods", "rows"] = "periods"  # what $last counts
    status: Literal["processed", "completed"] = "processed"  # state of a process that went well
    error_key: Literal["error", "message", "detail", "text", "empty"] = (
        "error"  # the key of an error's message
    )
    quota: Literal["402", "200"] = "402"  # an exhausted plan
    list_filters: Literal["honoured", "ignored"] = "honoured"  # ?name= of lists
    no_manifest: Literal["process", "400"] = "process"  # an upload without manifest
    no_repository: Literal["400", "home"] = "400"  # a new dataset without repositoryId
    date_column: Literal["required", "optional"] = "required"  # date column of a manifest
    header_match: Literal["folded", "exact"] = "folded"  # header against manifest
    row_count: Literal["top or last", "top", "never"] = "top or last"  # when Row-Count is sent
    success: Literal["documented", "200"] = "documented"  # statuses of success
    listing: Literal["shared", "own", "all"] = "shared"  # which datasets a list shows
    permission: Literal["dataset", "repository"] = "dataset"  # words for permissions
    booleans: Literal["stored", "json", "text"] = "stored"  # booleans in definitions
    media_type: Literal["exact", "json"] = "exact"  # media types of data
    column_ids: Literal["global", "small"] = "global"  # size of column ids
    select_quotes: Literal["accepted", "refused"] = "accepted"  # quoted names in $select
    date_parse: Literal["three steps", "exact"] = "three steps"  # dates of uploads
    date_time: Literal["T", "blank", "always"] = "T"  # times of day in csv
    export: Literal["fresh", "stale"] = "fresh"  # the file behind the redirect
    storage_etag: Literal["strong", "weak", "none"] = "strong"  # ETag of a file in storage
    updated_at: Literal["moves", "stays", "absent"] = "moves"  # updatedAt after an upload
    process_list: Literal["all", "unfinished"] = "all"  # which processes are remembered
    concurrent: Literal["queue", "refuse"] = "queue"  # uploads at the same time
    empty_cell: Literal["erases", "keeps"] = "erases"  # an empty cell under update
    absent_column: Literal["keeps", "erases"] = "keeps"  # a column the file lacks
    transfer: Literal["plain", "gzip"] = "plain"  # gzip, if the client accepts it
    search_host: Literal["both", "web"] = "both"  # whether the API host answers searches as well
    search_fields: Literal["full", "bare", "renamed", "nested", "typed"] = (
        "full"  # fields of a search result
    )
    search_offset: Literal["results", "pages"] = "results"  # what offset of a search counts
    search_length: Literal["none", "100", "10", "3"] = "none"  # most results that one page has
    search_repeats: Literal["none", "some", "last"] = "none"  # results that come twice
    search_total: Literal["right", "low", "high", "absent"] = "right"  # totalItems of a search
    series_fields: Literal["full", "bare", "renamed", "nested", "empty"] = (
        "full"  # metadata of a series
    )
    series_column: Literal["name", "value"] = "name"  # header of the values of a series
    provider_lists: Literal["mixed", "array", "data", "named"] = "mixed"  # where a list stands
    provider_fields: Literal["documented", "bare", "renamed"] = (
        "documented"  # fields of providers and their series
    )
    provider_points: Literal["objects", "pairs", "columns", "mapping", "renamed"] = (
        "objects"  # shape of dates and values
    )
    provider_dates: Literal["day", "moment", "period", "epoch"] = "day"  # how dates are written
    provider_values: Literal["numbers", "texts"] = "numbers"  # how values are written
    provider_missing: Literal["none", "null", "dot", "empty"] = (
        "none"  # how each fifth value, which is then missing, is written
    )
    provider_text: Literal["any", "q", "query", "search", "text"] = (
        "any"  # name of the parameter with free text
    )
    user_key_field: Literal["any", "key", "apiKey", "api_key"] = "any"  # field with a stored key

    def __post_init__(self) -> None:
        """Raise ValueError for a word that a switch does not have."""
        for field in fields(self):
            words = get_args(field.type)
            if getattr(self, field.name) not in words:
                message = f"Readings({field.name}=...) is one of {', '.join(words)}"
                raise ValueError(message)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """
        Return the readings in a file that ``alphacast-pandas probe`` has written.

        Parameters
        ----------
        path : str or path
            The file.

        Returns
        -------
        Readings
            What the probe has found out; the default where it is undecided.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueError
            If it is not the file of a probe, or holds a switch or a word that there is not.

        See Also
        --------
        Emulator : Takes them as ``readings=``.

        Examples
        --------
        >>> import json, tempfile
        >>> from pathlib import Path
        >>> from alphacast_pandas.emulator import Readings
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "alphacast-readings.json"
        ...     size = path.write_text(json.dumps({"format": 1, "readings": {"last": "rows"}}))
        ...     Readings.load(path).last
        'rows'
        """
        found = read_readings(Path(path))
        words = {field.name: get_args(field.type) for field in fields(cls)}
        for name, word in found.items():
            if name not in words:
                message = (
                    f"{_shown(path)} holds the switch {reprlib.repr(name)}, which Readings does "
                    f"not have; {REMEDY}"
                )
                raise ValueError(message)
            if word not in words[name]:
                known = ", ".join(words[name])
                message = (
                    f"{_shown(path)} holds {reprlib.repr(word)} for {name}, which is one of "
                    f"{known}; {REMEDY}"
                )
                raise ValueError(message)
        return cls(**found)


def read_readings(path: Path) -> dict[str, Any]:
    """Return the switches in the file of a probe with their words, whatever these are."""
    body = path.read_bytes()
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        message = f"{_shown(path)} is not JSON, so it is not the file of a probe"
        raise ValueError(message) from None
    found = content.get("readings") if isinstance(content, dict) else None
    if not isinstance(found, dict) or content.get("format") != FORMAT:
        message = (
            f"{_shown(path)} is not the file of a probe: it has no format {FORMAT} with readings"
        )
        raise ValueError(message)
    return found


def _shown(path: str | PathLike[str]) -> str:
    """Return a path for a message, without characters that act on a terminal."""
    return repr(str(path))[1:-1]
