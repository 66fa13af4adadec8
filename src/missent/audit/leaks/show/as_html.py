"""An audit as one HTML file, every text escaped: for whoever has to judge it."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from missent.audit.leaks.leak import Habit, Kind
from missent.audit.leaks.show.names import day, size, span
from missent.audit.page import frame
from missent.audit.page.timeline import timeline
from missent.report import whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from missent.audit.leaks.leak import Audit, Leak
    from missent.audit.leaks.show.names import Names
    from missent.core.policy import Policy

_WORST = 12
_MOST = 2_000
_PAIRS = 10
_STANDING = (Habit.FORWARD, Habit.LIST, Habit.BOOK)
_GATE = {
    "warn": ("warned about", "delivered, and the sender told"),
    "hold": ("held", "held until the sender confirms"),
    "block": ("refused", "refused, and the sender told what was probably meant"),
}


def write(path: Path, audit: Audit, policy: Policy, names: Names) -> None:
    """Write the report, whole or not at all, readable by its owner alone: it names people.

    Raises:
        OSError: the file cannot be written.
    """
    whole.write(path, render(audit, policy, names))


def render(audit: Audit, policy: Policy, names: Names) -> str:
    """The report as text."""
    wrong: Counter[int] = Counter()
    for leak in audit.outbound:
        wrong.update(leak.days)
    bucket, picture = timeline(audit.days, {"misdirected": wrong})
    standing = [leak for leak in audit.leaks if leak.habit in _STANDING]
    body = frame.template("missent.audit.leaks.show", "report.html").substitute(
        lead=_lead(audit),
        tiles=_tiles(audit),
        bucket=bucket,
        timeline=picture,
        worst="".join(_article(leak, names) for leak in audit.outbound[:_WORST]) or frame.NONE,
        standing=_table(standing),
        all=_table(audit.outbound[:_MOST]),
        posing="".join(_article(leak, names) for leak in audit.inbound[:_MOST]) or frame.NONE,
        gate=_gate(audit),
        sources=_sources(audit),
        decided=_decided(audit, policy),
        spared=_spared(audit),
        bounds="".join(f"<li>{escape(told)}.</li>\n" for told in audit.bounds()),
    )
    return frame.page("Misdirected mail", f"{day(audit.first)} to {day(audit.last)}", body)


def _lead(audit: Audit) -> str:
    leaks = audit.outbound
    if not leaks:
        return "No mail to a wrong domain was found."
    sent = frame.counted(sum(leak.messages for leak in leaks), "message")
    arrived = frame.counted(sum(leak.total("delivered") for leak in leaks), "delivery")
    standing = sum(leak.habit in _STANDING for leak in leaks)
    return (
        f"<b>{sent}</b> went to <b>{frame.counted(len(leaks), 'domain')}</b> that probably"
        f" nobody meant; <b>{arrived}</b> were accepted there. {standing:,} of these domains"
        f" {'is' if standing == 1 else 'are'} written to again and again by a forward, a list or an"
        " address book."
    )


def _tiles(audit: Audit) -> str:
    leaks = audit.outbound
    tiles = (
        (f"{len(leaks):,}", "wrong domains"),
        (f"{sum(leak.messages for leak in leaks):,}", "messages to them"),
        (f"{sum(leak.total('delivered') for leak in leaks):,}", "accepted there"),
        (size(sum(leak.total("octets") for leak in leaks)), "sent to them"),
        (f"{audit.deliveries:,}", "deliveries read"),
        (f"{audit.domains:,}", "domains written to"),
    )
    return frame.tiles(tiles)


def _article(leak: Leak, names: Names) -> str:
    typed, meant = escape(leak.domain), ""
    if leak.meant:
        typed = frame.marked(leak.domain, leak.meant[0])[0]
        meant = " instead of " + " or ".join(frame.marked(leak.domain, m)[1] for m in leak.meant)
    owner = f' <span class="soft">({escape(leak.owner)})</span>' if leak.owner else ""
    addresses = {pair.recipient for pair in leak.pairs}
    told = "".join(
        f"<li>Tell <b>{escape(names.address(whom))}</b>: {escape(why)}</li>"
        for whom, why in leak.tell
    )
    why = frame.quoted(names.summary(leak.summary, addresses))
    badge = f'<span class="badge {leak.action}">would be {_GATE[str(leak.action)][0]}</span>'
    if leak.kind is Kind.POSING:  # gates look at what goes out
        meant, badge = meant.replace(" instead of ", ", which looks like ", 1), ""
    return (
        f"<article><header><h3>{typed}{meant}{owner}</h3>{badge}</header>"
        f"<p>{frame.counted(leak.messages, 'message')}, {size(leak.total('octets'))}, from"
        f" {frame.counted(leak.senders, 'sender')} to {frame.counted(leak.recipients, 'address')}:"
        f" {_fates(leak)}. {_span(leak)}.</p>"
        f'<p class="soft">{escape(leak.kind.value).capitalize()}, {escape(leak.habit.value)};'
        f" {frame.sure(leak.probability)} sure ({escape(leak.code)}).</p><ul>{told}</ul>"
        f"<details><summary>{why}</summary>{_pairs(leak, names)}</details></article>"
    )


def _span(leak: Leak) -> str:
    shown = span(leak.first, leak.last)
    return f'<span class="whole">{shown if " " in shown else f"On {shown}"}</span>'


def _fates(leak: Leak) -> str:
    named = ("delivered", "deferred", "bounced", "refused", "passed")
    return ", ".join(f"{leak.total(name):,} {name}" for name in named if leak.total(name))


def _pairs(leak: Leak, names: Names) -> str:
    ranked = sorted(leak.pairs, key=lambda pair: (-pair.deliveries, pair.recipient, pair.sender))
    rows = "".join(
        f"<tr><td>{escape(names.address(pair.sender))}</td>"
        f"<td>{escape(names.address(pair.recipient))}</td>"
        f'<td class="number">{pair.deliveries:,}</td>'
        f'<td class="whole">{span(pair.first, pair.last)}</td></tr>'
        for pair in ranked[:_PAIRS]
    )
    more = len(ranked) - _PAIRS
    note = f'<p class="soft">and {more:,} more pairs: --format csv</p>' if more > 0 else ""
    heads = "<th>from</th><th>to</th><th>times</th><th>first, last</th>"
    return f'<div class="wide" tabindex="0"><table><tr>{heads}</tr>{rows}</table></div>{note}'


def _table(leaks: Iterable[Leak]) -> str:
    heads = ("domain", "probably meant", "what", "how often")
    numbers = ("messages", "arrived", "bounced", "senders")
    head = "".join(f"<th>{name}</th>" for name in heads)
    head += "".join(f'<th class="number">{name}</th>' for name in numbers) + "<th>first, last</th>"
    rows = "".join(
        f'<tr><td class="{leak.action}">{escape(leak.domain)}</td>'
        f"<td>{escape(' or '.join(leak.meant))}</td><td>{escape(leak.kind.value)}</td>"
        f"<td>{escape(leak.habit.value)}</td>"
        f'<td class="number">{leak.messages:,}</td>'
        f'<td class="number">{leak.total("delivered"):,}</td>'
        f'<td class="number">{leak.total("bounced"):,}</td><td class="number">{leak.senders:,}</td>'
        f'<td class="whole">{span(leak.first, leak.last).replace(" to ", "<br>")}</td></tr>'
        for leak in leaks
    )
    return (
        f'<div class="wide" tabindex="0"><table><tr>{head}</tr>{rows}</table></div>'
        if rows
        else frame.NONE
    )


def _gate(audit: Audit) -> str:
    domains: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    for leak in audit.outbound:
        domains[str(leak.action)] += 1
        sent[str(leak.action)] += leak.total("deliveries")
    if not domains:
        return frame.NONE
    rows = "".join(
        f'<tr><td class="{name}">{name}</td><td>{_GATE[name][1]}</td>'
        f'<td class="number">{domains[name]:,}</td><td class="number">{sent[name]:,}</td></tr>'
        for name in ("block", "hold", "warn")
        if domains[name]
    )
    heads = '<th>action</th><th></th><th class="number">domains</th>'
    return f'<table><tr>{heads}<th class="number">deliveries</th></tr>{rows}</table>'


def _sources(audit: Audit) -> str:
    rows = "".join(
        f"<tr><td>{escape(source.name)}</td><td>{escape(source.format)}</td>"
        f'<td class="number">{source.lines:,}</td><td class="number">{source.events:,}</td>'
        f'<td class="number">{source.tally.skipped:,}</td><td>{escape(source.broken)}</td></tr>'
        for source in audit.sources[:200]
    )
    heads = "<th>source</th><th>format</th>"
    heads += "".join(f'<th class="number">{h}</th>' for h in ("lines", "events", "unreadable"))
    return f'<div class="wide" tabindex="0"><table><tr>{heads}<td></td></tr>{rows}</table></div>'


def _decided(audit: Audit, policy: Policy) -> str:
    own = ", ".join(sorted(audit.own)) or "not given, so that every sender counts as one of yours"
    return escape(f"Policy: {frame.rules(policy)}. Own domains: {own}.")


def _spared(audit: Audit) -> str:
    if not audit.spared:
        return "none was left out because many write to it."
    some = ", ".join(f"{escape(a)} (like {escape(b)})" for a, b in audit.spared[:5])
    return f"{len(audit.spared):,} were left out because so many write to them: {some}."
