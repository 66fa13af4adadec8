"""Past mail decided again: each message with what was known before it, then learned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from missent.audit.replay_hindsight import look_back
from missent.audit.replay_prompt import First, Options, Prompt, strongest
from missent.audit.replay_summary import Summary
from missent.core.engine import screen
from missent.core.facts import Facts
from missent.core.verdict import Action
from missent.memory.ledger import Ledger
from missent.memory.remember import remember

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from missent.audit.sources.interface import Bounce, Event
    from missent.core.address import Address
    from missent.core.message import Message
    from missent.core.policy import Policy
    from missent.core.verdict import RecipientVerdict


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
    _firsts: dict[str, First | None] = field(default_factory=dict)
    _seen: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _returned: set[tuple[str, str]] = field(default_factory=set)

    def learn(self, events: Iterable[Event]) -> None:
        """Learn messages without deciding them, in any order."""
        for event in events:
            new = self._new(event)
            if new is not None:
                self._count_learned()
            self._remember(new or _returns_only(event))

    def run(self, events: Iterable[Event]) -> Iterator[Prompt]:
        """Decide messages, which come in the order of time, and learn each.

        Yields:
            The prompts, as they arise; those that repeat an earlier one are marked.
        """
        until = self.options.until
        for event in events:
            if until is not None and event.at >= until:
                return
            new = self._new(event)
            if new is not None:
                yield from self._look(new)
            self._remember(new or _returns_only(event))

    def afterwards(
        self, policy: Policy | None = None, asked: Collection[tuple[str, str]] | None = None
    ) -> Iterator[Prompt]:
        """Give slips that were not asked about and that only later mail shows, as by `look_back`.

        Args:
            policy: another policy than that of the replay.
            asked: the pairs that it asked about.
        """
        options = replace(self.options, policy=policy or self.options.policy)
        facts = self._facts(self.summary.last)
        asked = self._asked if asked is None else asked
        firsts = (first for first in self._firsts.values() if first is not None)
        return look_back(firsts, asked, facts, options)

    def _facts(self, at: int) -> Facts:
        options = self.options
        return Facts(at, self.ledger, options.own_domains, exceptions=options.exceptions)

    def _new(self, event: Event) -> Event | None:
        """The event with the recipients not seen before; None where it was seen as it is.

        The same message lies in its sender's mailbox, in each recipient's, and in the log, there
        perhaps in several transactions with some of the recipients each.
        """
        sender = event.message.mail_from
        # Of a billion messages, one may be overlooked by this. Programs use a Message-ID again.
        key = hash((event.key, sender.key if sender else ""))
        recipients = event.message.recipients
        seen = self._seen.get(key)
        if seen is None:
            self._seen[key] = tuple([r.address.key for r in recipients])
            return event
        more = tuple(r for r in recipients if r.address.key not in seen)
        if not more:
            self.summary.duplicates += self.options.share[0] == 0
            return None
        self._seen[key] = (*seen, *(r.address.key for r in more))
        return replace(event, message=replace(event.message, recipients=more))

    def _count_learned(self) -> None:
        self.summary.learned += self.options.share[0] == 0  # every share learns it

    def _look(self, event: Event) -> Iterator[Prompt]:
        sender = event.message.mail_from
        if sender is None or event.automatic or not self.options.decides(event.at, sender):
            self._count_learned()
        elif self.options.is_mine(sender):
            yield from self._decide(event, sender)
        else:
            for recipient in event.message.recipients:
                self._firsts.setdefault(recipient.address.key, None)

    def _decide(self, event: Event, sender: Address) -> Iterator[Prompt]:
        options, summary = self.options, self.summary
        message = _each_once(event.message)
        verdict = screen(message, self._facts(event.at), options.policy, options.checks)
        summary.decided(event.at, len(verdict.recipients))
        for answer in verdict.recipients:
            key = answer.recipient.address.key
            if key not in self._firsts:
                self._firsts[key] = First(event.at, message.message_id, sender, answer.recipient)
            if answer.errors:
                summary.errors.update(f"{e.code}: {e.reason}" for e in answer.errors)
            if answer.action is Action.ALLOW:
                continue
            prompt = self._prompt(event, sender, answer)
            summary.prompted(prompt)
            yield prompt

    def _prompt(self, event: Event, sender: Address, answer: RecipientVerdict) -> Prompt:
        policy = self.options.policy
        recipient = answer.recipient.address
        pair = sender.key, recipient.key
        repeat = pair in self._asked
        self._asked.add(pair)
        return Prompt(
            event.at,
            event.message.message_id,
            sender,
            recipient,
            answer.action,
            strongest(answer.findings, policy),
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


def _returns_only(event: Event) -> Event:
    return replace(event, message=replace(event.message, recipients=()))


def _each_once(message: Message) -> Message:
    keys = {r.address.key: r for r in reversed(message.recipients)}
    if len(keys) == len(message.recipients):
        return message
    once = tuple(r for r in message.recipients if keys[r.address.key] is r)
    return replace(message, recipients=once)
