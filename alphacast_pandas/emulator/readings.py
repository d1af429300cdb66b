"""Which reading of the reference the emulator follows where its sources contradict each other."""

from dataclasses import dataclass, fields
from typing import Literal, get_args


@dataclass(frozen=True, kw_only=True)
class Readings:
    """
    One switch for each contradiction of `alphacast-api.md`, section 13.

    The first word of each switch is the recommended reading; the comment names its row there.
    """

    json: Literal["lines", "array", "data"] = "lines"  # C1
    filter_names: Literal["both", "bare", "quoted"] = "both"  # C2
    last: Literal["periods", "rows"] = "periods"  # C3
    status: Literal["processed", "completed"] = "processed"  # C4
    error_key: Literal["error", "message", "detail", "text", "empty"] = "error"  # C5
    quota: Literal["402", "200"] = "402"  # C6
    list_filters: Literal["honoured", "ignored"] = "honoured"  # C7
    no_manifest: Literal["process", "400"] = "process"  # C8
    no_repository: Literal["400", "home"] = "400"  # C9
    date_column: Literal["required", "optional"] = "required"  # C10
    header_match: Literal["folded", "exact"] = "folded"  # C11
    row_count: Literal["top or last", "top", "never"] = "top or last"  # C12
    success: Literal["documented", "200"] = "documented"  # C13
    listing: Literal["shared", "own", "all"] = "shared"  # C14
    permission: Literal["dataset", "repository"] = "dataset"  # C15
    booleans: Literal["stored", "json", "text"] = "stored"  # C16
    media_type: Literal["exact", "json"] = "exact"  # C17
    column_ids: Literal["global", "small"] = "global"  # C18
    select_quotes: Literal["accepted", "refused"] = "accepted"  # C19
    date_parse: Literal["three steps", "exact"] = "three steps"  # C20
    date_time: Literal["T", "blank", "always"] = "T"  # C21
    export: Literal["fresh", "stale"] = "fresh"  # C22
    concurrent: Literal["queue", "refuse"] = "queue"  # C23
    empty_cell: Literal["erases", "keeps"] = "erases"  # open point of 7.4
    absent_column: Literal["keeps", "erases"] = "keeps"  # open point of 7.4
    transfer: Literal["plain", "gzip"] = "plain"  # unknown of 13: gzip if the client accepts it

    def __post_init__(self) -> None:
        """Refuse a word that no reading has."""
        for field in fields(self):
            words = get_args(field.type)
            if getattr(self, field.name) not in words:
                message = f"Readings({field.name}=...) is one of {', '.join(words)}"
                raise ValueError(message)
