"""What crosses the wire, seen from here: a request, its content, an answer not read yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.api.body import BodyStream


@dataclass(frozen=True)
class Request:
    """What was asked, for messages: never holds the key."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Content(Protocol):
    """A request body of known length that is read once."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What to say of it in the request."""

    @property
    def sent_whole(self) -> bool:
        """Whether the last byte has been handed to the connection."""

    def __len__(self) -> int: ...

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, nothing at the end."""


@dataclass(frozen=True)
class Answer:
    """A 2xx answer whose body has not been read yet."""

    request: Request
    status: int
    headers: Mapping[str, str]
    stream: BodyStream
