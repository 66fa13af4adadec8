"""What a session tells and asks; and what it offers and allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.smtp.replies import Challenge, Reply


@dataclass(frozen=True, slots=True)
class Hello:
    """HELO or EHLO; a transaction under way is over. Answered with `Extensions`, or refused.

    Attributes:
        name: who the client says it is.
        extended: whether it said EHLO.
        secure: whether it says so under TLS.
    """

    name: str
    extended: bool
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """MAIL: a transaction begins.

    Attributes:
        address: the reverse-path; None for the null sender.
        size: what the client says of the message's octets (RFC 1870).
        eight_bit: BODY=8BITMIME (RFC 6152).
        smtputf8: SMTPUTF8 (RFC 6531): addresses, header and replies may be UTF-8.
    """

    address: Address | None
    size: int | None = None
    eight_bit: bool = False
    smtputf8: bool = False


@dataclass(frozen=True, slots=True)
class Rcpt:
    """RCPT: one recipient."""

    address: Address


@dataclass(frozen=True, slots=True)
class Begin:
    """DATA, with at least one recipient accepted. Answered with 354, or refused."""


@dataclass(frozen=True, slots=True)
class Data:
    """A piece of the content, dots removed. Not answered."""

    content: bytes


@dataclass(frozen=True, slots=True)
class End:
    """The content is complete: this answer decides about the message."""

    octets: int


@dataclass(frozen=True, slots=True)
class Reset:
    """The transaction is over without a message. Not answered.

    Attributes:
        reply: what the client is told for it, None where it asked for it itself.
    """

    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class StartTls:
    """STARTTLS (RFC 3207). After 220 the caller says `secured()` and does the handshake."""


@dataclass(frozen=True, slots=True)
class Auth:
    """AUTH (RFC 4954): the client wants to sign in.

    Answered with a `Challenge` for more, with 235, or refused.

    Attributes:
        mechanism: one of those offered, in upper case.
        response: what came with the command, decoded; None where nothing did. Never shown.
    """

    mechanism: str
    response: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AuthResponse:
    """The response to a challenge. Answered as `Auth` is.

    Attributes:
        response: decoded. Never shown.
    """

    response: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuthAbandoned:
    """The exchange is over without an end: the client cancelled it, or wrote nonsense.

    Not answered.
    """


Question: TypeAlias = Hello | Mail | Rcpt | Begin | End | StartTls | Auth | AuthResponse
Event: TypeAlias = Question | Data | Reset | AuthAbandoned


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a session offers at EHLO, beside PIPELINING and ENHANCEDSTATUSCODES.

    Attributes:
        size: the largest message, in octets (RFC 1870).
        eight_bit: 8BITMIME.
        smtputf8: SMTPUTF8; implies 8BITMIME (RFC 6531 3.1).
        starttls: STARTTLS.
        auth: the mechanisms of AUTH (RFC 4954), in upper case; none where nobody can sign in.
    """

    size: int = 35 << 20
    eight_bit: bool = True
    smtputf8: bool = True
    starttls: bool = False
    auth: tuple[str, ...] = ()

    @property
    def takes_eight_bit(self) -> bool:
        """Whether BODY=8BITMIME may be said."""
        return self.eight_bit or self.smtputf8

    def keywords(self) -> tuple[str, ...]:
        """The lines of the EHLO answer after the first."""
        offered = {
            f"SIZE {self.size}": True,
            "8BITMIME": self.takes_eight_bit,
            "SMTPUTF8": self.smtputf8,
            "STARTTLS": self.starttls,
            f"AUTH {' '.join(self.auth)}": bool(self.auth),
        }
        return ("PIPELINING", *(k for k, on in offered.items() if on), "ENHANCEDSTATUSCODES")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one client may ask for.

    Attributes:
        line: octets of a command line; RFC 5321 4.5.3.1.4 and its extensions need about 1,000.
        size: octets of a message, where the extensions offered do not say less.
        recipients: accepted recipients of a message (at least 100, RFC 5321 4.5.3.1.8).
        commands: commands between two messages.
        errors: commands with a fault of form, before the session is closed.
        refusals: sign-ins that were refused for good, before the session is closed.
    """

    line: int = 2048
    size: int = 35 << 20
    recipients: int = 1000
    commands: int = 10_000
    errors: int = 20
    refusals: int = 3


Answer: TypeAlias = "Reply | Challenge | Extensions"
