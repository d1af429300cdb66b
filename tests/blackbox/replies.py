"""Refusals in the forms that have been seen."""

from blackbox.exchange import Reply
from blackbox.state import State

EXCEEDED = "You exceeded your free membership plan. Please upgrade your subscription."


def refuse(state: State, status: int, text: str) -> Reply:
    """Return an error in the form that the switches ask for."""
    form = state.switches.error_key
    if form == "text":
        return Reply(status, text.encode(), {"Content-Type": "text/plain"})
    if form == "empty":
        return Reply(status)
    return Reply.of({form: text}, status)


def quota(state: State) -> Reply | None:
    """Return the answer of an account whose quota is used up, if it is."""
    if state.switches.quota == "402":
        return refuse(state, 402, EXCEEDED)
    if state.switches.quota == "csv":
        return Reply(200, f"error\n{EXCEEDED}\n".encode(), {"Content-Type": "text/csv"})
    return None
