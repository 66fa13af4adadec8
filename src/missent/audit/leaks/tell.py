"""What is made of a leak for people: how often the slip was made, and who should be told of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from missent.audit.leaks.leak import Habit, Kind
from missent.core.known import is_own
from missent.core.tables import providers

if TYPE_CHECKING:
    from missent.audit.leaks.leak import Leak

_AGAIN: Final = 3  # days on which the same pair makes it standing
_MANY: Final = 3
_NAMED: Final = 3
_LIST: Final = re.compile(r"(?:owner-.+|.+-(?:owner|bounces|request))(?:[+=].*)?@|bounces?[+-]")


def habit(leak: Leak, own: frozenset[str]) -> Habit:
    """Tell what stands behind a leak, by who wrote to whom and on how many days."""
    if leak.kind is Kind.POSING:
        return Habit.POSING if len(leak.days) > 1 else Habit.ONCE
    again = len(leak.days) > 1
    if any(pair.via for pair in leak.pairs) or (again and _is_passed_on(leak, own)):
        return Habit.FORWARD
    if again and all(_LIST.match(pair.sender) for pair in leak.pairs):
        return Habit.LIST
    writers: Counter[str] = Counter()
    days: Counter[str] = Counter()
    for pair in leak.pairs:
        writers[pair.recipient] += 1
        days[pair.recipient] += pair.days
    if any(count >= _MANY and days[who] >= _AGAIN for who, count in writers.items()):
        return Habit.FORWARD
    if any(pair.days >= _AGAIN for pair in leak.pairs):
        return Habit.BOOK
    return Habit.OFTEN if leak.senders > 1 or again else Habit.ONCE


def whom(leak: Leak, own: frozenset[str]) -> list[tuple[str, str]]:
    """Who should be told of a leak, and why.

    Nobody is told of mail that was passed on: they wrote to an address of ours, which is right.
    Nor is a mail provider told: it cannot know for which of its customers the mail was.
    """
    if leak.kind is Kind.POSING:
        return [(f"postmaster@{leak.meant[0]}", "mail from here pretends to be from there")]
    forwards = sorted({pair.via for pair in leak.pairs if pair.via})[:_NAMED]
    told = [(via, "an alias or a forward of this address leads there") for via in forwards]
    if not forwards and _is_passed_on(leak, own):
        here = f"postmaster@{min(own)}"
        told.append((here, "mail from elsewhere is passed on there: look for a forward or a rule"))
    told += _writers(leak, own)
    meant = leak.meant[0] if leak.meant and leak.kind is not Kind.OWN else ""
    if meant and leak.total("delivered") and meant not in providers.popular():
        owner = f": {leak.owner}" if leak.owner else ""
        why = f"the rightful owner; mail for it was delivered{owner}"
        told.append((f"postmaster@{meant}", why))
    return told


def _writers(leak: Leak, own: frozenset[str]) -> list[tuple[str, str]]:
    """Those of us who wrote there themselves, the most often first."""
    wrote: Counter[str] = Counter()
    for pair in leak.pairs:
        if not pair.via and pair.sender != "?" and _is_inside(pair.sender, own):
            wrote[pair.sender] += pair.deliveries
    ranked = sorted(wrote.items(), key=lambda item: (-item[1], item[0]))[:_NAMED]
    return [(who, f"wrote there {n:,} times" if n > 1 else "wrote there once") for who, n in ranked]


def _is_passed_on(leak: Leak, own: frozenset[str]) -> bool:
    """Whether some of it came from elsewhere and left us again."""
    return any(p.sender != "?" and not _is_inside(p.sender, own) for p in leak.pairs)


def _is_inside(sender: str, own: frozenset[str]) -> bool:
    return not own or is_own(sender.rpartition("@")[2], own)
