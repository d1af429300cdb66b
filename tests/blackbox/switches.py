"""Every disputed point of the service, as a switch a test may turn."""

from dataclasses import dataclass, field


@dataclass
class Switches:
    """How this service reads what the documentation leaves open."""

    # What is evaluated
    last: str = "periods"  # periods | rows
    last_is: str = "after"  # after | first: $last, seen from $filter
    dialect: str = "both"  # both | documented | sdk
    filter: str = "honoured"  # honoured | ignored
    text: str = "exact"  # exact | folded | accents: equality and order of text
    select: str = "quoted"  # quoted | naive (no quoting) | ids (numbers only)
    numeric_select: str = "name"  # name | id: what a purely numeric item means first
    order: str = "date"  # date | shuffled | newest | entity
    header: str = "keys_first"  # keys_first | reversed

    # How it is written
    dates: str = "auto"  # auto | T | blank
    bom: bool = False
    crlf: bool = False
    gzip: bool = False
    transfer: str = "length"  # length | chunked | close
    plain_csv: str = "storage"  # storage | same_host | direct
    redirect_status: int = 302
    etag: str = (
        "strong"  # strong | weak | absent | ignored (sent, but conditions are not looked at)
    )
    export: str = "fresh"  # fresh | stale: plain csv is that of before the last upload
    row_count: bool = True  # the Row-Count header

    # Definitions
    definitions: str = "full"  # full | irregular | text | empty
    definitions_status: int = 200
    dataset_status: int = 200
    column_records: str = "named"  # named | ids | shuffled (ids in no order) | absent

    # Catalogue
    names: str = "exact"  # exact | ignored
    create_status: int = 201
    delete_status: int = 204
    update_status: int = 200

    # Search
    search_at: str = "anywhere"  # anywhere | web: not on the API's host
    result: str = "full"  # full | minimal | wordy (other names) | nested | odd (other types)
    offset_is: str = "results"  # results | pages | ignored
    page_limit: int = 0  # the longest page; 0: as asked
    repeats: str = ""  # "" | overlap (one more, of the page before) | forever (the last page)
    total: str = "right"  # right | wrong (one too few) | none (null) | text | absent

    # Series and providers
    series_record: str = "full"  # full | wordy | odd | empty
    series_header: str = "name"  # name | value | long: the header of the values
    series_file: str = "direct"  # direct | storage: where plain csv is
    provider_list: str = "array"  # array | data | named | items: where lists stand
    provider_record: str = "documented"  # documented | minimal | odd
    history: str = "object"  # object | points: what all points of a series come in
    points: str = "objects"  # objects | pairs | lists | object
    point_dates: str = "day"  # day | T | zone | month
    point_values: str = "numbers"  # numbers | text
    point_order: str = "oldest"  # oldest | newest: which comes first
    gap: str = "null"  # null | dot | empty | nan: a missing value
    text_name: str = "any"  # any | q | query | search | text: the parameter of free text

    # Uploads
    upload_status: int = 201
    upload_answer: bool = True  # False: an empty body
    states: list[str] = field(default_factory=lambda: ["Requested", "Processing"])
    done: str = "Processed"
    failed: str = "Error"
    breaks: str = ""  # what every process ends in an error with
    stats: bool = True
    no_manifest: str = "process"  # process | 400

    remembered: str = "all"  # all | none: which processes a list shows
    updated: str = "absent"  # absent | moves | stays: updatedAt of a dataset, seen after an upload

    # Errors
    error_key: str = "error"  # error | message | detail | text | empty
    quota: str = ""  # "" | 402 | csv
