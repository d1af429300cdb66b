"""Datasets and repositories that a push finds by name, creates, or refuses to create."""

from collections.abc import Callable

import pandas as pd
import pandera.pandas as pa
import pytest
from end_to_end.frames import PANEL_KEYS

import alphacast_pandas as ap

FRAME = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01", "2024-02-01"]), "x": [1.0, 2.0]})


@pytest.fixture
def push(client: ap.Client) -> Callable[..., ap.PushResult]:
    """Push the frame by name."""

    def push(name: str, repository: int | str | None = "Demonstration data", **words: object):
        return ap.push(FRAME, name=name, repository=repository, client=client, **words)  # type: ignore[arg-type] # words of any kind

    return push


def names(client: ap.Client) -> tuple[list[str], list[str]]:
    """Return the names of all repositories and of all datasets."""
    repositories = sorted(each.name for each in client.repositories.list())
    return repositories, sorted(each.name for each in client.datasets.list())


def test_the_result_says_what_was_created(push: Callable[..., ap.PushResult]) -> None:
    first = push("Prices")
    assert (first.name, first.repository, first.created) == (
        "Prices",
        "Demonstration data",
        ("repository", "dataset"),
    )
    assert push("Wages").created == ("dataset",)
    assert push("Prices").created == ()


def test_a_result_knows_names_as_far_as_they_are_told(
    client: ap.Client, push: Callable[..., ap.PushResult]
) -> None:
    number = push("Prices").dataset_id
    by_number = ap.push(FRAME, number, client=client)
    assert (by_number.name, by_number.repository, by_number.created) == ("Prices", None, ())
    assert push("At home", None).repository == "Home"
    repository = client.repositories.find("Demonstration data")
    for spelling in (repository, repository.id, str(repository.id)):
        assert push("Prices", spelling).repository == "Demonstration data"
    again = ap.push(FRAME, number, only_changes=True, client=client)
    assert (again.status, again.name) == ("Nothing to send", "Prices")


@pytest.mark.parametrize("create", [None, True])
@pytest.mark.parametrize(
    ("name", "repository"), [("Prices ", "Mine"), (" Prices", "Mine"), ("Prices", "Mine\t")]
)
def test_blanks_at_the_ends_of_names_are_always_refused(
    create: bool | None, name: str, repository: str, client: ap.Client, push: Callable[..., object]
) -> None:
    before = names(client)
    with pytest.raises(ap.QueryError, match="blanks at its ends"):
        push(name, repository, create=create)
    assert names(client) == before


@pytest.mark.parametrize(
    "repository", ["Demonstraton data", "demonstration data", "Démonstration Data"]
)
def test_a_repository_of_nearly_this_name_is_named_instead_of_creating_another(
    repository: str, client: ap.Client, push: Callable[..., ap.PushResult]
) -> None:
    push("Prices")
    before = names(client)
    with pytest.raises(ap.QueryError) as caught:
        push("Prices", repository)
    assert "repository='Demonstration data'" in str(caught.value)
    assert "create=True" in str(caught.value)
    assert names(client) == before
    assert push("Prices", repository, create=True).created == ("repository", "dataset")


@pytest.mark.parametrize("name", ["prices", "Price", "Príces", "Pri ces", "Pirces"])
def test_a_dataset_of_nearly_this_name_is_named_instead_of_creating_another(
    name: str, client: ap.Client, push: Callable[..., ap.PushResult]
) -> None:
    number = push("Prices").dataset_id
    before = names(client)
    for attempt in (push, lambda *a: ap.diff(FRAME, name=a[0], repository=a[1], client=client)):
        with pytest.raises(ap.QueryError) as caught:
            attempt(name, "Demonstration data")
        assert f"'Prices' ({number}" in str(caught.value)
    assert names(client) == before
    assert push(name, create=True).created == ("dataset",)


def test_names_that_differ_in_a_number_are_other_names(push: Callable[..., ap.PushResult]) -> None:
    assert push("Prices 2023").created == ("repository", "dataset")
    assert push("Prices 2024").created == ("dataset",)


