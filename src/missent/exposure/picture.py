"""A picture of the lookalikes: how likely each is typed, and what it does with mail.

One HTML file without scripts and without anything to be fetched. Each name is a rectangle; its area
is the probability that it is typed, its colour what becomes of the mail. Names with the same fate
lie together, so that their common area is the share of the slips that it concerns.
"""

from __future__ import annotations

from html import escape
from string import Template
from typing import TYPE_CHECKING

from missent.core.address import Domain
from missent.exposure.lookalike import Lookalike, State
from missent.exposure.treemap import Box, boxes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# By state, the worst first: the colour, and that of a name upon it.
_COLOURS = {
    State.MX: ("#b3261e", "#fff"),
    State.IMPLICIT: ("#e2711d", "#fff"),
    State.FREE: ("#f4cf5d", "#4a3b00"),
    State.UNKNOWN: ("#8e7cc3", "#fff"),
    State.DEAD_END: ("#8a97a0", "#fff"),
    State.MUTE: ("#b9c4ca", "#263238"),
    State.NULL: ("#2f9e6e", "#fff"),
    State.OURS: ("#3b7dd8", "#fff"),
    State.IMPOSSIBLE: ("#e4e9ec", "#455a64"),
}
_WORDS = {
    State.MX: "takes mail",
    State.IMPLICIT: "takes mail without an MX record",
    State.FREE: "not registered: anybody can have it",
    State.UNKNOWN: "the DNS did not say",
    State.DEAD_END: "names a server that cannot be reached",
    State.MUTE: "takes no mail, and does not say so",
    State.NULL: "says that it takes none (null MX)",
    State.OURS: "ours",
    State.IMPOSSIBLE: "cannot exist: mail comes back",
}
_WIDTH, _HEIGHT, _GAP = 960.0, 420.0, 0.75
_BETWEEN = 2.0  # between names with another fate
_MOST = 600  # names of one of ours
_LETTER, _LINE = 6.4, 16.0  # what a letter of a name takes
_SHORTEST = 9  # letters of a name that is cut off
_FIRST = 12  # names that are listed
_PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Lookalikes and what they do with mail</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2.5rem auto;padding:0 1rem;max-width:60rem;
color:#222}h1{font-size:1.6rem;margin:0}
h2{font-size:1.15rem;margin:2.2rem 0 .2rem}p{margin:.2rem 0 .8rem}
ul{list-style:none;padding:0;margin:.6rem 0;display:flex;flex-wrap:wrap;gap:.15rem 1.3rem;
font-size:.86rem}li i{display:inline-block;width:.8em;height:.8em;margin-right:.45em;
border-radius:2px}li b{font-variant-numeric:tabular-nums}svg{width:100%;height:auto;display:block}
text{font:11.5px system-ui,sans-serif}table{border-collapse:collapse;width:100%;font-size:.88rem;
margin-top:.8rem}th{text-align:left;font-weight:600;border-bottom:1px solid #ccc}
td,th{padding:.18rem .8rem .18rem 0;vertical-align:top}tr+tr td{border-top:1px solid #eee}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
</style></head><body><main><h1>Lookalikes and what they do with mail</h1>
<p>A rectangle is a name that people type by mistake; the larger, the oftener. Point at one to read
it.</p>
$maps</main></body></html>
""")


def page(found: Sequence[Lookalike]) -> str:
    """The whole file."""
    meant = dict.fromkeys(one.meant for one in found)
    maps = (_map(name, [one for one in found if one.meant == name]) for name in meant)
    return _PAGE.substitute(maps="\n".join(maps))


def _map(meant: str, names: Sequence[Lookalike]) -> str:
    names = sorted(names, key=lambda one: -one.probability)[:_MOST]
    whole = sum(one.probability for one in names)
    fates = {state: [one for one in names if one.state is state] for state in _COLOURS}
    shares = {
        state: sum(one.probability for one in group) for state, group in fates.items() if group
    }
    falling = sorted(shares, key=lambda state: -shares[state])
    shapes = "".join(
        shape
        for state, box in zip(
            falling,
            boxes([shares[state] for state in falling], Box(0, 0, _WIDTH, _HEIGHT)),
            strict=True,
        )
        for shape in _group(fates[state], box.within(_BETWEEN))
    )
    key = "".join(
        f'<li><i style="background:{colour}"></i><b>{_share(shares[state] / whole)}</b> '
        f"{_WORDS[state]}</li>"
        for state, (colour, _) in _COLOURS.items()
        if state in shares
    )
    title = escape(Domain(meant).unicode)
    return (
        f"<h2>{title}</h2><ul>{key}</ul>"
        f'<svg viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
        f'aria-label="Lookalikes of {title}">{shapes}</svg>{_table(names)}'
    )


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "&lt;1%"  # noqa: PLR2004  one in a hundred


def _group(names: Sequence[Lookalike], box: Box) -> Iterator[str]:
    areas = boxes([one.probability for one in names], box)
    for one, area in zip(names, areas, strict=True):
        yield _rectangle(one, area.within(_GAP))


def _rectangle(one: Lookalike, box: Box) -> str:
    name = escape(Domain(one.name).unicode)
    colour, ink = _COLOURS[one.state]
    told = f"{name}: {one.probability:.2%} of the slips, {escape(one.state)}"
    if one.operator:
        told += f", mail goes to {escape(one.operator)}"
    shape = (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="1.5" fill="{colour}"><title>{told}</title></rect>'
    )
    spelt, room = Domain(one.name).unicode, int(box.width / _LETTER) - 1
    if box.height < _LINE or room < min(len(spelt), _SHORTEST):
        return shape
    short = spelt if len(spelt) <= room else spelt[: room - 1] + "\N{HORIZONTAL ELLIPSIS}"
    place = f'x="{box.x + 4:.1f}" y="{box.y + 13:.1f}"'
    return shape + f'<text {place} fill="{ink}">{escape(short)}</text>'


def _table(names: Sequence[Lookalike]) -> str:
    """The names that take mail, the likeliest first."""
    taking = [one for one in names if one.state.takes_mail][:_FIRST]
    rows = "".join(
        f"<tr><td>{escape(Domain(one.name).unicode)}</td>"
        f'<td class="n">{one.probability:.2%}</td><td class="n">{one.yearly:,.3g}</td>'
        f"<td>{escape(one.operator)}</td><td>{escape(one.advice)}</td></tr>"
        for one in taking
    )
    head = (
        '<tr><th>takes mail</th><th class="n">of the slips</th><th class="n">messages a year</th>'
        "<th>operator</th><th>what to do</th></tr>"
    )
    return f"<table>{head}{rows}</table>" if rows else ""
