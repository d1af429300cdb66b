"""Checks of contrast and width, for the parts of a page that `data-alphacast` names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

THEMES = ("light", "dark")
WIDTHS = (700, 1280)
_AXE = """async () => {
    const options = {
        runOnly: ["color-contrast"], elementRef: true, selectors: false, iframes: false,
        preload: false, resultTypes: [
            "violations", "incomplete", "passes"]};
    const found = await axe.run({ include: "[data-alphacast]" }, options);
    const texts = (kind, tell) => found[kind].flatMap(rule => rule.nodes).map(node =>
        [node.element.closest("[data-alphacast]").dataset.alphacast, tell(node)]);
    const tell = node => `${node.html.slice(0, 120)}: ${node.any[0].message}`;
    return [texts("violations", tell), texts("incomplete", tell), texts("passes", () => "")];
}"""
# An element sticks out of its part of the page if none between the two of them scrolls or cuts it.
_OVERFLOW = """() => [...document.querySelectorAll("[data-alphacast]")].flatMap(part => {
    const cuts = element => getComputedStyle(element).overflowX !== "visible";
    const room = part.getBoundingClientRect();
    const isFree = element => {
        for (let each = element.parentElement; each !== part; each = each.parentElement) {
            if (cuts(each)) return false;
        }
        return !cuts(part);
    };
    const sticksOut = element => {
        const { left, right } = element.getBoundingClientRect();
        return (right > room.right + 1 || left < room.left - 1) && isFree(element);
    };
    const scrolls = element => element.scrollWidth > element.clientWidth
        && ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    const isShown = element => element.getClientRects().length > 0;
    const all = [...part.querySelectorAll("*")].filter(isShown);
    const name = part.dataset.alphacast;
    const sizes = element => `${element.scrollWidth} pixels in ${element.clientWidth}`;
    return [
        ...all.filter(sticksOut).map(each => [name, "sticks out", each.outerHTML.slice(0, 200)]),
        ...[part, ...all].filter(scrolls).map(each => [name, "scrolls", sizes(each)]),
    ];
})"""


@dataclass(frozen=True)
class Contrast:
    """What axe says of the texts of each part: too pale, unknown, or as WCAG AA wants them."""

    pale: list[tuple[str, str]]
    unknown: list[tuple[str, str]]
    good: set[str]


def contrast(page: Page) -> Contrast:
    """Ask axe for the contrast of every text in the parts."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    pale, unknown, good = page.evaluate(_AXE)
    return Contrast([*map(tuple, pale)], [*map(tuple, unknown)], {name for name, _ in good})


def sticking_out(page: Page) -> list[str]:
    """Return the elements that are wider than their part of the page."""
    found = page.evaluate(_OVERFLOW)
    return [f"{name}: {what}" for name, how, what in found if how == "sticks out"]


def scrolling(page: Page) -> dict[str, str]:
    """Return the parts whose content scrolls sideways in a box of its own."""
    return {name: what for name, how, what in page.evaluate(_OVERFLOW) if how == "scrolls"}


def width_beyond_window(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    return width
