"""What the relay costs between a client and its mail server: sessions a second, and the delay.

A session is: connect, EHLO, AUTH PLAIN, MAIL, RCPT, DATA, 2,000 octets, QUIT. It is measured
against the mail server alone, through missent that passes the sign-in on, and through an aiosmtpd
that does the same with aiosmtplib, message by message. The mail server is missent's own SMTP
server, which takes everything: it costs least, so the rest is the proxy's. All run in processes
of their own on the same cores and over plain loopback: trust the ratios. One client at a time gives
the delay, 20 give the throughput. Run it by `python -m bench.passing`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import structlog
import uvloop

from bench.relay import Judge, Server, converse, quiet, report, run_on, started
from missent.gates.relay.options import RelayOptions
from missent.gates.relay.routes import RouteOptions
from missent.smtp.client.options import UpstreamOptions
from missent.smtp.events import Extensions
from missent.smtp.listener import ListenOptions
from missent.testing.relay import NextHop, next_hop, running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiosmtpd.smtp import SMTP, Envelope, LoginPassword, Session

    from missent.smtp.events import Answer, Event

ROUNDS = 3
SECONDS = 1.5
CLIENTS = 20
WORD = b64encode(b"\0ann@corp.example\0sesame")
HEAD = "| between client and server | ms a session | added | sessions/s of 20 | CPU ms a session |"
OFFERED = Extensions(auth=("PLAIN", "LOGIN"))
STEPS: Sequence[tuple[bytes, int]] = (
    (b"EHLO client.example\r\n", 1),
    (b"AUTH PLAIN " + WORD + b"\r\n", 1),
    (b"MAIL FROM:<ann@corp.example>\r\n", 1),
    (b"RCPT TO:<b@partner.example>\r\n", 1),
    (b"DATA\r\n", 1),
    (b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * 28 + b".\r\n", 1),
    (b"QUIT\r\n", 1),
)


class Taker(NextHop):
    """A mail server that takes everything and keeps nothing."""

    async def handle(self, event: Event) -> Answer | None:
        """Answer one event."""
        self.events.clear()
        return self(event)


async def hop() -> None:
    quiet()
    async with next_hop(Taker(OFFERED)) as port:
        await report(port)


async def missent(port: int) -> None:
    quiet()
    async with running(proxy(port), Judge()) as ours:
        await report(ours)


def proxy(port: int) -> RelayOptions:
    route = RouteOptions(UpstreamOptions("127.0.0.1", port), frozenset({"corp.example"}))
    return RelayOptions(ListenOptions(port=0), routes=(route,))


async def together() -> tuple[float, float]:
    """Milliseconds of a session without and with missent, with no process to be waited for."""
    async with next_hop(Taker(OFFERED)) as direct, running(proxy(direct), Judge()) as through:
        found = []
        for port in (direct, through):
            await sessions(port, 1)
            _, took = await sessions(port, 1)
            found.append(statistics.quantiles(took, n=10)[0] * 1e3)
    return found[0], found[1]


async def aiosmtpd(port: int) -> None:
    """The peer: the same proxy written with the usual libraries."""
    from aiosmtpd.smtp import SMTP, AuthResult  # noqa: PLC0415  only here
    from aiosmtplib import send  # noqa: PLC0415  likewise

    class Passing:
        """Signs in at DATA, for aiosmtpd's authenticator cannot wait."""

        async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
            auth = cast("LoginPassword", session.auth_data)
            _, said = await send(
                envelope.original_content or b"",
                sender=envelope.mail_from,
                recipients=envelope.rcpt_tos,
                hostname="127.0.0.1",
                port=port,
                start_tls=False,
                username=auth.login.decode(),
                password=auth.password.decode(),
            )
            return f"250 {said}"

    def known(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> Any:
        return AuthResult(success=True, auth_data=data)

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(Passing(), authenticator=known, auth_require_tls=False, loop=loop),
        "127.0.0.1",
        0,
        backlog=1024,
    )
    await report(listening.sockets[0].getsockname()[1])


async def sessions(port: int, clients: int) -> tuple[int, list[float]]:
    """As many sessions as go into the time, and how long each took."""
    end = time.perf_counter() + SECONDS
    took: list[float] = []

    async def client() -> None:
        while (began := time.perf_counter()) < end:
            await converse(port, STEPS)
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(client() for _ in range(clients)))
    return len(took), took


def measure(server: Server) -> tuple[float, float, float]:
    """Milliseconds of one session alone, sessions a second of many, and CPU of each in ms.

    Of the sessions alone the fastest tenth counts: the rest waited for what else the machine does.
    """
    asyncio.run(sessions(server.port, 1))  # what is asked and loaded at first does not count
    _, alone = asyncio.run(sessions(server.port, 1))
    cpu, began = server.cpu(), time.perf_counter()
    count, _ = asyncio.run(sessions(server.port, CLIENTS))
    spent = time.perf_counter() - began
    fast = statistics.quantiles(alone, n=10)[0] * 1e3
    return fast, count / spent, (server.cpu() - cpu) / count * 1e3


def table(rounds: int = ROUNDS) -> str:
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for loop in ("asyncio", "uvloop"):
        for _ in range(rounds):
            with started("hop", loop, module="bench.passing") as direct:
                rows.setdefault(f"no proxy, {loop}", []).append(measure(direct))
                for name in ("missent", "aiosmtpd"):
                    with started(name, loop, module="bench.passing", port=direct.port) as server:
                        rows.setdefault(f"{name}, {loop}", []).append(measure(server))
    lines = [HEAD, "|---|---|---|---|---|"]
    for name, found in rows.items():
        alone, rate, cpu = (statistics.median(column) for column in zip(*found, strict=True))
        bare = statistics.median(row[0] for row in rows[f"no proxy, {name.split(', ')[1]}"])
        added = "" if name.startswith("no proxy") else f"{alone - bare:.2f}"
        lines.append(f"| {name} | {alone:.2f} | {added} | {rate:,.0f} | {cpu:.2f} |")
    return "\n".join(lines)


def main() -> None:
    print(f"load {os.getloadavg()[0]:.1f}, median of {ROUNDS} rounds\n")
    print(table())
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(nowhere))
        for name, new_loop in (
            ("asyncio", asyncio.new_event_loop),
            ("uvloop", uvloop.new_event_loop),
        ):
            with asyncio.Runner(loop_factory=new_loop) as runner:
                bare, through = runner.run(together())
            print(f"\nall in one process, {name}: {bare:.2f} ms, through missent {through:.2f}")


SERVERS = {"missent": missent, "aiosmtpd": aiosmtpd}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", choices=(*SERVERS, "hop"))
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.serve == "hop":
        run_on(hop(), arguments.loop)
    elif arguments.serve:
        run_on(SERVERS[arguments.serve](arguments.port), arguments.loop)
    else:
        main()
