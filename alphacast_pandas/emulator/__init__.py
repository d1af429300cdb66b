"""
A local Alphacast: a real HTTP server over a real store, for tests, demonstrations, offline work.

It was written from the published documentation (`docs`), the official SDK (`sdk`), its readme
(`readme`) and programs of third parties (`users`); nothing was compared with the live service. It
shares no code with the client.

Documented, or seen in a source
    Keys in Basic or `apiKey`, 401 for all others (docs); repositories and datasets with their
    statuses (docs); the initializer and `/columns` with booleans as text (sdk, readme); every
    upload form ever accepted (sdk); the order and the words of validation (docs); dates in three
    steps (docs); `none` for empty entities (docs); states, counts in values and the odd `/n` of
    processes (docs, readme); the redirect of a plain csv (docs); `$select`, `$filter`, `$top`,
    `$last`, `Row-Count` (docs) in each spelling that is seen (sdk, users); the csv itself (users);
    the parameters and the envelope of search (sdk), series, connector runs (sdk), and what a
    provider is asked and answers (docs).

Switches, where sources contradict each other
    `Readings`: one for each disputed point, with the likeliest reading as default. Those of
    `$filter`: `filter` (where it is ignored, it is not even parsed);
    `filter_names` and `filter_dates` (whether names and dates are quoted); `text` (`case`: upper
    and lower are one; `folded`: accents do not matter either), for eq, ne and order alike;
    `missing` (what `ne` does with a missing value); `dates` (the time of day counts, or the day
    alone); `url_limit` (a longer request line gets 414 from a server in front of the service).

Guesses, since no source says it
    Messages of 400, 402, 403, 404 and 409 other than `... is required`, `Unauthorized` and `Filter
    contains invalid column(s)`; 500 for an error of the emulator itself; `name` as the key of a
    column's name; which fields lists show; what is not a number fails as `Column 'X' cannot be cast
    to Decimal`, after duplicates; the row key changes only with `deleteMissingFromDB`; a manifest
    is stored when its upload succeeds; rows of one date come by entity; `changedValues` is the sum
    of the other three and `totalValues` what is stored afterwards; words for frequencies other than
    `daily`, `monthly`, `quarterly`; `PUT /datasets/{id}`; locking; signatures and life of
    pre-signed addresses; media types; what follows a missing value in a comparison (it is false,
    but for `ne` by reading); texts in the order of code points; how search ranks, and that it
    answers on the port of the API; the keys of a series and of a run; parameters and fields of
    providers beyond those documented; sheets and cell types of xlsx; gzip transfer; the page of a
    414; 413 for a file of more than `Plan.file_bytes`, which are counted as they come; 400 for a
    `$filter` of more than 5,000 comparisons, 100 nested parentheses or 2**20 characters.

Invented, to have something to show
    The three providers, frozen copies of the data that ship with the emulator; runs of a
    connector, which end at once; search of deprecated datasets, of which there are none.

Of the emulator alone
    `/openapi.json`, `/emulator/faults`, `/emulator/readings` and `/emulator/reset`. They need no
    key; those under `/emulator/` are not recorded and get no faults.

Limits
    A row of a file has 2**28 bytes at most, a column name 131,072 characters, JSON 100 levels; a
    date lies in the years 1 to 9999. Files of a thousand columns take seconds.

Not there
    The legacy hosts, the FRED shortcut, pipelines, limits of size or rate other than `url_limit`
    and `Plan.file_bytes`; `not`, `in`, `null`, functions and arithmetic in `$filter` (400).
"""

from alphacast_pandas.emulator.emulator import Emulator
from alphacast_pandas.emulator.faults import Fault, Faults
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.accounts import Plan
from alphacast_pandas.emulator.web.traffic import ReceivedRequest

__all__ = ["Emulator", "Fault", "Faults", "Plan", "Readings", "ReceivedRequest"]
