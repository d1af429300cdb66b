"""`read_many`: many datasets, read side by side."""

from __future__ import annotations

import threading
import traceback
from collections import Counter
from collections.abc import Mapping, Set
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.identifiers import is_name, label_of, resolve_dataset
from alphacast_pandas.api.retrying import watched_by
from alphacast_pandas.api.settings import resolve_progress
from alphacast_pandas.cancellation import Cancellation
from alphacast_pandas.display import plural
from alphacast_pandas.errors import AlphacastError, QueryError
from alphacast_pandas.names import close_matches
from alphacast_pandas.parallel import as_they_end
from alphacast_pandas.progress import Meter, PartMeter
from alphacast_pandas.reading.as_known import read_as_known, resolve_folder
from alphacast_pandas.reading.cached import resolve_cache, resolve_number
from alphacast_pandas.reading.frames import Frames, errors_frame, label_text, with_label
from alphacast_pandas.reading.options import ReadOptions, check_count, check_errors, check_options
from alphacast_pandas.reading.read import read_one
from alphacast_pandas.text import value_text
from alphacast_pandas.tracebacks import short_traceback
from alphacast_pandas.user_warnings import keeping_warnings, warn
from alphacast_pandas.vintage_store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from os import PathLike
    from typing import TypeAlias

    import pandera.pandas as pa

    from alphacast_pandas.api.cache_setting import Cache
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.reading.options import Date, Filter
    from alphacast_pandas.vintage_store.instants import Moment

    Datasets: TypeAlias = Mapping[Any, Any] | Iterable[Id] | pd.DataFrame

_FORMS = (
    "datasets is a dict of labels and datasets, such as {'cpi': 5515}, a list of datasets, or a "
    "DataFrame with a column 'id', as search returns it"
)
# Keywords of a single read that hold for all datasets or not at all.
_OF_THE_WHOLE = {
    "client": "Pass it to read_many: one client reads all datasets.",
    "progress": "Pass it to read_many: one bar shows all datasets.",
    "chunksize": "Read this dataset by itself, with read_alphacast.",
}
_MOST_NAMED = 10


