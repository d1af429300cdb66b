"""How many examples a property takes whose examples are pushed: a third of what others take."""

from hypothesis import settings

FEWER = settings(max_examples=settings.default.max_examples // 3)
