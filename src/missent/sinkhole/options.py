"""The sinkhole's options, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from missent.sinkhole.admission import AdmissionOptions
from missent.sinkhole.terms import Terms

if TYPE_CHECKING:
    from missent.serving.networks import Network
    from missent.sinkhole.mapping import Lookalike


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may take, in seconds.

    Attributes:
        line: for a whole line, however slowly it drips in; and for a handshake.
        session: for everything.
        linger: that one who was cut off may go on, so that it reads the reason.
    """

    line: float = 60
    session: float = 600
    linger: float = 5


@dataclass(frozen=True, slots=True)
class SinkholeOptions:
    """The server.

    Attributes:
        lookalikes: what is taken in for what.
        terms: what clients are met with; `starttls` follows from the certificate.
        admission: how many clients.
        patience: how long they may take.
        proxies: networks whose connections begin with a PROXY header; nobody else's do.
        tarpit: seconds before the greeting and before each answer; 0 answers at once.
        grace: seconds that clients get when we stop.
    """

    lookalikes: tuple[Lookalike, ...]
    terms: Terms = field(default_factory=Terms)
    admission: AdmissionOptions = field(default_factory=AdmissionOptions)
    patience: Patience = field(default_factory=Patience)
    proxies: tuple[Network, ...] = ()
    tarpit: float = 0
    grace: float = 5
