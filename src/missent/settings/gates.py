"""The sections of what `missent serve` runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from missent.settings.section import (
    AddressText,
    Count,
    DomainNames,
    File,
    Networks,
    Seconds,
    Section,
    Texts,
)

OnError = Literal["accept", "tempfail"]


def _upstream(text: str) -> str:
    if not _URL.match(text):
        raise ValueError(
            f"{text!r} names no server; write smtps://HOST, smtp+starttls://HOST or smtp://HOST"
        )
    return text


_URL = re.compile(r"(smtp|smtp\+starttls|smtps)://\S+$")
Upstream = Annotated[
    str,
    AfterValidator(_upstream),
    Field(examples=["smtps://mx.example"], json_schema_extra={"pattern": f"^{_URL.pattern}"}),
]
ConfirmAfter = Annotated[int, Field(ge=1)]
ConfirmWithin = Annotated[int, Field(ge=60)]


class ServeSection(Section):
    """The processes of `missent serve`."""

    workers: Annotated[int, Field(ge=1, le=256)] = 1
    """Processes that share the work; each holds all that is remembered."""
    start: Seconds = 120
    """Seconds within which a new process must be ready."""
    grace: Seconds = 30
    """Seconds that conversations under way get to end when we stop or reload."""


class RouteSection(Section):
    """A mail server that clients sign in at, with passwords that missent passes on and forgets."""

    domains: DomainNames = ()
    """The senders' domains that go by it; without any, all that stand in no other route."""
    upstream: Upstream
    """The server, written as `relay.upstream`: TLS is needed, but on this machine."""
    cafile: File | None = None
    """Certificates to trust there, instead of the system's."""


class RelaySection(Section):
    """An SMTP server that screens each recipient and hands the message on.

    It runs where this section stands, and where there is none of `[relay]`, `[milter]`, `[web]` and
    `[exposure]`.
    """

    listen: str = "127.0.0.1:2525"
    """An IP address or name, and a port. Port 0 takes a free one."""
    listen_tls: str = ""
    """Likewise, where TLS begins with the first octet, as at port 465; nothing for nowhere."""
    hostname: str = "localhost"
    """Our name in the greeting and to the next hop. Servers of routes hear `[127.0.0.1]` instead of
    the default, as from any mail client."""
    networks: Networks = ("127.0.0.0/8", "::1/128")
    """Whose mail is relayed without signing in: never open this to the world."""
    route: Annotated[tuple[RouteSection, ...], Field(strict=False)] = ()
    """The mail servers that clients sign in at with passwords of their own. Where there are routes,
    only `networks` need not sign in, and only where there is an `upstream` too."""
    sign_in_clear: Literal["loopback", "never"] = "loopback"
    """Who may sign in without TLS: clients on this machine, or nobody."""
    upstream: Upstream | None = None
    """The next hop: `smtp://HOST:PORT`, `smtp+starttls://HOST:PORT` (required, never "if offered")
    or `smtps://HOST:PORT`. Without it and without routes, mail is kept in the outbox."""
    username: str = ""
    """To sign in with at the next hop; nothing for no AUTH."""
    password_file: File | None = None
    """The file whose first line is the password; without it, it is taken from the environment
    variable `MISSENT_RELAY_PASSWORD`."""
    cafile: File | None = None
    """Certificates to trust at the next hop, instead of the system's."""
    outbox: File = Path("var/outbox")
    """A Maildir for mail without a next hop; made where it is missing."""
    tls_certificate: File | None = None
    """Our certificate chain (PEM), for STARTTLS and `listen_tls`; SIGHUP reads it anew."""
    tls_key: File | None = None
    """Its key (PEM), which others must not be able to read; without it, it is looked for in the
    certificate's file."""
    deadline: Seconds = 5
    """Seconds to decide about a recipient."""
    on_error: OnError = "accept"
    """What happens to a recipient that could not be decided: `accept` or `tempfail`."""
    hold_by: Literal["hold", "refuse-once", "refuse"] | None = None
    """`hold` keeps the message for a held recipient and asks its sender, the others get it at once;
    `refuse-once` refuses the recipient until the sender tries again; `refuse` refuses it as a
    blocked one is. Without it, `hold` where `[hold]` stands, otherwise `refuse-once`. Mail of
    clients who sign in is never kept, as it could not be sent without their password: there `hold`
    does as `refuse-once`."""
    confirm_after: ConfirmAfter = 15
    """Seconds before a second attempt confirms the first; an earlier one is a program's."""
    confirm_within: ConfirmWithin = 900
    """Seconds after which a second attempt is a first one again."""
    size: Annotated[int, Field(ge=1024, le=1 << 31)] = 35 << 20
    """The largest message, in octets."""
    recipients: Annotated[int, Field(ge=100, le=100_000)] = 1000
    """Recipients of one message."""
    connections: Count = 500
    """Clients at a time, in one process."""
    connections_per_peer: Count = 200
    """Of them, from one IP address."""