@short_traceback
def read_many(
    datasets: Datasets,
    *,
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    select: str | Sequence[str] | None = None,
    start: Date | None = None,
    end: Date | None = None,
    last: int | None = None,
    top: int | None = None,
    index: bool | str | Sequence[str] | None = None,
    dtype_backend: Any = pd.api.extensions.no_default,
    categories: bool = False,
    schema: pa.DataFrameSchema | type[pa.DataFrameModel] | bool | None = None,
    expect: str | None = None,
    cache: Cache | None = None,
    as_of: Moment | None = None,
    store: str | PathLike[str] | None = None,
    errors: str = "raise",
    workers: int = 8,
    progress: bool | None = None,
    client: Client | None = None,
) -> Frames:
    """
    Read many datasets side by side.

    Each frame equals what `read_alphacast` alone gives for its dataset.

    Parameters
    ----------
    datasets : dict, list or DataFrame
        What to read. A dict of labels and datasets, each of them what `read_alphacast` takes as
        `dataset_id`, or a dict of its keywords, such as ``dict(dataset_id=8277, select="GDP")``,
        which win over the common ones below. A list of datasets, whose labels are their numbers.
        A frame with a column ``id``, as `search` returns it, whose labels are its column ``name``
        (with the number behind where names repeat), or the numbers if there is no such column.
    filter : str, dict, list of tuples or expression, optional
        Rows to keep. This keyword and the next ones are those of `read_alphacast`, for each
        dataset that has none of its own.
    select : str or sequence of str, optional
        Value columns to keep.
    start, end : str, date, datetime, Timestamp or Period, optional
        First and last date, both included.
    last : int, optional
        Keep the rows of the last N distinct dates.
    top : int, optional
        Keep the first N rows, by date.
    index : bool, str or sequence of str, optional
        What becomes the index.
    dtype_backend : {"numpy_nullable", "pyarrow"}, optional
        As in `pandas.read_csv`.
    categories : bool, default False
        Whether entity columns come as category.
    schema : DataFrameSchema, DataFrameModel or True, optional
        A pandera contract for each frame; True stands for each dataset's own.
    expect : str, optional
        What the name of the dataset must be; ``*`` and ``?`` stand for any text and any character.
    cache : bool, str or timedelta, optional
        Whether answers that were kept on disk are used, as in `read_alphacast`.
    as_of : str, date, datetime, Timestamp or Period, optional
        Read the datasets as they were known then, from the vintages that `snapshot` has kept: a
        pseudo-real-time panel, without a request for data.
    store : str or path, optional
        The folder of the vintages, with `as_of`; by default the user's own.
    errors : {"raise", "collect"}, default "raise"
        With ``"raise"`` the first error ends all reads and is raised, with the label of its dataset
        in front. With ``"collect"`` it stands in ``frames.errors``, and the other datasets are
        read. Only errors of this package are collected.
    workers : int, default 8
        How many datasets are read at the same time. A read takes up to three requests at once.
    progress : bool, optional
        Whether to show a bar for all datasets, as in `read_alphacast`: how many are read, bytes
        received, their rate and the rows they hold.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    Frames
        A mapping of labels and DataFrames, in the order of `datasets`. Its attribute ``errors`` is
        a frame of the datasets that could not be read, with the columns ``label`` (object),
        ``dataset_id`` (Int64; missing if a name was not found), ``error`` (object, the exception)
        and ``message`` (text); if there are none it has the same columns and types.

    Raises
    ------
    QueryError
        If there is no dataset, a dataset stands twice in a list or frame, or a keyword of any
        dataset cannot be used; nothing has been sent then, unless a list has names, which are
        looked up first. While reading, as in `read_alphacast`.
    AlphacastError
        With ``errors="raise"``, the first error of a dataset, with its class and facts. What had
        not begun is not requested, and the connections of the other reads are closed.

    Warns
    -----
    UserWarning
        As `read_alphacast` does, with the label of the dataset in front.

    See Also
    --------
    read_alphacast : Read one dataset.
    search : Find datasets.

    Notes
    -----
    All requests of a client pause if the service answers one of them with status 429, or with 503
    and ``Retry-After``. The checks of a `schema` run one at a time. The frames are held in memory,
    and besides them what `workers` reads need.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> frames = ap.read_many(
    ...     {
    ...         "world": dataset_id,
    ...         "Chile": dict(dataset_id=dataset_id, filter={"country": "Chile"}),
    ...     },
    ...     select="life_expectancy",
    ...     last=1,
    ... )
    >>> len(frames["world"]), len(frames.errors)
    (142, 0)
    >>> frames["Chile"]
            Date country  life_expectancy
    0 2007-01-01   Chile           78.553
    """
    client = resolve_client(client)
    check_errors(errors)
    count = check_count(workers, "workers")
    common = {
        "filter": filter,
        "select": select,
        "start": start,
        "end": end,
        "last": last,
        "top": top,
        "index": index,
        "dtype_backend": dtype_backend,
        "categories": categories,
        "schema": schema,
        "expect": expect,
        "as_of": as_of,
        "store": store,
        "cache": cache,
    }
    wanted = _wanted_datasets(client, datasets, common)
    meter = Meter(
        _heading(0, len(wanted)),
        progress=resolve_progress(progress=progress),
        clock=client._connection.clock,
    )
    with meter, Cancellation():
        outcomes = _read_all(client, wanted, meter, count, is_collecting=errors == "collect")
    for each, outcome in zip(wanted, outcomes, strict=True):
        _warn_of(each, outcome)
    return _frames(wanted, outcomes)


@dataclass(frozen=True)
class _Wanted:
    """One dataset to read; `given` is what the caller named it by, `number` None of a name."""

    label: Hashable
    given: Any
    number: int | None
    options: ReadOptions


@dataclass
class _Outcome:
    """How the read of one dataset has ended: with a frame, or with an error."""

    number: int | None
    frame: pd.DataFrame | None = None
    error: AlphacastError | None = None
    messages: list[str] = field(default_factory=list)


