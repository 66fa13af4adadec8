"""What was found out before the decision. Not knowing is a value, never an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from missent.core.permission import Permissions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from missent.core.acquaintance import Acquaintance


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that could not be found out, and why ("deadline", "SERVFAIL", ...)."""

    reason: str


@dataclass(frozen=True, slots=True)
class DomainFacts:
    """What the DNS says of a domain's mail.

    Attributes:
        exists: False for NXDOMAIN.
        mail_exchangers: hosts by preference; empty where there is no MX record.
        null_mx: the domain says that it takes no mail (RFC 7505).
        has_address: an A or AAAA record, the implicit MX of RFC 5321 5.1.
    """

    exists: bool
    mail_exchangers: tuple[str, ...] = ()
    null_mx: bool = False
    has_address: bool = False

    @property
    def takes_mail(self) -> bool:
        """Whether a mail server would find somewhere to deliver to."""
        return not self.null_mx and bool(self.mail_exchangers or self.has_address)


class Use(NamedTuple):
    """How something (an address, a domain) has been written to, and whether it wrote back.

    A named tuple: a decision asks for a dozen of them, and a dataclass takes four times as long to
    make.

    Attributes:
        sent: messages sent to it.
        first: the first of them, in seconds since the epoch.
        last: the last of them.
        received: messages that came from it.
        bounced: messages to it that were returned as undeliverable.
        confirmed: somebody here said that it is right.
    """

    sent: int = 0
    first: int = 0
    last: int = 0
    received: int = 0
    bounced: int = 0
    confirmed: bool = False


class Correspondence(Protocol):
    """Who writes to whom, as an immutable view for one decision.

    Addresses are `Address.key`, domains `Domain.name`. `None` means never seen.
    """

    def pair(self, sender: str, address: str) -> Use | None:
        """How `sender` has used `address`."""

    def address(self, address: str) -> Use | None:
        """How the whole organisation has used `address`."""

    def sender_domain(self, sender: str, domain: str) -> Use | None:
        """How `sender` has used `domain`, all its addresses together."""

    def domain(self, domain: str) -> Use | None:
        """How the whole organisation has used `domain`, all its addresses together."""

    def used_among(self, domains: AbstractSet[str]) -> Collection[str]:
        """Those of some domains that have been used; it is quick to say that none has."""

    def domains_known(self) -> int:
        """About how many domains are known: how much there is to mistake something for."""

    def locals_at(self, domain: str) -> int:
        """How many distinct addresses are known at `domain`."""

    def locals_like(self, domain: str, local: str) -> tuple[int, int]:
        """Of how many known local parts at `domain`, how many are built like `local`.

        Returns:
            Those that are built alike, and those that were looked at: at a large domain, some.
        """

    def domains_near(self, domain: str) -> Iterable[str]:
        """Known domains that may have been meant where `domain` was typed."""

    def domains_with(self, local: str) -> Iterable[str]:
        """Known domains at which this very local part is known."""

    def locals_near(self, domain: str, local: str) -> Iterable[str]:
        """Known local parts at `domain` that may have been meant where `local` was typed."""

    def acquaintance(self, sender: str, local: str, domain: str) -> Acquaintance:
        """What is known of `domain`, of `local` there and of what `sender` did there, at once."""

    def is_familiar(self, sender: str, address: str) -> bool:
        """Whether `address` wrote here or to `sender`, or either is confirmed; "" is no sender."""

    def meant(self, sender: str, address: str) -> str | None:
        """The address that `sender` (or, failing that, a colleague) meant the last time."""


class _Nobody:
    """No history at all: a first run."""

    def pair(self, sender: str, address: str) -> Use | None:  # noqa: ARG002
        return None

    def address(self, address: str) -> Use | None:  # noqa: ARG002
        return None

    def sender_domain(self, sender: str, domain: str) -> Use | None:  # noqa: ARG002
        return None

    def domain(self, domain: str) -> Use | None:  # noqa: ARG002
        return None

    def used_among(self, domains: AbstractSet[str]) -> Collection[str]:  # noqa: ARG002
        return ()

    def domains_known(self) -> int:
        return 0

    def locals_at(self, domain: str) -> int:  # noqa: ARG002
        return 0

    def locals_like(self, domain: str, local: str) -> tuple[int, int]:  # noqa: ARG002
        return 0, 0

    def domains_near(self, domain: str) -> Iterable[str]:  # noqa: ARG002
        return ()

    def domains_with(self, local: str) -> Iterable[str]:  # noqa: ARG002
        return ()

    def locals_near(self, domain: str, local: str) -> Iterable[str]:  # noqa: ARG002
        return ()

    def acquaintance(self, sender: str, local: str, domain: str) -> Acquaintance:  # noqa: ARG002
        from missent.core.acquaintance import NONE  # noqa: PLC0415  it is made of what stands here

        return NONE

    def is_familiar(self, sender: str, address: str) -> bool:  # noqa: ARG002
        return False

    def meant(self, sender: str, address: str) -> str | None:  # noqa: ARG002
        return None


NO_HISTORY: Correspondence = _Nobody()
NO_PERMISSIONS = Permissions()
_NO_DOMAIN_FACTS: Mapping[str, DomainFacts | Unknown] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision may rest on besides the message.

    Attributes:
        at: the moment of the decision, in seconds since the epoch.
        history: who writes to whom.
        own_domains: the organisation's domains, as `Domain.name`.
        domains: what the DNS said, by `Domain.name`; a missing name was not asked for.
        exceptions: what the organisation allowed in spite of a finding.
    """

    at: int = 0
    history: Correspondence = NO_HISTORY
    own_domains: frozenset[str] = frozenset()
    domains: Mapping[str, DomainFacts | Unknown] = field(default_factory=lambda: _NO_DOMAIN_FACTS)
    exceptions: Permissions = NO_PERMISSIONS
