"""Errors keep their facts, also in another process."""

import ast
import copy
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas import errors
from alphacast_pandas.api.processes import Process

PROCESS = Process(7, 5515, "Error", "Column 'CPI' is sad", raw={"id": 7})
PART = ap.PushPart(0, 9, 10, 7, "Processed", None, 20, 0, None, 1234)
FACTS: dict[str, Any] = {"status_code": 418, "retryable": True, "in_doubt": True}
FAILURES = pd.DataFrame({"column": ["x"], "check": ["finite"], "row": [3], "value": [1.5]})


def every_kind() -> list[type[ap.AlphacastError]]:
    found = (thing for thing in vars(errors).values() if isinstance(thing, type))
    return [kind for kind in found if issubclass(kind, ap.AlphacastError)]


def with_all_facts(kind: type[ap.AlphacastError]) -> ap.AlphacastError:
    """Make an error of this kind with every fact that it can have."""
    if issubclass(kind, ap.PushInterrupted):
        return kind("stopped", parts=[PART], cause=ap.ProcessError("no", process=PROCESS, **FACTS))
    if issubclass(kind, ap.ValidationError):
        return kind("wrong", failures=FAILURES)
    if issubclass(kind, ap.VerificationError):
        return kind("other", status_code=503)
    if issubclass(kind, ap.APIError):
        return kind("no", retry_after=2.5, **FACTS)
    if issubclass(kind, ap.ProcessError):
        return kind("no", process=PROCESS, **FACTS)
    return kind("no", **FACTS)


def facts_of(error: ap.AlphacastError) -> dict[str, Any]:
    """Return the facts of an error, with those of its cause, as values that can be compared."""
    facts: dict[str, Any] = {"kind": type(error), "args": error.args, "text": str(error)}
    for name, value in vars(error).items():
        if isinstance(value, ap.AlphacastError):
            facts[name] = facts_of(value)
        else:
            facts[name] = value.to_dict() if isinstance(value, pd.DataFrame) else value
    return facts


def test_the_tree_in_the_documentation_has_every_error() -> None:
    assert all(kind.__name__ in str(errors.__doc__) for kind in every_kind())
    assert all(getattr(ap, kind.__name__) is kind for kind in every_kind())


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_an_error_is_pickled_with_all_its_facts(kind: type[ap.AlphacastError]) -> None:
    error = with_all_facts(kind)
    error.add_note("in the third file")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert facts_of(other) == facts_of(error)


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_an_error_needs_no_facts(kind: type[ap.AlphacastError]) -> None:
    error = kind()
    assert (error.status_code, error.retryable, error.in_doubt) == (None, False, False)
    assert facts_of(pickle.loads(pickle.dumps(error)))["args"] == error.args


def test_errors_are_raised_out_of_a_pool_of_processes() -> None:
    kinds = [ap.ValidationError, ap.ConnectionFailed, ap.ProcessTimeout, ap.PushInterrupted]
    raised = [with_all_facts(kind) for kind in kinds]
    command = [sys.executable, str(Path(__file__).with_name("raised_in_a_pool.py"))]
    done = subprocess.run(
        command, input=pickle.dumps(raised), capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    for error, caught in zip(raised, pickle.loads(done.stdout), strict=True):
        expected = facts_of(error)
        assert {fact: facts_of(caught)[fact] for fact in expected} == expected


def texts_of_code() -> Iterator[tuple[str, str]]:
    """Yield the texts in the package's code that are no docstrings, with their places."""
    package = Path(ap.__file__).parent
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in docstrings:
                continue
            if isinstance(node.value, str):
                yield f"{path.relative_to(package)}:{node.lineno}", node.value


def test_no_sentence_of_a_message_begins_with_it() -> None:
    texts = [*texts_of_code()]
    assert len(texts) > 3000
    # Remedies of rules stand behind the column and the check that they are about.
    found = [(place, text) for place, text in texts if re.search(r"(^|[.:!?\"] +)It\b", text)]
    assert found == []
