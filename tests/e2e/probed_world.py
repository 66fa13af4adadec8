"""A small internet of its own: `missent exposure --probe` amid real name and mail servers.

Run by tests/e2e/test_probe.py inside a network namespace, where the addresses of the mail servers
are public ones and their port is 25: the command runs as anybody runs it. Prints what the command
told and what the servers saw, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP

from missent.exposure.candidates import candidates
from missent.exposure.lookalike import State
from missent.testing import nsd

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

MEANT = "navy.mil"
PATIENCE = 4
# What each server answers to RCPT, and after how many seconds; "" for a greeting that ends it all.
SERVERS = {
    "catch-all": ("250 2.1.5 ok", 0.0),
    "refuses": ("550 5.1.1 no such user", 0.0),
    "greylists": ("450 4.2.0 come again", 0.0),
    "tarpit": ("250 2.1.5 ok", 60.0),
    "421": ("421 4.7.0 not now", 0.0),
    "refuses us": ("", 0.0),
    "null mx": ("250 2.1.5 ok", 0.0),
    "private": ("250 2.1.5 ok", 0.0),
}


class Server:
    """One mail server, and what it saw."""

    def __init__(self, answer: str, seconds: float) -> None:
        self._answer, self._seconds = answer, seconds
        self.connections = 0
        self.recipients: list[str] = []
        self.content = 0

    def session(self) -> SMTP:
        self.connections += 1
        return SMTP(self, loop=asyncio.get_running_loop(), ident="ready")

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        assert envelope.mail_from == "<>"
        self.recipients.append(address)
        await asyncio.sleep(self._seconds)
        return self._answer

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802  likewise
        self.content += 1
        return "250 taken"

    async def refuse(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be a server that greets nobody (RFC 5321 3.1)."""
        self.connections += 1
        writer.write(b"554 5.7.1 go away\r\n")
        await writer.drain()
        writer.close()


async def main() -> None:
    names = {
        kind: one.name
        for kind, one in zip(
            SERVERS,
            islice((c for c in candidates(MEANT, (), 60) if c.state is State.UNKNOWN), 20),
            strict=False,
        )
    }
    zone, servers = "", {}
    loop = asyncio.get_running_loop()
    for number, (kind, (answer, seconds)) in enumerate(SERVERS.items(), 1):
        address = _address(number, kind)
        servers[kind] = server = Server(answer, seconds)
        if answer:
            await loop.create_server(server.session, address, 25)
        else:
            await asyncio.start_server(server.refuse, address, 25)
        exchanger = "." if kind == "null mx" else f"mx{number}.example."
        zone += f"{names[kind]} MX 0 {exchanger}\n{names[kind]} A {address}\n"
        zone += f"mx{number}.example A {address}\n"
    with nsd.Nsd({"": zone}) as name_server, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "missent.toml"
        file.write_text(f'[dns]\nresolvers = ["{name_server.address}"]\nrate = 100000\n')
        command = [sys.executable, "-m", "missent", "--config", str(file), "exposure"]
        command += ["--limit", "60", "--probe", "probe.corp.example", "--format", "json"]
        running = await asyncio.create_subprocess_exec(
            *command, "--probe-patience", str(PATIENCE), MEANT, stdout=subprocess.PIPE
        )
        output, _ = await running.communicate()
    told = {row["name"]: row["probe"] for row in json.loads(output)["lookalikes"]}
    world = {
        kind: {
            "told": told[names[kind]],
            "connections": server.connections,
            "recipients": server.recipients,
            "content": server.content,
        }
        for kind, server in servers.items()
    }
    sys.stdout.write(json.dumps(world))


def _address(number: int, kind: str) -> str:
    return f"10.9.9.{number}" if kind == "private" else f"9.9.9.{number}"


def make_network() -> None:
    """Give the loopback of this namespace the servers' addresses."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for number, kind in enumerate(SERVERS, 1):
        address = f"{_address(number, kind)}/32"
        subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)


if __name__ == "__main__":
    make_network()
    asyncio.run(main())
