"""Makes the report of a period from the numbers of the store, and leaves out what is too little."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from missent._version import __version__
from missent.report.owner import model
from missent.report.owner.advice import advice
from missent.sinkhole.evidence.people import Kind
from missent.sinkhole.evidence.sketch import STANDARD_ERROR, Sketch
from missent.sinkhole.evidence.tally import MORE
from missent.sinkhole.mapping import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missent.memory.refusals import Row
    from missent.sinkhole.mapping import Lookalike

_EPOCH = date(1970, 1, 1)
_MOST = 10_000
METHOD = (
    "Each message whose recipients were refused counts once, at RCPT, before any content. Kinds "
    "are judged by the connection alone: the confirmed host name (FCrDNS) and whether it is of the "
    "sender's domain, lists of networks, the form of the greeting, TLS, repetition, the number and "
    "form of recipients. The domain of the sender is what the client said and can be forged. "
    "Senders are counted by HyperLogLog over hashes under a key of one day, which is destroyed at "
    "its end: so senders of different days cannot be told apart, and the largest number of one day "
    "is given."
)


@dataclass(frozen=True, slots=True)
class Source:
    """Who makes the report.

    Attributes:
        organisation: its name.
        contact: an address that is read.
        k: below which nothing is told apart.
    """

    organisation: str = ""
    contact: str = ""
    k: int = 5


@dataclass(slots=True)
class Sender:
    """One sending organisation.

    Attributes:
        messages: that are not bulk.
        recipients: of them.
        typed: the names, with the messages to each.
        days: a sketch of the senders of each day.
    """

    messages: int = 0
    recipients: int = 0
    typed: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: dict[int, Sketch] = field(default_factory=dict)

    @property
    def senders(self) -> int:
        """The most different ones on one day, estimated."""
        return max((sketch.count() for sketch in self.days.values()), default=0)


def of_owner(
    rows: Iterable[Row], lookalikes: tuple[Lookalike, ...], owner: str
) -> tuple[list[Row], tuple[Lookalike, ...]]:
    """The numbers and the pairs of names of one owner."""
    pairs = tuple(pair for pair in lookalikes if pair.owner == owner)
    mine = []
    for row in rows:
        typed = row.key.typed
        found = find(lookalikes, typed)
        if (found is not None and found.lookalike in pairs) or any(p.typed == typed for p in pairs):
            mine.append(row)
    return mine, pairs


def senders(rows: Iterable[Row]) -> dict[str, Sender]:
    """The sending organisations, the one with the most messages first."""
    found: dict[str, Sender] = defaultdict(Sender)
    for row in rows:
        key = row.key
        if not key.organisation or key.organisation == MORE or key.kind == Kind.BULK:
            continue
        one = found[key.organisation]
        one.messages += row.messages
        one.recipients += row.recipients
        one.typed[key.typed, key.meant] += row.messages
        one.days.setdefault(key.day, Sketch()).merge(Sketch.load(row.senders))
    return dict(sorted(found.items(), key=lambda item: (-item[1].messages, item[0])))


def summarise(
    rows: Sequence[Row],
    pairs: tuple[Lookalike, ...],
    owner: str,
    days: tuple[int, int],
    source: Source,
) -> model.Report:
    """The report, not signed yet.

    Args:
        rows: the numbers of the owner and period, see `of_owner`.
        pairs: its pairs of names.
        owner: whose mail it was.
        days: the first and the last day, since the epoch.
        source: who makes the report.
    """
    kinds, names, by_day = Counter[str](), Counter[tuple[str, str]](), Counter[int]()
    recipients = 0
    for row in rows:
        kinds[row.key.kind] += row.messages
        if row.key.kind != Kind.BULK:
            names[row.key.typed, row.key.meant] += row.messages
            by_day[row.key.day] += row.messages
            recipients += row.recipients
    told = [(pair, n) for pair, n in names.most_common() if n >= source.k]
    organisations = senders(rows)
    shown = {name: one for name, one in organisations.items() if one.senders >= source.k}
    told_names = {typed for (typed, _), _ in told}
    return model.Report(
        format="missent-sinkhole-report",
        version=1,
        id=secrets.token_hex(16),
        created=datetime.now(UTC).replace(microsecond=0),
        receiver=model.Receiver(
            organisation=source.organisation,
            contact=source.contact,
            software=f"missent {__version__}",
        ),
        owner=owner,
        period=model.Period(first=_date(days[0]), last=_date(days[1])),
        lookalikes=tuple(
            model.Pair(typed=pair.typed, meant=pair.meant, note=pair.note) for pair in pairs
        ),
        totals=model.Totals(
            people=kinds[Kind.PEOPLE],
            automatic=kinds[Kind.AUTOMATIC],
            unclear=kinds[Kind.UNCLEAR],
            bulk=kinds[Kind.BULK],
            recipients=recipients,
        ),
        trend=tuple(
            model.Day(day=_date(day), messages=n if n >= source.k or not n else None)
            for day in range(days[0], days[1] + 1)
            for n in (by_day[day],)
        )[-_MOST:],
        typed=tuple(
            model.TypedName(typed=typed, meant=meant, messages=n)
            for (typed, meant), n in told[:_MOST]
        ),
        organisations=tuple(
            model.Organisation(
                organisation=name,
                messages=one.messages,
                recipients=one.recipients,
                senders=one.senders,
                typed=tuple(t for (t, _), _ in one.typed.most_common(100) if t in told_names),
            )
            for name, one in list(shown.items())[:_MOST]
        ),
        senders_error=round(STANDARD_ERROR, 5),
        suppressed=model.Suppressed(
            k=source.k,
            organisations=len(organisations) - len(shown),
            names=len(names) - len(told),
        ),
        advice=advice([pair for pair, _ in told] or [(p.typed, p.meant) for p in pairs]),
        method=METHOD,
    )


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)
