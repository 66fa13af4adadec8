"""The notice that a released message could not be delivered: RFC 3464, RFC 6522."""

from __future__ import annotations

from email.message import EmailMessage, Message
from email.policy import SMTP
from typing import TYPE_CHECKING

from missent.hold.notices import words

if TYPE_CHECKING:
    from missent.hold.held import Held

_HEADER = 64 << 10  # octets of a header that are given back


def parts(held: Held, address: str, said: str, content: bytes, reporter: str) -> list[Message]:
    """The parts of the report: for people, for programs, and the message's header.

    Args:
        held: the message.
        address: where it could not be delivered.
        said: the next hop's answer, such as `550 5.1.1 no such user`.
        content: the message.
        reporter: our host name.
    """
    text = EmailMessage(policy=SMTP)
    text.set_content(
        f"Your message of {words.moment(held.at)} could not be delivered to\n\n"
        f"  {words.shown(address)}\n\n"
        f"The next mail server said:\n\n  {said}\n\nIt was given up.\n",
        cte="quoted-printable",
    )
    code, _, rest = said.partition(" ")
    status = rest.split(" ", 1)[0]
    if not (status[:1] in "45" and status.count(".") == 2):  # noqa: PLR2004  class.subject.detail
        status = f"{code[:1] if code[:1] in '45' else '5'}.0.0"
    kind = "rfc822" if address.isascii() else "utf-8"
    report = Message()
    report["Content-Type"] = "message/delivery-status"
    whole = Message()
    whole["Reporting-MTA"] = f"dns; {reporter}"
    one = Message()
    one["Final-Recipient"] = f"{kind}; {address}"
    one["Action"] = "failed"
    one["Status"] = status
    one["Diagnostic-Code"] = f"smtp; {_line(said)}"
    report.set_payload([whole, one])
    header = content.partition(b"\r\n\r\n")[0][:_HEADER] + b"\r\n"
    back = Message()
    back["Content-Type"] = "text/rfc822-headers"
    if not header.isascii():
        back["Content-Transfer-Encoding"] = "8bit"
    back.set_payload(header.decode("ascii", "surrogateescape").replace("\r\n", "\n"))
    return [text, report, back]


def _line(text: str) -> str:
    return " ".join(text.encode("ascii", "backslashreplace").decode("ascii").split())[:500]
