"""The letter to the postmaster of an organisation whose people mistype."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from missent.report.owner.advice import advice

if TYPE_CHECKING:
    from missent.sinkhole.evidence.summary import Sender, Source

_SHOWN = 10


def letter(organisation: str, sender: Sender, period: str, source: Source) -> str:
    """The text; the numbers are the organisation's own, and no address stands in it."""
    names = "\n".join(
        f"  {messages:>6,}  {typed}  (meant: {meant})"
        for (typed, meant), messages in sender.typed.most_common(_SHOWN)
    )
    rules = [one for one in advice([pair for pair, _ in sender.typed.most_common(_SHOWN)])
             if one.party != "owner"]  # fmt: skip
    examples = "\n".join(
        f"{one.system}: {one.text}\n{indent(one.example, '    ')}\n" for one in rules
    )
    return f"""\
To the postmaster of {organisation}

In {period}, {sender.messages:,} messages with sender addresses at {organisation} were sent to
domains that look like others, and were refused:

{names}

We run those domains, or the zone above them, and take no mail for them. Nothing was read or kept:
each message was refused before its content was sent, and its sender was told which address was
probably meant. Elsewhere such mail is delivered to whoever owns the lookalike.

You can stop it before it leaves:

{examples}
Should the messages not be yours, somebody forges your domain: a DMARC policy shows who.

{source.organisation or "The operator of the domains"}
{source.contact}
"""
