"""A relay that runs, a guard that knows one slip, and a next hop that does as it is told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from missent.core.engine import screen
from missent.core.facts import Facts
from missent.core.finding import Finding
from missent.core.policy import Mode, Policy
from missent.gates.relay.server import serving
from missent.smtp.client.options import UpstreamOptions
from missent.smtp.listener import Listener, ListenOptions
from missent.testing.smtp import Answers

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Sequence

    from missent.core.address import Address
    from missent.core.message import Message, Recipient
    from missent.core.verdict import Verdict
    from missent.gates.disposition import Disposition
    from missent.gates.interface import Assess
    from missent.gates.relay.options import RelayOptions
    from missent.smtp.events import Answer, Event
    from missent.smtp.replies import Reply


@dataclass(frozen=True, slots=True)
class MilMistyped:
    """T101 for every `.ml`, with `.mil` as what was meant."""

    code: str = "T101"
    spares_familiar: bool = True

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:  # noqa: ARG002  a check's shape
        """Look at one recipient."""
        name = recipient.address.domain.name
        if not name.endswith(".ml"):
            return ()
        meant = recipient.address.at(f"{name.removesuffix('.ml')}.mil")
        summary = f"`{name}` is `{meant.domain}` with the `i` left out."
        return (Finding(self.code, 0.99, summary, (meant,), protected=True),)


class MilGuard:
    """Assesses with the real engine and `MilMistyped`; keeps what it was told.

    Args:
        policy: enforcing unless said otherwise.
        delay: seconds before each verdict.
    """

    def __init__(self, policy: Policy | None = None, *, delay: float = 0) -> None:
        self.policy = policy or Policy(mode=Mode.ENFORCE)
        self.delay = delay
        self.asked: list[Message] = []
        self.remembered: list[Message] = []
        self.known: list[tuple[Address | None, Address]] = []
        self.decisions: list[tuple[tuple[Disposition, ...], bool]] = []

    async def __call__(self, message: Message) -> Verdict:
        """Decide."""
        self.asked.append(message)
        if self.delay:
            await asyncio.sleep(self.delay)
        return screen(message, Facts(), self.policy, [MilMistyped()])

    async def sent(self, message: Message) -> None:
        """Remember."""
        self.remembered.append(message)

    def decided(
        self,
        mail_from: Address | None,  # noqa: ARG002  the interface's
        dispositions: Sequence[Disposition],
        message_id: str = "",  # noqa: ARG002  likewise
        *,
        sent: bool,
    ) -> None:
        """Remember what became of a message's recipients."""
        self.decisions.append((tuple(dispositions), sent))

    async def confirmed(self, sender: Address | None, address: Address) -> None:
        """Remember what was confirmed."""
        self.known.append((sender, address))


@asynccontextmanager
async def running(options: RelayOptions, assess: Assess) -> AsyncIterator[int]:
    """Run a relay; gives its port, and stops it in order at the end."""
    async with serving(options, assess) as names:
        yield names[0][1]


class NextHop(Answers):
    """What the next hop got, and how it answers."""

    async def handle(self, event: Event) -> Answer | None:
        """Answer one event."""
        return self(event)

    async def settled(self) -> None:
        """Nothing to keep."""

    async def close(self, last_words: Reply | None) -> None:
        """Nothing to let go."""


@asynccontextmanager
async def next_hop(answers: NextHop, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a next hop; gives its port."""
    listener = Listener(ListenOptions(port=0, hostname="hop.example", tls=tls), lambda _: answers)
    names = await listener.open()
    try:
        yield names[0][1]
    finally:
        await listener.close()


@asynccontextmanager
async def between(
    options: RelayOptions, hop: NextHop, guard: MilGuard | None = None
) -> AsyncIterator[int]:
    """Run a relay before a next hop; gives the relay's port."""
    async with next_hop(hop) as port:
        options = replace(options, upstream=UpstreamOptions("127.0.0.1", port))
        async with running(options, guard or MilGuard()) as relay:
            yield relay


async def until(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something is true.

    Raises:
        TimeoutError: it never was.
    """
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  whoever makes it true does not know of us
            await asyncio.sleep(0.01)


async def talk(port: int, lines: Sequence[str]) -> list[str]:
    """Say lines to a server, each after the reply to the one before; gives the replies."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        replies = [await _reply(reader)]
        for line in lines:
            writer.write(line.encode() + b"\r\n")
            replies.append(await _reply(reader))
    finally:
        writer.close()
        await writer.wait_closed()
    return replies


async def _reply(reader: asyncio.StreamReader) -> str:
    lines: list[str] = []
    while True:
        line = (await asyncio.wait_for(reader.readline(), 10)).decode().rstrip("\r\n")
        lines.append(line)
        if line[3:4] != "-":
            return "\n".join(lines)
