"""The guide for contributors names files that exist."""

import re
from pathlib import Path

import pytest

import alphacast_pandas as ap

GUIDE = Path(__file__).parents[1] / "CONTRIBUTING.md"
PLACE = re.compile(r"`(alphacast_pandas/[\w/]+(?:\.py|/))`(?:, `([A-Z_]+)`)?")
PLACES = sorted(set(PLACE.findall(GUIDE.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(("place", "name"), PLACES, ids=map(" ".join, PLACES))
def test_the_place_of_a_change_exists(place: str, name: str) -> None:
    path = Path(ap.__file__).parents[1] / place
    assert path.exists()
    assert not name or f"\n{name}" in path.read_text(encoding="utf-8")


def test_the_picture_of_the_folders_shows_all_of_them() -> None:
    picture = GUIDE.read_text(encoding="utf-8").partition("## The folders")[2].partition("###")[0]
    folder = Path(ap.__file__).parent
    names = {path.parent.name + "/" for path in folder.glob("*/__init__.py")}
    names |= {path.name for path in folder.glob("*.py")}
    assert [name for name in sorted(names) if name not in picture] == []
