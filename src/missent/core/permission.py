"""What the organisation allows in spite of a finding: each with an owner, a reason and an end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission.

    Attributes:
        pattern: the recipients it is for.
        owner: who answers for it.
        reason: why it was given.
        expires: when it ends, in seconds since the epoch; None for never.
        sender: the senders it is for; None for all.
    """

    pattern: Pattern
    owner: str
    reason: str
    expires: int | None = None
    sender: Pattern | None = None


@dataclass(frozen=True, slots=True)
class Permissions:
    """All permissions together; none covers nothing."""

    entries: tuple[Permission, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries)

    def covering(self, recipient: Address, sender: Address | None, at: int) -> Permission | None:
        """The first that lets this sender write to this recipient at that moment, if one does."""
        for entry in self.entries:
            if (
                (entry.expires is None or at < entry.expires)
                and entry.pattern.matches(recipient)
                and (entry.sender is None or (sender is not None and entry.sender.matches(sender)))
            ):
                return entry
        return None
