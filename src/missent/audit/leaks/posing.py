"""Finds domains that look like one of the organisation's own and write to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.audit.leaks import plan
from missent.audit.leaks.leak import Kind, Leak
from missent.checks.t103 import Confusable
from missent.core.address import Address, Domain
from missent.core.engine import screen
from missent.core.errors import AddressError
from missent.core.facts import NO_HISTORY, Facts
from missent.core.known import is_known
from missent.core.message import Message, Recipient
from missent.core.neighbours import GrowingIndex, domain_keys, gather
from missent.core.verdict import Action

if TYPE_CHECKING:
    from missent.audit.leaks.interface import Engine
    from missent.audit.leaks.options import FindOptions


_LIKE = Confusable()
_NOBODY = "postmaster"  # stands for whoever wrote


def posing(engine: Engine, options: FindOptions, at: int) -> list[Leak]:
    """Find them; their counts are added by `describe`.

    Args:
        engine: holds the pairs.
        options: what is decided, and how.
        at: the last moment of the log, in seconds since the epoch.
    """
    own = options.own
    if not own:
        return []
    like_ours = _LikeOurs(own)
    texts: dict[str, list[str]] = {}
    for text, *_ in engine.rows(plan.WRITERS.format(inside="true")):
        name = like_ours.near(text)
        if name is not None:
            texts.setdefault(name, []).append(text)
    facts = Facts(at, own_domains=own)
    leaks: dict[str, Leak] = {}
    for name in sorted(texts):
        message = Message(None, (Recipient(Address.of(_NOBODY, name)),))
        (answer,) = screen(message, facts, options.policy, options.checks).recipients
        found = [f for f in answer.findings if any(m.domain.name in own for m in f.did_you_mean)]
        if answer.action is not Action.ALLOW and found:
            finding = found[0]
            meant = tuple(dict.fromkeys(m.domain.name for m in finding.did_you_mean))
            leaks[name] = Leak(
                name,
                meant,
                Kind.POSING,
                finding.code,
                finding.probability,
                finding.summary,
                answer.action,
            )
    engine.load("posing", ["domain"], [(text,) for name in leaks for text in texts[name]])
    return list(leaks.values())


class _LikeOurs:
    """Finds domains that look like our own, among those that write to us."""

    def __init__(self, own: frozenset[str]) -> None:
        self._own = own
        self._names = sorted(own)
        self._index = GrowingIndex()
        for number, name in enumerate(self._names):
            self._index.file(number, domain_keys(name))

    def near(self, text: str) -> str | None:
        """The normalised name of a domain that may look like one of ours; None for any other."""
        try:
            domain = Domain.parse(text)
        except AddressError:
            return None
        name = domain.name
        if name in self._own or is_known(name, Facts(own_domains=self._own)):
            return None
        if gather(self._index, domain_keys(name)) or not domain.unicode.isascii():
            return name
        facts = Facts(0, NO_HISTORY, self._own)
        address = Address.of(_NOBODY, name)
        found = _LIKE(Recipient(address), Message(None, (Recipient(address),)), facts)
        return (
            name if any(m.domain.name in self._own for f in found for m in f.did_you_mean) else None
        )
