"""The timeline of a replay as an inline picture."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from missent.audit.replay_summary import DAY

if TYPE_CHECKING:
    from missent.audit.replay_summary import Summary

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 960, 220, 40, 24, 12
_MOST_BARS = 60
_SIZES = ((1, "a day"), (7, "a week"), (30, "in 30 days"), (91, "in 91 days"), (365, "in 365 days"))
_ACTIONS = ("warn", "hold", "block")


def timeline(summary: Summary) -> tuple[str, str]:
    """Draw prompts over time, beside the number of messages.

    Returns:
        What one bar stands for, in words, and the picture.
    """
    if not summary.days:
        return "", ""
    first, last = min(summary.days), max(summary.days)
    size, name = next(
        ((s, n) for s, n in _SIZES if (last - first) // s < _MOST_BARS),
        ((last - first) // _MOST_BARS + 1, "in equal parts of the time"),
    )
    mail: Counter[int] = Counter()
    prompts: Counter[tuple[int, str]] = Counter()
    for day, count in summary.days.items():
        mail[(day - first) // size] += count
    for (day, action), count in summary.prompt_days.items():
        prompts[(day - first) // size, action] += count
    bars = (last - first) // size + 1
    step = (_WIDTH - _LEFT) / bars
    highest = max((sum(prompts[b, a] for a in _ACTIONS) for b in range(bars)), default=0) or 1
    busiest = max(mail.values())
    room = _HEIGHT - _BOTTOM - _TOP
    floor = _HEIGHT - _BOTTOM
    parts = [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>'
        for value, y in ((0, floor), (highest, _TOP))
    ]
    for bar in range(bars):
        x, y = _LEFT + bar * step, float(floor)
        start = _day(first + bar * size)
        for action in _ACTIONS:
            count = prompts[bar, action]
            height = room * count / highest
            y -= height
            if count:
                parts.append(
                    f'<rect class="{action}" x="{x + step * 0.1:.1f}" y="{y:.1f}"'
                    f' width="{step * 0.8:.1f}" height="{height:.1f}">'
                    f"<title>from {start}: {count} {action}, {mail[bar]} messages</title></rect>"
                )
        if bar % max(bars // 8, 1) == 0:
            parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - 6}">{start}</text>')
    points = " ".join(
        f"{_LEFT + (bar + 0.5) * step:.1f},{floor - room * mail[bar] / busiest:.1f}"
        for bar in range(bars)
    )
    parts.append(f'<polyline class="mail" points="{points}"/>')
    label = f"{summary.prompts} prompts in {summary.messages} messages over time"
    return name, (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _day(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")
