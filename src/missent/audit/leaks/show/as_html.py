"""An audit as one HTML file: no script, nothing fetched, every text escaped."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from datetime import UTC, datetime
from difflib import SequenceMatcher
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from missent._version import __version__
from missent.audit.leaks.leak import Habit
from missent.audit.leaks.show.names import day, size
from missent.audit.leaks.show.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.audit.leaks.leak import Audit, Leak
    from missent.audit.leaks.show.names import Names
    from missent.core.policy import Policy

_WORST = 12
_MOST = 2_000
_PAIRS = 10
_SURE = 0.99
_STANDING = (Habit.FORWARD, Habit.BOOK)


def write(path: Path, audit: Audit, policy: Policy, names: Names) -> None:
    """Write the report, whole or not at all, readable by its owner alone: it names people.

    Raises:
        OSError: the file cannot be written.
    """
    text = render(audit, policy, names)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.absolute().parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def render(audit: Audit, policy: Policy, names: Names) -> str:
    """The report as text."""
    template = Template(
        files("missent.audit.leaks.show").joinpath("report.html").read_text("utf-8")
    )
    wrong: Counter[int] = Counter()
    for leak in audit.leaks:
        wrong.update(leak.days)
    bucket, picture = timeline(audit.days, wrong)
    standing = [leak for leak in audit.leaks if leak.habit in _STANDING]
    return template.substitute(
        period=f"{day(audit.first)} to {day(audit.last)}",
        version=escape(__version__),
        made=datetime.now(UTC).strftime("%Y-%m-%d"),
        lead=_lead(audit),
        tiles=_tiles(audit),
        bucket=bucket,
        timeline=picture,
        worst="".join(_article(leak, names) for leak in audit.leaks[:_WORST]) or _none(),
        standing=_table(standing, names) if standing else _none(),
        all=_table(audit.leaks[:_MOST], names) if audit.leaks else _none(),
        gate=_gate(audit),
        sources=_sources(audit),
        decided=_decided(audit, policy),
        spared=_spared(audit),
        bounds="".join(f"<li>{escape(told)}.</li>\n" for told in audit.bounds()),
    )


def _lead(audit: Audit) -> str:
    if not audit.leaks:
        return "No mail to a wrong domain was found."
    sent = sum(leak.total("deliveries") for leak in audit.leaks)
    arrived = sum(leak.total("delivered") for leak in audit.leaks)
    standing = sum(leak.habit in _STANDING for leak in audit.leaks)
    return (
        f"{sent:,} deliveries went to {len(audit.leaks):,} domains that were probably not meant;"
        f" {arrived:,} of them were accepted there. {standing:,} of these domains are written to"
        " again and again by a forward, a list or an address book."
    )


def _tiles(audit: Audit) -> str:
    leaks = audit.leaks
    tiles = (
        (f"{len(leaks):,}", "wrong domains"),
        (f"{sum(leak.messages for leak in leaks):,}", "messages to them"),
        (f"{sum(leak.total('delivered') for leak in leaks):,}", "accepted there"),
        (size(sum(leak.total("octets") for leak in leaks)), "sent to them"),
        (f"{audit.deliveries:,}", "deliveries read"),
        (f"{audit.domains:,}", "domains written to"),
    )
    return "\n".join(f"<div><b>{value}</b>{escape(name)}</div>" for value, name in tiles)


def _article(leak: Leak, names: Names) -> str:
    typed, meant = escape(leak.domain), ""
    if leak.meant:
        typed = _marked(leak.domain, leak.meant[0])[0]
        meant = " for " + " or ".join(_marked(leak.domain, one)[1] for one in leak.meant)
    owner = f" ({escape(leak.owner)})" if leak.owner else ""
    addresses = {pair.recipient for pair in leak.pairs}
    told = "".join(
        f"<li>Tell <b>{escape(names.address(whom))}</b>: {escape(why)}</li>"
        for whom, why in leak.tell
    )
    return (
        f'<article><h3>{typed}{meant}{owner} <span class="{leak.action}">{leak.action}</span></h3>'
        f'<p class="soft">{escape(leak.code)} {min(leak.probability, _SURE):.0%},'
        f" {escape(leak.kind.value)}, {escape(leak.habit.value)}, {day(leak.first)} to"
        f" {day(leak.last)}</p>"
        f"<p>{leak.messages:,} messages, {size(leak.total('octets'))}, from {leak.senders:,}"
        f" senders to {leak.recipients:,} addresses: {_fates(leak)}.</p><ul>{told}</ul>"
        f"<details><summary>{escape(names.summary(leak.summary, addresses))}</summary>"
        f"{_pairs(leak, names)}</details></article>"
    )


def _fates(leak: Leak) -> str:
    named = ("delivered", "deferred", "bounced", "refused", "passed")
    return ", ".join(f"{leak.total(name):,} {name}" for name in named if leak.total(name))


def _pairs(leak: Leak, names: Names) -> str:
    ranked = sorted(leak.pairs, key=lambda pair: (-pair.deliveries, pair.recipient, pair.sender))
    rows = "".join(
        f"<tr><td>{escape(names.address(pair.sender))}</td>"
        f"<td>{escape(names.address(pair.recipient))}</td>"
        f'<td class="number">{pair.deliveries:,}</td>'
        f"<td>{day(pair.first)} to {day(pair.last)}</td></tr>"
        for pair in ranked[:_PAIRS]
    )
    more = len(ranked) - _PAIRS
    note = f'<p class="soft">and {more:,} more pairs: --format csv</p>' if more > 0 else ""
    return f"<table>{rows}</table>{note}"


def _table(leaks: Iterable[Leak], names: Names) -> str:  # noqa: ARG001  it names domains alone
    heads = ("domain", "probably", "what", "how often")
    numbers = ("messages", "arrived", "bounced", "senders")
    head = "".join(f"<th>{name}</th>" for name in heads)
    head += "".join(f'<th class="number">{name}</th>' for name in numbers) + "<th>first, last</th>"
    rows = "".join(
        f"<tr><td>{escape(leak.domain)}</td><td>{escape(' or '.join(leak.meant))}</td>"
        f'<td class="{leak.action}">{escape(leak.kind.value)}</td>'
        f"<td>{escape(leak.habit.value)}</td>"
        f'<td class="number">{leak.messages:,}</td>'
        f'<td class="number">{leak.total("delivered"):,}</td>'
        f'<td class="number">{leak.total("bounced"):,}</td><td class="number">{leak.senders:,}</td>'
        f"<td>{day(leak.first)}<br>{day(leak.last)}</td></tr>"
        for leak in leaks
    )
    return f"<table><tr>{head}</tr>{rows}</table>"


def _gate(audit: Audit) -> str:
    domains: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    for leak in audit.leaks:
        domains[str(leak.action)] += 1
        sent[str(leak.action)] += leak.total("deliveries")
    if not domains:
        return _none()
    words = {
        "warn": "delivered, and the sender told",
        "hold": "held until the sender confirms",
        "block": "refused",
    }
    rows = "".join(
        f'<tr><td class="{name}">{name}</td><td>{words[name]}</td>'
        f'<td class="number">{domains[name]:,} domains</td>'
        f'<td class="number">{sent[name]:,} deliveries</td></tr>'
        for name in ("block", "hold", "warn")
        if domains[name]
    )
    return f"<table>{rows}</table>"


def _sources(audit: Audit) -> str:
    rows = "".join(
        f"<tr><td>{escape(source.name)}</td><td>{escape(source.format)}</td>"
        f'<td class="number">{source.lines:,}</td><td class="number">{source.events:,}</td>'
        f'<td class="number">{source.tally.skipped:,}</td><td>{escape(source.broken)}</td></tr>'
        for source in audit.sources[:200]
    )
    heads = "<th>source</th><th>format</th>"
    heads += "".join(f'<th class="number">{h}</th>' for h in ("lines", "events", "unreadable"))
    return f"<table><tr>{heads}<th></th></tr>{rows}</table>"


def _decided(audit: Audit, policy: Policy) -> str:
    rules = ", ".join(
        f"{r.code} from {r.probability:g}{' (protected)' if r.protected else ''}: {r.action}"
        for r in policy.rules
    )
    own = ", ".join(sorted(audit.own)) or "not given, so that every sender counts as one of yours"
    return escape(f"Policy: {rules}. Own domains: {own}.")


def _spared(audit: Audit) -> str:
    if not audit.spared:
        return "none was left out because many write to it."
    some = ", ".join(f"{escape(a)} (like {escape(b)})" for a, b in audit.spared[:5])
    return f"{len(audit.spared):,} were left out because so many write to them: {some}."


def _none() -> str:
    return '<p class="soft">None.</p>'


def _marked(typed: str, meant: str) -> tuple[str, str]:
    """Both texts with what differs marked."""
    left: list[str] = []
    right: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, typed, meant, autojunk=False).get_opcodes():
        for side, text in ((left, typed[i1:i2]), (right, meant[j1:j2])):
            shown = escape(text)
            side.append(f"<mark>{shown}</mark>" if text and tag != "equal" else shown)
    return "".join(left), "".join(right)