def _read_all(
    client: Client, wanted: Sequence[_Wanted], meter: Meter, workers: int, *, is_collecting: bool
) -> list[_Outcome]:
    """Return the outcomes in the order of `wanted`; raise at the first error unless collecting."""
    # The functions of a schema are the user's, and pandera has settings that all threads share.
    turn = threading.Lock()
    works = [partial(_read, client, each, meter, turn) for each in wanted]
    outcomes: dict[int, _Outcome] = {}
    for place, future in as_they_end(
        works, workers, lambda outcome: outcome.error is not None and not is_collecting
    ):
        outcome = future.result()
        if outcome.error is not None:
            if not is_collecting:
                _warn_of(wanted[place], outcome)
                raise with_label(outcome.error, wanted[place].label)
            _free(outcome.error)
        outcomes[place] = outcome
        meter.rename(_heading(len(outcomes), len(wanted)))
    return [outcomes[place] for place in range(len(wanted))]


def _read(client: Client, wanted: _Wanted, meter: Meter, turn: threading.Lock) -> _Outcome:
    """Read one dataset in a thread of its own."""
    outcome = _Outcome(wanted.number)
    names = dict.fromkeys((label_text(wanted.label), label_of(wanted.given)))
    part = PartMeter(f"Reading {', '.join(names)}", meter)
    has_schema = wanted.options.schema is not None
    try:
        with watched_by(part), keeping_warnings(outcome.messages):
            if outcome.number is None:
                outcome.number = _number(client, wanted.given, wanted.options)
            while_checking = turn if has_schema else nullcontext()
            if wanted.options.as_of is not None:
                outcome.frame = read_as_known(
                    wanted.given, wanted.options, client, while_checking=while_checking
                )
                return outcome
            outcome.frame = read_one(
                client,
                outcome.number,
                wanted.options,
                part,
                given=wanted.given,
                cache=resolve_cache(client, wanted.options),
                while_checking=while_checking,
            )
    except AlphacastError as error:
        outcome.error = error
    except Exception as error:
        error.add_note(f"This happened while {label_text(wanted.label)} was being read.")
        raise
    return outcome


def _number(client: Client, given: Any, options: ReadOptions) -> int:
    """Return the number of a dataset; of a vintage, a name is one that its store has."""
    if options.as_of is not None:
        return resolve_folder(open_store(options.store), given, client).number
    return resolve_number(client, given, resolve_cache(client, options))


def _heading(count: int, total: int) -> str:
    return f"Reading {count:,} of {plural(total, 'dataset')}"


def _warn_of(wanted: _Wanted, outcome: _Outcome) -> None:
    for message in outcome.messages:
        warn(f"{label_text(wanted.label)}: {message}")


def _free(error: AlphacastError) -> None:
    """Let go of the tables in the frames that an error, which is kept, has come through."""
    each: BaseException | None = error
    while each is not None:
        traceback.clear_frames(each.__traceback__)
        each = getattr(each, "cause", None) or each.__cause__ or each.__context__


def _frames(wanted: Sequence[_Wanted], outcomes: Sequence[_Outcome]) -> Frames:
    pairs = [*zip(wanted, outcomes, strict=True)]
    return Frames(
        {each.label: outcome.frame for each, outcome in pairs if outcome.frame is not None},
        errors_frame(
            [
                (each.label, outcome.number, outcome.error)
                for each, outcome in pairs
                if outcome.error is not None
            ]
        ),
    )


def _wanted_datasets(client: Client, datasets: Any, common: Mapping[str, Any]) -> list[_Wanted]:
    """Return what to read, or raise for what can be known to be wrong before it is read."""
    options = check_options(**common)
    if isinstance(datasets, pd.DataFrame):
        wanted = _of_frame(client, datasets, options)
    elif isinstance(datasets, Mapping):
        wanted = [_of_label(client, *pair, common, options) for pair in datasets.items()]
    elif pd.api.types.is_list_like(datasets) and not isinstance(datasets, Set):
        wanted = _of_list(client, [*datasets], options)
    else:
        msg = f"{_FORMS}, not {value_text(datasets)}.{_remedy(datasets)}"
        raise QueryError(msg)
    if not wanted:
        msg = f"datasets is empty: there is nothing to read. {_FORMS}."
        raise QueryError(msg)
    return wanted


def _remedy(datasets: Any) -> str:
    if isinstance(datasets, Set):
        return " A set has no order. Pass sorted(...) of it."
    if isinstance(datasets, int | str | np.integer) and not isinstance(datasets, bool):
        return f" Pass [{value_text(datasets)}], or read one dataset with read_alphacast."
    return ""


