"""Answers about repositories."""

from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, deletion_reply, text_field
from alphacast_pandas.emulator.store.accounts import find_level
from alphacast_pandas.emulator.store.catalog import (
    Repository,
    check_repository_access,
    delete_repository,
    load_home,
    load_repositories,
)
from alphacast_pandas.emulator.store.database import fetch_value, insert, next_id, update


def list_repositories(call: Call) -> Response:
    """Answer `GET /repositories`."""
    wanted = call.query.get("name")
    if call.service.readings.list_filters == "ignored":
        wanted = None
    with call.service.store.transaction() as cursor:
        levels = [(r, find_level(cursor, call.holder, r.id)) for r in load_repositories(cursor)]
    return JSONResponse(
        [
            to_json(repository, level)
            for repository, level in levels
            if is_listed(call, repository, level) and wanted in {None, repository.name}
        ]
    )


def is_listed(call: Call, repository: Repository, level: str | None) -> bool:
    """Return whether an account's lists show a repository; None is no permission on it."""
    listing = call.service.readings.listing
    if level is None or repository.owner_id == call.holder.id:
        return level is not None
    if listing == "own":
        return level in {"Owner", "Admin", "Write"}
    return listing == "all" or repository.privacy != "Public" or level != "Read"


def home(call: Call) -> Response:
    """Answer `GET /repositories/home`."""
    with call.service.store.transaction() as cursor:
        return JSONResponse(to_json(load_home(cursor, call.holder), "Owner"))


def get_repository(call: Call) -> Response:
    """Answer `GET /repositories/{id}`."""
    with call.service.store.transaction() as cursor:
        repository, level = check_repository_access(cursor, call.holder, call.number("repository"))
    return JSONResponse(to_json(repository, level))


def create_repository(call: Call) -> Response:
    """Answer `POST /repositories`."""
    name, privacy = text_field(call, "name", required=True), privacy_field(call)
    with call.service.store.write() as cursor:
        private = fetch_value(
            cursor,
            """SELECT count(*) FROM repositories
               WHERE owner_id = ? AND privacy = 'Private' AND NOT coalesce(is_home, false)""",
            [call.holder.id],
        )
        limit = call.service.plan.private_repositories
        if privacy == "Private" and limit is not None and private >= limit:
            raise Refusal(402, "Your plan does not allow more private repositories")
        number = next_id(cursor, "repository")
        insert(
            cursor,
            "repositories",
            id=number,
            owner_id=call.holder.id,
            name=name,
            description=text_field(call, "description"),
            privacy=privacy,
            team=text_field(call, "team"),
            slug=text_field(call, "slug"),
        )
        repository, level = check_repository_access(cursor, call.holder, number)
    return JSONResponse(to_json(repository, level), call.status(201))


def privacy_field(call: Call) -> str:
    """Return the privacy that a body asks for."""
    privacy = text_field(call, "privacy", required=True)
    if privacy not in {"Public", "Private"}:
        raise Refusal(400, "privacy must be Public or Private")
    return privacy


def update_repository(call: Call) -> Response:
    """Answer `PUT /repositories/{id}`."""
    with call.service.store.write() as cursor:
        number = call.number("repository")
        repository, _ = check_repository_access(cursor, call.holder, number, "Owner")
        values = {"name": text_field(call, "name", required=True), "privacy": privacy_field(call)}
        if "description" in call.fields:
            values["description"] = text_field(call, "description")
        update(cursor, "repositories", repository.id, **values)
        repository, level = check_repository_access(cursor, call.holder, number)
    return JSONResponse(to_json(repository, level))


def remove_repository(call: Call) -> Response:
    """Answer `DELETE /repositories/{id}`."""
    with call.service.store.write() as cursor:
        repository, _ = check_repository_access(
            cursor, call.holder, call.number("repository"), "Owner"
        )
        if repository.is_home:
            raise Refusal(403, "The Home repository cannot be deleted")
        delete_repository(cursor, repository.id)
    return deletion_reply(call)


def to_json(repository: Repository, level: str | None) -> dict[str, Any]:
    """Return a repository as the service shows it."""
    return {
        "id": repository.id,
        "name": repository.name,
        "description": repository.description,
        "privacy": repository.privacy,
        "team": repository.team,
        "permission": level,
    }
