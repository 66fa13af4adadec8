"""The threshold that spends a given number of prompts per 1,000 messages.

One threshold for all checks that estimate: a probability means the same whichever of them says it,
so one line through all of them catches the most for the money. The organisation's own rules (X)
and what the DNS says for certain (R) are no estimates; they keep their rows, and are paid first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from missent.audit.replay_prompt import strongest
from missent.core.policy import Policy, Rule
from missent.core.verdict import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from missent.audit.replay_prompt import Prompt

FLOOR = 0.01  # nobody wants to be asked about a slip that is one in a hundred
_CERTAIN = ("X", "R")
_ESTIMATES = ("C", "P", "T", "V")
_MOST = 100_000
_DIGITS = 6


def lowered(policy: Policy) -> Policy:
    """The policy with every estimate above the floor prompting, so that all are seen."""
    rules = tuple(_by_family(policy.rules))
    every = (Rule(family, FLOOR, Action.WARN) for family in _families(rules))
    return replace(policy, rules=(*rules, *every))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a budget buys.

    Attributes:
        threshold: the least probability that prompts.
        policy: the policy with its estimates from that threshold on.
        prompts: what would have been asked with it, in the order of time.
    """

    threshold: float
    policy: Policy
    prompts: tuple[Prompt, ...]

    def rows(self) -> Iterator[str]:
        """The policy as lines of the configuration file."""
        yield "[policy]"
        yield "rules = ["
        for rule in self.policy.rules:
            protected = ", protected = true" if rule.protected else ""
            yield (
                f'  {{ code = "{rule.code}", probability = {rule.probability:g},'
                f' action = "{rule.action}"{protected} }},'
            )
        yield "]"


class Candidates:
    """The prompts of a replay with the lowered policy, of which a budget will take the best.

    Of each pair only those are kept that are surer than all before: the others prompt at no
    threshold. Memory is bounded; beyond it the least sure pairs are let go.
    """

    def __init__(self, policy: Policy) -> None:
        """Start empty; `policy` is the one whose thresholds are to be chosen."""
        self._policy = policy
        self._rules = tuple(_by_family(policy.rules))
        self._families = _families(self._rules)
        self._certain = Policy(tuple(r for r in self._rules if r.code.startswith(_CERTAIN)))
        self._pairs: dict[tuple[str, str], list[Prompt]] = {}

    def offer(self, prompt: Prompt) -> None:
        """Take in one prompt of the replay, in the order of time."""
        pair = prompt.sender.key, prompt.recipient.key
        kept = self._pairs.get(pair)
        if self._value(prompt) > (self._value(kept[-1]) if kept else 0.0):
            self._pairs.setdefault(pair, []).append(prompt)
        if len(self._pairs) > 2 * _MOST:
            best = sorted(self._pairs.items(), key=lambda pair: self._value(pair[1][-1]))
            self._pairs = dict(best[-_MOST:])

    def choose(self, budget: float, messages: int) -> Choice:
        """Choose the threshold.

        Args:
            budget: prompts per 1,000 messages.
            messages: how many messages were decided.
        """
        values = sorted((self._value(kept[-1]) for kept in self._pairs.values()), reverse=True)
        threshold = _threshold(values, int(budget * messages / 1000))
        policy = replace(self._policy, rules=tuple(_raised(self._rules, threshold)))
        chosen = (_first(kept, policy) for kept in self._pairs.values())
        prompts = sorted((p for p in chosen if p is not None), key=lambda p: p.at)
        return Choice(threshold, policy, tuple(prompts))

    def _value(self, prompt: Prompt) -> float:
        """How sure it is; above 1 where a certain rule asks for it anyway."""
        if self._certain.action(prompt.findings) > Action.ALLOW:
            return 2.0
        estimates = (f for f in prompt.findings if f.code.startswith(self._families))
        return max((f.probability for f in estimates), default=0.0)


def _threshold(values: list[float], affordable: int) -> float:
    """The shortest number that lets through as many values, from above, as can be afforded."""
    if len(values) <= affordable:
        return FLOOR
    dear = values[affordable]  # the first that is too much, and all that are as sure
    if dear >= 1.0:
        return 1.0
    within = next((v for v in reversed(values[:affordable]) if v > dear), 1.0)
    for digits in range(1, _DIGITS + 1):
        short = round((min(within, 1.0) + dear) / 2, digits)
        if dear < short <= within:
            return short
    return within


def _by_family(rules: Iterable[Rule]) -> Iterator[Rule]:
    for rule in rules:
        if rule.code == "*":
            yield from (replace(rule, code=family) for family in (*_ESTIMATES, *_CERTAIN))
        else:
            yield rule


def _families(rules: Sequence[Rule]) -> tuple[str, ...]:
    """The families of estimates that the policy speaks of; typing slips in any case."""
    families = dict.fromkeys(r.code[0] for r in rules if not r.code.startswith(_CERTAIN))
    return tuple(families) or ("T",)


def _raised(rules: Sequence[Rule], threshold: float) -> Iterator[Rule]:
    """The rules with estimates prompting from the threshold on, and stricter ones not below it."""
    yield from (Rule(family, threshold, Action.WARN) for family in _families(rules))
    for rule in rules:
        if rule.code.startswith(_CERTAIN):
            yield rule
        elif rule.action > Action.WARN:
            yield replace(rule, probability=max(rule.probability, threshold))


def _first(kept: list[Prompt], policy: Policy) -> Prompt | None:
    """The first of a pair's prompts that the policy asks for, as it asks for it."""
    for prompt in kept:
        action = policy.action(prompt.findings)
        if action > Action.ALLOW:
            finding = strongest(prompt.findings, policy)
            return replace(prompt, action=action, finding=finding, repeat=False)
    return None
