"""Whose mail a gate at an MTA looks at: only what our own users send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from missent.serving.networks import inside

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.serving.networks import Network


@dataclass(frozen=True, slots=True)
class Ours:
    """What makes a message one of our own users'. Any one of these is enough.

    Attributes:
        authenticated: the client signed in (`{auth_authen}`).
        services: it came in by a service of this name (`{daemon_name}`): the submission ports.
        networks: the client's address lies in one of these.
        sender_domains: the reverse-path has one of these domains, as `Domain.name`. Anyone can
            write anything there: a stranger who forges it gets his own mail screened, learns
            from a refusal whom we write to, and fills the memory with contacts of his choice.
        local: it came by no network at all: `sendmail` on the host of the MTA.
    """

    authenticated: bool = True
    services: frozenset[str] = frozenset({"ORIGINATING"})
    networks: tuple[Network, ...] = ()
    sender_domains: frozenset[str] = field(default_factory=frozenset)
    local: bool = True

    def client(self, service: str, address: str) -> bool:
        """Whether everything that this client sends is ours, whoever signs in.

        Args:
            service: the name of the service that it came to, "" where that is unknown.
            address: its IP address; anything else lies in no network.
        """
        return service in self.services or (bool(self.networks) and inside(address, self.networks))

    def sender(self, login: str, mail_from: Address | None) -> bool:
        """Whether a message of this login and reverse-path is ours, from wherever it comes."""
        return (self.authenticated and bool(login)) or (
            mail_from is not None and mail_from.domain.name in self.sender_domains
        )
