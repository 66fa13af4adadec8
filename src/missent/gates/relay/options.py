"""The relay's options, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from missent.gates.confirm import Patience
from missent.gates.disposition import Privacy
from missent.smtp.listener import ListenOptions

if TYPE_CHECKING:
    from missent.gates.dispose import OnError
    from missent.gates.relay.routes import RouteOptions
    from missent.serving.networks import Network
    from missent.smtp.client.options import UpstreamOptions

HoldBy: TypeAlias = Literal["hold", "refuse-once", "refuse"]

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """The relay gate.

    Attributes:
        listen: where, our host name, and how much one client may ask for.
        networks: whose mail is relayed without signing in; everybody else is refused at MAIL.
        upstream: the next hop for them; None keeps mail in the outbox, where there are no routes.
        routes: the mail servers that clients sign in at themselves.
        clear_on_loopback: whether a client on this machine may sign in without TLS.
        outbox: a Maildir, made where it is missing.
        deadline: seconds to decide about a recipient.
        on_error: what happens to a recipient that could not be decided.
        hold_by: what happens to a held recipient: kept until its sender has chosen, refused until
            the sender tries again, or refused as a blocked one is.
        patience: how a second attempt confirms a first one.
        privacy: how addresses stand in the log.
    """

    listen: ListenOptions = field(default_factory=ListenOptions)
    networks: tuple[Network, ...] = LOOPBACK
    upstream: UpstreamOptions | None = None
    routes: tuple[RouteOptions, ...] = ()
    clear_on_loopback: bool = True
    outbox: Path = Path("var/outbox")
    deadline: float = 5
    on_error: OnError = "accept"
    hold_by: HoldBy = "refuse-once"
    patience: Patience = field(default_factory=Patience)
    privacy: Privacy = field(default_factory=Privacy)
