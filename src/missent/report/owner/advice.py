"""What each side can do, for the systems that most mail runs through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.report.owner.model import Advice

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN = 10
_BELOW = "*."


def advice(pairs: Sequence[tuple[str, str]]) -> tuple[Advice, ...]:
    """Advice with examples that can be copied.

    Args:
        pairs: typed and meant names, the most frequent first; `*.ml` stands for every name below.
    """
    shown = pairs[:_SHOWN]
    typed = [typed for typed, _ in shown]
    whole = [name for name in typed if not name.startswith(_BELOW)]
    return (
        Advice(
            party="sender",
            system="missent",
            text="Ask the sender before the message leaves, also about names that nobody listed; "
            "or block these names at every gate.",
            example="\n\n".join(
                f'[[rule]]\npattern = "{t}"\nowner = "postmaster"\nreason = "did you mean {m}?"'
                for t, m in shown[:3]
            ),
        ),
        Advice(
            party="both",
            system="Postfix",
            text="Refuse the names at submission; the text reaches the sender at once. "
            "In main.cf: smtpd_recipient_restrictions = check_recipient_access "
            "hash:/etc/postfix/lookalikes, ... and then postmap /etc/postfix/lookalikes.",
            # A key of an access table stands for the names below it too.
            example="\n".join(
                f"{t.removeprefix(_BELOW)} REJECT 5.1.2 did you mean {m}?" for t, m in shown
            ),
        ),
        Advice(
            party="both",
            system="Exchange and Exchange Online",
            text="A mail flow rule that refuses the names with the right one in the notice.",
            example="\n".join(
                f"New-TransportRule -Name 'Lookalike {t}' {_to(t)} "
                f"-RejectMessageEnhancedStatusCode '5.7.1' "
                f"-RejectMessageReasonText 'Did you mean {m}?'"
                for t, m in shown
            ),
        ),
        Advice(
            party="both",
            system="Google Workspace",
            text="Admin console: Apps, Google Workspace, Gmail, Compliance, Content compliance. "
            "Add a rule for outbound messages that rejects when the envelope recipient matches "
            "this expression, with a notice that names the right domain.",
            example="@(" + "|".join(map(_expression, typed)) + r")$",
        ),
        Advice(
            party="owner",
            system="registration",
            text="Register the names that can be had, and let them refuse mail: a null MX "
            "(RFC 7505) makes every sender fail at once, with nothing sent. Where a name is a "
            "stranger's, its registrar's abuse contact and, for a trademark, UDRP are the ways.",
            example="\n".join(
                f'{t}. MX 0 .\n{t}. TXT "v=spf1 -all"\n_dmarc.{t}. TXT "v=DMARC1; p=reject"'
                for t in whole[:3]
            ),
        ),
        Advice(
            party="owner",
            system="your correspondents",
            text="Most of this mail comes from other organisations and from personal accounts, "
            "which no rule of your own servers reaches. Tell those that are listed; have your "
            "people's addresses stored and shown by name, not typed anew.",
            example="",
        ),
    )


def _expression(typed: str) -> str:
    """A regular expression for a name, or for every name below one."""
    escaped = typed.removeprefix(_BELOW).replace(".", r"\.")
    return rf"[^@]+\.{escaped}" if typed.startswith(_BELOW) else escaped


def _to(typed: str) -> str:
    """The condition of an Exchange rule: its lists of domains have no stars."""
    if typed.startswith(_BELOW):
        return f"-RecipientAddressMatchesPatterns '@{_expression(typed)}$'"
    return f"-RecipientDomainIs '{typed}'"
