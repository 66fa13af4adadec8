"""What was decided about recipients, for the record, and how it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missent.core.finding import Json
    from missent.core.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person said of a decision afterwards.

    Attributes:
        right: whether it was rightly made.
        by: who said so.
        at: when.
    """

    right: bool
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one recipient, for the record. No subject and no text is kept.

    Attributes:
        at: when.
        sender: the address in `mail_from`, "" for the null sender.
        recipient: the address in `rcpt_to`.
        action: what the policy asked for: allow, warn, hold or block.
        codes: the codes of the findings.
        probability: the strongest finding's.
        did_you_mean: the addresses that were offered, best first.
        disposition: what the gate did.
        message_id: the Message-ID without angle brackets, or "".
        enforced: False in monitor mode, where the action was recorded only.
        findings: every finding with its evidence, as `report.as_json.kept` writes it; without the
            evidence where that is very long.
        judgement: what a person said of it; a store keeps what `judge` is given, not this.
    """

    at: int
    sender: str
    recipient: str
    action: str
    codes: tuple[str, ...] = ()
    probability: float = 0.0
    did_you_mean: tuple[str, ...] = ()
    disposition: str = ""
    message_id: str = ""
    enforced: bool = False
    findings: tuple[Mapping[str, Json], ...] = ()
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which decisions are asked for: those that fit all that is given.

    Attributes:
        since: from this moment on.
        until: before this moment; None for no end.
        sender: of these senders.
        recipient: about these recipients.
        code: with a finding of this code.
        action: that asked for this.
        text: this stands in the sender or the recipient, upper or lower case.
        judgement: "right", "wrong", "none" (not judged) or "" (any).
    """

    since: int = 0
    until: int | None = None
    sender: Pattern | None = None
    recipient: Pattern | None = None
    code: str = ""
    action: str = ""
    text: str = ""
    judgement: str = ""


EVERY_DECISION = Sought()


class Page(NamedTuple):
    """Some decisions, the newest first.

    Attributes:
        rows: each with its number.
        next: the number to go on before, None at the end. A page may be short of the limit, or
            empty, before the end is reached: a store looks at so many rows at a time.
        until: how far it was looked back, in seconds since the epoch; 0 at the end.
    """

    rows: Sequence[tuple[int, Decision]]
    next: int | None = None
    until: int = 0
