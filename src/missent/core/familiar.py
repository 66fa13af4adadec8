"""Whom nobody needs to be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.known import has_written

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.facts import Facts


def is_familiar(address: Address, sender: Address | None, facts: Facts) -> bool:
    """Whether an address has proved to be right: it wrote here, or somebody here confirmed it.

    Having been written to proves nothing: that is how a slip becomes a habit.
    """
    if has_written(facts.history.address(address.key)):
        return True
    return sender is not None and has_written(facts.history.pair(sender.key, address.key))
