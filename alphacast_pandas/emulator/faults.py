"""Faults: errors, delays and damage that a test orders for requests and uploads."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Literal

MAX_NUMBER = 2**31
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """
    One fault.

    `method` and `path` (with `*` and `?` as in file names) say which requests to which `port` are
    affected, `times` how many of them; None is all, until `Faults.clear`.

    - `delay`: seconds of silence before anything else.
    - `status`, `body`, `headers`, `retry_after`: the answer instead of the real one. With
      `applied` the request is carried out all the same.
    - `garbage`: a body instead of that of the real answer, whose status stays.
    - `cut_at`: the connection closes after so many bytes of the body.
    - `redirect`: the answer is a redirect to the path and the query of the request, the key in it
      included, at this address (`http://host`); with 302 unless `status` says otherwise.
    - `reset`: the connection is reset when the whole request has come, `before` it is carried out
      or `after`.
    - `bandwidth`: bytes a second of the body.
    - `stale`: the file behind the redirect is that of before the uploads which ended while this
      fault was pending, if there was one. Only `times` counts downloads from storage.
    - `process_delay`, `process_error`: for processes, not for requests: seconds that the next
      process takes longer, or the text with which it ends in `Error`.
    """

    method: str = "*"
    path: str = "*"
    port: Literal["api", "storage", "search", "*"] = "*"
    times: int | None = 1
    delay: float = 0.0
    status: int | None = None
    body: str | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    retry_after: str | float | None = None
    applied: bool = False
    garbage: str | bytes | None = None
    cut_at: int | None = None
    redirect: str | None = None
    reset: Literal["before", "after"] | None = None
    bandwidth: float | None = None
    stale: bool = False
    process_delay: float = 0.0
    process_error: str | None = None

    def __post_init__(self) -> None:
        """Raise ValueError if a field has a value that it cannot have."""
        for name, (is_valid, expected) in CHECKS.items():
            if not is_valid(getattr(self, name)):
                message = f"{name} is {expected}"
                raise ValueError(message)

    @property
    def is_for_processes(self) -> bool:
        """Whether processes are affected rather than requests."""
        return bool(self.process_delay) or self.process_error is not None

    def matches(self, method: str, path: str, port: str) -> bool:
        """Return whether a request is affected."""
        return (
            not self.is_for_processes
            and self.method in {"*", method}
            and self.port in {"*", port}
            and (not self.stale or port == "storage")
            and fnmatchcase(path, self.path)
        )


def is_text(value: object) -> bool:
    """Return whether a value is a text."""
    return isinstance(value, str)


def is_optional_text(value: object) -> bool:
    """Return whether a value is a text, or None."""
    return value is None or isinstance(value, str)


def is_body(value: object) -> bool:
    """Return whether a value is a body, or None."""
    return value is None or isinstance(value, str | bytes)


def is_flag(value: object) -> bool:
    """Return whether a value is true or false."""
    return isinstance(value, bool)


def is_number(value: object, least: float = 0.0) -> bool:
    """Return whether a value is a finite number, not less than `least`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return least <= value <= MAX_NUMBER


def is_bandwidth(value: object) -> bool:
    """Return whether a value is a number above zero, or None."""
    return value is None or is_number(value, 1e-3)


def is_integer_in(least: int, most: int = MAX_NUMBER) -> Callable[[object], bool]:
    """Return a test for integers in a range, or None."""

    def test(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int):
            return value is None
        return least <= value <= most

    return test


def is_one_of(*words: str | None) -> Callable[[object], bool]:
    """Return a test for one of some words."""
    return lambda value: any(value == word for word in words)


def is_retry_after(value: object) -> bool:
    """Return whether a value can stand in `Retry-After`."""
    return value is None or is_number(value) or is_header_value(value)


def is_header_value(value: object) -> bool:
    """Return whether a value can stand in a header."""
    return isinstance(value, str) and HEADER_VALUE.fullmatch(value) is not None


def is_address(value: object) -> bool:
    """Return whether a value is an address that a path may follow, or None."""
    return value is None or (
        is_header_value(value)
        and str(value).isascii()
        and str(value).startswith(("http://", "https://"))
        and not str(value).endswith("/")
    )


def are_headers(value: object) -> bool:
    """Return whether a value is names of headers with their values."""
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and HEADER_NAME.fullmatch(name) and is_header_value(text)
        for name, text in value.items()
    )


# What each field of a fault may be. Checked at run time, since faults also come over HTTP.
CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "method": (is_text, "a verb, or * for all"),
    "path": (is_text, "a text; * and ? stand for any"),
    "port": (is_one_of("api", "storage", "search", "*"), "api, storage, search or *"),
    "times": (is_integer_in(1), "a positive number, or None for every request"),
    "delay": (is_number, "a number of seconds"),
    "status": (is_integer_in(200, 599), "a number from 200 to 599"),
    "body": (is_body, "a text"),
    "headers": (are_headers, "names and texts that HTTP allows"),
    "retry_after": (is_retry_after, "a number of seconds, or a text"),
    "applied": (is_flag, "true or false"),
    "garbage": (is_body, "a text"),
    "cut_at": (is_integer_in(0), "a number of bytes"),
    "redirect": (is_address, "an address such as http://host:80, without a slash at its end"),
    "reset": (is_one_of("before", "after", None), "before or after"),
    "bandwidth": (is_bandwidth, "a positive number of bytes a second"),
    "stale": (is_flag, "true or false"),
    "process_delay": (is_number, "a number of seconds"),
    "process_error": (is_optional_text, "a text"),
}


class Faults:
    """The pending faults; a request gets the first that matches it."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault | None = None, /, **words: Any) -> Fault:
        """Order a fault, given whole or by its fields."""
        known = {field.name for field in fields(Fault)}
        if unknown := set(words) - known:
            message = f"a fault has no {', '.join(sorted(unknown))}"
            raise TypeError(message)
        added = Fault(**words) if fault is None else replace(fault, **words)
        with self._lock:
            self._pending.append(added)
        return added

    def clear(self) -> None:
        """Remove every fault."""
        with self._lock:
            self._pending.clear()

    @property
    def pending(self) -> list[Fault]:
        """The faults that are not used up."""
        with self._lock:
            return list(self._pending)

    @property
    def keep_old_files(self) -> bool:
        """Whether an upload has to leave the old file behind, for a pending stale download."""
        return any(fault.stale for fault in self.pending)

    def take(self, method: str, path: str, port: str) -> Fault | None:
        """Return the fault that a request gets, and count it."""
        with self._lock:
            return self._use(lambda fault: fault.matches(method, path, port))

    def take_process(self) -> Fault | None:
        """Return the fault that a process gets, and count it."""
        with self._lock:
            return self._use(lambda fault: fault.is_for_processes)

    def _use(self, matches: Callable[[Fault], bool]) -> Fault | None:
        for place, fault in enumerate(self._pending):
            if matches(fault):
                if fault.times == 1:
                    del self._pending[place]
                elif fault.times is not None:
                    self._pending[place] = replace(fault, times=fault.times - 1)
                return fault
        return None
