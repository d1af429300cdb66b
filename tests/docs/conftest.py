"""The option that says where the site was built."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--site", metavar="FOLDER", help="the built site, for tests/docs")
