"""Deliveries to wrong domains over time, as an inline picture."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from missent.audit.leaks.show.names import day

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 960, 220, 48, 24, 12
_MOST_BARS = 60
_SIZES = ((1, "a day"), (7, "a week"), (30, "in 30 days"), (91, "in 91 days"), (365, "in 365 days"))
_DAY = 86_400


def timeline(mail: Mapping[int, int], wrong: Mapping[int, int]) -> tuple[str, str]:
    """Draw it.

    Args:
        mail: deliveries by day since the epoch.
        wrong: those to wrong domains.

    Returns:
        What one bar stands for, in words, and the picture.
    """
    if not mail:
        return "", '<p class="soft">No mail.</p>'
    first, last = min(mail), max(mail)
    size, name = next(
        ((s, n) for s, n in _SIZES if (last - first) // s < _MOST_BARS),
        ((last - first) // _MOST_BARS + 1, "in equal parts of the time"),
    )
    bars = (last - first) // size + 1
    all_, bad = _binned(mail, first, size), _binned(wrong, first, size)
    highest, busiest = max(bad.values(), default=0) or 1, max(all_.values())
    step, room, floor = (_WIDTH - _LEFT) / bars, _HEIGHT - _BOTTOM - _TOP, _HEIGHT - _BOTTOM
    parts = [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y}" y2="{y}"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{value:,}</text>'
        for value, y in ((0, floor), (highest, _TOP))
    ]
    for bar in range(bars):
        x, height = _LEFT + bar * step, room * bad[bar] / highest
        start = day((first + bar * size) * _DAY)
        if bad[bar]:
            parts.append(
                f'<rect class="wrong" x="{x + step * 0.1:.1f}" y="{floor - height:.1f}"'
                f' width="{step * 0.8:.1f}" height="{height:.1f}">'
                f"<title>from {start}: {bad[bar]:,} of {all_[bar]:,}</title></rect>"
            )
        if bar % max(bars // 8, 1) == 0:
            parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 6}">{start}</text>')
    points = " ".join(
        f"{_LEFT + (bar + 0.5) * step:.1f},{floor - room * all_[bar] / busiest:.1f}"
        for bar in range(bars)
    )
    parts.append(f'<polyline class="mail" points="{points}"/>')
    label = f"{sum(wrong.values())} deliveries to wrong domains, of {sum(mail.values())}"
    return name, (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _binned(days: Mapping[int, int], first: int, size: int) -> Counter[int]:
    bins: Counter[int] = Counter()
    for one, count in days.items():
        bins[(one - first) // size] += count
    return bins
