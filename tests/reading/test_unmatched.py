"""The warning for entities that a dataset does not have never breaks the read."""

import warnings

import pytest

import alphacast_pandas as ap

MANIFEST = [
    {"sourceName": "Date", "dataType": "Date", "isEntity": True},
    {"sourceName": "code", "dataType": "Decimal", "isEntity": True},
    {"sourceName": "x", "dataType": "Decimal", "isEntity": False},
]


@pytest.fixture
def numbered(client: ap.Client) -> int:
    """A dataset whose entities are numbers."""
    home = client.repositories.home().id
    number = client.datasets.create("Numbered", repository_id=home).id
    file = b"Date,code,x\n2024-01-01,101,1\n2024-01-01,205,2\n"
    client.datasets.upload(number, file, manifest=MANIFEST).wait()
    return number


def test_entities_that_are_numbers_are_named_too(numbered: int, client: ap.Client) -> None:
    with pytest.warns(UserWarning, match=r"whose code is 102\.?0? .*nearest there: 101"):
        frame = ap.read_alphacast(numbered, filter={"code": 102}, client=client)
    assert frame.empty


@pytest.mark.parametrize("wanted", [[], [1, 2, 3, 4, 5]], ids=["none", "several"])
def test_several_entities_are_counted(
    numbered: int, client: ap.Client, wanted: list[int], recwarn: pytest.WarningsRecorder
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert ap.read_alphacast(numbered, filter={"code": wanted}, client=client).empty
    told = [str(warning.message) for warning in recwarn]
    assert len(told) == bool(wanted)
    assert all("and 2 more" in each for each in told)
