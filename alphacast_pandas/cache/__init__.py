"""What reads have kept on this computer."""

from typing import TYPE_CHECKING

from alphacast_pandas.lazy import on_first_use as _on_first_use

if TYPE_CHECKING:
    from alphacast_pandas.cache.contents import clear, info
else:
    __getattr__, __dir__ = _on_first_use(__name__, {"clear": "contents", "info": "contents"})

__all__ = ["clear", "info"]
