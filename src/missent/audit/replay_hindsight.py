"""Slips that only later mail shows: the right address was first used after the wrong one.

When a replay is over, each address that was written to and never answered is decided once more,
with all that is known by then and as if it had never been used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from missent.audit.replay_prompt import Prompt, strongest
from missent.core.acquaintance import piece_by_piece, used_one_by_one
from missent.core.engine import screen
from missent.core.facts import Use
from missent.core.familiar import by_two_questions
from missent.core.message import Message
from missent.core.shapes import shape
from missent.core.verdict import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from missent.audit.replay_prompt import First, Options
    from missent.core.facts import Correspondence, Facts

_MOST_SENT = 2  # what was written to more often without a bounce is hardly a slip


class Without:
    """A `Correspondence` from which one address, and all that was sent to it, is taken away."""

    def __init__(self, whole: Correspondence, sender: str, address: str) -> None:
        """Hide `address`, whose uses were all by `sender`, from `whole`."""
        self._whole = whole
        self._hidden = address
        self._sender = sender
        self._local, _, self._domain = address.rpartition("@")
        self._use = whole.address(address) or Use()

    def pair(self, sender: str, address: str) -> Use | None:
        """How `sender` has used `address`."""
        return None if address == self._hidden else self._whole.pair(sender, address)

    def address(self, address: str) -> Use | None:
        """How the whole organisation has used `address`."""
        return None if address == self._hidden else self._whole.address(address)

    def sender_domain(self, sender: str, domain: str) -> Use | None:
        """How `sender` has used `domain`."""
        use = self._whole.sender_domain(sender, domain)
        return self._less(use) if domain == self._domain and sender == self._sender else use

    def domain(self, domain: str) -> Use | None:
        """How the whole organisation has used `domain`."""
        use = self._whole.domain(domain)
        return self._less(use) if domain == self._domain else use

    def domains_known(self) -> int:
        """How many domains are known."""
        return self._whole.domains_known() - (self.domain(self._domain) is None)

    def locals_at(self, domain: str) -> int:
        """How many distinct addresses are known at `domain`."""
        return self._whole.locals_at(domain) - (domain == self._domain)

    def locals_like(self, domain: str, local: str) -> tuple[int, int]:
        """Of how many known local parts at `domain`, how many are built like `local`."""
        alike, of = self._whole.locals_like(domain, local)
        hidden = domain == self._domain
        return alike - (hidden and shape(local) == shape(self._local)), of - hidden

    def domains_near(self, domain: str) -> Iterable[str]:
        """Known domains that may have been meant where `domain` was typed."""
        near = self._whole.domains_near(domain)
        if self.domain(self._domain) is not None:
            return near
        return [name for name in near if name != self._domain]

    def domains_with(self, local: str) -> Iterable[str]:
        """Known domains at which this very local part is known."""
        there = self._whole.domains_with(local)
        if local != self._local:
            return there
        return [name for name in there if name != self._domain]

    def locals_near(self, domain: str, local: str) -> Iterable[str]:
        """Known local parts at `domain` that may have been meant where `local` was typed."""
        near = self._whole.locals_near(domain, local)
        if domain != self._domain:
            return near
        return [name for name in near if name != self._local]

    acquaintance = piece_by_piece
    used_among = used_one_by_one
    is_familiar = by_two_questions

    def meant(self, sender: str, address: str) -> str | None:
        """The address that `sender` (or, failing that, a colleague) meant the last time."""
        return self._whole.meant(sender, address)

    def _less(self, use: Use | None) -> Use | None:
        if use is None:
            return None
        left = use._replace(sent=use.sent - self._use.sent)
        return left if left.sent > 0 or left.received or left.confirmed else None


def look_back(
    firsts: Iterable[First], asked: Collection[tuple[str, str]], facts: Facts, options: Options
) -> Iterator[Prompt]:
    """Give what the policy would have asked, had it known all of the mail, and did not ask.

    Args:
        firsts: the first use of each address.
        asked: the pairs of sender and recipient that were asked about.
        facts: what is known at the end.
        options: as of the replay.
    """
    for first in firsts:
        recipient = first.recipient.address
        use = facts.history.address(recipient.key)
        if (first.sender.key, recipient.key) in asked or not _is_unanswered(use):
            continue
        view = Without(facts.history, first.sender.key, recipient.key)
        message = Message(first.sender, (first.recipient,), first.message_id)
        known = replace(facts, history=view)
        (answer,) = screen(message, known, options.policy, options.checks).recipients
        if answer.action is Action.ALLOW or not answer.did_you_mean:
            continue
        yield Prompt(
            first.at,
            first.message_id,
            first.sender,
            recipient,
            answer.action,
            strongest(answer.findings, options.policy),
            answer.findings,
        )


def _is_unanswered(use: Use | None) -> bool:
    return use is not None and use.sent <= _MOST_SENT and not use.received and not use.confirmed
