"""The sample's last 30 days: decided by the real engine, with chance for the rest."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from missent.checks import ALL
from missent.core.address import Address
from missent.core.engine import screen
from missent.core.facts import Facts
from missent.core.message import Message, Recipient
from missent.core.pattern import Pattern
from missent.core.permission import Permission
from missent.core.policy import Mode, Policy
from missent.core.verdict import Action
from missent.hold.held import Reason, Suspect
from missent.memory.counted import Overridden
from missent.memory.decided import Decision, Judgement
from missent.memory.interface import DAY
from missent.memory.ledger import Ledger
from missent.report import as_json
from missent.web.sample import people

if TYPE_CHECKING:
    from missent.core.verdict import RecipientVerdict
    from missent.web.sample.people import Letter, Slip

DAYS = 30
_HOUR = 3600
_SEED = 1858  # so that everybody sees the same sample
_WEEKDAY, _WEEKEND = (340, 470), (20, 60)  # messages a day
_SATURDAY = 5
_THURSDAY = 3  # the first of January 1970
_LET_GO = 0.05  # of the stops are released although they are slips
_DISPOSITIONS = {Action.WARN: "warned", Action.HOLD: "kept", Action.BLOCK: "refused"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that waits: who wrote it, to whom, when, and what it says."""

    sender: str
    suspect: Suspect
    at: int
    subject: str
    content: bytes = field(repr=False)


@dataclass(slots=True)
class Made:
    """Everything of the sample.

    Attributes:
        decisions: with what was said of each afterwards.
        overridden: stops that were let go.
        tally: what was counted by day.
        held: what waits.
        exceptions: with the moment that each was added.
    """

    decisions: list[tuple[Decision, Judgement | None]] = field(default_factory=list)
    overridden: list[Overridden] = field(default_factory=list)
    tally: dict[tuple[int, str], int] = field(default_factory=dict)
    held: list[Kept] = field(default_factory=list)
    exceptions: list[tuple[Permission, int]] = field(default_factory=list)


def make(now: int) -> Made:
    """Make the sample as it stands at a moment."""
    made, chance, history = Made(), random.Random(_SEED), _history(now)  # noqa: S311  no secret
    today = now // DAY
    for day in range(today - DAYS + 1, today + 1):
        weekend = (day + _THURSDAY) % 7 >= _SATURDAY
        count = chance.randint(*(_WEEKEND if weekend else _WEEKDAY))
        made.tally[day, "messages"] = count
        made.tally[day, "allow"] = round(count * 1.6)
    for slip in people.SLIPS:
        for _ in range(slip.often):
            _happen(made, chance, history, slip, now)
    for letter in people.LETTERS:
        _wait(made, history, letter, now)
    made.decisions.sort(key=lambda pair: pair[0].at)
    for number, (pattern, owner, reason) in enumerate(people.EXCEPTIONS):
        at = now - (9 - 4 * number) * DAY
        by = f"{owner}@{people.DOMAIN}"
        until = None if number else (today + 180) * DAY
        made.exceptions.append((Permission(Pattern.parse(pattern), by, reason, until), at))
    return made


def _history(now: int) -> Ledger:
    """Whom they wrote to before."""
    history = Ledger()
    for place, address in enumerate(people.KNOWN):
        for turn in range(12):
            sender = f"{people.STAFF[(place + turn) % len(people.STAFF)]}@{people.DOMAIN}"
            history.send(sender, address, now - (40 + 3 * turn) * DAY)
        history.receive(address, f"{people.STAFF[place % len(people.STAFF)]}@{people.DOMAIN}")
        history.receive(address, None)
    return history


def _screened(history: Ledger, sender: str, recipient: str, at: int) -> RecipientVerdict:
    seen = Recipient(Address.parse(recipient))
    message = Message(Address.parse(sender), (seen,))
    facts = Facts(at, history, frozenset({people.DOMAIN}))
    checks = [make_check() for make_check in ALL]
    return screen(message, facts, Policy(mode=Mode.ENFORCE), checks).recipients[0]


def _happen(made: Made, chance: random.Random, history: Ledger, slip: Slip, now: int) -> None:
    """Let somebody mistype an address at some moment of the month."""
    day = now // DAY - chance.randrange(1, DAYS)
    if (day + _THURSDAY) % 7 >= _SATURDAY:
        day -= 2
    at = day * DAY + chance.randrange(7 * _HOUR, 18 * _HOUR)
    sender = f"{chance.choice(people.STAFF)}@{people.DOMAIN}"
    verdict = _screened(history, sender, slip.typed, at)
    if verdict.action is Action.ALLOW or day <= now // DAY - DAYS:
        return
    one = _decision(verdict, sender, at)
    judgement = None
    if chance.random() < 0.5:  # noqa: PLR2004  every other one was looked at
        reviewer = f"{people.STAFF[0]}@{people.DOMAIN}"
        judgement = Judgement(not slip.right, reviewer, min(at + 5 * _HOUR, now))
    made.decisions.append((one, judgement))
    made.tally[day, one.action] = made.tally.get((day, one.action), 0) + 1
    let_go = slip.right or chance.random() < _LET_GO
    if verdict.action is Action.HOLD and let_go:
        meant = one.did_you_mean[0] if one.did_you_mean else ""
        made.overridden.append(Overridden(at + _HOUR, one.recipient, one.codes, meant))


def _wait(made: Made, history: Ledger, letter: Letter, now: int) -> None:
    """Let a message wait for a decision."""
    at = now - letter.hours * _HOUR
    sender = f"{letter.sender}@{people.DOMAIN}"
    verdict = _screened(history, sender, letter.slip.typed, at)
    suspect = Suspect(
        letter.slip.typed,
        tuple(map(str, verdict.did_you_mean)),
        tuple(Reason(found.code, found.summary) for found in verdict.findings),
        review=verdict.action is Action.BLOCK,
    )
    content = _content(letter, sender, at)
    made.held.append(Kept(sender, suspect, at, letter.subject, content))
    one = _decision(verdict, sender, at, "kept")
    made.decisions.append((one, None))
    day = at // DAY
    made.tally[day, one.action] = made.tally.get((day, one.action), 0) + 1


def _decision(verdict: RecipientVerdict, sender: str, at: int, done: str = "") -> Decision:
    return Decision(
        at,
        sender,
        verdict.recipient.address.key,
        str(verdict.action),
        tuple(dict.fromkeys(found.code for found in verdict.findings)),
        verdict.findings[0].probability if verdict.findings else 0.0,
        tuple(map(str, verdict.did_you_mean)),
        done or _DISPOSITIONS[verdict.action],
        "",
        enforced=True,
        findings=tuple(map(as_json.kept, verdict.findings)),
    )


def _content(letter: Letter, sender: str, at: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = sender, letter.slip.typed
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    message.set_content(letter.text, subtype="html" if letter.html else "plain")
    if letter.file:
        sample = b"This stands for a file of the sample organisation.\n"
        message.add_attachment(
            sample, maintype="application", subtype="octet-stream", filename=letter.file
        )
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
