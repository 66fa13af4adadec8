"""`missent serve` with a console, as it is run: mail in, mail held, mail out."""

from __future__ import annotations

import re
import smtplib
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from missent.hold.keys import write_key
from missent.testing.postfix import free_port
from missent.testing.serve import Serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx
    from aiosmtpd.smtp import SMTP, Envelope, Session

ANN = "ann@corp.example"
_SETTINGS = """
[policy]
mode = "enforce"
[relay]
listen = "127.0.0.1:0"
outbox = "{base}/outbox"
UPSTREAM
[hold]
key_file = "{base}/hold.key"
review = ["T", "X"]
[notice]
author = "missent@corp.example"
[web]
listen = "127.0.0.1:PORT"
url = "http://127.0.0.1:PORT"
[store]
url = "STORE"
"""


class Sink:
    """The next hop: takes everything.

    Attributes:
        taken: each message's recipients and its content.
    """

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message."""
        content = envelope.original_content or b""
        self.taken.append((list(envelope.rcpt_tos), content))
        return "250 2.0.0 taken"

    def sent_to(self, address: str) -> list[bytes]:
        """What an address got."""
        return [content for recipients, content in self.taken if address in recipients]


@dataclass(frozen=True, slots=True)
class ConsoleSite:
    """A running missent.

    Attributes:
        url: of its console.
        port: of its relay.
        sink: its next hop.
        config: its configuration.
    """

    url: str
    port: int
    sink: Sink
    config: Path

    def run(self, *command: str) -> str:
        """Run a command of missent beside it; what it printed."""
        done = subprocess.run(  # noqa: S603  our own program
            [*Serve.program, "--config", self.config, *command],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def link(self) -> str:
        """A link that signs its administrator in."""
        return self.run("sample", "link").strip()

    def send(self, content: bytes, *recipients: str, sender: str = ANN) -> None:
        """Send a message through its relay."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            client.sendmail(sender, recipients, content, ["SMTPUTF8", "BODY=8BITMIME"])


def sign_in(browser: httpx.Client, link: str) -> httpx.Response:
    """Follow a link that signs somebody in, and press its button."""
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', browser.get(link).text)
    origin = link.partition("/signin")[0]
    return browser.post(link, data=dict(hidden), headers={"Origin": origin})


@contextmanager
def console_site(folder: Path, store: str = "", *, sample: bool = False) -> Iterator[ConsoleSite]:
    """Run it in a folder.

    Args:
        folder: for all its files.
        store: the URL of a store that is there already.
        sample: lay the sample organisation first; what is sent stays in an outbox then.
    """
    write_key(folder / "hold.key")
    sink, web = Sink(), free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
    controller.start()
    try:
        upstream = "" if sample else f'upstream = "smtp://127.0.0.1:{controller.port}"'
        settings = _SETTINGS.replace("UPSTREAM", upstream).replace("PORT", str(web))
        settings = settings.replace("STORE", store or "sqlite:///{base}/missent.db")
        serve = Serve.with_settings(folder, settings)
        site = ConsoleSite(f"http://127.0.0.1:{web}", 0, sink, serve.config)
        if sample:
            site.run("sample", "add")
        with serve:
            yield ConsoleSite(site.url, serve.ports[0], sink, serve.config)
    finally:
        controller.stop()
