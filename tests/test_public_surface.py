"""Names, keyword-only-ness and docstrings of everything a user can call."""

import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import alphacast_pandas as ap
from alphacast_pandas.dask import DaskAccessor

ERRORS = {
    "AlphacastError": (Exception,),
    "ConfigurationError": (ap.AlphacastError, ValueError),
    "QueryError": (ap.AlphacastError, ValueError),
    "ValidationError": (ap.AlphacastError, ValueError),
    "VerificationError": (ap.AlphacastError, ValueError),
    "ConnectionFailed": (ap.AlphacastError, ConnectionError),
    "APIError": (ap.AlphacastError,),
    "AuthenticationError": (ap.APIError,),
    "QuotaError": (ap.APIError,),
    "PermissionDenied": (ap.APIError,),
    "NotFoundError": (ap.APIError, LookupError),
    "ConflictError": (ap.APIError,),
    "RateLimitError": (ap.APIError,),
    "ServiceError": (ap.APIError,),
    "DecodeError": (ap.AlphacastError, ValueError),
    "ProcessError": (ap.AlphacastError,),
    "ProcessTimeout": (ap.ProcessError, TimeoutError),
    "PushInterrupted": (ap.AlphacastError,),
}
NAMES = {
    *(
        "Client",
        "DatasetInfo",
        "DatasetReader",
        "Diff",
        "Explanation",
        "Frames",
        "PushPart",
        "PushResult",
        "col",
        "explain",
        "get_client",
        "Account",
        "login",
        "logout",
        "whoami",
        "diff",
        "manifest",
        "push",
        "validate",
    ),
    *("align", "latest"),
    *("coverage", "datasets", "info", "read_provider", "read_series", "repositories", "search"),
    *("releases", "revisions", "snapshot", "triangle", "vintages"),
    *("push_dask", "read_alphacast", "read_arrow", "read_dask", "read_many", "schema"),
    *("to_parquet", *ERRORS),
}
MODULES = {"cache": ("clear", "info")}  # namespaces, and what is in them

