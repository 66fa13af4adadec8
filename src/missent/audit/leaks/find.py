"""The audit: two passes over the events, with the checks and the policy of the gates.

The first pass looks at every domain's name. For the few that deserve it, the second asks the log
who wrote to them and to what may have been meant, and decides each as a gate would have, had nobody
written to that domain before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from missent.audit.leaks import look, plan
from missent.audit.leaks.describe import describe
from missent.audit.leaks.leak import Audit, Kind, Leak
from missent.audit.leaks.look import normal
from missent.audit.leaks.past import Past
from missent.audit.leaks.posing import posing
from missent.core.address import Address
from missent.core.engine import screen
from missent.core.errors import AddressError
from missent.core.facts import Facts, Use
from missent.core.message import Message, Recipient
from missent.core.tables import protected
from missent.core.verdict import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from missent.audit.leaks.interface import Engine
    from missent.audit.leaks.options import FindOptions
    from missent.core.finding import Finding

_ASKED: Final = 24  # recipients of a domain that are decided one by one, the most written to first
_QUESTIONS: Final = 100_000  # recipients that are decided in all: some minutes
_WITH_LOCAL: Final = 101
_BUILT: Final = 64  # local parts of a domain by which it is told how they are built there
_MANY: Final = 5  # senders, and recipients, that make a domain look real
_RARER: Final = 20  # unless so many times more write to the one that was meant
_BEAT: Final = 500
# Decided as if nobody had, which is not so.
_NOBODY_WROTE: Final = re.compile(r"; nobody here has written to `[^`]*`")


def find(
    engine: Engine,
    options: FindOptions,
    progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> Audit:
    """Find where mail went wrong.

    Args:
        engine: holds the events.
        options: what is decided, and how.
        progress: told what is being done, how much of it is done, and of how much.

    Returns:
        The audit, without its sources.
    """
    return _Finder(engine, options, progress).run()


class _Finder:
    def __init__(
        self, engine: Engine, options: FindOptions, progress: Callable[[str, int, int], None]
    ) -> None:
        self._engine = engine
        self._options = options
        self._progress = progress
        self._audit = Audit(own=options.own)
        self._past = Past()
        self._spellings: dict[str, list[str]] = {}

    def run(self) -> Audit:
        self._count()
        self._learn_domains()
        looks = self._first_pass()
        found = self._second_pass(looks)
        found += posing(self._engine, self._options, self._audit.last)
        describe(self._engine, found, self._spellings, self._options.own)
        found.sort(key=lambda leak: (-leak.action, -leak.messages, leak.domain))
        self._audit.leaks = found
        return self._audit

    def _count(self) -> None:
        engine, audit = self._engine, self._audit
        self._progress("counting", 0, 0)
        if engine.any(plan.NEEDS_MERGING, of="events", by="message"):
            engine.keep("deliveries", plan.MERGED, of="events", by="message")
        else:
            engine.view("deliveries", plan.ONCE)
        engine.keep("pairs", plan.PAIRS, of="deliveries", by="recipient")
        engine.keep("addresses", plan.ADDRESSES, of="pairs", by="recipient")
        (row,) = engine.rows(plan.TOTALS)
        audit.deliveries, audit.first, audit.last, audit.notices = (int(v or 0) for v in row[:4])
        names = ("delivered", "deferred", "bounced", "refused", "passed")
        audit.fates = {n: int(v or 0) for n, v in zip(names, row[4:], strict=True)}
        audit.days = {int(day): int(count) for day, count in engine.rows(plan.DAYS)}
        audit.pairs = int(engine.rows("SELECT count(*) FROM pairs")[0][0])

    def _learn_domains(self) -> None:
        past, audit = self._past, self._audit
        for name, recipients, sent, *fates, first, last, _ in self._engine.rows(plan.DOMAINS):
            audit.domains += 1
            plain = normal(name)
            if plain is not None:
                use = Use(int(sent), int(first or 0), int(last or 0), bounced=int(fates[2]))
                past.add_domain(plain, use, int(recipients))
                self._spellings.setdefault(plain, []).append(name)
        for name, messages, *_ in self._engine.rows(plan.WRITERS.format(inside=self._inside())):
            plain = normal(name)
            if plain is not None and plain not in self._options.own:
                past.add_domain(plain, Use(received=int(messages)), 0)

    def _inside(self) -> str:
        own = sorted(self._options.own)
        if not own:
            return "true"
        return f"split_part(recipient, '@', -1) IN ({', '.join(map(repr, own))})"

    def _first_pass(self) -> dict[str, list[str]]:
        past, own, at = self._past, self._options.own, self._audit.last
        found: dict[str, list[str]] = {}
        total = len(self._spellings)
        for number, name in enumerate(self._spellings):
            if number % _BEAT == 0:
                self._progress("domains looked at", number, total)
            near = look.look(name, past, own, at)
            if near is not None:
                found[name] = near
        self._progress("domains looked at", total, total)
        self._audit.looked, self._audit.numbered = len(found), past.numbered
        return self._most_used(found)

    def _most_used(self, found: dict[str, list[str]]) -> dict[str, list[str]]:
        """Those that the time suffices for; what is left out is told."""
        if len(found) <= _QUESTIONS:
            return found
        self._audit.undecided = len(found) - _QUESTIONS
        domains = self._past.domains
        names = sorted(found, key=lambda name: (-domains[name].sent, name))
        return {name: found[name] for name in names[:_QUESTIONS]}

    def _second_pass(self, looks: dict[str, list[str]]) -> list[Leak]:
        engine = self._engine
        spelt = [(text,) for name in looks for text in self._spellings[name]]
        engine.load("looks", ["domain"], spelt)
        engine.keep("looked", plan.LOOKED)
        most = min(max(_QUESTIONS // max(len(looks), 1), 1), _ASKED)
        asked = engine.rows(plan.MOST_USED.format(most=most))
        self._learn_details(looks, asked)
        pairs: dict[str, list[tuple[str, str]]] = {}
        for text, sender, recipient, _ in asked:
            pairs.setdefault(normal(text) or text, []).append((sender, recipient))
        leaks = []
        for number, (name, who) in enumerate(sorted(pairs.items())):
            if number % _BEAT == 0:
                self._progress("domains decided", number, len(pairs))
            leak = self._decide(name, who)
            if leak is not None:
                leaks.append(leak)
        return self._without_habits(leaks)

    def _learn_details(self, looks: dict[str, list[str]], asked: Iterable[tuple[Any, ...]]) -> None:
        """Ask the log what bears on the domains in question: the same mailboxes elsewhere."""
        engine, past = self._engine, self._past
        writers, locals_ = set(), set()
        for text, sender, recipient, bounced in asked:
            writers.add(sender)
            locals_.add(recipient[: -len(text) - 1])
            use = past.addresses.get(recipient, Use())
            returned = use.bounced + int(bounced)
            past.add_address(recipient, use._replace(sent=max(returned, 1), bounced=returned))
        meant = {
            text for near in looks.values() for n in near for text in self._spellings.get(n, [])
        }
        engine.load("writers", ["sender"], ((one,) for one in sorted(writers)))
        engine.load("locals", ["local"], ((one,) for one in sorted(locals_)))
        engine.load("meant", ["domain"], ((one,) for one in sorted(meant)))
        for text, recipient in engine.rows(plan.SOME_AT_MEANT.format(most=_BUILT)):
            past.add_shape(normal(text) or text, recipient[: -len(text) - 1])
        rows = engine.rows(plan.SAME_LOCAL.format(most=_WITH_LOCAL))
        for recipient, _, sent, bounced, first, last in rows:
            use = Use(int(sent), int(first or 0), int(last or 0), bounced=int(bounced))
            past.add_address(recipient, use)
        engine.load("twins", ["recipient"], ((row[0],) for row in rows))
        for sender, recipient, sent, bounced, first, last in engine.rows(plan.TWIN_PAIRS):
            use = Use(int(sent), int(first or 0), int(last or 0), bounced=int(bounced))
            past.pairs[sender, recipient] = use
        for sender, text, sent, first, last in engine.rows(plan.SENDER_DOMAINS):
            use = Use(int(sent), int(first or 0), int(last or 0))
            past.sender_domains[sender, normal(text) or text] = use

    def _decide(self, name: str, who: Sequence[tuple[str, str]]) -> Leak | None:
        """Decide the mail to one domain as a gate would have at its first message."""
        options = self._options
        facts = Facts(
            self._audit.last, self._past.without(name), options.own, exceptions=options.exceptions
        )
        best: tuple[Action, float, Finding] | None = None
        for sender, recipient in who:
            try:
                address = Address.parse(recipient, lenient=True)
            except AddressError:
                continue
            message = Message(_sender(sender), (Recipient(address),))
            (answer,) = screen(message, facts, options.policy, options.checks).recipients
            self._audit.errors.update(f"{e.code}: {e.reason}" for e in answer.errors)
            if answer.action is Action.ALLOW:
                continue
            for finding in answer.findings:
                rank = options.policy.action((finding,)), finding.probability
                if best is None or rank > best[:2]:
                    best = (*rank, finding)
        if best is None or best[0] is Action.ALLOW:
            return None
        action, probability, finding = best
        meant = tuple(dict.fromkeys(a.domain.name for a in finding.did_you_mean))
        kind = _kind(finding, meant, options.own)
        owner = protected.label(meant[0]) if meant else ""
        summary = _NOBODY_WROTE.sub("", finding.summary)
        return Leak(name, meant, kind, finding.code, probability, summary, action, owner)

    def _without_habits(self, leaks: list[Leak]) -> list[Leak]:
        """Leave out domains that so many write to, beside the one meant, that they are real."""
        engine = self._engine
        habit = self._by_name(plan.HABIT)
        meant = {text for leak in leaks for n in leak.meant for text in self._spellings.get(n, [])}
        engine.load("meant", ["domain"], ((one,) for one in sorted(meant)))
        others = self._by_name(plan.HABIT_OF_MEANT)
        kept = []
        for leak in leaks:
            senders, recipients = habit.get(leak.domain, [0, 0])
            there = max((others.get(name, [0])[0] for name in leak.meant), default=0)
            many = senders >= _MANY and recipients >= _MANY
            if many and there and senders * _RARER > there and leak.kind is Kind.LOOKALIKE:
                self._audit.spared.append((leak.domain, leak.meant[0]))
            else:
                kept.append(leak)
        return kept

    def _by_name(self, sql: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for text, *counts in self._engine.rows(sql):
            name = normal(text) or text
            there = found.get(name, [0] * len(counts))
            found[name] = [a + int(b) for a, b in zip(there, counts, strict=True)]
        return found


def _sender(text: str) -> Address | None:
    try:
        return Address.parse(text, lenient=True)
    except AddressError:
        return None


def _kind(finding: Finding, meant: Sequence[str], own: frozenset[str]) -> Kind:
    if finding.code.startswith("X"):
        return Kind.RULE
    if meant and meant[0] in own:
        return Kind.OWN
    if finding.code == "T102":
        return Kind.SUFFIX
    return Kind.LOOKALIKE if finding.code in {"T101", "T103", "T105"} else Kind.OTHER
