"""The app: everything that a decision rests on, made from the settings."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from missent.checks import ALL
from missent.checks.x901 import Blocklist, Forbidden
from missent.core.engine import screen
from missent.core.facts import NO_HISTORY, Correspondence, DomainFacts, Facts, Unknown
from missent.core.pattern import Pattern
from missent.core.permission import Permission, Permissions
from missent.core.policy import DEFAULT_RULES, Mode, Policy, Rule
from missent.core.verdict import Action

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from missent.app.zones import Names
    from missent.core.check import Check
    from missent.core.message import Message
    from missent.core.verdict import Verdict
    from missent.settings import Settings


NO_EXCEPTIONS = Permissions()
SaidOfDomains = Mapping[str, DomainFacts | Unknown]
NOTHING_ASKED: SaidOfDomains = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class App:
    """Everything that a decision rests on besides the message. A reload makes a new one.

    Attributes:
        policy: which findings lead to which action.
        checks: what is looked for.
        own_domains: the organisation's domains, as `Domain.name`.
        exceptions: what the organisation allowed in spite of a finding.
        history: who writes to whom, with the partners among them.
        partners: domains that count as written to; None where there are none.
    """

    policy: Policy
    checks: tuple[Check, ...]
    own_domains: frozenset[str] = frozenset()
    exceptions: Permissions = NO_EXCEPTIONS
    history: Correspondence = NO_HISTORY
    partners: Names | None = None

    def over(self, history: Correspondence, permissions: Permissions = NO_EXCEPTIONS) -> App:
        """The same app with another history, and with exceptions besides its own.

        It costs microseconds, so that it can be had for each decision.
        """
        if self.partners is not None:
            history = self.partners.over(history)
        exceptions = self.exceptions
        if permissions:
            exceptions = Permissions(exceptions.entries + permissions.entries)
        return App(self.policy, self.checks, self.own_domains, exceptions, history, self.partners)

    def facts(self, at: int, domains: SaidOfDomains = NOTHING_ASKED) -> Facts:
        """What is known at a moment, in seconds since the epoch, and what the DNS said."""
        return Facts(at, self.history, self.own_domains, domains, self.exceptions)

    def screen(
        self, message: Message, at: int | None = None, domains: SaidOfDomains = NOTHING_ASKED
    ) -> Verdict:
        """Decide about a message, now or as of another moment."""
        moment = int(time.time()) if at is None else at
        return screen(message, self.facts(moment, domains), self.policy, self.checks)


def build(settings: Settings | None = None, history: Correspondence = NO_HISTORY) -> App:
    """Make an app; without settings, that of the defaults, and pydantic is never loaded."""
    if settings is None:
        return App(Policy(), tuple(make() for make in ALL), history=history)
    own = frozenset(settings.organisation.domains)
    named = (*settings.organisation.partners, *settings.organisation.protected)
    partners = None
    if named:
        from missent.app.zones import Names  # noqa: PLC0415  the defaults need none

        partners = Names(named)
    exceptions = _exceptions(settings)
    app = App(_policy(settings), _checks(settings), own, exceptions, partners=partners)
    return app.over(history)


def _policy(settings: Settings) -> Policy:
    rows = settings.policy.rules
    rules: tuple[Rule, ...] = DEFAULT_RULES
    if rows is not None:
        rules = tuple(
            Rule(row.code, row.probability, Action[row.action.upper()], row.protected)
            for row in rows
        )
    return Policy(rules, Mode(settings.policy.mode))


def _checks(settings: Settings) -> tuple[Check, ...]:
    blocklist = Blocklist(
        tuple(_fed(settings))
        + tuple(
            Forbidden(
                Pattern.parse(entry.pattern),
                entry.owner,
                entry.reason,
                _midnight(entry.expires),
                Pattern.parse(entry.sender) if entry.sender else None,
            )
            for entry in settings.rule
        )
    )
    checks = tuple(blocklist if make is Blocklist else make() for make in ALL)
    zones = settings.organisation.protected
    if not zones:
        return checks
    from missent.app.zones import Protecting  # noqa: PLC0415  the defaults need none

    return tuple(Protecting(check, zones) for check in checks)


def _fed(settings: Settings) -> Iterator[Forbidden]:
    """What sinkholes reported, see `missent feed`."""
    if not settings.policy.feeds:
        return
    from missent.report.owner import feed  # noqa: PLC0415  most have none

    for file in settings.policy.feeds:
        for one in feed.read(file):
            yield Forbidden(
                Pattern.parse(one.pattern), one.owner, one.reason, _midnight(one.expires)
            )


def _exceptions(settings: Settings) -> Permissions:
    return Permissions(
        tuple(
            Permission(
                Pattern.parse(entry.pattern),
                entry.owner,
                entry.reason,
                _midnight(entry.expires),
                Pattern.parse(entry.sender) if entry.sender else None,
            )
            for entry in settings.exception
        )
    )


def _midnight(day: date | None) -> int | None:
    if day is None:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
