"""Services that sell parked domains. Some of them take the mail, too.

Written for missent from memory, 2026-11, and not looked at one by one; facts, no licence needed. A
service that is not listed is not noticed.
"""

from __future__ import annotations

_SERVICES = frozenset(
    {
        "above.com",
        "afternic.com",
        "bodis.com",
        "brandbucket.com",
        "cashparking.com",
        "dan.com",
        "domainmarket.com",
        "dropcatch.com",
        "efty.com",
        "fabulous.com",
        "h-email.net",
        "hugedomains.com",
        "namebrightdns.com",
        "namefind.com",
        "parkingcrew.net",
        "parklogic.com",
        "rookdns.com",
        "sedoparking.com",
        "skenzo.com",
        "smartname.com",
        "trafficz.com",
        "uniregistrymarket.link",
        "voodoo.com",
    }
)


def is_parking(host: str) -> bool:
    """Whether a name server or mail exchanger is one of such a service."""
    labels = host.split(".")
    return any(".".join(labels[i:]) in _SERVICES for i in range(len(labels)))
