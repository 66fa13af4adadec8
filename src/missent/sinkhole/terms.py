"""What every client is met with: a name, what is offered, and how much of it one may have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Terms:
    """What every client is met with.

    Attributes:
        hostname: our name.
        contact: whom a puzzled postmaster may write to, elsewhere; "" for nobody.
        starttls: whether STARTTLS is offered.
        commands: of one connection, RCPT apart.
        recipients: of one connection.
        errors: of one connection.
    """

    hostname: str = "localhost"
    contact: str = ""
    starttls: bool = False
    commands: int = 1000
    recipients: int = 10_000
    errors: int = 10

    @property
    def greeting(self) -> bytes:
        """The first line."""
        return f"220 {self.hostname} ESMTP; mail for a mistyped domain ends here\r\n".encode()

    def offers(self, *, secure: bool) -> bytes:
        """The answer to EHLO."""
        return _offers(self.hostname, self.starttls and not secure)

    @property
    def postmaster(self) -> bytes:
        """The answer to RCPT TO:<postmaster>, which we cannot take in either."""
        where = f"; write to {self.contact}" if self.contact else ""
        return f"550 5.7.1 nobody receives mail here{where}\r\n".encode()


@lru_cache(8)
def _offers(hostname: str, starttls: bool) -> bytes:  # noqa: FBT001  a key of the cache
    lines = [hostname, "PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8"]
    if starttls:
        lines.append("STARTTLS")
    said = "".join(f"250-{line}\r\n" for line in lines)
    return f"{said}250 ENHANCEDSTATUSCODES\r\n".encode()
