"""Confirming by sending again: a held recipient is refused once, and the next attempt passes.

It works with every mail client and needs no link. A refusal must be permanent (5xx): an MTA
repeats a temporary one by itself, and would confirm in its user's name.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from missent.gates import reply
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.core.verdict import RecipientVerdict


class Attempts(Protocol):
    """When something was first tried, by whom and to whom; shared by all processes and hosts."""

    async def first(
        self, purpose: str, sender: str, address: str, at: int, within: int
    ) -> int | None:
        """Tell when this was first tried, and record it where it was not.

        Args:
            purpose: what is being counted, such as "confirm"; each has its own attempts.
            sender: who tries, as `Address.key`; "" for the null sender.
            address: to whom, as `Address.key`.
            at: now, in seconds since the epoch.
            within: how long an attempt counts, in seconds; an older one is as none.

        Returns:
            When the first attempt that counts was made; None where it is this one.

        Raises:
            StoreError: it cannot be known now.
        """

    async def forget(self, purpose: str, sender: str, address: str) -> None:
        """Drop an attempt: the next one is a first one again."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How a second attempt must lie to the first, both in seconds.

    Attributes:
        least: an earlier one is a program's, or an impatient click, and not a second thought.
        most: a later one is a first one again.
    """

    least: int = 15
    most: int = 900


class Confirm:
    """Refuse once, then let pass."""

    def __init__(
        self, attempts: Attempts, clock: Callable[[], float], patience: Patience | None = None
    ) -> None:
        self._attempts = attempts
        self._clock = clock
        self.patience = patience or Patience()

    async def again(self, sender: str, address: str) -> bool:
        """Count an attempt; whether it confirms an earlier one.

        What is confirmed stays so until the first attempt is too old: a client that gives up at
        the first refusal must get past the second in its next attempt.

        Raises:
            StoreError: it cannot be known now.
        """
        at = int(self._clock())
        first = await self._attempts.first("confirm", sender, address, at, self.patience.most)
        return first is not None and at - first >= self.patience.least

    def refusal(self, verdict: RecipientVerdict, *, smtputf8: bool) -> Reply:
        """Say that it was not sent, what was probably meant, and how to send it all the same."""
        least, minutes = self.patience.least, self.patience.most // 60
        when = f"within {minutes} minutes, after {least} seconds or more"
        advice = f"if this address is right, send again {when};"
        findings = tuple(replace(f, summary=f"{advice} {f.summary}") for f in verdict.findings)
        said = reply.refusal(replace(verdict, findings=findings), smtputf8=smtputf8)
        return Reply(550, "5.7.1", said.lines)


class LocalAttempts:
    """`Attempts` of one process alone, bounded: for a gate without a store, and for tests."""

    def __init__(self, most: int = 10_000) -> None:
        """Remember so many; the oldest go first."""
        self._most = most
        self._first: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    async def first(
        self, purpose: str, sender: str, address: str, at: int, within: int
    ) -> int | None:
        """Tell when this was first tried, and record it where it was not."""
        key = (purpose, sender, address)
        known = self._first.get(key)
        if known is not None and at - known <= within:
            return known
        self._first[key] = at
        self._first.move_to_end(key)
        if len(self._first) > self._most:
            self._first.popitem(last=False)
        return None

    async def forget(self, purpose: str, sender: str, address: str) -> None:
        """Drop an attempt."""
        self._first.pop((purpose, sender, address), None)
