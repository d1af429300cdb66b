"""
What the traceback of an error shows: the user's line and one frame of this package.

Everything that a user can call is decorated with `short_traceback`, classes with
`short_tracebacks`. Of the errors that are raised inside, those of a class declared with
`has_short_traceback` and KeyboardInterrupt lose the frames below the call and the chain of
causes; the cause stays in ``error.cause``. All other exceptions are bugs, here or in a library,
and are left alone. With the environment variable ``ALPHACAST_TRACEBACK=full`` everything is shown.
"""

from __future__ import annotations

import functools
import os
from types import FunctionType
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound=BaseException)
_shortened: list[type[BaseException]] = [KeyboardInterrupt]


def has_short_traceback(kind: type[E]) -> type[E]:
    """Declare that errors of this class are shown without the inside of the package."""
    # A decorator, since this module cannot import `errors`, which uses it.
    _shortened.append(kind)
    return kind


def short_traceback(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that users call, so that its errors show one frame of the package."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except tuple(_shortened) as error:
            if _is_full():
                raise
            shown = _without_inside(error)
        # Here, after the clause, Python adds the exception that the user is handling, if any.
        try:
            raise shown  # ALPHACAST_TRACEBACK=full shows every frame and the causes
        finally:
            del shown  # a frame that refers to its own error is freed only by the garbage collector

    # A traceback names the code, not the function.
    names = {"co_name": function.__name__, "co_qualname": function.__qualname__}
    call.__code__ = call.__code__.replace(**names)  # type: ignore[attr-defined] # it is a function
    return call


def short_tracebacks(kind: type[T]) -> type[T]:
    """
    Decorate what a class defines for its users: methods, operators and properties.

    Names with one leading underscore are not for users. `__getattr__` is called by Python and by
    notebooks all the time, and its AttributeError is no error of the package.
    """
    for name, member in [*vars(kind).items()]:
        is_special = name.startswith("__") and name.endswith("__")
        if name == "__getattr__" or (name.startswith("_") and not is_special):
            continue
        if isinstance(member, FunctionType):
            setattr(kind, name, short_traceback(member))
        elif isinstance(member, functools.cached_property):
            member.func = short_traceback(member.func)
        elif isinstance(member, property) and member.fget is not None:
            setattr(kind, name, member.getter(short_traceback(member.fget)))
    return kind


def _without_inside(error: BaseException) -> BaseException:
    """Return the error without traceback and chain; its cause is in ``error.cause``."""
    if error.__cause__ is not None:
        error.cause = error.__cause__  # type: ignore[attr-defined] # which KeyboardInterrupt lacks
    error.__cause__ = error.__context__ = None
    error.__suppress_context__ = False
    return error.with_traceback(None)


def _is_full() -> bool:
    # Read here and not in `api.settings`, which raises errors of this package itself.
    setting = os.environ.get("ALPHACAST_TRACEBACK", "")  # noqa: TID251 - as said above
    return setting.strip().casefold() == "full"
