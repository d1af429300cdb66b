"""The bar: it appears after a second, counts bytes, and is silent where nobody looks."""

from dataclasses import dataclass

import pytest

from alphacast_pandas.progress import Meter


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds


def test_nothing_is_shown_within_the_first_second(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter("Reading", progress=True, clock=Clock()) as meter:
        meter.advance(1000)
    assert meter.count == 1000
    assert capsys.readouterr() == ("", "")


def test_longer_work_shows_its_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with Meter("Reading", progress=True, clock=clock) as meter:
        meter.begin(4096)
        clock.seconds = 2.0
        meter.advance(1024)
        meter.advance(1024)
    shown = capsys.readouterr().err
    assert "Reading" in shown
    assert "4.00k" in shown


@pytest.mark.parametrize("progress", [False, None])
def test_nothing_is_shown_where_nobody_looks(
    progress: bool | None, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    with Meter("Reading", progress=progress, clock=clock) as meter:
        clock.seconds = 9.0
        meter.advance(10)
    assert capsys.readouterr() == ("", "")
