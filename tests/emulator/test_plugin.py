"""The pytest plugin, in runs of their own."""

import pytest

pytest_plugins = ["pytester"]


FIXTURES = """
    import pandas as pd

    def test_one(alphacast_emulator, alphacast_client):
        assert alphacast_emulator.url in repr(alphacast_client)
        home = alphacast_client.repositories.home()
        assert home.name == "Home"
        alphacast_emulator.faults.add(status=503, times=None)

    def test_another(alphacast_emulator):
        assert alphacast_emulator.faults.pending == []
        assert alphacast_emulator.requests == []

    def test_the_server_is_the_same(alphacast_emulator, _alphacast_server):
        assert alphacast_emulator is _alphacast_server
"""


@pytest.fixture
def run(pytester):
    """Run the tests of a folder in a process with no plugins but ours."""
    pytester.plugins = []

    def start(source, *words):
        pytester.makepyfile(source)
        off = ("hypothesispytest", "schemathesis", "xdist", "pytest_cov", "requests_mock")
        excluded = [word for name in off for word in ("-p", f"no:{name}")]
        return pytester.runpytest_subprocess(*excluded, *words)

    return start


def test_the_fixtures_are_there_and_fresh_for_each_test(run):
    run(FIXTURES).assert_outcomes(passed=3)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy"])
def test_the_fixtures_work_whatever_the_proxy(run, monkeypatch, name):
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    run(FIXTURES).assert_outcomes(passed=3)


def test_a_run_without_the_fixtures_imports_nothing(run):
    source = """
        import sys

        def test_nothing_came_along():
            names = ("alphacast_pandas", "pandas", "duckdb", "starlette", "uvicorn", "requests")
            assert not set(names) & set(sys.modules)
            assert "pytest_alphacast" in sys.modules
    """
    run(source).assert_outcomes(passed=1)


def test_without_the_extra_a_test_that_asks_for_it_says_what_to_install(run, pytester):
    pytester.makepyfile(duckdb="raise ModuleNotFoundError('no duckdb', name='duckdb')")
    pytester.syspathinsert()
    source = """
        def test_asking(alphacast_emulator):
            pass

        def test_not_asking():
            pass
    """
    found = run(source)
    found.assert_outcomes(errors=1, passed=1)
    found.stdout.fnmatch_lines(
        ["*needs the package duckdb*pip install 'alphacast-pandas[[]emulator]'*"]
    )
