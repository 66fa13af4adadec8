"""*Overview*: what was asked and stopped over time, by which check, and whether to enforce."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from starlette.routing import Route

from missent.core.policy import Mode
from missent.memory.counted import Counted, Day
from missent.memory.decided import Sought
from missent.web.access import Role, needs
from missent.web.console import moments, plots
from missent.web.console.frame import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup
    from starlette.requests import Request
    from starlette.responses import Response

    from missent.memory.counted import Slip
    from missent.web.console.frame import Console

SPANS, _SPAN = (7, 30, 90), 30  # days
_SLIPS = 10
_JUDGED = 500  # judgements that are read
_STOPS = ("hold", "block")

# What must be known before missent says that it is safe to enforce.
ENOUGH_DAYS, ENOUGH_MESSAGES = 7, 1000
_NOISY = 0.1  # of those that were judged, so many may be wrong
_LOOKED_AT = 0.5  # of the stops must be judged, or so many:
_LOOKED_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Totals:
    """What was counted in the span.

    Attributes:
        days: with any mail.
        messages: that were decided.
        prompts: recipients that were asked about, or would have been.
        stops: of them, those held or blocked, or that would have been.
        asked: of them, those that were really stopped.
        overridden: of these, those that went out as they were written.
        right: judged so.
        wrong: likewise.
    """

    days: int = 0
    messages: int = 0
    prompts: int = 0
    stops: int = 0
    asked: int = 0
    overridden: int = 0
    right: int = 0
    wrong: int = 0

    @property
    def averted(self) -> int:
        """Stopped, and not sent as it was written."""
        return max(self.asked - self.overridden, 0)

    def per_thousand(self, count: int) -> float:
        """Of a thousand messages."""
        return 1000 * count / self.messages if self.messages else 0.0


class Check(NamedTuple):
    """What became of one check's prompts."""

    code: str
    title: str
    counted: Counted


class Readiness(NamedTuple):
    """Whether it is safe to enforce, in a line, and what there is to do.

    Attributes:
        line: the answer.
        then: what to do about it.
        href: where, "" for nowhere.
    """

    line: str
    then: str
    href: str = ""


def routes(console: Console) -> list[Route]:
    """The page."""
    return [Route("/", _Page(console).overview)]


class _Page:
    def __init__(self, console: Console) -> None:
        self._console = console

    @needs(Role.VIEWER)
    async def overview(self, request: Request) -> Response:
        """Numbers and plots of some days."""
        console = self._console
        given = request.query_params.get("days", "")
        span = int(given) if given in map(str, SPANS) else _SPAN
        now = int(time.time())
        today = now // moments.DAY
        since = today - span + 1
        days = await console.store.days(since, today + 1)
        mode = console.about.policy.mode
        found = totals(days, *await self._judged(since * moments.DAY))
        return await show(
            console,
            request,
            "overview.html",
            "/",
            span=span,
            spans=SPANS,
            totals=found,
            ready=readiness(mode, found),
            mode=mode.value,
            pictures=pictures(days, since, today),
            rows=[row for row in reversed(days) if row.messages or row.recipients],
            checks=checks(days, console.about.checks),
            slips=await console.store.slips(since, today + 1, _SLIPS),
            widest=_widest,
            bar=plots.bar,
            health=await health(console, now),
        )

    async def _judged(self, since: int) -> tuple[int, int]:
        """How many decisions were judged right, and wrong."""
        store = self._console.store
        right = await store.latest(limit=_JUDGED, sought=Sought(since, judgement="right"))
        wrong = await store.latest(limit=_JUDGED, sought=Sought(since, judgement="wrong"))
        return len(right.rows), len(wrong.rows)


def totals(days: Sequence[Day], right: int = 0, wrong: int = 0) -> Totals:
    """Add up the days of a span."""
    counted = [one for row in days for one in row.codes.values()]
    return Totals(
        sum(1 for row in days if row.messages),
        sum(row.messages for row in days),
        sum(row.recipients.get(action, 0) for row in days for action in plots.ACTIONS),
        sum(row.recipients.get(action, 0) for row in days for action in _STOPS),
        sum(one.asked for one in counted),
        sum(one.overridden for one in counted),
        right,
        wrong,
    )


