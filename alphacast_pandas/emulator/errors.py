"""Exceptions that end a request or a process with an error for the client."""


class Refusal(Exception):  # noqa: N818 - an answer, not a failure
    """A request that is answered with an error status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class InvalidUpload(Exception):  # noqa: N818 - a verdict, not a failure
    """An upload that breaks a rule: its process ends in `Error` with this message."""
