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
        leaks: wrong domains.
        spellings: how each domain that mail went to stands in the log.
        own: the organisation's domains.
    """
    wrong = {leak.domain: leak for leak in leaks if leak.kind is not Kind.POSING}
    engine.load("wrong", ["domain"], [(text,) for name in wrong for text in spellings[name]])
    engine.keep("went_wrong", plan.WRONG)
    _count(engine, wrong, "went_wrong", plan.WRONG_PAIRS)
    posing = {leak.domain: leak for leak in leaks if leak.kind is Kind.POSING}
    if posing:
        engine.keep("posed", plan.POSED)
        _count(engine, posing, "posed", plan.POSED_PAIRS)
    for leak in leaks:
        leak.habit = tell.habit(leak, own)
        leak.tell = tell.whom(leak, own)


def _count(engine: Engine, leaks: Mapping[str, Leak], deliveries: str, pairs: str) -> None:
    """Add the counts of a table of deliveries to the leaks, which are given by their names."""
    days: dict[tuple[str, str], int] = {}
    by_day = plan.BY_DAY.format(deliveries=deliveries)
    for text, sender, recipient, day, count in engine.rows(by_day):
        leak = leaks[normal(text) or text]
        if day is not None:
            leak.days[int(day)] = leak.days.get(int(day), 0) + int(count)
        days[sender, recipient] = days.get((sender, recipient), 0) + 1
    for text, messages in engine.rows(plan.DISTINCT_MESSAGES.format(deliveries=deliveries)):
        leaks[normal(text) or text].messages += int(messages)
    for text, sender, recipient, via, *counts in engine.rows(pairs):
        pair = Pair(sender, recipient, via, *(int(v or 0) for v in counts))
        pair = pair._replace(days=days.get((sender, recipient), 1))
        leaks[normal(text) or text].pairs.append(pair)
