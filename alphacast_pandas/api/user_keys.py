"""The endpoints of the keys that an account stores for upstream sources."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from alphacast_pandas.api.lenient import object_field, text_field
from alphacast_pandas.api.providers import check_slug, percent_encoded
from alphacast_pandas.api.records import Record, Records, instant, object_of
from alphacast_pandas.api.responses import list_of
from alphacast_pandas.errors import QueryError
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.api.transport import Transport


# The name of the field is not documented, so the key is sent under each of these.
_KEY_NAMES = ("key", "apiKey", "api_key")
_LIST_NAMES = ("user_keys", "keys", "items")


@dataclass(frozen=True, repr=False)
class UserKey(Record):
    """That a key is stored for an upstream source; never the key itself."""

    words: ClassVar[tuple[str, str]] = ("stored key", "stored keys")

    slug: str | None = None
    created_at: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        return {"slug": self.slug, "created_at": instant(self.created_at)}

    @classmethod
    def from_json(cls, value: Any) -> UserKey:
        """Return the record of one JSON object, none of whose fields is certain."""
        item = object_of(value, "a stored key")
        return cls(
            slug=text_field(item, "slug", "provider"),
            created_at=text_field(item, "createdAt", "created_at"),
            raw=item,
        )


@short_tracebacks
class UserKeys:
    """
    The account's own keys for upstream sources, used by the service: one method an endpoint.

    Reached as ``client.user_keys``.

    Parameters
    ----------
    transport : Transport
        The connection of the client.

    See Also
    --------
    Providers : The sources.

    Examples
    --------
    >>> client.user_keys.list()
    []
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"UserKeys(base_url={self._transport.settings.base_url!r})"

    def list(self) -> Records[UserKey]:
        """
        Return the sources that a key is stored for.

        Returns
        -------
        list of UserKey
            In the order of the service.

        Examples
        --------
        >>> [key.slug for key in client.user_keys.list()]
        []
        """
        return Records(map(UserKey.from_json, _items_of(self._transport.get("/user-keys"))))

    def set(self, slug: str, key: str) -> UserKey:
        """
        Store a key for a source; the service uses it from then on.

        Parameters
        ----------
        slug : str
            The source.
        key : str
            The key that the source gave you. It is shown in no error, log or record.

        Returns
        -------
        UserKey
            That it is stored.

        Raises
        ------
        QueryError
            If the key is empty.
        NotFoundError
            If the source does not exist.

        Examples
        --------
        >>> client.user_keys.set("fred", "0123456789abcdef").slug
        'fred'
        """
        path, secret = _path(slug), _check_key(key)
        answer = self._transport.send(
            "PUT", path, json=dict.fromkeys(_KEY_NAMES, secret), secrets=(secret,)
        )
        # What this endpoint answers is not documented.
        record = UserKey.from_json(answer or {})
        return record if record.slug else replace(record, slug=check_slug(slug))

    def delete(self, slug: str) -> None:
        """
        Delete the key for a source.

        Parameters
        ----------
        slug : str
            The source.

        Raises
        ------
        NotFoundError
            If no key is stored for it.

        Examples
        --------
        >>> stored = client.user_keys.set("fred", "0123456789abcdef")
        >>> client.user_keys.delete("fred")
        """
        self._transport.send("DELETE", _path(slug))


def _items_of(answer: Any) -> list[Any]:
    """Return a list of stored keys; an object in its place has the sources for names."""
    named = object_of(answer, "stored keys") if isinstance(answer, dict) else {}
    for sources in (named.get(name) for name in _LIST_NAMES):
        if isinstance(sources, dict):
            return [{**object_field(sources, slug), "slug": slug} for slug in sources]
    return list_of(answer, *_LIST_NAMES)


def _path(slug: str) -> str:
    return f"/user-keys/{percent_encoded(check_slug(slug))}"


def _check_key(key: Any) -> str:
    """Return the key for a source without blanks around it, or raise without showing it."""
    secret = key.strip() if isinstance(key, str) else ""
    if not secret:
        msg = "The key for the source must be a text that is not empty."
        raise QueryError(msg)
    return secret
