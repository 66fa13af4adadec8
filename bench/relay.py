"""SMTP servers under the same policy, beside each other: sessions a second, recipients a second.

A session is: connect, EHLO, MAIL, one RCPT that is refused, QUIT; 20 at a time. Pipelined are RCPT
commands in one session, every second one refused. Both servers decide with the engine's `screen`
and one check; missent is the whole relay with its limits, deadlines and log. Servers and client run
in processes of their own, on the same cores: trust the ratios. Run it by `python -m bench.relay`.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import structlog

from missent.core.address import Address
from missent.core.message import Message, Recipient
from missent.core.verdict import Action
from missent.gates.relay.options import RelayOptions
from missent.gates.relay.server import serving
from missent.gates.reply import refusal
from missent.smtp.events import Limits
from missent.smtp.listener import ListenOptions
from missent.testing.relay import MilGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence
    from typing import IO

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from missent.core.verdict import Verdict

Figures: TypeAlias = tuple[float, float]

ROUNDS = 3
SECONDS = 1.0
CLIENTS = 20
RECIPIENTS = 4000
HELLO = b"EHLO client.example\r\n"
MAIL = b"MAIL FROM:<a@corp.example>\r\n"
WRONG = b"RCPT TO:<gen@army.ml>\r\n"
RIGHT = b"RCPT TO:<b@partner.example>\r\n"


# The servers.


class Judge(MilGuard):
    """The policy of both; keeps no list of what it was asked."""

    async def __call__(self, message: Message) -> Verdict:
        """Decide."""
        self.asked.clear()
        return await super().__call__(message)


class Refuses:
    """aiosmtpd's handler with the same policy."""

    def __init__(self) -> None:
        self._guard = Judge()

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Decide about one recipient."""
        sender = Address.parse(envelope.mail_from) if envelope.mail_from else None
        verdict = await self._guard(Message(sender, (Recipient(Address.parse(address)),)))
        if verdict.enforced and verdict.action >= Action.HOLD:
            return str(refusal(verdict.recipients[0]))
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"


def quiet() -> None:
    """Log as in production, to where nobody reads."""
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


async def missent() -> None:
    quiet()
    limits = Limits(recipients=10**6, commands=10**6)
    with tempfile.TemporaryDirectory() as outbox:
        options = RelayOptions(ListenOptions(port=0, limits=limits), outbox=Path(outbox))
        async with serving(options, Judge()) as names:
            await report(names[0][1])


async def aiosmtpd() -> None:
    from aiosmtpd.smtp import SMTP  # noqa: PLC0415  only where it is measured

    handler = Refuses()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0, backlog=1024
    )
    await report(listening.sockets[0].getsockname()[1])


async def report(port: int) -> None:
    print(port, flush=True)
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class Server:
    """One that runs."""

    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of both kinds so far (proc(5): fields 14 and 15)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(
    server: str, loop: str, *, module: str = "bench.relay", port: int = 0
) -> Iterator[Server]:
    words = ["--serve", server, "--loop", loop, *(["--port", str(port)] if port else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Server(process.pid, int(cast("IO[str]", process.stdout).readline()))
    finally:
        process.kill()
        process.communicate()


# The client.


class Client(asyncio.Protocol):
    """Says the next thing when a reply is complete, and counts the replies."""

    def __init__(self, steps: Sequence[tuple[bytes, int]]) -> None:
        self._steps = iter(steps)
        self._wanted = 1
        self._transport: asyncio.Transport
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the greeting."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Count the last lines of replies."""
        lines = data.split(b"\r\n")
        self._wanted -= sum(line[3:4] == b" " for line in lines)
        if self._wanted > 0:
            return
        said, self._wanted = next(self._steps, (b"", 0))
        if said:
            self._transport.write(said)
        else:
            self._transport.close()
            self.done.set_result(None)


async def converse(port: int, steps: Sequence[tuple[bytes, int]]) -> None:
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: Client(steps), "127.0.0.1", port)
    await client.done


async def sessions(port: int) -> int:
    """As many sessions as go into the time."""
    end = time.perf_counter() + SECONDS
    steps = [(HELLO, 1), (MAIL, 1), (WRONG, 1), (b"QUIT\r\n", 1)]

    async def client() -> int:
        count = 0
        while time.perf_counter() < end:
            await converse(port, steps)
            count += 1
        return count

    return sum(await asyncio.gather(*(client() for _ in range(CLIENTS))))


async def pipelined(port: int) -> int:
    """Recipients in one session."""
    pairs = (WRONG + RIGHT) * (RECIPIENTS // 2)
    await converse(port, [(HELLO, 1), (MAIL, 1), (pairs, RECIPIENTS), (b"QUIT\r\n", 1)])
    return RECIPIENTS


def measure(server: Server, work: Callable[[int], Coroutine[None, None, int]]) -> Figures:
    """How many a second, and the server's CPU for each, in microseconds."""
    cpu, started = server.cpu(), time.perf_counter()
    count = asyncio.run(work(server.port))
    return count / (time.perf_counter() - started), (server.cpu() - cpu) / count * 1e6


def main() -> None:
    loops = ["asyncio"]
    if importlib.util.find_spec("uvloop"):
        loops.append("uvloop")
    print(f"{'':<20}{'sessions':>20}{'pipelined RCPT':>22}   (median of {ROUNDS})")
    print(f"{'server':<20}{'a second':>10}{'CPU us':>10}{'a second':>12}{'CPU us':>10}")
    rows: dict[str, list[tuple[float, ...]]] = {}
    for _ in range(ROUNDS):
        for name, loop in itertools.product(SERVERS, loops):
            with started(name, loop) as server:
                figures = (*measure(server, sessions), *measure(server, pipelined))
            rows.setdefault(f"{name}, {loop}", []).append(figures)
    for name, rounds in rows.items():
        first, cpu, second, cpu_each = map(statistics.median, zip(*rounds, strict=True))
        print(f"{name:<20}{first:>10,.0f}{cpu:>10,.0f}{second:>12,.0f}{cpu_each:>10,.0f}")


def run_on(work: Coroutine[None, None, None], loop: str) -> None:
    if loop == "uvloop":
        import uvloop  # noqa: PLC0415  only where it is measured

        uvloop.run(work)
    else:
        asyncio.run(work)


SERVERS = {"missent": missent, "aiosmtpd": aiosmtpd}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", choices=SERVERS)
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    arguments = parser.parse_args()
    if arguments.serve:
        run_on(SERVERS[arguments.serve](), arguments.loop)
    else:
        main()
