"""A whole installation that holds: Postfix, missent beside it, and senders who choose."""

from __future__ import annotations

import re
import smtplib
import urllib.request
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import TYPE_CHECKING
from urllib.error import HTTPError

from missent.hold.keys import write_key
from missent.testing.milter import Missent
from missent.testing.postfix import Postfix, free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

ANN = "ann@corp.example"
SETTINGS = """
[organisation]
domains = ["corp.example"]
[policy]
mode = "enforce"
rules = [{ code = "T", probability = 0.5, action = "hold" }]
[store]
url = "{store}"
[notice]
upstream = "smtp://127.0.0.1:{inside}"
author = "missent@corp.example"
[hold]
key_file = "{base}/hold.key"
upstream = "smtp://127.0.0.1:{inside}"
hostname = "missent.corp.example"
reply_address = "missent@corp.example"
reply_listen = "127.0.0.1:{answers}"
{hold}
[web]
listen = "127.0.0.1:{web}"
url = "http://127.0.0.1:{web}"
"""
GATE = '[milter]\nnetworks = ["127.0.0.0/8"]\n'
MAIN = """\
smtpd_milters = unix:{base}/milter.sock
milter_default_action = tempfail
recipient_delimiter = +
transport_maps = inline:{ missent@corp.example=smtp:[127.0.0.1]:{answers} }
smtpd_recipient_restrictions =
  check_recipient_access inline:{ { gone@gmail.com = 550 5.1.1 no such user } }
  permit_mynetworks reject
"""
INSIDE = """\
127.0.0.1:{inside} inet n - n - - smtpd
  -o smtpd_milters=
  -o local_header_rewrite_clients=
"""


class Site:
    """Postfix with the gate, and what its users see and do.

    Attributes:
        postfix: takes mail of users, and (on `inside`) what is released and notices.
        inside: the port without the milter.
        web: the port of the pages.
        answers: the port for replies.
        settings: TOML for `Missent.at`.
    """

    def __init__(self, postfix: Postfix, ports: tuple[int, int, int], settings: str) -> None:
        self.postfix = postfix
        self.inside, self.web, self.answers = ports
        self.settings = settings

    def send(self, content: bytes, *recipients: str, port: int = 0, sender: str = ANN) -> object:
        """Send as a user does; the recipients that were refused."""
        with smtplib.SMTP("127.0.0.1", port or self.postfix.port, timeout=30) as client:
            return client.sendmail(sender, recipients, content, ["BODY=8BITMIME"])

    def delivered(self, to: str) -> list[bytes]:
        """What landed for a recipient, as it lies in its mailbox."""
        folder = self.postfix.base / "mail/box/new"
        found = [path.read_bytes() for path in sorted(folder.glob("*"))]
        return [octets for octets in found if f"Delivered-To: {to}\n".encode() in octets]

    def notices(self, count: int, to: str = ANN) -> list[EmailMessage]:
        """So many notices, in the order of their arrival."""
        until(lambda: len(self.delivered(to)) >= count, 30, f"{count} notices")
        made = [message_from_bytes(octets, policy=policy.default) for octets in self.delivered(to)]
        return sorted(made, key=lambda m: (str(m["Date"]), str(m["Message-ID"])))

    def links(self, notice: EmailMessage) -> list[str]:
        """A notice's links, in order: instead, send, discard."""
        part = notice.get_body(("plain",))
        text = str(part.get_content()) if part else ""
        return re.findall(rf"http://127\.0\.0\.1:{self.web}/c/\S+", text)

    def reply(self, notice: EmailMessage, word: str, *, sender: str = ANN) -> None:
        """Answer a notice by mail, through the same Postfix."""
        to = str(notice["Reply-To"])
        text = f"From: {sender}\r\nTo: {to}\r\nSubject: Re: {notice['Subject']}\r\n\r\n{word}\r\n"
        self.send(text.encode(), to, sender=sender)


def browse(link: str, method: str = "GET") -> tuple[int, str]:
    """Ask for a page, as a browser does."""
    request = urllib.request.Request(link, method=method)  # noqa: S310  a link of the test's own
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  likewise
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


@contextmanager
def site(hold: str = "", store: str = "", gate: str = GATE) -> Iterator[Site]:
    """Run Postfix, ready for `Missent.at(site.postfix.base, site.settings)`.

    Args:
        hold: more of the section `[hold]`.
        store: the URL; SQLite in Postfix's directory where it is empty.
        gate: the gate's section.
    """
    ports = (free_port(), free_port(), free_port())
    inside, web, answers = ports
    main = MAIN.replace("{answers}", str(answers))
    with Postfix(main, INSIDE.replace("{inside}", str(inside))) as postfix:
        write_key(postfix.base / "hold.key")
        settings = SETTINGS + gate
        for name, value in {
            "inside": inside,
            "web": web,
            "answers": answers,
            "hold": hold,
            "store": store or f"sqlite:///{postfix.base}/store/missent.db",
        }.items():
            settings = settings.replace(f"{{{name}}}", str(value))
        yield Site(postfix, ports, settings)


@contextmanager
def holding(hold: str = "", store: str = "") -> Iterator[tuple[Site, Missent]]:
    """The same, with missent running."""
    with site(hold, store) as made, Missent.at(made.postfix.base, made.settings) as gate:
        yield made, gate


def log_of(gate: Missent, event: str) -> list[str]:
    """The lines of its log about an event."""
    return [line for line in gate.log.splitlines() if f'"event": "{event}"' in line]
