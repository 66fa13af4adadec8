"""Where a session stands, and which commands it may hear there (RFC 5321 4.1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missent.smtp.arguments import Refused, fault, read_mail, read_rcpt
from missent.smtp.auth import read_auth
from missent.smtp.events import Begin, Hello, StartTls
from missent.smtp.replies import Reply
from missent.smtp.verbs import no_argument, unknown

if TYPE_CHECKING:
    from missent.smtp.events import Auth, Extensions, Limits, Mail, Rcpt

_TOO_MANY = Reply(452, "4.5.3", ("too many recipients; send the rest in another message",))
_NO_RECIPIENT = Reply(554, "5.5.1", ("no recipient was accepted; nothing was sent",))


@dataclass(slots=True)
class Standing:
    """What was said and granted so far. Each method reads one command, or raises `Refused`.

    Attributes:
        hostname: our name.
        limits: what the client may ask for.
        extensions: what was offered to it.
        secure: whether it uses TLS.
        signed_in: whether its AUTH succeeded.
        greeted: whether it said EHLO or HELO.
        extended: whether that was EHLO.
        mail: the message that was begun; None where none is.
        recipients: of it, accepted.
    """

    hostname: str
    limits: Limits
    extensions: Extensions
    secure: bool = False
    signed_in: bool = False
    greeted: bool = False
    extended: bool = False
    mail: Mail | None = None
    recipients: int = 0

    def hello(self, argument: str, *, extended: bool) -> Hello:
        """EHLO or HELO."""
        if not argument:
            raise fault(501, "5.5.4", "say who you are, EHLO name")
        return Hello(argument, extended, self.secure)

    def auth(self, argument: str) -> Auth:
        """AUTH."""
        if self.signed_in:
            raise fault(503, "5.5.1", "you are signed in already")
        if not self.extended or not self.extensions.auth:
            if self.extended and self.extensions.starttls:
                raise fault(538, "5.7.11", "say STARTTLS first: a password needs TLS")
            raise unknown("AUTH")
        if self.mail is not None:
            raise fault(503, "5.5.1", "not within a message; say RSET")
        return read_auth(argument, self.extensions.auth)

    def mail_from(self, argument: str) -> Mail:
        """MAIL."""
        if not self.greeted:
            raise fault(503, "5.5.1", "say EHLO first")
        if self.mail is not None:
            raise fault(503, "5.5.1", "a message is begun already; say RSET")
        return read_mail(argument, self.extensions, extended=self.extended)

    def rcpt(self, argument: str) -> Rcpt:
        """RCPT."""
        if self.mail is None:
            raise fault(503, "5.5.1", "say MAIL first")
        if self.recipients >= self.limits.recipients:
            raise Refused(_TOO_MANY)
        return read_rcpt(argument, self.hostname, smtputf8=self.mail.smtputf8)

    def data(self, argument: str) -> Begin:
        """DATA."""
        no_argument("DATA", argument)
        if self.mail is None:
            raise fault(503, "5.5.1", "say MAIL first")
        if not self.recipients:
            raise Refused(_NO_RECIPIENT)
        return Begin()

    def starttls(self, argument: str) -> StartTls:
        """STARTTLS."""
        if not self.extended or not self.extensions.starttls:
            raise unknown("STARTTLS")
        if self.signed_in:  # RFC 3207 4.2: it would have to be forgotten, by the next hop too
            raise fault(503, "5.5.1", "you are signed in already")
        no_argument("STARTTLS", argument)
        return StartTls()
