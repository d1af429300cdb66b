"""What the fields of a fault may be, whether they come from Python or over HTTP."""

import re
from collections.abc import Callable, Mapping

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
LARGEST = 2**31
VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")


def check_fault(fault: object) -> None:
    """Raise ValueError if a field of `fault` is not what its name promises."""
    for name, (is_right, sentence) in CHECKS.items():
        if not is_right(getattr(fault, name)):
            message = f"{name} is {sentence}"
            raise ValueError(message)


def is_text(value: object) -> bool:
    """Return whether a value is a text."""
    return isinstance(value, str)


def is_body(value: object) -> bool:
    """Return whether a value is a body, or none."""
    return value is None or isinstance(value, str | bytes)


def is_flag(value: object) -> bool:
    """Return whether a value is true or false."""
    return isinstance(value, bool)


def is_number(value: object, least: float = 0.0) -> bool:
    """Return whether a value is a finite number, large enough."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return least <= value <= LARGEST


def whole(least: int, most: int = LARGEST) -> Callable[[object], bool]:
    """Return a test for whole numbers in a range, or None."""

    def test(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int):
            return value is None
        return least <= value <= most

    return test


def one_of(*words: str | None) -> Callable[[object], bool]:
    """Return a test for one of some words."""
    return lambda value: any(value == word for word in words)


def is_after(value: object) -> bool:
    """Return whether a value can stand in `Retry-After`."""
    return value is None or is_number(value) or is_header(value)


def is_header(value: object) -> bool:
    """Return whether a value can stand in a header."""
    return isinstance(value, str) and VALUE.fullmatch(value) is not None


def are_headers(value: object) -> bool:
    """Return whether a value is names of headers with their values."""
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and TOKEN.fullmatch(name) and is_header(text)
        for name, text in value.items()
    )


CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "method": (is_text, "a verb, or * for all"),
    "path": (is_text, "a text; * and ? stand for any"),
    "port": (one_of("api", "storage", "*"), "api, storage or *"),
    "times": (whole(1), "a positive number, or None for every request"),
    "delay": (is_number, "a number of seconds"),
    "status": (whole(200, 599), "a number from 200 to 599"),
    "body": (is_body, "a text"),
    "headers": (are_headers, "names and texts that HTTP allows"),
    "retry_after": (is_after, "a number of seconds, or a text"),
    "applied": (is_flag, "true or false"),
    "garbage": (is_body, "a text"),
    "cut_at": (whole(0), "a number of bytes"),
    "reset": (one_of("before", "after", None), "before or after"),
    "bandwidth": (lambda v: v is None or is_number(v, 1e-3), "a positive number of bytes a second"),
    "stale": (is_flag, "true or false"),
    "process_delay": (is_number, "a number of seconds"),
    "process_error": (lambda v: v is None or isinstance(v, str), "a text"),
}