def test_without_leave_to_create_nothing_is_made(
    client: ap.Client, push: Callable[..., ap.PushResult]
) -> None:
    before = names(client)
    with pytest.raises(ap.NotFoundError, match="no repository 'Mine'"):
        push("Prices", "Mine", create=False)
    with pytest.raises(ap.NotFoundError, match="no dataset 'Prices' in repository 'Home'"):
        push("Prices", None, create=False)
    assert names(client) == before
    push("Prices")
    assert push("Prices", create=False).created == ()


def test_the_same_name_in_another_repository_is_listed_with_its_number(
    push: Callable[..., ap.PushResult], client: ap.Client
) -> None:
    other = push("Prices", "Mine").dataset_id
    push("Price", None)
    for create in (None, False):
        with pytest.raises((ap.QueryError, ap.NotFoundError)) as caught:
            push("Prices", None, create=create)
        assert f"'Prices' ({other}, in repository" in str(caught.value)
    home = client.repositories.home().id
    with pytest.raises(ap.NotFoundError, match=rf"'Prices' \({other}, in repository"):
        client.datasets.find("Prices", home)


def test_a_name_of_another_repository_is_not_created_at_home_by_mistake(
    push: Callable[..., ap.PushResult], client: ap.Client
) -> None:
    number = push("Prices", "Mine").dataset_id
    before = names(client)
    with pytest.raises(ap.QueryError) as caught:
        push("Prices", None)
    assert f"elsewhere there is 'Prices' ({number}, in repository" in str(caught.value)
    assert names(client) == before
    assert push("Prices", "Yours").created == ("repository", "dataset")  # which was named
    assert push("Prices", None, create=True).created == ("dataset",)


def test_create_goes_with_a_name_and_is_a_boolean(push: Callable[..., object]) -> None:
    with pytest.raises(ap.QueryError, match="create must be None, True or False, got 'yes'"):
        push("Prices", create="yes")
    with pytest.raises(ap.QueryError, match="create=True goes with name="):
        ap.push(FRAME, 5515, create=True, client=ap.Client("ak_0000"))


def test_a_diff_of_a_new_dataset_is_pushed_even_if_a_near_name_has_come_since(
    client: ap.Client,
) -> None:
    home = client.repositories.home().id
    diff = ap.diff(FRAME, name="Prices", client=client)
    client.datasets.create("Pricess", repository_id=home)
    assert diff.push().created == ("dataset",)


def test_a_dataset_is_named_in_whichever_way_is_at_hand(client: ap.Client, stored: int) -> None:
    client.datasets.update(stored, name="GDP / capita, % change")
    dataset = client.datasets.get(stored)
    whole = ap.read_alphacast(dataset.id, client=client)
    address = f"https://www.alphacast.io/datasets/gdp-capita-change-{dataset.id}"
    for way in (dataset, dataset.name, address, str(dataset.id)):
        assert ap.read_alphacast(way, client=client).equals(whole)
        assert ap.explain(way, client=client).dataset_id == dataset.id
        assert [*ap.schema(way, client=client).unique] == [*whole.columns[: len(PANEL_KEYS)]]
        assert ap.validate(whole, way, client=client) is whole
        assert ap.manifest(whole, way, client=client) == []
        assert ap.diff(whole, way, client=client).empty
        assert ap.push(whole, way, only_changes=True, client=client).dataset_id == dataset.id


def test_a_name_is_refused_unless_it_is_of_one_dataset(
    client: ap.Client, push: Callable[..., ap.PushResult]
) -> None:
    numbers = [push("Prices", place).dataset_id for place in ("Mine", "Yours")]
    with pytest.raises(ap.QueryError) as several:
        ap.read_alphacast("Prices", client=client)
    assert all(str(number) in str(several.value) for number in numbers)
    with pytest.raises(ap.NotFoundError, match=r"Nearest names: 'Prices' \("):
        ap.read_alphacast("Price", client=client)
    with pytest.raises(ap.NotFoundError, match="no dataset 'Cement'"):
        ap.push(FRAME, "Cement", client=client)
    assert "Cement" not in names(client)[1]