# name -> arguments by position | arguments by keyword only, each with its default.
SIGNATURES = {
    "read_alphacast": (
        "dataset_id | filter=None select=None start=None end=None last=None top=None index=None "
        "dtype_backend=<no_default> categories=False schema=None chunksize=None expect=None "
        "cache=None as_of=None store=None progress=None client=None"
    ),
    "read_many": (
        "datasets | filter=None select=None start=None end=None last=None top=None index=None "
        "dtype_backend=<no_default> categories=False schema=None expect=None cache=None as_of=None "
        "store=None errors='raise' workers=8 progress=None client=None"
    ),
    "read_arrow": (
        "dataset_id | filter=None select=None start=None end=None last=None top=None expect=None "
        "cache=None as_of=None store=None progress=None client=None"
    ),
    "to_parquet": (
        "dataset_id path | filter=None select=None start=None end=None last=None top=None "
        "dtype_backend=<no_default> schema=None expect=None cache=None as_of=None store=None "
        "progress=None client=None"
    ),
    "read_dask": (
        "dataset_id | by='YE' filter=None select=None start=None end=None last=None "
        "dtype_backend=<no_default> schema=None expect=None cache=None client=None"
    ),
    "push_dask": (
        "ddf dataset_id=None | name=None repository=None create=None mode='upsert' date=None "
        "entities=None schema=None accept_new_columns=False index=None timeout=600.0 "
        "only_changes=False missing='send' verify=False progress=None client=None"
    ),
    "dask.DataFrame.alphacast.push": (
        "dataset_id=None | name=None repository=None create=None mode='upsert' date=None "
        "entities=None schema=None accept_new_columns=False index=None timeout=600.0 "
        "only_changes=False missing='send' verify=False progress=None client=None"
    ),
    "explain": (
        "dataset_id | filter=None select=None start=None end=None last=None top=None client=None"
    ),
    "col": "name |",
    "schema": "dataset_id | client=None",
    "login": "key=None | base_url=None store=False check=True cache=None",
    "logout": "|",
    "whoami": "| client=None",
    "get_client": "|",
    "Client": (
        "api_key=None | base_url=None search_url=None timeout=(10.0,60.0) retries=5 cache=None "
        "stale_ok=False"
    ),
    "cache.info": "|",
    "cache.clear": "dataset_id=None | older_than=None",
    "search": "query | repository=None mine=False deprecated=False limit=25 client=None",
    "datasets": "repository=None | name=None client=None",
    "repositories": "| client=None",
    "info": "dataset_id | expect=None client=None",
    "coverage": "dataset_id | select=None filter=None start=None end=None client=None",
    "read_series": "ids | start=None end=None wide=True client=None",
    "align": ("frames | frequency=None aggregate=None entities=None how='outer' partial=False"),
    "latest": "df n=1 | at=None",
    "DataFrame.alphacast.latest": "n=1 | at=None",
    "read_provider": "provider series_id | client=None **parameters",
    "snapshot": "datasets | frame=None at=None errors='raise' store=None client=None",
    "vintages": "dataset_id | store=None client=None",
    "revisions": "dataset_id | select=None filter=None since=None store=None client=None",
    "releases": (
        "dataset_id n=0 | select=None filter=None include_first=False store=None client=None"
    ),
    "triangle": "dataset_id column | filter=None store=None client=None",
    "Client.search": "query | repository_id=None mine=False deprecated=False limit=25",
    "client.series.get": "id |",
    "client.series.download": "id | format='csv'",
    "client.providers.list": "|",
    "client.providers.match": "text |",
    "client.providers.get": "slug |",
    "client.providers.browse": "slug | category=None series=False limit=None offset=None",
    "client.providers.search": "slug text | limit=None offset=None",
    "client.providers.preview": "slug id |",
    "client.providers.data": "slug id | **parameters",
    "client.user_keys.list": "|",
    "client.user_keys.set": "slug key |",
    "client.user_keys.delete": "slug |",
    "DataFrame.alphacast.push": (
        "dataset_id=None | name=None repository=None create=None mode='upsert' "
        "date=None entities=None "
        "schema=None accept_new_columns=False index=None wait=True timeout=600.0 "
        "only_changes=False max_delete=None missing='send' verify=False if_unchanged=None "
        "progress=None "
        "client=None"
    ),
    "push": (
        "df dataset_id=None | name=None repository=None create=None mode='upsert' "
        "date=None entities=None "
        "schema=None accept_new_columns=False index=None wait=True timeout=600.0 "
        "only_changes=False max_delete=None missing='send' verify=False if_unchanged=None "
        "progress=None "
        "client=None"
    ),
    "DataFrame.alphacast.diff": (
        "dataset_id=None | name=None repository=None create=None mode='upsert' "
        "date=None entities=None "
        "schema=None accept_new_columns=False index=None missing='send' progress=None client=None"
    ),
    "diff": (
        "df dataset_id=None | name=None repository=None create=None mode='upsert' "
        "date=None entities=None "
        "schema=None accept_new_columns=False index=None missing='send' progress=None client=None"
    ),
    "Diff.push": "| wait=True timeout=600.0 only_changes=False max_delete=None verify=False",
    "DataFrame.alphacast.validate": (
        "dataset_id=None | date=None entities=None schema=None index=None client=None"
    ),
    "validate": ("df dataset_id=None | date=None entities=None schema=None index=None client=None"),
    "DataFrame.alphacast.schema": "| date=None entities=None index=None",
    "DataFrame.alphacast.manifest": (
        "dataset_id=None | date=None entities=None schema=None accept_new_columns=False "
        "index=None client=None"
    ),
    "manifest": (
        "df dataset_id=None | date=None entities=None schema=None accept_new_columns=False "
        "index=None client=None"
    ),
    "PushResult.wait": "| timeout=600.0",
    "PushInterrupted.resume": "| timeout=None",
    "client.repositories.list": "|",
    "client.repositories.get": "id |",
    "client.repositories.home": "|",
    "client.repositories.find": "name |",
    "client.repositories.create": "name | privacy='Private' description=None team=None",
    "client.repositories.delete": "id |",
    "client.datasets.list": "repository_id=None |",
    "client.datasets.get": "id |",
    "client.datasets.find": "name repository_id=None |",
    "client.datasets.create": (
        "name | repository_id description=None source_name=None source_url=None"
    ),
    "client.datasets.delete": "id |",
    "client.datasets.columns": "id |",
    "client.datasets.initialize_columns": "id | date entities date_format='%Y-%m-%d'",
    "client.datasets.date_stats": "id |",
    "client.datasets.processes": "id |",
    "client.datasets.process": "id process_id |",
    "client.datasets.download": "id | format='csv' params=None",
    "client.datasets.upload": (
        "id file | manifest=None delete_missing=False update_on_conflict=False "
        "accept_new_columns=False"
    ),
}
# Upstream sources take parameters of their own, which the service passes on by name.
OPEN_ENDED = {"client.providers.data", "read_provider"}
# What a user never calls: how the rooms of the client reach each other.
PLUMBING = {
    "PushInterrupted.add_note",  # these two come with Python
    "PushInterrupted.with_traceback",
    "Client.one_upload_at_a_time",
    "Client.page_of",
    "Client.recall",
    "Client.remember",
    "client.datasets.send_form",
}

# Extended summaries and cross-references stand where they help; the rest of numpydoc's rules hold.
# EX01 (Examples) is asked for below, of what has something to show.
LEFT_OUT = {"ES01", "EX01", "SA01", "SA04"}
PRIVATE = r"Parameters \{'_\w+'(, '_\w+')*\} not documented"


