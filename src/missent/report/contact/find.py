"""Puts the ways together: the best contact first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from missent.core import suffixes
from missent.core.facts import Unknown
from missent.report.contact import rdap, security_txt

if TYPE_CHECKING:
    from missent.report.contact.fetch import Web


class Contact(NamedTuple):
    """Somebody to write to.

    Attributes:
        address: to be written to.
        found_by: `security.txt`, `rdap` or `postmaster`.
    """

    address: str
    found_by: str


class Found(NamedTuple):
    """What was found.

    Attributes:
        contacts: the best first.
        doubts: what could not be asked, with the reasons.
    """

    contacts: list[Contact]
    doubts: list[str]


async def find(domain: str, web: Web, bootstrap: str = rdap.BOOTSTRAP) -> Found:
    """Whom to write to about a domain (`Domain.name`); the postmaster always comes last."""
    contacts: list[Contact] = []
    doubts: list[str] = []
    for path in (".well-known/security.txt", "security.txt"):
        content = await web.fetch(f"https://{domain}/{path}", "text/plain")
        if isinstance(content, Unknown):
            doubts.append(content.reason)
        elif content is not None:
            found = security_txt.mailboxes(content, datetime.now(UTC))
            contacts += [Contact(address, "security.txt") for address in found]
        if not isinstance(content, Unknown) and contacts:
            break
    registered = suffixes.split(domain).registrable or domain
    asked = await rdap.mailboxes(registered, web, bootstrap)
    if isinstance(asked, Unknown):
        doubts.append(asked.reason)
    else:
        contacts += [Contact(address, "rdap") for address in asked]
    contacts.append(Contact(f"postmaster@{domain}", "postmaster"))  # RFC 5321 4.5.1
    seen: dict[str, Contact] = {}
    for one in contacts:
        seen.setdefault(one.address.lower(), one)
    return Found(list(seen.values()), doubts)
