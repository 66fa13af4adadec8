"""*Policy*: the rules, and what other rules would have made of the last 30 days.

Nothing is changed here: the file decides. The page writes what is to stand in it (docs/adr/0019).
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from starlette.routing import Route

from missent.core.finding import Finding
from missent.core.policy import DEFAULT_RULES, Mode, Policy, Rule
from missent.core.verdict import Action
from missent.memory.decided import Sought
from missent.web.access import Role, needs
from missent.web.console import moments
from missent.web.console.frame import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from missent.memory.decided import Decision
    from missent.memory.interface import Store
    from missent.web.console.frame import Console

DAYS = 30
_MOST = 2000  # decisions that are decided anew
_AT_ONCE = 500
_LISTED = 25
_BLANK = 2  # rows to add rules in
_ROWS = 100
_CODE = re.compile(r"[A-Za-z][0-9]{0,3}")
_HIGHEST = 1.0
_MODES = [mode.value for mode in Mode]


class Row(NamedTuple):
    """A rule as it stands in the form."""

    code: str = ""
    probability: str = ""
    action: str = "warn"
    protected: bool = False


class Moved(NamedTuple):
    """A decision that would have been another one."""

    number: int
    decision: Decision
    then: str


class Blind(NamedTuple):
    """Where a rule reaches lower than what was recorded: prompts there cannot be counted."""

    code: str
    low: float
    high: float


@dataclass(slots=True)
class Replay:
    """What other rules would have made of the decisions.

    Attributes:
        seen: decisions that were decided anew.
        unsure: of them, those recorded without their findings; their strongest one stands for all.
        short: whether there were more than that.
        counts: how often an action would have become another one, or stayed.
        moved: some of those that would have changed, the newest first.
        blind: where nothing can be known.
    """

    seen: int = 0
    unsure: int = 0
    short: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    moved: list[Moved] = field(default_factory=list)
    blind: list[Blind] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """How many would have been decided otherwise."""
        return sum(count for (old, new), count in self.counts.items() if old != new)


def routes(console: Console) -> list[Route]:
    """The page."""
    return [Route("/policy", _Page(console).policy)]


class _Page:
    def __init__(self, console: Console) -> None:
        self._console = console

    @needs(Role.VIEWER)
    async def policy(self, request: Request) -> Response:
        """The rules, to be edited, and what would follow."""
        about = self._console.about
        now, given = about.policy, request.query_params
        rows = rows_of(given) if "code" in given else [as_row(rule) for rule in now.rules]
        mode = given.get("mode", now.mode.value)
        rules, faults = read(rows)
        chosen = Policy(tuple(rules), Mode(mode) if mode in _MODES else now.mode)
        edited = chosen != now and not faults
        return await show(
            self._console,
            request,
            "policy.html",
            "/policy",
            rows=[*rows, *[Row()] * _BLANK],
            mode=chosen.mode.value,
            modes=_MODES,
            actions=[str(one) for one in Action],
            faults=faults,
            edited=edited,
            found=await replay(self._console.store, now, chosen) if edited else None,
            sentences=sentences,
            toml=toml(chosen),
            checks=about.checks,
            days=DAYS,
        )


def as_row(rule: Rule) -> Row:
    """A rule, to be edited."""
    return Row(rule.code, f"{rule.probability:g}", str(rule.action), rule.protected)


def rows_of(given: QueryParams) -> list[Row]:
    """The rows of a form; those without a code were taken out."""
    columns = [given.getlist(name)[:_ROWS] for name in ("code", "probability", "action", "only")]
    return [
        Row(code.strip(), probability.strip(), action, only == "protected")
        for code, probability, action, only in zip(*columns, strict=False)
        if code.strip()
    ]


def read(rows: Iterable[Row]) -> tuple[list[Rule], list[str]]:
    """The rules of a form, and what is wrong with them."""
    rules: list[Rule] = []
    faults: list[str] = []
    for number, row in enumerate(rows, 1):
        try:
            probability = float(row.probability)
        except ValueError:
            probability = -1
        if not _is_code(row.code):
            faults.append(f"Row {number}: {row.code!r} is no check; write T101, T or *.")
        elif not 0 <= probability <= _HIGHEST:
            faults.append(f"Row {number}: {row.probability!r} is no probability from 0 to 1.")
        elif row.action.upper() not in Action.__members__:
            faults.append(f"Row {number}: {row.action!r} is no action.")
        else:
            action = Action[row.action.upper()]
            rules.append(Rule(row.code.upper(), probability, action, row.protected))
    return rules, faults


def _is_code(text: str) -> bool:
    return text == "*" or _CODE.fullmatch(text) is not None


async def replay(store: Store, old: Policy, new: Policy) -> Replay:
    """Decide about the recorded prompts of the last days anew."""
    found = Replay(blind=blind(old, new))
    sought = Sought(int(time.time()) - DAYS * moments.DAY)
    before: int | None = None
    while found.seen < _MOST:
        page = await store.latest(before=before, limit=_AT_ONCE, sought=sought)
        for number, one in page.rows:
            decide(found, number, one, new)
        before = page.next
        if before is None:
            return found
    found.short = True
    return found


def decide(found: Replay, number: int, one: Decision, policy: Policy) -> None:
    """Decide about one anew."""
    findings = [_finding(said) for said in one.findings]
    if not findings:
        findings = [Finding(code, one.probability, "") for code in one.codes]
        found.unsure += 1
    then = str(policy.action(findings))
    found.seen += 1
    found.counts[one.action, then] += 1
    if then != one.action and len(found.moved) < _LISTED:
        found.moved.append(Moved(number, one, then))


def _finding(said: object) -> Finding:
    values = said if isinstance(said, dict) else {}
    code, probability = str(values.get("code", "")), float(values.get("probability", 0))
    return Finding(code, probability, "", protected=values.get("protected") is True)


def blind(old: Policy, new: Policy) -> list[Blind]:
    """Where the new rules ask and the old ones did not, so that nothing was recorded."""
    found = []
    for code in dict.fromkeys(rule.code for rule in new.rules if rule.action is not Action.ALLOW):
        high, low = _least(old, code), _least(new, code)
        if low < high:
            found.append(Blind(code, low, high))
    return found


def _least(policy: Policy, code: str) -> float:
    """From which probability on something is asked about a code or a family."""
    return min(
        (
            rule.probability
            for rule in policy.rules
            if rule.action is not Action.ALLOW
            and not rule.protected
            and (rule.code == "*" or code.startswith(rule.code))
        ),
        default=_HIGHEST,
    )


def toml(policy: Policy) -> str:
    """What is to stand in the file."""
    lines = ["[policy]", f'mode = "{policy.mode.value}"']
    if policy.rules != DEFAULT_RULES:
        lines.append("rules = [")
        for rule in policy.rules:
            only = ", protected = true" if rule.protected else ""
            lines.append(
                f'  {{ code = "{rule.code}", probability = {rule.probability:g},'
                f' action = "{rule.action}"{only} }},'
            )
        lines.append("]")
    return "\n".join(lines) + "\n"


def sentences(found: Replay) -> Sequence[str]:
    """What would have changed, the commonest first."""
    return [
        f"{count:,} would have been {_PAST[new]} instead of {_PAST[old]}"
        for (old, new), count in found.counts.most_common()
        if old != new
    ]


_PAST = {"allow": "let through", "warn": "warned about", "hold": "held", "block": "blocked"}
