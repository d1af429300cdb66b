"""The modes of a push: what each does to rows by their key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mode:
    """Whether keys on both sides take new values, and whether keys only in the dataset go."""

    name: str
    updates: bool
    deletes: bool


MODES = {
    mode.name: mode
    for mode in (
        Mode("append", updates=False, deletes=False),
        Mode("upsert", updates=True, deletes=False),
        Mode("replace", updates=True, deletes=True),
        Mode("mirror", updates=False, deletes=True),
    )
}
