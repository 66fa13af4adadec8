"""Adds to each wrong domain what is to be told of it: counts, days, habits, and who should know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.audit.leaks import plan, tell
from missent.audit.leaks.leak import Kind, Leak, Pair
from missent.audit.leaks.look import normal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missent.audit.leaks.interface import Engine


def describe(
    engine: Engine,
    leaks: Sequence[Leak],
    spellings: Mapping[str, Sequence[str]],
    own: frozenset[str],
) -> None:
    """Add them.

    Args:
        engine: holds the tables of the second pass.
        leaks: wrong domains; those that pose as one of ours have their counts already.
        spellings: how each domain stands in the log.
        own: the organisation's domains.
    """
    there = {leak.domain: leak for leak in leaks if leak.kind is not Kind.POSING}
    spelt = [(text,) for name in there for text in spellings[name]]
    engine.load("wrong", ["domain"], spelt)
    engine.keep("went_wrong", plan.WRONG)
    days: dict[tuple[str, str], int] = {}
    for text, sender, recipient, day, count in engine.rows(plan.WRONG_DAYS):
        leak = there[normal(text) or text]
        if day is not None:
            leak.days[int(day)] = leak.days.get(int(day), 0) + int(count)
        days[sender, recipient] = days.get((sender, recipient), 0) + 1
    for text, messages in engine.rows(plan.WRONG_MESSAGES):
        there[normal(text) or text].messages += int(messages)
    for text, sender, recipient, via, *counts in engine.rows(plan.WRONG_PAIRS):
        pair = Pair(sender, recipient, via, *(int(v or 0) for v in counts))
        pair = pair._replace(days=days.get((sender, recipient), 1))
        there[normal(text) or text].pairs.append(pair)
    for leak in leaks:
        leak.habit = tell.habit(leak)
        leak.tell = tell.whom(leak, own)
