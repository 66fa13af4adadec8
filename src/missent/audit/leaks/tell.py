"""What is made of a leak for people: how often the slip was made, and who should be told of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from missent.audit.leaks.leak import Habit, Kind

if TYPE_CHECKING:
    from missent.audit.leaks.leak import Leak

_AGAIN: Final = 3  # days on which the same pair makes it standing
_MANY: Final = 3
_NAMED: Final = 3


def habit(leak: Leak) -> Habit:
    """Tell what stands behind a leak, by who wrote to whom and on how many days."""
    if any(pair.via for pair in leak.pairs):
        return Habit.FORWARD
    writers: Counter[str] = Counter()
    days: Counter[str] = Counter()
    for pair in leak.pairs:
        writers[pair.recipient] += 1
        days[pair.recipient] += pair.days
    if any(count >= _MANY and days[who] >= _AGAIN for who, count in writers.items()):
        return Habit.FORWARD
    if any(pair.days >= _AGAIN for pair in leak.pairs):
        return Habit.BOOK
    return Habit.OFTEN if leak.senders > 1 or len(leak.days) > 1 else Habit.ONCE


def whom(leak: Leak, own: frozenset[str]) -> list[tuple[str, str]]:
    """Who should be told of a leak, and why."""
    told: list[tuple[str, str]] = []
    if leak.kind is Kind.POSING:
        return [(f"postmaster@{leak.meant[0]}", "mail from here pretends to be from there")]
    forwards = sorted({pair.via for pair in leak.pairs if pair.via})[:_NAMED]
    told += [(via, "an alias or a forward of this address leads there") for via in forwards]
    wrote: Counter[str] = Counter()
    for pair in leak.pairs:
        wrote[pair.sender] += pair.deliveries
    ranked = sorted(wrote.items(), key=lambda item: (-item[1], item[0]))
    inside = [item for item in ranked if _is_inside(item[0], own)] or ranked
    for sender, count in inside[:_NAMED]:
        if sender != "?":
            told.append(
                (sender, f"wrote there {count:,} times" if count > 1 else "wrote there once")
            )
    if leak.meant and leak.total("delivered"):
        owner = f": {leak.owner}" if leak.owner else ""
        told.append(
            (f"postmaster@{leak.meant[0]}", f"the rightful owner; mail for it was delivered{owner}")
        )
    return told


def _is_inside(sender: str, own: frozenset[str]) -> bool:
    return not own or sender.rpartition("@")[2] in own
