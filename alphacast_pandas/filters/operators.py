"""The table of operators: what each is called in Python, pandas, NumPy, Arrow and OData."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Operator:
    """
    An operator that an expression may contain; comparisons are also conditions of a filter.

    Parameters
    ----------
    symbol : str
        How it is written, and its key in the table.
    python : callable
        What evaluates it on pandas objects.
    ufunc : str
        Name of NumPy's function; a NumPy scalar on the left of an expression calls it.
    methods : tuple of str
        Names of the methods of a Series that do the same, row by row.
    prefix : str
        What stands before the operand, for operators with one operand; a word is a function.
    odata : str
        Comparisons only, as all that follow: the word of the service's language.
    arrow : str
        Name of Arrow's function.
    mirrored : str
        The operator that says the same with both sides exchanged.
    opposite : str
        The operator that holds for the other values; missing values are neither.
    matches_missing : bool
        Whether a missing value fulfils it, as pandas defines.
    bounds : set of str
        Which ends of the matching values it fixes: "lower", "upper".
    includes_bound : bool
        Whether the value itself matches.
    aliases : tuple of str
        Other ways to write it in a list of tuples.
    """

    symbol: str
    python: Callable[..., Any]
    ufunc: str
    methods: tuple[str, ...] = ()
    prefix: str = ""
    odata: str = ""
    arrow: str = ""
    mirrored: str = ""
    opposite: str = ""
    matches_missing: bool = False
    bounds: frozenset[str] = frozenset()
    includes_bound: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def is_order(self) -> bool:
        """Whether it fixes one end of the matching values and leaves the other open."""
        return len(self.bounds) == 1


# Both for ==, which is a range of one value; none for !=, which leaves no range.
LOWER, UPPER = frozenset({"lower"}), frozenset({"upper"})

# fmt: off - one operator is one block
OPERATORS = {
    row.symbol: row
    for row in (
        Operator(
            "==",
            operator.eq,
            "equal",
            ("eq",),
            odata="eq",
            arrow="equal",
            mirrored="==",
            opposite="!=",
            bounds=LOWER | UPPER,
            includes_bound=True,
            aliases=("=",),
        ),
        Operator(
            "!=",
            operator.ne,
            "not_equal",
            ("ne",),
            odata="ne",
            arrow="not_equal",
            mirrored="!=",
            opposite="==",
            matches_missing=True,
        ),
        Operator(
            "<",
            operator.lt,
            "less",
            ("lt",),
            odata="lt",
            arrow="less",
            mirrored=">",
            opposite=">=",
            bounds=UPPER,
        ),
        Operator(
            "<=",
            operator.le,
            "less_equal",
            ("le",),
            odata="le",
            arrow="less_equal",
            mirrored=">=",
            opposite=">",
            bounds=UPPER,
            includes_bound=True,
        ),
        Operator(
            ">",
            operator.gt,
            "greater",
            ("gt",),
            odata="gt",
            arrow="greater",
            mirrored="<",
            opposite="<=",
            bounds=LOWER,
        ),
        Operator(
            ">=",
            operator.ge,
            "greater_equal",
            ("ge",),
            odata="ge",
            arrow="greater_equal",
            mirrored="<=",
            opposite="<",
            bounds=LOWER,
            includes_bound=True,
        ),
        Operator("&", operator.and_, "bitwise_and"),
        Operator("|", operator.or_, "bitwise_or"),
        Operator("^", operator.xor, "bitwise_xor"),
        Operator("~", operator.invert, "invert", prefix="~"),
        Operator("neg", operator.neg, "negative", prefix="-"),
        Operator("pos", operator.pos, "positive", prefix="+"),
        Operator("abs", operator.abs, "absolute", ("abs",), prefix="abs"),
        Operator("+", operator.add, "add", ("add", "radd")),
        Operator("-", operator.sub, "subtract", ("sub", "subtract", "rsub")),
        Operator("*", operator.mul, "multiply", ("mul", "multiply", "rmul")),
        Operator("/", operator.truediv, "divide", ("truediv", "div", "divide", "rtruediv", "rdiv")),
        Operator("//", operator.floordiv, "floor_divide", ("floordiv", "rfloordiv")),
        Operator("%", operator.mod, "remainder", ("mod", "rmod")),
        Operator("**", operator.pow, "power", ("pow", "rpow")),
    )
}
# fmt: on

COMPARISONS = {symbol: row for symbol, row in OPERATORS.items() if row.odata}
