"""A picture of the lookalikes: how likely each is typed, and what it does with mail.

One HTML file without scripts and without anything to be fetched. Each name is a square; its area is
the probability that it is typed, its colour what becomes of the mail.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from missent.core.address import Domain
from missent.exposure.lookalike import Lookalike, State

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLOURS = {
    State.MX: "#c0392b",
    State.IMPLICIT: "#e67e22",
    State.UNKNOWN: "#8e7cc3",
    State.FREE: "#f1c40f",
    State.DEAD_END: "#95a5a6",
    State.MUTE: "#bdc3c7",
    State.IMPOSSIBLE: "#dfe4e6",
    State.NULL: "#27ae60",
    State.OURS: "#2980b9",
}
_WIDTH, _GAP = 960, 3
_LARGEST, _SMALLEST = 96.0, 10.0
_NAMED = 60.0  # squares of this size bear their name
_MOST = 600  # squares of one name


def page(found: Sequence[Lookalike]) -> str:
    """The whole file."""
    meant = dict.fromkeys(one.meant for one in found)
    maps = "".join(_map(name, [one for one in found if one.meant == name]) for name in meant)
    key = "".join(
        f'<li><span style="background:{colour}"></span>{escape(state)}</li>'
        for state, colour in _COLOURS.items()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<title>Lookalikes and what they do with mail</title><style>"
        "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;color:#222}"
        "ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem}"
        "li span{display:inline-block;width:.9em;height:.9em;margin-right:.4em;"
        "vertical-align:-.1em}svg{width:100%;height:auto}text{font:11px system-ui,sans-serif}"
        "</style></head><body><h1>Lookalikes and what they do with mail</h1>"
        "<p>A square is a name that people type; the larger, the oftener. Point at one to read it."
        f"</p><ul>{key}</ul>{maps}</body></html>\n"
    )


def _map(meant: str, names: Sequence[Lookalike]) -> str:
    names = sorted(names, key=lambda one: -one.probability)[:_MOST]
    scale = _LARGEST / names[0].probability ** 0.5
    x = y = row = 0.0
    squares = []
    for one in names:
        size = max(one.probability**0.5 * scale, _SMALLEST)
        if x + size > _WIDTH:
            x, y, row = 0.0, y + row + _GAP, 0.0
        squares.append(_square(one, x, y, size))
        x, row = x + size + _GAP, max(row, size)
    title = escape(Domain(meant).unicode)
    return (
        f'<h2>{title}</h2><svg viewBox="0 0 {_WIDTH} {y + row:.0f}" role="img" '
        f'aria-label="Lookalikes of {title}">{"".join(squares)}</svg>'
    )


def _square(one: Lookalike, x: float, y: float, size: float) -> str:
    name = escape(Domain(one.name).unicode)
    told = f"{name}: {one.probability:.2%} of the slips, {escape(one.state)}"
    if one.operator:
        told += f", mail goes to {escape(one.operator)}"
    shape = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}" '
        f'fill="{_COLOURS[one.state]}"><title>{told}</title></rect>'
    )
    if size < _NAMED:
        return shape
    dark = one.state in {State.MX, State.IMPLICIT, State.NULL, State.OURS, State.UNKNOWN}
    fill = "#fff" if dark else "#222"
    short = name if len(name) <= size / 6 else name[: int(size / 6) - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return shape + f'<text x="{x + 4:.1f}" y="{y + 14:.1f}" fill="{fill}">{short}</text>'
