"""What the emulator says when the answer is no."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """
    What the account has paid for; None is no limit. `paid_providers` it cannot use.

    `file_bytes` are the most that an uploaded file may have as it is sent.
    """

    private_repositories: int | None = None
    monthly_exports: int | None = None
    file_bytes: int | None = None
    paid_providers: tuple[str, ...] = ()


class Refusal(Exception):  # noqa: N818 - an answer, not a failure
    """A request that is answered with an error status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class InvalidUpload(Exception):  # noqa: N818 - a verdict, not a failure
    """An upload that breaks a rule: its process ends in `Error` with this text."""
