"""What missent would have said: a replay of the whole corpus with every finding kept."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.accuracy import mail
from bench.accuracy.measure import Sighting
from missent.app import build
from missent.audit.replay import Replay
from missent.audit.replay_prompt import Options, Prompt
from missent.core.policy import Policy, Rule
from missent.core.verdict import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.accuracy.labels import Kind
    from bench.accuracy.mail import Span
    from missent.audit.sources.interface import Event
    from missent.core.finding import Finding

CODES: dict[Kind, frozenset[str]] = {
    "domain": frozenset({"T101", "T102", "T103", "T105"}),
    "local": frozenset({"T104"}),
}
_EVERYTHING = Policy((Rule("*", 0.0, Action.WARN),))


@dataclass(slots=True)
class Ours:
    """One replay.

    Attributes:
        findings: for each kind, the strongest finding of each recipient, with its probability.
        prompts: for each kind, what the default policy prompts, all with the score 1.
        messages: when and by whom each decided message was sent.
        rows: what is needed to look at single findings: the prompt, and whether the default policy
            prompts.
        seconds: how long the replay took, reading included.
    """

    findings: dict[Kind, list[Sighting]] = field(
        default_factory=lambda: {"domain": [], "local": []}
    )
    prompts: dict[Kind, list[Sighting]] = field(default_factory=lambda: {"domain": [], "local": []})
    messages: list[tuple[int, str]] = field(default_factory=list)
    rows: list[tuple[Prompt, bool]] = field(default_factory=list)
    seconds: float = 0.0


def run(span: Span = mail.WHOLE) -> Ours:
    """Replay the corpus, with the checks and the policy of an installation without settings.

    Args:
        span: what is replayed; nothing before it is known.
    """
    found = Ours()
    app = build()
    replay = Replay(Options(_EVERYTHING, app.checks))
    started = time.perf_counter()
    for prompt in replay.run(_counted(found, span)):
        found.rows.append((prompt, app.policy.action(prompt.findings) > Action.ALLOW))
        for kind, codes in CODES.items():
            concerned = [f for f in prompt.findings if f.code in codes]
            if concerned:
                found.findings[kind].append(_sighting(prompt, concerned[0]))
            asked = [f for f in concerned if app.policy.action((f,)) > Action.ALLOW]
            if asked:
                found.prompts[kind].append(_sighting(prompt, asked[0])._replace(score=1.0))
    found.seconds = time.perf_counter() - started
    if replay.summary.errors:
        raise RuntimeError(f"checks crashed: {replay.summary.errors.most_common(3)}")
    return found


def _counted(found: Ours, span: Span) -> Iterator[Event]:
    for event in mail.events(span):
        if event.message.mail_from is not None and mail.is_decided(event):
            found.messages.append((event.at, event.message.mail_from.key))
        yield event


def _sighting(prompt: Prompt, finding: Finding) -> Sighting:
    meant = finding.did_you_mean[0].key if finding.did_you_mean else ""
    return Sighting(prompt.at, prompt.sender.key, prompt.recipient.key, finding.probability, meant)