def _of_label(
    client: Client, label: Hashable, given: Any, common: Mapping[str, Any], options: ReadOptions
) -> _Wanted:
    """Return one dataset of a dict; an error has its label in front."""
    try:
        if isinstance(given, Mapping):
            own = _check_keywords(given, common)
            given = own.pop("dataset_id")
            options = check_options(**{**common, **own})
        number = None if is_name(given) else resolve_dataset(client, given)
    except AlphacastError as error:
        raise with_label(error, label) from error.__cause__
    return _Wanted(label, given, number, options)


def _check_keywords(given: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of one dataset, or raise for those that it cannot have."""
    known = ["dataset_id", *common]
    for name in given:
        if name in _OF_THE_WHOLE:
            msg = f"One dataset cannot have {name} of its own. {_OF_THE_WHOLE[name]}"
            raise QueryError(msg)
        if name not in known:
            close = close_matches(str(name), known)
            hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(known)}."
            msg = f"A read has no keyword {value_text(name)}; {hint}"
            raise QueryError(msg)
    if "dataset_id" not in given:
        msg = "The keywords lack the dataset. Pass dict(dataset_id=5515, ...)."
        raise QueryError(msg)
    return {**given}


def _of_list(
    client: Client, listed: Sequence[Any], options: ReadOptions, remedy: str = "Leave one out"
) -> list[_Wanted]:
    """Return the datasets of a list, whose labels are their numbers."""
    found: dict[int, _Wanted] = {}
    for given in listed:
        if isinstance(given, Mapping):
            msg = (
                "A list holds datasets. For keywords of their own pass a dict of labels: "
                "{'some label': dict(dataset_id=5515, ...)}."
            )
            raise QueryError(msg)
        number = _number(client, given, options)
        if number in found:
            forms = dict.fromkeys(value_text(each) for each in (found[number].given, given))
            how = f" (as {' and as '.join(forms)})" if len(forms) > 1 else ""
            msg = (
                f"Dataset {number} stands in datasets twice{how}. {remedy}, or pass a dict, whose "
                f"labels tell them apart: {{'a': {number}, 'b': {number}}}."
            )
            raise QueryError(msg)
        found[number] = _Wanted(number, given, number, options)
    return [*found.values()]


def _of_frame(client: Client, frame: pd.DataFrame, options: ReadOptions) -> list[_Wanted]:
    """Return the datasets of a frame, whose labels are their names if it has them."""
    names = [str(name) for name in frame.columns]
    if names.count("id") != 1:
        held = ", ".join(map(value_text, names[:_MOST_NAMED])) or "none"
        is_renamed = names.count("dataset_id") == 1 and "id" not in names
        renaming = "Pass datasets.rename(columns={'dataset_id': 'id'})."
        hint = renaming if is_renamed else f"The columns of this one: {held}."
        msg = f"A frame of datasets needs one column 'id', which holds their numbers. {hint}"
        raise QueryError(msg)
    if frame["id"].isna().any() or pd.api.types.is_float_dtype(frame["id"]):
        msg = (
            "The column 'id' has missing values or floats, and numbers of datasets are integers. "
            "Pass datasets.dropna(subset='id').astype({'id': 'int64'})."
        )
        raise QueryError(msg)
    remedy = "Pass datasets.drop_duplicates('id')"
    wanted = _of_list(client, frame["id"].tolist(), options, remedy)
    if names.count("name") != 1:
        return wanted
    labels = _labels(frame["name"], wanted)
    return [replace(each, label=label) for each, label in zip(wanted, labels, strict=True)]


def _labels(names: pd.Series[Any], wanted: Sequence[_Wanted]) -> list[Hashable]:
    """Return names, with numbers behind those that repeat; the number where there is no name."""
    texts = [None if missing else str(n) for n, missing in zip(names, names.isna(), strict=True)]
    repeats = Counter(texts)
    labels: list[Hashable] = [
        each.number if text is None else text if repeats[text] == 1 else f"{text} ({each.number})"
        for each, text in zip(wanted, texts, strict=True)
    ]
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if twice:
        msg = f"Two names make the label {value_text(twice[0])}. Pass a dict of labels of your own."
        raise QueryError(msg)
    return labels
