"""Whose messages come by a connection of an MTA, as far as it says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.gates.milter.commands import Connect, Macros
    from missent.gates.ours import Ours


@dataclass(slots=True)
class Client:
    """The client of the MTA, and what is known of it.

    Attributes:
        by_smtp: False for mail that came by the sendmail command or from inside.
        ours: whether all that it sends is.
        service: of the MTA, that it came to.
        login: who signed in, for the message that comes next.
        queue_id: the MTA's name of the message under way.
    """

    by_smtp: bool = True
    ours: bool = False
    service: str = ""
    login: str = ""
    queue_id: str = ""

    def hear(self, macros: Macros) -> None:
        """Take what the MTA knows."""
        values = macros.values
        if "i" in values:
            self.queue_id = values["i"]
        if macros.command == "C":
            self.service = values.get("{daemon_name}", "")
        elif macros.command == "M":
            self.login = values.get("{auth_authen}", "")

    def connect(self, connect: Connect, ours: Ours) -> None:
        """Take where it comes from.

        An SMTP client has a port, and no queue id yet: otherwise this is the MTA's cleanup, with a
        message that came by no network.
        """
        portless = connect.family in ("ipv4", "ipv6") and not connect.port
        self.by_smtp = not self.queue_id and not portless
        self.ours = self.by_smtp and ours.client(self.service, connect.address)

    def begins(self, mail_from: Address | None, ours: Ours) -> bool:
        """Whether the message that it begins is ours; the login holds for this one alone."""
        login, self.login = self.login, ""
        if not self.by_smtp:
            return ours.local
        return self.ours or ours.sender(login, mail_from)
