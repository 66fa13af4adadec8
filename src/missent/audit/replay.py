"""Past mail decided again: each message with what was known before it, then learned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from missent.audit.replay_summary import Summary
from missent.core.engine import screen
from missent.core.facts import Facts
from missent.core.permission import Permissions
from missent.core.verdict import Action
from missent.memory.ledger import Ledger
from missent.memory.remember import remember

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missent.audit.sources.interface import Bounce, Event
    from missent.core.address import Address
    from missent.core.check import Check
    from missent.core.finding import Finding
    from missent.core.message import Message
    from missent.core.policy import Policy
    from missent.core.verdict import RecipientVerdict


@dataclass(frozen=True, slots=True)
class Options:
    """What a replay decides, and how.

    Attributes:
        policy: which findings lead to which action.
        checks: what is looked for.
        own_domains: the organisation's domains: only their senders are decided, every message is
            learned. Empty: every sender is decided.
        exceptions: what the organisation allowed in spite of a finding.
        since: messages before this moment are only learned; in seconds since the epoch.
        until: the replay ends before this moment.
    """

    policy: Policy
    checks: tuple[Check, ...]
    own_domains: frozenset[str] = frozenset()
    exceptions: Permissions = field(default_factory=Permissions)
    since: int = 0
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """One recipient that a sender would have been asked about.

    Attributes:
        at: when the message was sent, in seconds since the epoch.
        message_id: its Message-ID, "" where it has none.
        sender: who sent it.
        recipient: the address that was written to.
        action: what the policy asks for.
        finding: the strongest finding that asks for this action.
        findings: every finding about this recipient, the strongest first.
        repeat: this sender was asked about this address before. Past mail shows no answers; the
            message went out, so the sender would have said that the address is right.
    """

    at: int
    message_id: str
    sender: Address
    recipient: Address
    action: Action
    finding: Finding
    findings: tuple[Finding, ...] = ()
    repeat: bool = False


@dataclass(slots=True)
class Replay:
    """One replay: what it knows so far, and the counts.

    Attributes:
        options: what is decided, and how.
        ledger: who wrote to whom so far.
        summary: the counts so far.
    """

    options: Options
    ledger: Ledger = field(default_factory=Ledger)
    summary: Summary = field(default_factory=Summary)
    _asked: set[tuple[str, str]] = field(default_factory=set)
    _seen: set[int] = field(default_factory=set)
    _returned: set[tuple[str, str]] = field(default_factory=set)

    def learn(self, events: Iterable[Event]) -> None:
        """Learn messages without deciding them, in any order."""
        for event in events:
            if self._is_new(event):
                self.summary.learned += 1
                self._remember(event)

    def run(self, events: Iterable[Event]) -> Iterator[Prompt]:
        """Decide messages, which come in the order of time, and learn each.

        Yields:
            The prompts, as they arise; those that repeat an earlier one are marked.
        """
        until = self.options.until
        for event in events:
            if until is not None and event.at >= until:
                return
            if not self._is_new(event):
                continue
            if self._is_decided(event):
                yield from self._decide(event)
            else:
                self.summary.learned += 1
            self._remember(event)

    def _is_new(self, event: Event) -> bool:
        # The same message lies in its sender's and in each recipient's mailbox. A hash is enough:
        # one of a billion messages may be overlooked by it.
        key = hash(event.key)
        if key in self._seen:
            self.summary.duplicates += 1
            return False
        self._seen.add(key)
        return True

    def _is_decided(self, event: Event) -> bool:
        sender = event.message.mail_from
        if sender is None or event.automatic or event.at < self.options.since:
            return False
        own = self.options.own_domains
        return not own or sender.domain.name in own

    def _decide(self, event: Event) -> Iterator[Prompt]:
        options, summary = self.options, self.summary
        message = _each_once(event.message)
        facts = Facts(event.at, self.ledger, options.own_domains, exceptions=options.exceptions)
        verdict = screen(message, facts, options.policy, options.checks)
        summary.decided(event.at, len(verdict.recipients))
        for answer in verdict.recipients:
            if answer.errors:
                summary.errors.update(f"{e.code}: {e.reason}" for e in answer.errors)
            if answer.action is Action.ALLOW or message.mail_from is None:
                continue
            prompt = self._prompt(event, message.mail_from, answer)
            summary.prompted(prompt)
            yield prompt

    def _prompt(self, event: Event, sender: Address, answer: RecipientVerdict) -> Prompt:
        policy = self.options.policy
        recipient = answer.recipient.address
        pair = sender.key, recipient.key
        repeat = pair in self._asked
        self._asked.add(pair)
        strongest = next(f for f in answer.findings if policy.action((f,)) is answer.action)
        return Prompt(
            event.at,
            event.message.message_id,
            sender,
            recipient,
            answer.action,
            strongest,
            answer.findings,
            repeat,
        )

    def _remember(self, event: Event) -> None:
        bounced = [(b.sender, b.address) for b in event.bounced if self._is_first_return(b)]
        remember(
            self.ledger,
            event.message,
            event.at,
            self.options.own_domains,
            bounced,
            automatic=event.automatic,
        )

    def _is_first_return(self, bounce: Bounce) -> bool:
        # The log and the notice tell of the same failure.
        if not bounce.message_id:
            return True
        failure = bounce.message_id, bounce.address.key
        if failure in self._returned:
            return False
        self._returned.add(failure)
        return True


def _each_once(message: Message) -> Message:
    keys = {r.address.key: r for r in reversed(message.recipients)}
    if len(keys) == len(message.recipients):
        return message
    once = tuple(r for r in message.recipients if keys[r.address.key] is r)
    return replace(message, recipients=once)
