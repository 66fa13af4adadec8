"""Which protected name a name was probably typed for, as the guard would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.address import Address, Domain
from missent.core.errors import AddressError
from missent.core.message import Message, Recipient

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.app.wiring import App

_LEAST = 0.5
_HOSTS = ("mail.", "mx.", "mx1.", "mx2.", "smtp.", "www.", "autodiscover.", "imap.", "pop.")


def protected_name(app: App) -> Callable[[str], str]:
    """Make a function from a name to the protected one that was meant; "" for none."""

    def meant(name: str) -> str:
        bare = next((name[len(host) :] for host in _HOSTS if name.startswith(host)), name)
        for tried in dict.fromkeys((bare, name)):
            try:
                domain = Domain.parse(tried)
            except AddressError:
                return ""
            address = Address.of("postmaster", domain.name)
            verdict = app.screen(Message(None, (Recipient(address),)))
            for finding in verdict.recipients[0].findings:
                if finding.protected and finding.probability >= _LEAST and finding.did_you_mean:
                    return finding.did_you_mean[0].domain.name
        return ""

    return meant