def owners() -> Iterator[tuple[str, type]]:
    with ap.Client("ak_0", base_url="http://127.0.0.1:9") as client:
        yield "Client", ap.Client
        yield "client.repositories", type(client.repositories)
        yield "client.datasets", type(client.datasets)
        yield "client.series", type(client.series)
        yield "client.providers", type(client.providers)
        yield "client.user_keys", type(client.user_keys)
    yield "DataFrame.alphacast", type(pd.DataFrame().alphacast)
    yield "dask.DataFrame.alphacast", DaskAccessor
    yield "Diff", ap.Diff
    yield "PushResult", ap.PushResult
    yield "PushInterrupted", ap.PushInterrupted


def callables() -> dict[str, Callable[..., Any]]:
    """Everything public that can be called, by the name a user would write."""
    found: dict[str, Callable[..., Any]] = {n: getattr(ap, n) for n in NAMES - set(ERRORS)}
    for module, names in MODULES.items():
        found |= {f"{module}.{name}": getattr(getattr(ap, module), name) for name in names}
    for owner, kind in owners():
        for name, value in inspect.getmembers(kind, inspect.isroutine):
            is_plumbing = name.startswith("_") or f"{owner}.{name}" in PLUMBING
            if callable(value) and not is_plumbing:
                found[f"{owner}.{name}"] = value
    return found


CALLABLES = callables()


def spelled(function: Callable[..., Any]) -> str:
    """The signature in the form of SIGNATURES."""
    before, after = [], []
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "self" or name.startswith("_"):
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            after.append(f"**{name}")
            continue
        assert parameter.kind is not parameter.VAR_POSITIONAL
        default = repr(parameter.default).replace(" ", "")
        text = name if parameter.default is parameter.empty else f"{name}={default}"
        (after if parameter.kind is parameter.KEYWORD_ONLY else before).append(text)
    return " ".join([*before, "|", *after])


def test_the_names_are_those_promised() -> None:
    assert set(ap.__all__) == NAMES | {*MODULES}
    assert {name: sorted(getattr(ap, name).__all__) for name in MODULES} == {
        name: [*names] for name, names in MODULES.items()
    }
    assert list(ap.__all__) == sorted(ap.__all__)
    assert all(hasattr(ap, name) for name in ap.__all__)


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_stands_in_its_place_in_the_tree(name: str) -> None:
    error = getattr(ap, name)
    assert error.__bases__ == ERRORS[name]
    assert {"status_code", "retryable", "in_doubt"} <= set(vars(error()))


def test_every_signature_is_the_one_promised() -> None:
    # In one test, since a plain run takes a few parameters of each test only.
    assert {name: spelled(CALLABLES[name]) for name in SIGNATURES} == SIGNATURES


@pytest.mark.parametrize("name", sorted(CALLABLES))
def test_nothing_hides_behind_star_arguments(name: str) -> None:
    assert ("**" in spelled(CALLABLES[name])) == (name in OPEN_ENDED)


@pytest.mark.parametrize("name", sorted(CALLABLES))
def test_a_docstring_keeps_to_the_signature_and_to_numpydoc(name: str) -> None:
    function = CALLABLES[name]
    errors = validate(f"{function.__module__}.{function.__qualname__}")["errors"]
    own = [error for error in errors if error[0] not in LEFT_OUT]
    # numpydoc asks for fields that begin with an underscore too; those are nobody's arguments.
    assert [error for error in own if not re.fullmatch(PRIVATE, error[1])] == []


@pytest.mark.parametrize("name", sorted(CALLABLES))
def test_a_docstring_shows_an_example(name: str) -> None:
    sections = NumpyDocString(inspect.getdoc(CALLABLES[name]) or "")
    assert sections["Examples"] or spelled(CALLABLES[name]) == "|"


@pytest.mark.parametrize("name", sorted(CALLABLES))
def test_a_docstring_states_the_errors(name: str) -> None:
    sections = NumpyDocString(inspect.getdoc(CALLABLES[name]) or "")
    stated = {kind.strip() for raised in sections["Raises"] for kind in raised.type.split(",")}
    # A result is not made by its user; all else with an argument can be asked the impossible.
    is_result = name in {
        *("Account", "DatasetInfo", "Diff", "Explanation", "Frames", "PushPart", "PushResult")
    }
    assert stated or spelled(CALLABLES[name]) == "|" or is_result
    assert stated <= {*ERRORS, "TypeError", "ImportError"}


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_an_error_says_what_it_means(name: str) -> None:
    summary = NumpyDocString(inspect.getdoc(getattr(ap, name)) or "")["Summary"]
    assert len(summary) == 1
    assert summary[0].endswith(".")


def test_importing_the_package_is_enough_for_the_accessor() -> None:
    code = "import pandas as pd, alphacast_pandas; pd.DataFrame().alphacast.push"
    subprocess.run([sys.executable, "-c", code], check=True)
