"""What a replay is given, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

from missent.core.permission import Permissions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.address import Address
    from missent.core.check import Check
    from missent.core.finding import Finding
    from missent.core.message import Recipient
    from missent.core.policy import Policy
    from missent.core.verdict import Action


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
        share: which part of the senders this replay decides, of how many; it learns all mail.
    """

    policy: Policy
    checks: tuple[Check, ...]
    own_domains: frozenset[str] = frozenset()
    exceptions: Permissions = field(default_factory=Permissions)
    since: int = 0
    until: int | None = None
    share: tuple[int, int] = (0, 1)

    def decides(self, at: int, sender: Address | None) -> bool:
        """Whether any share decides what this sender sent at that moment."""
        if sender is None or at < self.since:
            return False
        return not self.own_domains or sender.domain.name in self.own_domains

    def is_mine(self, sender: Address) -> bool:
        """Whether this share decides for the sender."""
        number, shares = self.share
        return shares == 1 or crc32(sender.key.encode()) % shares == number


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


@dataclass(frozen=True, slots=True)
class First:
    """The first time that a decided message was sent to an address."""

    at: int
    message_id: str
    sender: Address
    recipient: Recipient


def strongest(findings: Iterable[Finding], policy: Policy) -> Finding:
    """The surest of the findings that ask for the strictest action."""
    return max(findings, key=lambda f: (policy.action((f,)), f.probability))