class MilterSection(Section):
    """The gate at Postfix or Sendmail. It runs where this section stands."""

    listen: Annotated[Texts, Field(min_length=1)]
    """Where the MTA connects: `unix:/run/missent/milter.sock` or `inet:127.0.0.1:8894`."""
    mode: Annotated[str, Field(pattern=r"^[0-7]{3}$")] = "660"
    """The permissions of Unix sockets, in octal digits."""
    group: str = ""
    """The group of Unix sockets: Postfix's."""
    authenticated: bool = True
    """Mail of clients who signed in is ours."""
    services: Texts = ("ORIGINATING",)
    """Mail that came in by services of these names (`{daemon_name}`) is ours."""
    networks: Networks = ()
    """Mail of clients in these networks is ours."""
    sender_domains: DomainNames = ()
    """Mail with a reverse-path in these domains is ours. Anyone can write anything there."""
    local: bool = True
    """Mail that came by no network (`sendmail`) is ours."""
    header: bool = True
    """Whether the header is read: subject, display names, and whether a program wrote it."""
    deadline: Seconds = 5
    """Seconds for a decision; Postfix's `milter_command_timeout` must lie above it."""
    on_error: OnError = "accept"
    """What happens to a recipient that could not be decided: `accept` or `tempfail`."""
    hold_by: Literal["hold", "queue", "refuse-once"] | None = None
    """`hold` keeps the held recipients' message and asks its sender, the others get it at once;
    `queue` takes the whole message into the MTA's hold queue; `refuse-once` refuses the recipient
    until the sender tries again. Without it, `hold` where `[hold]` stands, otherwise `queue`."""
    refuse_local_by: Literal["bounce", "hold"] = "bounce"
    """What happens to a message of `sendmail` with a blocked recipient: one alone cannot be
    refused there."""
    confirm_after: ConfirmAfter = 15
    """Seconds before a second attempt confirms the first; an earlier one is a program's."""
    confirm_within: ConfirmWithin = 900
    """Seconds after which a second attempt is a first one again."""
    connections: Count = 5000
    """Connections of MTAs at a time, in one process."""
    idle: Annotated[float, Field(gt=0)] = 7200
    """Seconds without a word after which a connection is closed."""
    progress: Seconds = 5
    """Seconds between signs of life while a decision is waited for."""


class NoticeSection(Section):
    """Mail to our own senders about warned and held recipients. Nobody is told without it.

    Notices wait in the `[store]`, and outlive the processes.
    """

    upstream: Upstream | None = None
    """The server that takes the notices, written as in `[relay]`. Without it, they go where the
    relay hands its mail on."""
    author: AddressText
    """Whom the notices come from, and whom a puzzled sender answers."""
    interval: Annotated[int, Field(ge=60)] = 86400
    """Seconds within which a sender hears of one recipient once."""
    username: str = ""
    """To sign in with; nothing for no AUTH."""
    password_file: File | None = None
    """The file whose first line is the password; without it, it is taken from the environment
    variable `MISSENT_NOTICE_PASSWORD`."""
    cafile: File | None = None
    """Certificates to trust instead of the system's."""
