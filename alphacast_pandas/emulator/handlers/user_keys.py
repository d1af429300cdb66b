"""Answers about the caller's keys for upstream sources."""

from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, deletion_reply, list_reply, text_field
from alphacast_pandas.emulator.store.database import Cursor, insert, now
from alphacast_pandas.emulator.store.providers import find_provider

FIELD_NAMES = ("key", "apiKey", "api_key")  # by reading one of them, or any


def list_user_keys(call: Call) -> Response:
    """Answer `GET /user-keys`: never with the keys themselves."""
    with call.service.store.transaction() as cursor:
        return list_reply(call, "user_keys", load_user_keys(cursor, call.holder.id))


def put_user_key(call: Call) -> Response:
    """Answer `PUT /user-keys/{slug}`."""
    slug = find_provider(call.path["slug"]).slug
    word = call.service.readings.user_key_field
    names = FIELD_NAMES if word == "any" else (word,)
    key = next((text_field(call, name) for name in names if call.fields.get(name)), None)
    if not (key or "").strip():
        raise Refusal(400, f"{names[0]} is required")
    with call.service.store.write() as cursor:
        delete_user_key(cursor, call.holder.id, slug)
        insert(cursor, "user_keys", account_id=call.holder.id, slug=slug, key=key, created_at=now())
        found = load_user_keys(cursor, call.holder.id)
    return JSONResponse(next(entry for entry in found if entry["slug"] == slug))


def remove_user_key(call: Call) -> Response:
    """Answer `DELETE /user-keys/{slug}`."""
    slug = find_provider(call.path["slug"]).slug
    with call.service.store.write() as cursor:
        if not delete_user_key(cursor, call.holder.id, slug):
            raise Refusal(404, "No key is stored for this provider")
    return deletion_reply(call)


def load_user_keys(cursor: Cursor, account: int) -> list[dict[str, Any]]:
    """Return the providers for which an account has stored a key."""
    sql = "SELECT slug, created_at FROM user_keys WHERE account_id = ? ORDER BY slug"
    rows = cursor.execute(sql, [account]).fetchall()
    return [{"slug": slug, "createdAt": moment.isoformat()} for slug, moment in rows]


def delete_user_key(cursor: Cursor, account: int, slug: str) -> bool:
    """Remove a key; return whether there was one."""
    sql = "DELETE FROM user_keys WHERE account_id = ? AND slug = ? RETURNING slug"
    return cursor.execute(sql, [account, slug]).fetchone() is not None
