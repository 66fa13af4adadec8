"""The tools: each says which domain was meant, or nothing."""

from __future__ import annotations

import subprocess
import time
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from bench.cases.names import CONTACT
from bench.peers import npm
from missent import Guard
from missent.core.verdict import Action
from missent.memory.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_SENDER = "ann@corp.example"


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool says.

    Attributes:
        name: the tool and its release.
        suggested: by the domain that was typed: the one suggested, None where it says nothing, ""
            where it complains without suggesting one.
        microseconds: an answer's time, of one core.
        whispered: of missent alone, what got a finding that the policy lets pass.
    """

    name: str
    suggested: Mapping[str, str | None]
    microseconds: float
    whispered: frozenset[str] = frozenset()


def ask(domains: Iterable[str]) -> tuple[list[Said], list[str]]:
    """Ask every tool about every domain; also why some could not be asked."""
    asked = sorted(set(domains))
    said, left_out = [_missent(asked)], []
    tools: tuple[tuple[str, Callable[[], Said]], ...] = (
        ("mailcheck", lambda: _npm("mailcheck", asked)),
        ("email-spell-checker", lambda: _npm("@zootools/email-spell-checker", asked)),
        ("pymailcheck", lambda: _pymailcheck(asked)),
    )
    for name, tool in tools:
        try:
            said.append(tool())
        except (ImportError, OSError, subprocess.SubprocessError) as error:
            left_out.append(f"{name}: {error}")
    return said, left_out


def _missent(asked: list[str]) -> Said:
    """What reaches `warn` by the default policy counts as said; less is nobody told."""
    history = Ledger()
    history.send(_SENDER, f"joe@{CONTACT}", 0)
    guard = Guard(history=history)
    guard.check("x@warm.example", _SENDER)
    start = time.process_time()
    answers = [guard.check(f"x@{domain}", _SENDER) for domain in asked]
    spent = time.process_time() - start
    suggested: dict[str, str | None] = {}
    whispered = set()
    for domain, answer in zip(asked, answers, strict=True):
        meant = answer.did_you_mean
        if answer.action >= Action.WARN:
            suggested[domain] = meant[0].domain.name if meant else ""
        elif answer.findings:
            whispered.add(domain)
    name = f"missent {version('missent')}"
    return Said(name, suggested, spent / len(asked) * 1e6, frozenset(whispered))


def _npm(package: str, asked: list[str]) -> Said:
    answers = npm.ask(package, asked, [CONTACT])
    return Said(answers.name, answers.suggested, answers.microseconds)


def _pymailcheck(asked: list[str]) -> Said:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pymailcheck  # noqa: PLC0415  each peer imports its own

    known = sorted({*pymailcheck.DOMAINS, CONTACT})
    start = time.process_time()
    found = [pymailcheck.suggest(f"x@{domain}", domains=known) for domain in asked]
    spent = time.process_time() - start
    suggested = {
        domain: str(answer["domain"]) if answer else None
        for domain, answer in zip(asked, found, strict=True)
    }
    name = f"pymailcheck {version('pymailcheck')}"
    return Said(name, suggested, spent / len(asked) * 1e6)
