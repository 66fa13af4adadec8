"""What is found out about one name that people type for one of ours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What becomes of mail to a name."""

    MX = "mx"
    """It goes to a mail exchanger."""
    IMPLICIT = "implicit mx"
    """There is no MX record; it goes to the address of the name (RFC 5321 5.1)."""
    DEAD_END = "dead end"
    """There is an MX record, and none of its hosts has an address that mail could reach."""
    NULL = "null mx"
    """The name says that it takes no mail (RFC 7505)."""
    MUTE = "no mail"
    """The name exists, without MX record and address."""
    FREE = "not registered"
    """The name does not exist: mail to it comes back, until somebody registers it."""
    IMPOSSIBLE = "impossible"
    """Nobody can register such a name: there is no such suffix, or no such character."""
    OURS = "ours"
    """It lies below one of our own domains."""
    UNKNOWN = "unknown"
    """The DNS did not say."""

    @property
    def takes_mail(self) -> bool:
        """Whether mail would be delivered to somebody."""
        return self in {State.MX, State.IMPLICIT}


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A name that is typed for one of ours, and what it does with mail.

    Attributes:
        name: the typed name, as `Domain.name`.
        meant: our name.
        probability: that this is typed, given that our name is mistyped.
        kind: the kind of slip, a key of the table of rates.
        state: what becomes of mail to it.
        reason: why the state is not known; "" where it is.
        exchangers: the hosts that take its mail, the most preferred first.
        operator: the registrable domain of the first of them.
        wildcard: any name beside it is answered like it: nobody registered just this one.
        parked: its name servers or exchangers are those of a service for parked domains.
        shared: how many lookalikes of this run give their mail to the same operator.
        signed: whether the DNSSEC chain has a DS record for it; None where that was not found out.
        mta_sts: whether it publishes MTA-STS (RFC 8461); None as before.
        registered: the day on which it was registered, ISO 8601; "" where that was not found out.
        expires: the day on which the registration ends; "" as before.
        registrar: who registered it; "" as before.
        registrant: for whom; "" as before.
        standing: that it is about to change hands, in the registry's words; "" as before.
        certificates: how many were issued for it, of those in the file that was read.
        certified: the first day of the latest of them, ISO 8601; "" where that is not known.
        certified_until: the last day of the one that holds longest; "" as before.
        mail_hosts: hosts for mail that they name, such as `mail.navy.ml`.
        probe: what a mail server answered to a random recipient; "" where nobody asked.
        yearly: messages a year that are expected to go to it.
        advice: what to do about it.
    """

    name: str
    meant: str
    probability: float
    kind: str
    state: State = State.UNKNOWN
    reason: str = ""
    exchangers: tuple[str, ...] = ()
    operator: str = ""
    wildcard: bool = False
    parked: bool = False
    shared: int = 0
    signed: bool | None = None
    mta_sts: bool | None = None
    registered: str = ""
    expires: str = ""
    registrar: str = ""
    registrant: str = ""
    standing: str = ""
    certificates: int = 0
    certified: str = ""
    certified_until: str = ""
    mail_hosts: tuple[str, ...] = ()
    probe: str = ""
    yearly: float = 0.0
    advice: str = ""

    @property
    def was_asked(self) -> bool:
        """Whether the DNS was asked about it, so that something could be said."""
        if self.state is State.UNKNOWN:
            return bool(self.reason)
        return self.state not in {State.IMPOSSIBLE, State.OURS}
