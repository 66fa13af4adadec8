"""Whom nobody needs to be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.known import has_written

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.facts import Correspondence, Facts


def is_familiar(address: Address, sender: Address | None, facts: Facts) -> bool:
    """Whether an address has proved to be right: it wrote here, or somebody here confirmed it.

    Having been written to proves nothing: that is how a slip becomes a habit.
    """
    return facts.history.is_familiar(sender.key if sender is not None else "", address.key)


def by_two_questions(history: Correspondence, sender: str, address: str) -> bool:
    """Ask a history that has no quicker answer for the address, and for the pair."""
    if has_written(history.address(address)):
        return True
    return bool(sender) and has_written(history.pair(sender, address))
