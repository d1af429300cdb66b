"""`whoami`: the key that is used, where it came from, and what it may do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeVar

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.records import Record, Repository
from alphacast_pandas.errors import APIError, NotFoundError, PermissionDenied, QuotaError
from alphacast_pandas.tracebacks import short_traceback, short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alphacast_pandas.api.client import Client

T = TypeVar("T")
# The key is accepted, and this answer is not for it; the other is shown all the same.
_REFUSED = (PermissionDenied, QuotaError)


@dataclass(frozen=True, repr=False)
@short_tracebacks
class Account(Record):
    """
    The account that requests are sent for, as `whoami` gives it; the key is not in it.

    Parameters
    ----------
    key_source : str
        Where the key came from.
    base_url : str
        Address of the API.
    address_source : str
        Where the address came from.
    home : Repository or None
        The home repository of the account; None if the key may not see it.
    permissions : dict of str to int
        How many of the repositories that the key may list it has each permission for, in the
        words of the service, such as ``{"Owner": 3, "Read": 1}``; empty if it may not list them.
        A key of Alphacast has all rights of its account, according to its documentation.

    See Also
    --------
    alphacast_pandas.whoami : Gives it.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> account = ap.whoami()
    >>> account.home.name
    'Home'
    """

    words: ClassVar[tuple[str, str]] = ("account", "accounts")

    key_source: str
    base_url: str
    address_source: str
    home: Repository | None = None
    permissions: Mapping[str, int] = field(default_factory=dict)

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        home = self.home
        counts = ", ".join(f"{word}: {count}" for word, count in self.permissions.items())
        return {
            "key_source": self.key_source,
            "base_url": self.base_url,
            "address_source": self.address_source,
            "home": None if home is None else f"{home.name} ({home.id})",
            "permissions": counts or None,
        }


@short_traceback
def whoami(*, client: Client | None = None) -> Account:
    """
    Return where the key that is used came from, and what it may do.

    Parameters
    ----------
    client : Client, optional
        Connection to ask about; by default the one of `get_client`.

    Returns
    -------
    Account
        The sources of key and address, the home repository, and how many repositories the key
        has each permission for.

    Raises
    ------
    AuthenticationError
        If the service refuses the key; the message says where it came from.
    ConfigurationError
        If there is no key.
    ConnectionFailed, APIError, DecodeError
        If the service cannot be asked.

    See Also
    --------
    login : Sets the key.
    logout : Forgets it.

    Notes
    -----
    Two small requests, for the home repository and for the list of repositories.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.whoami().key_source
    'the environment'
    """
    client = resolve_client(client)
    settings = client._connection.settings
    repositories = _unless(_REFUSED, client.repositories.list)
    words = Counter(each.permission for each in repositories or () if each.permission is not None)
    return Account(
        key_source=settings.key_source,
        base_url=settings.base_url,
        address_source=settings.address_source,
        home=_unless((NotFoundError, *_REFUSED), client.repositories.home),
        permissions=dict(words.most_common()),
    )


def _unless(refused: tuple[type[APIError], ...], ask: Callable[[], T]) -> T | None:
    """Return an answer, None if this key gets none; whether it is a key at all is an error."""
    try:
        return ask()
    except refused:
        return None
