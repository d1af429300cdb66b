"""Misbehaviour to order: which requests suffer, how often, and what happens to them."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Literal

from alphacast_pandas.emulator.fault_checks import check_fault

STALE = "alphacast_pandas.stale"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """
    One misbehaviour.

    `method` and `path` (with `*` and `?` as in file names) say which requests of which `port`
    suffer, `times` how many of them; None is all, until `Faults.clear`.

    - `delay`: seconds of silence before anything else.
    - `status`, `body`, `headers`, `retry_after`: the answer instead of the real one. With
      `applied` the request is carried out all the same.
    - `garbage`: a body instead of that of the real answer, whose status stays.
    - `cut_at`: the connection closes after so many bytes of the body.
    - `reset`: the connection is reset when the whole request has come, `before` it is carried out
      or `after`.
    - `bandwidth`: bytes a second of the body.
    - `stale`: the file behind the redirect is that of before the uploads which ended while this
      was on order, if there was one. Only `times` counts downloads from storage.
    - `process_delay`, `process_error`: for uploads on their way, not for requests: seconds that
      the next process takes longer, or the text with which it ends in `Error`.
    """

    method: str = "*"
    path: str = "*"
    port: Literal["api", "storage", "*"] = "*"
    times: int | None = 1
    delay: float = 0.0
    status: int | None = None
    body: str | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    retry_after: str | float | None = None
    applied: bool = False
    garbage: str | bytes | None = None
    cut_at: int | None = None
    reset: Literal["before", "after"] | None = None
    bandwidth: float | None = None
    stale: bool = False
    process_delay: float = 0.0
    process_error: str | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        check_fault(self)

    @property
    def is_for_processes(self) -> bool:
        """Whether uploads on their way suffer rather than requests."""
        return bool(self.process_delay) or self.process_error is not None

    def matches(self, method: str, path: str, port: str) -> bool:
        """Return whether a request is one of those that suffer."""
        return (
            not self.is_for_processes
            and self.method in {"*", method}
            and self.port in {"*", port}
            and (not self.stale or port == "storage")
            and fnmatchcase(path, self.path)
        )


class Faults:
    """The faults that are on order; the first that matches a request is the one it suffers."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault | None = None, /, **words: Any) -> Fault:
        """Order a fault, given whole or by its fields."""
        known = {field.name for field in fields(Fault)}
        if unknown := set(words) - known:
            message = f"a fault has no {', '.join(sorted(unknown))}"
            raise TypeError(message)
        order = Fault(**words) if fault is None else replace(fault, **words)
        with self._lock:
            self._orders.append(order)
        return order

    def clear(self) -> None:
        """Cancel every order."""
        with self._lock:
            self._orders.clear()

    @property
    def pending(self) -> list[Fault]:
        """The orders that are not used up."""
        with self._lock:
            return list(self._orders)

    @property
    def keeps_files(self) -> bool:
        """Whether downloads are on order that show what was there before."""
        return any(fault.stale for fault in self.pending)

    def take(self, method: str, path: str, port: str) -> Fault | None:
        """Return the fault that a request suffers, and count it."""
        with self._lock:
            return self._use(lambda fault: fault.matches(method, path, port))

    def take_process(self) -> Fault | None:
        """Return the fault that a process suffers, and count it."""
        with self._lock:
            return self._use(lambda fault: fault.is_for_processes)

    def _use(self, matches: Callable[[Fault], bool]) -> Fault | None:
        for place, fault in enumerate(self._orders):
            if matches(fault):
                if fault.times == 1:
                    del self._orders[place]
                elif fault.times is not None:
                    self._orders[place] = replace(fault, times=fault.times - 1)
                return fault
        return None
