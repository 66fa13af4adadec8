"""The section of `missent sinkhole`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from missent.settings.section import Count, File, Networks, Seconds, Section

_PLACE = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\s]+):[0-9]{1,5}")


def _place(text: str) -> str:
    if not _PLACE.fullmatch(text):
        raise ValueError(f"{text!r} is no place to listen; write 0.0.0.0:25 or [::]:25")
    return text


Places = Annotated[
    tuple[Annotated[str, AfterValidator(_place)], ...], Field(strict=False, min_length=1)
]


class LookalikeEntry(Section):
    """A name whose mail comes to us, and the name that people mean."""

    typed: str
    """A domain such as `examp1e.org`, or `*.ml` for every name below `ml`."""
    meant: str
    """A domain, or `*.mil` for the same name below `mil`."""
    note: str = ""
    """What the typed name really is, for the sender to read: `.ml is Mali`. At most 60 ASCII
    characters."""


class SinkholeSection(Section):
    """A server for lookalike domains that refuses every recipient and takes no content."""

    lookalike: Annotated[tuple[LookalikeEntry, ...], Field(strict=False, min_length=1)]
    """What is taken in for what; an exact name goes before a star."""
    listen: Places = ("127.0.0.1:2527",)
    """IP addresses or names, each with a port; `[::]:25` for IPv6."""
    workers: Annotated[int, Field(ge=1, le=256)] = 2
    """Processes that share the ports, and the limits: each gets its share, rounded up."""
    hostname: str = "localhost"
    """Our name in the greeting."""
    organisation: str = ""
    """Who runs it, for the reports."""
    contact: str = ""
    """Whom a postmaster or an owner may write to: an address elsewhere, for here no mail is
    taken."""
    tls_certificate: File | None = None
    """Our certificate chain (PEM), for STARTTLS; it is loaded again when the file changes. One with
    a key on the curve P-256 costs the least."""
    tls_key: File | None = None
    """Its key (PEM); it may stand in the same file as the certificate."""
    proxies: Networks = ()
    """Networks of load balancers that begin each connection with a PROXY header (versions 1
    and 2). Nobody else's header is read."""
    tarpit: Annotated[float, Field(ge=0, le=300)] = 0
    """Seconds before the greeting and before each answer; 0 answers at once."""
    connections: Count = 10_000
    """Clients at a time, of all processes together."""
    per_address: Count = 50
    """Of them, from one IPv4 address."""
    per_network: Count = 200
    """Of them, from one network."""
    per_minute: Annotated[int, Field(ge=0)] = 0
    """New connections in a minute from one network; 0 for any number."""
    network_v4: Annotated[int, Field(ge=8, le=32)] = 24
    """The prefix length of a network of IPv4."""
    network_v6: Annotated[int, Field(ge=16, le=128)] = 64
    """The prefix length of a network of IPv6; one of its addresses counts as all."""
    recipients: Count = 10_000
    """Recipients of one connection."""
    idle: Seconds = 60
    """Seconds for a whole command, however slowly it drips in."""
    session: Seconds = 600
    """Seconds for a connection."""
    good_networks: Annotated[tuple[File, ...], Field(strict=False)] = ()
    """Files with a network a line, whose mail is people's rather than bulk."""
    bad_networks: Annotated[tuple[File, ...], Field(strict=False)] = ()
    """Files with a network a line, whose mail is bulk."""
    names: bool = False
    """Whether clients' host names are asked of the DNS and confirmed (FCrDNS), by the resolvers of
    `[dns]`; the refusal does not wait for it. Without, no name is held against anybody."""
    spf: bool = False
    """Whether SPF is evaluated for the reverse-path (RFC 7208), by the same resolvers and likewise
    beside the conversation; it needs the extra `spf`."""
    flush: Annotated[float, Field(ge=1, le=3600)] = 10
    """Seconds between two writes of the counts: so much is lost when we are killed."""
    retention_days: Annotated[int, Field(ge=1)] = 730
    """Days after which counts are deleted, unless `missent sinkhole hold` forbids it."""
    k: Annotated[int, Field(ge=1)] = 5
    """Senders below which an organisation, and messages below which a name, is not told apart in
    a report."""
    signing_key: File | None = None
    """The Ed25519 key (PEM) that signs reports; `missent sinkhole key` makes one."""
