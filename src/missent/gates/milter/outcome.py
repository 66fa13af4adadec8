"""What was decided about one recipient, and how an MTA is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from missent.gates.milter.replies import ReplyCode

if TYPE_CHECKING:
    from missent.core.verdict import RecipientVerdict
    from missent.smtp.replies import Reply

Disposition = Literal["passed", "warned", "held", "refused", "confirmed", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One recipient's part in a message.

    Attributes:
        verdict: what the engine said; of a recipient that could not be decided, nothing.
        disposition: what the gate does. `passed` is also what monitor mode does with any
            verdict; `failed` is a decision that could not be had, whatever `on_error` made of it.
        refusal: what the client is told instead of a yes.
    """

    verdict: RecipientVerdict
    disposition: Disposition
    refusal: ReplyCode | None = None

    @property
    def hold(self) -> bool:
        """Whether the whole message must go into the MTA's hold queue for it."""
        return self.disposition == "held"


def reply_code(reply: Reply, *, utf8: bool) -> ReplyCode:
    """Say to a milter's MTA what an SMTP server would say itself: in ASCII unless `utf8`."""
    start = 4 + (len(reply.enhanced) + 1 if reply.enhanced else 0)
    lines = reply.encode(utf8=utf8).decode().splitlines()
    return ReplyCode(reply.code, reply.enhanced, tuple(line[start:] for line in lines), utf8=utf8)
