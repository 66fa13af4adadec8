"""What happened over time, as an inline picture: bars, and a line for all mail."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from missent.audit.page.frame import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 960, 240, 56, 26, 14
_MOST_BARS = 60
_LABEL = 84  # of its width, and room around it
_EPOCH = date(1970, 1, 1)


class _Bucket(NamedTuple):
    name: str
    days: int  # of the longest
    begin: Callable[[date], date]
    label: Callable[[date], str]


_BUCKETS = (
    _Bucket("a day", 1, lambda d: d, str),
    _Bucket("a week", 7, lambda d: d - timedelta(days=d.weekday()), str),
    _Bucket("a month", 31, lambda d: d.replace(day=1), lambda d: f"{d:%Y-%m}"),
    _Bucket(
        "a quarter",
        92,
        lambda d: d.replace(month=(d.month - 1) // 3 * 3 + 1, day=1),
        lambda d: f"{d.year} Q{d.month // 3 + 1}",
    ),
    _Bucket("a year", 366, lambda d: d.replace(month=1, day=1), lambda d: str(d.year)),
)


def timeline(mail: Mapping[int, int], bars: Mapping[str, Mapping[int, int]]) -> tuple[str, str]:
    """Draw it.

    Args:
        mail: all of it by day since the epoch.
        bars: what is counted, by what it is called and by day; the first at the bottom.

    Returns:
        What one bar stands for, such as "a month", and the picture with its legend.
    """
    if not mail:
        return "", NONE
    first, last = (_EPOCH + timedelta(days=day) for day in (min(mail), max(mail)))
    for bucket in _BUCKETS:
        starts = [*_starts(bucket, first, last)]
        if len(starts) <= _MOST_BARS + 1:
            break
    ends = [(one - _EPOCH).days for one in starts[1:]]
    all_ = _binned(mail, ends)
    kinds = {name: _binned(days, ends) for name, days in bars.items()}
    return bucket.name, _picture(bucket, starts[:-1], all_, kinds) + _legend(kinds, bucket, all_)


def _starts(bucket: _Bucket, first: date, last: date) -> Iterator[date]:
    """Where each bucket begins, and where the last one ends."""
    start = bucket.begin(first)
    while start <= last:
        yield start
        start = bucket.begin(start + timedelta(days=bucket.days))
    yield start


def _binned(days: Mapping[int, int], ends: list[int]) -> Counter[int]:
    bins: Counter[int] = Counter()
    place = 0
    for day in sorted(days):
        while day >= ends[place] and place < len(ends) - 1:
            place += 1
        bins[place] += days[day]
    return bins


def _picture(
    bucket: _Bucket, starts: list[date], mail: Counter[int], kinds: Mapping[str, Counter[int]]
) -> str:
    step, floor = (_WIDTH - _LEFT) / len(starts), _HEIGHT - _BOTTOM
    sums = [sum(kind[bar] for kind in kinds.values()) for bar in range(len(starts))]
    ticks = _ticks(max(sums))
    scale = (floor - _TOP) / ticks[-1]
    parts = [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>'
        for value, y in ((value, floor - value * scale) for value in ticks)
    ]
    every = max(round(_LABEL / step + 0.49), 1)
    for bar, start in enumerate(starts):
        x, y = _LEFT + bar * step, float(floor)
        for name, kind in kinds.items():
            if kind[bar]:
                height = max(kind[bar] * scale, 1)
                y -= height
                parts.append(
                    f'<rect class="{name}" x="{x + step * 0.12:.1f}" y="{y:.1f}" rx="1"'
                    f' width="{step * 0.76:.1f}" height="{height:.1f}">'
                    f"<title>{bucket.label(start)}: {kind[bar]:,} {escape(name)},"
                    f" of {mail[bar]:,}</title></rect>"
                )
        if bar % every == 0 and x + _LABEL < _WIDTH + step:
            middle = max(x + step / 2, _LEFT + _LABEL / 2 - 8)
            parts.append(
                f'<text x="{middle:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">'
                f"{bucket.label(start)}</text>"
            )
    busiest = max(mail.values())
    points = " ".join(
        f"{_LEFT + (bar + 0.5) * step:.1f},{floor - (floor - _TOP) * mail[bar] / busiest:.1f}"
        for bar in range(len(starts))
    )
    parts.append(f'<polyline class="mail" points="{points}"/>')
    label = f"{sum(sums):,} of {sum(mail.values()):,}, over time"
    return (
        f'<div class="wide" tabindex="0"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="{label}">'
        f"{''.join(parts)}</svg></div>"
    )


def _ticks(highest: int) -> list[int]:
    """Round numbers from 0 to the highest one or a little more."""
    step, factors = 1, (2, 2.5, 2)
    for number in range(60):
        if step * 4 >= highest:
            break
        step = round(step * factors[number % 3])
    return [*range(0, max(highest, 1) + step, step)]


def _legend(kinds: Mapping[str, Counter[int]], bucket: _Bucket, mail: Counter[int]) -> str:
    shown = "".join(
        f'<span><i class="{name}"></i>{escape(name)}</span>'
        for name, counts in kinds.items()
        if counts or len(kinds) == 1
    )
    return (
        f'<p class="legend">{shown}<span><i class="mail"></i>all mail, on a scale of its own:'
        f" at most {max(mail.values()):,} {bucket.name}</span></p>"
    )