def test_a_record_of_something_else_is_refused(client: ap.Client) -> None:
    home = client.repositories.home()
    with pytest.raises(ap.QueryError, match="is a repository, and a dataset is needed"):
        ap.read_alphacast(home, client=client)
    dataset = client.datasets.create("Prices", repository_id=home)
    with pytest.raises(ap.QueryError, match="is a dataset, and a repository is needed"):
        ap.push(FRAME, name="Prices", repository=dataset, client=client)
    with pytest.raises(ap.QueryError, match=r"client.datasets.find\('Prices'\)"):
        client.datasets.get("Prices")


def test_roles_travel_with_a_frame_that_was_read(
    client: ap.Client, push_new: Callable[..., int]
) -> None:
    frame = pd.DataFrame(
        {
            "Date": pd.to_datetime(["2024-01-01"] * 2),
            "country": ["Chile", "Peru"],
            "sector": ["Mining", "Mining"],
            "note": ["a", "b"],
            "x": [1.0, 2.0],
        }
    )
    number = push_new(frame, date="Date", entities=["country", "sector"])
    read = ap.read_alphacast(number, client=client)
    with pytest.raises(ap.ValidationError, match="Several columns hold text"):
        frame.alphacast.manifest()
    roles = {each["sourceName"]: each.get("isEntity") for each in read.alphacast.manifest()}
    assert roles["country"]
    assert roles["sector"]
    assert not roles["note"]
    assert [*read.alphacast.schema().unique] == ["Date", "country", "sector"]
    changed = read.assign(x=read["x"] * 2)
    result = changed.alphacast.push(name="Copy", client=client)
    assert ap.read_alphacast(result.dataset_id, client=client)["x"].tolist() == [2.0, 4.0]
    indexed = ap.read_alphacast(number, index=True, client=client)
    assert [*indexed.alphacast.schema().unique] == ["Date", "country", "sector"]


def test_roles_that_a_frame_has_lost_are_not_used(
    client: ap.Client, push_new: Callable[..., int]
) -> None:
    frame = FRAME.assign(country=["Chile", "Peru"], sector=["Mining", "Mining"])
    read = ap.read_alphacast(push_new(frame, entities=["country", "sector"]), client=client)
    fewer = read.drop(columns="country")
    assert [*fewer.alphacast.schema().unique] == ["Date", "sector"]  # inferred: the only text
    renamed = read.rename(columns={"country": "Country"})
    with pytest.raises(ap.ValidationError, match="Several columns hold text"):
        renamed.alphacast.schema()


@pytest.mark.parametrize(
    "origin", [None, 5, {}, {"date": 1}, {"date": "Date", "entities": "x"}, {"entities": ["x"]}]
)
def test_attributes_of_another_form_are_no_roles(origin: object) -> None:
    frame = FRAME.copy()
    frame.attrs["alphacast"] = origin
    assert [*frame.alphacast.schema().unique] == ["Date"]


def test_what_is_stated_wins_over_the_roles_when_read(
    client: ap.Client, push_new: Callable[..., int]
) -> None:
    frame = FRAME.assign(country=["Chile", "Peru"], sector=["Mining", "Mining"])
    number = push_new(frame, entities=["country", "sector"])
    read = ap.read_alphacast(number, client=client)
    assert [*read.alphacast.schema(entities="country").unique] == ["Date", "country"]


def test_a_date_that_a_schema_states_and_the_frame_lacks_is_a_failure(
    client: ap.Client, push_new: Callable[..., int]
) -> None:
    number = push_new(FRAME)
    metadata = {"alphacast": "date"}
    when = pa.Column("datetime64[ns]", metadata=metadata, required=False)
    with pytest.raises(ap.ValidationError, match="Column 'when' is not in the frame") as caught:
        FRAME.alphacast.push(number, schema=pa.DataFrameSchema({"when": when}), client=client)
    assert "drop" not in str(caught.value)
