"""What is counted of decisions, day by day: how often there was something to ask, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIRMED = "confirmed"
"""How the disposition of a prompt begins whose sender sent the message again."""
ASKED = ("refused", "held", "kept")
"""How that of a prompt begins which stopped a message until somebody decides."""


@dataclass(frozen=True, slots=True)
class Overridden:
    """A prompt that was put aside: somebody let the message go as it was written.

    Attributes:
        at: when.
        recipient: the address.
        codes: of the findings.
        meant: the address that was offered first, or "".
    """

    at: int
    recipient: str
    codes: tuple[str, ...]
    meant: str = ""


class Counted(NamedTuple):
    """How often there was something to ask.

    Attributes:
        prompts: decisions other than `allow`, those of monitor mode and warnings too.
        asked: those that stopped a message; a second sending counts again.
        overridden: how often a sender sent it again, or somebody released it as it was written.
    """

    prompts: int = 0
    asked: int = 0
    overridden: int = 0

    @property
    def averted(self) -> int:
        """Messages that were stopped and not sent after all."""
        return max(self.asked - self.overridden, 0)


@dataclass(frozen=True, slots=True)
class Day:
    """What was counted on one day.

    Attributes:
        day: since the epoch, in UTC.
        messages: that were decided.
        recipients: by action, `allow` and `undecided` among them.
        codes: by the code of a check; a prompt counts for each of its codes.
    """

    day: int
    messages: int = 0
    recipients: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, Counted] = field(default_factory=dict)


class Slip(NamedTuple):
    """A domain that was typed for another one (or for itself, where the mailbox was wrong)."""

    typed: str
    meant: str
    counted: Counted


Tally: TypeAlias = "Mapping[tuple[int, str], int]"
"""How many there were, by day (since the epoch, in UTC) and kind: `messages`, and recipients by
their action, those as well whose decision is not kept because there was nothing to ask."""
