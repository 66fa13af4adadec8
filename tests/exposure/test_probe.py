"""The probe against real SMTP servers on the loopback: every answer, greylisting and tarpits."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.smtp import SMTP

from missent.exposure.lookalike import Lookalike, State
from missent.exposure.probe import Answer, ProbeOptions, Prober
from missent.testing.names import Recorded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiosmtpd.smtp import Envelope, Session

ONE = Lookalike("navy.ml", "navy.mil", 0.1, "omission", State.MX, exchangers=("mx.navy.ml",))
NAMES = Recorded({"mx.navy.ml": {"A": ("127.0.0.1",)}, "mx2.navy.ml": {"A": ("127.0.0.1",)}})


class Handler:
    """Answers RCPT as told, and notes what was asked."""

    def __init__(self, answer: str, seconds: float = 0.0) -> None:
        self.answer, self.seconds = answer, seconds
        self.recipients: list[str] = []
        self.senders: list[str | None] = []
        self.content = 0
        self.open = 0

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        self.open += 1
        assert self.open == 1, "one conversation at a time with each server"
        self.senders.append(envelope.mail_from)
        self.recipients.append(address)
        await asyncio.sleep(self.seconds)
        self.open -= 1
        return self.answer

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802  likewise
        self.content += 1
        return "250 taken"


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        sessions.append(SMTP(handler, loop=loop))
        return sessions[-1]

    server = await loop.create_server(session, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in sessions:
            if one.transport is not None:
                one.transport.close()
        await asyncio.sleep(0.05)  # for their tasks to end


def _prober(port: int, **options: float) -> Prober:
    asked = ProbeOptions("probe.corp.example", port, rate=1e6, anywhere=True)
    return Prober(NAMES, replace(asked, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("250 2.1.5 ok", Answer.ANY),
        ("251 2.1.5 will forward", Answer.ANY),
        ("550 5.1.1 no such user", Answer.UNKNOWN_REFUSED),
        ("450 4.2.0 greylisted, come again", Answer.LATER),
        ("421 4.7.0 too much", Answer.LATER),
    ],
)
async def test_every_reply_to_a_recipient(reply: str, expected: Answer) -> None:
    handler = Handler(reply)
    async with serving(handler) as port:
        found = await _prober(port).probe(ONE)
    assert found.probe == expected
    assert len(handler.recipients) == 1
    assert handler.recipients[0].endswith("@navy.ml")
    assert handler.senders == ["<>"]
    assert handler.content == 0


async def test_a_tarpit_costs_its_patience_and_no_more() -> None:
    async with serving(Handler("250 ok", seconds=30)) as port:
        begin = time.monotonic()
        assert (await _prober(port, patience=0.5).probe(ONE)).probe == Answer.SLOW
        assert time.monotonic() - begin < 10


async def test_every_exchanger_is_asked_one_after_the_other_and_one_open_door_is_enough() -> None:
    handler = Handler("250 ok", seconds=0.05)
    one = replace(ONE, exchangers=("gone.navy.ml", "mx.navy.ml", "mx2.navy.ml"))
    async with serving(handler) as port:
        found = await _prober(port).run([one, replace(one, name="nvay.mil")])
    assert [name.probe for name in found] == [Answer.ANY, Answer.ANY]
    assert len(handler.recipients) == 4


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        (b"554 go away\r\n", Answer.US_REFUSED),
        (b"421 busy\r\n", Answer.LATER),
        (b"", Answer.SLOW),
        (b"220-", Answer.SLOW),
        (b"hello?\r\n", Answer.NOBODY),
        (b"x" * 100_000, Answer.NOBODY),
    ],
)
async def test_odd_greetings(greeting: bytes, expected: Answer) -> None:
    over = asyncio.Event()

    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        with suppress(OSError):
            await reader.read()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(odd, "127.0.0.1", 0)
    found = await _prober(server.sockets[0].getsockname()[1], patience=1.0).probe(ONE)
    server.close()
    await asyncio.wait_for(over.wait(), 10)
    assert found.probe == expected


@pytest.mark.parametrize(
    "state", [state for state in State if not state.takes_mail], ids=lambda state: state.name
)
async def test_nothing_that_takes_no_mail_is_connected_to(state: State) -> None:
    connected = []

    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append(1)
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    found = await _prober(server.sockets[0].getsockname()[1]).probe(replace(ONE, state=state))
    server.close()
    assert found.probe == ""
    assert connected == []


async def test_no_address_inside_is_connected_to() -> None:
    """Whoever publishes an MX must not make us knock at our own doors."""
    handler = Handler("250 ok")
    async with serving(handler) as port:
        prober = Prober(NAMES, ProbeOptions("probe.corp.example", port, rate=1e6))
        assert (await prober.probe(ONE)).probe == Answer.NOBODY
    assert handler.recipients == []
