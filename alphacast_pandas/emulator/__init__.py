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

Switches, where sources contradict each other or say nothing
    `Readings`: one for each disputed point, with the likeliest reading as default; `Readings.load`
    takes what `alphacast-pandas probe` has found out of the service itself. Those of
    `$filter`: `filter` (where it is ignored, it is not even parsed);
    `filter_names` and `filter_dates` (whether names and dates are quoted); `text` (`case`: upper
    and lower are one; `folded`: accents do not matter either), for eq, ne and order alike;
    `missing` (what `ne` does with a missing value); `dates` (the time of day counts, or the day
    alone); `url_limit` (a longer request line gets 414 from a server in front of the service).

    Those of search: `search_host` (`both`: the API answers as well as the host of the web pages,
    `web`: only the latter, which is `Emulator.search_url`); `search_fields` (`full`: the documented
    fields of a dataset; `bare`: id and name; `renamed`: `repository_id`, `start_date` and the like;
    `nested`: objects for repository, source, dates; `typed`: documented names, other types);
    `search_offset` (results or pages are counted, from 0); `search_length` (no page has more);
    `search_repeats` (`some`: every other result comes again two places later, and counts twice;
    `last`: behind the end comes the last page again); `search_total` (`low`: what the page has,
    `high`: 10,000, `absent`: neither items nor pages).

    Those of series: `series_fields` (as for search, but `renamed` has `series_id` and `label` in
    place of id and name; `empty`: an empty object); `series_column` (the values stand under the
    name of the series, or under `value`).

    Those of providers: `provider_lists` (where lists stand, those of stored keys too. `mixed`: an
    array, or under their name if there are fields beside it; `array`: always an array, and the
    full history is its points alone; `data`: under `data`; `named`: under their name);
    `provider_fields` (`bare`: slug and name; of a series its id; with its points `is_preview`
    alone; `renamed`: `id`, `title`, `observations` in place of slug, name, data);
    `provider_points` (`objects`: date and value each; `pairs`; `columns`: a list of dates and a
    list of values; `mapping`: dates to values; `renamed`: `period` and `obs_value`);
    `provider_dates` (`day`; `moment`: with a time of day in UTC; `period`: 2020-03, 2020-Q1, 2020;
    `epoch`: milliseconds); `provider_values` (`texts`: numbers as text); `provider_missing` (each
    fifth value is missing: null, `.`, or an empty text); `provider_text` (the one parameter that
    holds free text, or any of them); `user_key_field` (the one field that holds a key to store, or
    any of them).

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
    answers 401 for a missing or wrong key; the keys of a run; parameters of providers beyond those
    documented; sheets and cell types of xlsx; gzip transfer; the page of a 414; 413 for a file of
    more than `Plan.file_bytes`, which are counted as they come; 400 for a `$filter` of more than
    5,000 comparisons, 100 nested parentheses or 2**20 characters.

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

try:
    import filelock  # noqa: F401 - an emulator that keeps a folder needs it later
    import python_multipart  # noqa: F401 - starlette needs it for the first upload

    from alphacast_pandas.emulator.emulator import Emulator
    from alphacast_pandas.emulator.faults import Fault, Faults
    from alphacast_pandas.emulator.readings import Readings
    from alphacast_pandas.emulator.store.accounts import Plan
    from alphacast_pandas.emulator.web.traffic import ReceivedRequest
except ModuleNotFoundError as error:
    name = (error.name or "").partition(".")[0]
    if name == "alphacast_pandas":
        raise
    # Of the same class and name, so that who handles a package that is absent still does.
    message = (
        f"The emulator needs the package {name}, which is not installed. Install it with: "
        "pip install 'alphacast-pandas[emulator]'"
    )
    raise ModuleNotFoundError(message, name=name, path=error.path) from error

__all__ = ["Emulator", "Fault", "Faults", "Plan", "Readings", "ReceivedRequest"]