def readiness(mode: Mode, found: Totals) -> Readiness:
    """Whether it is safe to enforce; where it is enforced already, how that goes."""
    rate = moments.number(round(found.per_thousand(found.stops), 2))
    if mode is Mode.ENFORCE:
        line = f"Enforcing. {rate} of 1,000 messages were stopped"
        if not found.asked:
            return Readiness(f"{line}.", "Nothing had to be decided by anybody.")
        share = moments.percent(found.overridden, found.asked)
        return Readiness(
            f"{line}; {share} of the stops were overridden.",
            "An override is a message that went out as it was written, after all.",
        )
    line = f"Monitoring, nothing is stopped. {rate} of 1,000 messages would have been"
    if found.days < ENOUGH_DAYS or found.messages < ENOUGH_MESSAGES:
        seen = f"{moments.plural(found.messages, 'message')} on {moments.plural(found.days, 'day')}"
        return Readiness(
            f"{line}: too early to enforce.",
            f"Only {seen} were seen; wait for {ENOUGH_MESSAGES:,} on {ENOUGH_DAYS} days.",
        )
    judged = found.right + found.wrong
    needed = min(round(_LOOKED_AT * found.stops), _LOOKED_AT_MOST)
    if judged < needed:
        return Readiness(
            f"{line}: not known yet whether rightly.",
            f"Look at the stops and judge them: {judged} of {needed} that are needed are judged.",
            "/decisions?judgement=none",
        )
    if judged and found.wrong / judged > _NOISY:
        return Readiness(
            f"{line}: not safe to enforce yet.",
            f"{found.wrong} of {judged} judged decisions were wrong. Add exceptions for them, or"
            " raise a threshold of the policy.",
            "/decisions?judgement=wrong",
        )
    return Readiness(
        f"{line}: safe to enforce.",
        f"{found.right} of {judged} judged decisions were right." if judged else "",
        "/policy",
    )


def checks(days: Sequence[Day], titles: dict[str, str]) -> list[Check]:
    """What became of each check's prompts, the busiest first."""
    found: dict[str, Counted] = {}
    for row in days:
        for code, one in row.codes.items():
            old = found.get(code, Counted())
            found[code] = Counted(*(a + b for a, b in zip(old, one, strict=True)))
    ordered = sorted(found.items(), key=lambda item: (-item[1].prompts, item[0]))
    return [Check(code, titles.get(code, ""), one) for code, one in ordered]


class Pictures(NamedTuple):
    """The plots, and the numbers at their edges."""

    prompts: Markup
    highest: int
    rate: Markup
    fastest: str
    labels: tuple[str, str, str]


def pictures(days: Sequence[Day], since: int, today: int) -> Pictures:
    """Draw prompts by day, and of a thousand messages."""
    by_day = {row.day: row for row in days}
    span = range(since, today + 1)
    parts: list[tuple[str, dict[str, int]]] = []
    rates: list[tuple[str, float | None]] = []
    for number in span:
        row = by_day.get(number, Day(number))
        label = moments.day(number)
        some = {action: row.recipients.get(action, 0) for action in plots.ACTIONS}
        parts.append((label, some))
        rate = 1000 * sum(some.values()) / row.messages if row.messages else None
        rates.append((f"{label}, of 1,000 messages", rate))
    counts = [sum(some.values()) for _, some in parts]
    fastest = max((rate for _, rate in rates if rate is not None), default=0.0)
    told = f"{sum(counts)} prompts on {len(span)} days; at most {max(counts)} on one day."
    middle = since + len(span) // 2
    return Pictures(
        plots.bars("Prompts by day", told, parts),
        max(counts),
        plots.line(
            "Prompts of 1,000 messages", f"At most {fastest:.1f} of 1,000 on one day.", rates
        ),
        moments.number(round(fastest, 1)),
        (moments.day(since), moments.day(middle), moments.day(today)),
    )


def _widest(slips: Sequence[Slip]) -> int:
    return max((one.counted.prompts for one in slips), default=0) or 1


async def health(console: Console, now: int) -> list[tuple[str, str, bool]]:
    """How the parts do: a name, how, and whether that is well."""
    head = await console.store.head()
    found = [("Store", f"answers; {head.change:,} writes so far", True)]
    if console.room is None:
        found.append(("Hold", "off: nothing is kept", True))
    else:
        due = await console.room.store.due()
        late = 0 if due is None else now - due
        waits = "nothing waits to be sent" if due is None else "sending"
        if late > 60:  # noqa: PLR2004  a minute: it should have been sent within seconds
            waits = f"what was due {moments.lasting(late)} ago was not sent"
        found.append(("Hold", waits, late <= 60))  # noqa: PLR2004  likewise
    found.append(("DNS", "is asked" if console.about.dns else "off: nothing is asked", True))
    return found
