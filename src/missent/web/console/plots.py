"""Plots as inline SVG. Shapes stretch with the page; every word stands beside them as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ACTIONS = ("warn", "hold", "block")
_ROOM = 100.0  # height of every picture
_STEP = 10.0  # width of a bar and the gap beside it
_GAP = 2.4
_LEAST = 1.5  # height of a bar that stands for something


def bars(name: str, told: str, values: Sequence[tuple[str, Mapping[str, int]]]) -> Markup:
    """Stacked bars, one a day.

    Args:
        name: the picture's title.
        told: what it shows, in a sentence.
        values: each bar's label, and its parts by action.
    """
    highest = max((sum(parts.values()) for _, parts in values), default=0) or 1
    shapes = []
    for place, (label, parts) in enumerate(values):
        x, y = place * _STEP, _ROOM
        for action in ACTIONS:
            if count := parts.get(action, 0):
                height = max(count / highest * (_ROOM - 2), _LEAST)
                y -= height
                shapes.append(
                    f'<rect class="{action}" x="{x + _GAP / 2:.1f}" y="{y:.1f}"'
                    f' width="{_STEP - _GAP:.1f}" height="{height:.1f}"/>'
                )
        shapes.append(_hit(x, f"{label}: {_parts(parts)}"))
    return _picture(name, told, len(values) * _STEP, "".join(shapes))


def line(name: str, told: str, values: Sequence[tuple[str, float | None]]) -> Markup:
    """A line over days; a day without a value makes a gap.

    Args:
        name: the picture's title.
        told: what it shows, in a sentence.
        values: each day's label, and its value.
    """
    highest = max((value for _, value in values if value is not None), default=0) or 1
    runs: list[list[tuple[float, float]]] = [[]]
    hits = []
    for place, (label, value) in enumerate(values):
        if value is None:
            runs.append([])
            continue
        x = (place + 0.5) * _STEP
        runs[-1].append((x, _ROOM - 2 - value / highest * (_ROOM - 6)))
        hits.append(_hit(place * _STEP, f"{label}: {value:.1f}"))
    shapes = [_run(run) for run in runs if run]
    return _picture(name, told, len(values) * _STEP, "".join(shapes + hits), "low")


def bar(share: float, *, loud: bool = False) -> Markup:
    """A thin bar; the number beside it says the same, so it is hidden from who listens."""
    kind = "part loud" if loud else "part"
    width = max(min(share, 1.0), 0.0) * 100
    return Markup(  # noqa: S704  numbers alone
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rest" width="100" height="6"/>'
        f'<rect class="{kind}" width="{width:.1f}" height="6"/></svg>'
    )


def _run(points: list[tuple[float, float]]) -> str:
    if len(points) == 1:
        x, y = points[0]
        points = [(x - _STEP / 4, y), (x + _STEP / 4, y)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polygon class="area" points="{points[0][0]:.1f},{_ROOM} {path} '
        f'{points[-1][0]:.1f},{_ROOM}"/><polyline class="line" points="{path}"/>'
    )


def _hit(x: float, label: str) -> str:
    return (
        f'<rect class="hit" x="{x:.1f}" y="0" width="{_STEP}" height="{_ROOM}">'
        f"<title>{escape(label)}</title></rect>"
    )


def _parts(parts: Mapping[str, int]) -> str:
    said = [f"{parts[action]} {action}" for action in ACTIONS if parts.get(action)]
    return ", ".join(said) or "nothing"


def _picture(name: str, told: str, width: float, shapes: str, kind: str = "") -> Markup:
    label = name.lower().replace(" ", "-").replace(",", "")
    return Markup(  # noqa: S704  all that is text was escaped
        f'<svg class="{kind}" viewBox="0 0 {max(width, 1):.0f} {_ROOM:.0f}" role="img"'
        f' preserveAspectRatio="none" aria-labelledby="{label}-t {label}-d">'
        f'<title id="{label}-t">{escape(name)}</title><desc id="{label}-d">{escape(told)}</desc>'
        f'<line class="grid" x1="0" x2="{width:.0f}" y1="{_ROOM}" y2="{_ROOM}"/>{shapes}</svg>'
    )
