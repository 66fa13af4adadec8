"""What a page asks of the store: each row of the table is one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.console.fill import DAY, NOW
from missent.core.pattern import Pattern
from missent.memory.decided import Sought

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from missent.memory.interface import Store

_MONTH = 30 * DAY
_TODAY = NOW // DAY


def queries(store: Store, count: int) -> Mapping[str, Callable[[], Awaitable[object]]]:
    """By what they show."""

    def latest(before: int | None = None, **sought: object) -> Callable[[], Awaitable[object]]:
        wanted = Sought(**sought)  # type: ignore[arg-type]
        return lambda: store.latest(before=before, limit=50, sought=wanted)

    return {
        "the newest decisions": latest(),
        "a page from the middle": latest(before=count // 2),
        "of a month, half a year ago": latest(since=NOW - 7 * _MONTH, until=NOW - 6 * _MONTH),
        "of a sender": latest(sender=Pattern.parse("user42@corp.example")),
        "of a sender's domain, to a lookalike": latest(
            sender=Pattern.parse("corp.example"), recipient=Pattern.parse("company7.cm")
        ),
        "to an address": latest(recipient=Pattern.parse("person77@company3.cm")),
        "below a suffix": latest(recipient=Pattern.parse("*.cm")),
        "below a domain that nobody wrote to": latest(recipient=Pattern.parse("*.nobody.ml")),
        "by a text that is common": latest(text="person12"),
        "by a text that is nowhere": latest(text="nobody"),
        "by a check that is common": latest(code="T101"),
        "by a check that is rare": latest(code="T105"),
        "by an action": latest(action="hold"),
        "by an action and a text": latest(action="hold", text="company399"),
        "judged wrong": latest(judgement="wrong"),
        "not judged": latest(judgement="none"),
        "one decision, with its evidence": lambda: store.decision(count // 3),
        "a month, by day and check": lambda: store.days(_TODAY - 30, _TODAY + 1),
        "a year, by day and check": lambda: store.days(_TODAY - 365, _TODAY + 1),
        "a month's slips": lambda: store.slips(_TODAY - 30, _TODAY + 1),
        "three months' slips": lambda: store.slips(_TODAY - 90, _TODAY + 1),
        "exceptions": store.exceptions,
    }
