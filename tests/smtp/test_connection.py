from __future__ import annotations

import asyncio
import contextlib
import smtplib
import ssl
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import structlog
import uvloop

from missent.smtp.connection import Deadlines
from missent.smtp.events import Begin, Extensions, Hello, Limits, Rcpt
from missent.smtp.listener import Listener, ListenOptions
from missent.smtp.replies import Reply
from missent.testing.relay import NextHop, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from missent.smtp.events import Answer, Event

ENVELOPE = b"MAIL FROM:<a@corp.example>\r\nRCPT TO:<b@partner.example>\r\nDATA\r\n"
QUICK = Deadlines(command=0.3, data=0.3, message=0.8, linger=0.5)


@asynccontextmanager
async def client(
    handler: NextHop,
    deadlines: Deadlines | None = None,
    tls: ssl.SSLContext | None = None,
    limits: Limits | None = None,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A server, and a client that was greeted and said EHLO."""
    options = ListenOptions(
        port=0,
        hostname="relay.example",
        deadlines=deadlines or Deadlines(),
        limits=limits or Limits(),
        tls=tls,
        grace=1,
    )
    listener = Listener(options, lambda _: handler)
    ((host, port),) = await listener.open()
    reader, writer = await asyncio.open_connection(host, port)
    try:
        await reader.readuntil(b"\r\n")
        writer.write(b"EHLO c\r\n")
        await reader.readuntil(b"\r\n250 ENHANCEDSTATUSCODES\r\n")
        yield reader, writer
    finally:
        writer.transport.abort()
        await listener.close()


async def rest(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(5):
        return await reader.read()


async def test_a_client_that_says_nothing_is_told_and_let_go() -> None:
    async with client(NextHop(), QUICK) as (reader, _):
        assert await rest(reader) == b"421 4.4.2 you took too long; closing\r\n"


async def drip(writer: asyncio.StreamWriter, piece: bytes, seconds: float) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(seconds)


@asynccontextmanager
async def dripping(
    writer: asyncio.StreamWriter, piece: bytes, seconds: float
) -> AsyncIterator[None]:
    task = asyncio.create_task(drip(writer, piece, seconds))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_dripping_does_not_make_a_command_s_time_longer() -> None:
    async with client(NextHop(), QUICK) as (reader, writer), dripping(writer, b"N", 0.05):
        async with asyncio.timeout(1):
            assert (await reader.readline()).startswith(b"421 4.4.2")


async def test_content_has_deadlines_of_its_own() -> None:
    handler = NextHop()
    async with client(handler, QUICK) as (reader, writer):
        writer.write(ENVELOPE)
        await reader.readuntil(b"354 go on\r\n")
        for _ in range(3):  # together longer than one piece may take
            await asyncio.sleep(0.15)
            writer.write(b"x\r\n")
        writer.write(b".\r\n")
        assert await reader.readuntil(b"\r\n") == b"250 2.0.0 taken\r\n"
        writer.write(ENVELOPE)
        await reader.readuntil(b"354 go on\r\n")
        async with dripping(writer, b"x\r\n", 0.1), asyncio.timeout(2):
            assert (await reader.readline()).startswith(b"421 4.4.2")
    assert len(handler.messages) == 1


async def test_what_was_said_before_a_half_close_is_answered() -> None:
    handler = NextHop()
    async with client(handler) as (reader, writer):
        writer.write(ENVELOPE)
        await reader.readuntil(b"354 go on\r\n")
        writer.write(b"x\r\n.\r\nNOOP\r\n")
        writer.write_eof()
        assert await rest(reader) == b"250 2.0.0 taken\r\n250 2.0.0 ok\r\n"
    assert handler.messages == [b"x\r\n"]


async def test_a_client_that_is_cut_off_can_still_read_why() -> None:
    async with client(NextHop()) as (reader, writer):
        writer.write(ENVELOPE)
        await reader.readuntil(b"354 go on\r\n")
        writer.write(b"bare\nnewline\r\n")
        for _ in range(100):  # it does not listen while it sends
            writer.write(b"x" * 20_000)
            await writer.drain()
        assert (await rest(reader)).startswith(b"550 5.5.2 bare LF")


async def test_a_client_that_does_not_read_must_wait() -> None:
    handler = NextHop()
    noop = b"HELP\r\n" * 10_000
    async with client(handler, QUICK, limits=Limits(commands=10**9)) as (reader, writer):
        sent = 0
        lost = False
        while sent < 200 << 20 and not lost:
            writer.write(noop)
            try:
                async with asyncio.timeout(2):
                    await writer.drain()
            except (TimeoutError, ConnectionError):
                lost = True
            sent += len(noop)
        assert lost  # it is dropped, and has not filled the memory before
        assert sent < 100 << 20
        reader.set_exception(ConnectionResetError())


async def test_commands_that_wait_behind_a_slow_answer_do_not_pile_up() -> None:
    class Slow(NextHop):
        def __init__(self) -> None:
            super().__init__()
            self.go_on = asyncio.Event()

        async def handle(self, event: Event) -> Answer | None:
            if isinstance(event, Rcpt):
                await self.go_on.wait()
            return await super().handle(event)

    handler = Slow()
    long = b"RCPT TO:<" + b"x" * 2000 + b"@partner.example>\r\n"
    async with client(handler) as (reader, writer):
        writer.write(b"MAIL FROM:<>\r\nRCPT TO:<b@partner.example>\r\n" + long * 9000)
        draining = asyncio.create_task(writer.drain())
        await asyncio.sleep(0.3)
        assert not draining.done()  # 18 MB are not taken from a client that must wait
        handler.go_on.set()
        replies = 0
        async with asyncio.timeout(20):
            while replies < 9002:
                replies += (await reader.read(1 << 20)).count(b"\n")
        await draining


async def test_starttls(tls: ssl.SSLContext) -> None:
    handler = NextHop(Extensions(starttls=True))
    async with client(handler, tls=tls) as (_, writer):
        port = writer.get_extra_info("peername")[1]

        def send() -> None:
            trusting = ssl.create_default_context()
            trusting.check_hostname = False
            trusting.verify_mode = ssl.CERT_NONE
            with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
                smtp.starttls(context=trusting)
                smtp.ehlo()
                assert not smtp.has_extn("starttls")
                smtp.sendmail("a@corp.example", ["b@partner.example"], "Subject: x\r\n\r\nx")

        await asyncio.to_thread(send)
    assert handler.messages == [b"Subject: x\r\n\r\nx\r\n"]


async def test_what_is_pipelined_before_the_handshake_is_never_run(tls: ssl.SSLContext) -> None:
    handler = NextHop(Extensions(starttls=True))
    async with client(handler, tls=tls) as (reader, writer):
        writer.write(b"STARTTLS\r\nMAIL FROM:<evil@corp.example>\r\n")
        assert (await rest(reader)).startswith(b"503 5.5.1 wait for the reply to STARTTLS")
    assert len(handler.events) == 1


@asynccontextmanager
async def implicit(
    handler: NextHop, tls: ssl.SSLContext, deadlines: Deadlines | None = None, clients: int = 10
) -> AsyncIterator[int]:
    """A server with TLS from the first octet; gives its port."""
    options = ListenOptions(
        port=0,
        implicit=("127.0.0.1", 0),
        tls=tls,
        deadlines=deadlines or Deadlines(),
        connections=clients,
        grace=1,
    )
    listener = Listener(options, lambda _: handler)
    _, (_, port) = await listener.open()
    try:
        yield port
    finally:
        await listener.close()


def send_over_tls(port: int, cafile: Path) -> None:
    context = ssl.create_default_context(cafile=cafile)
    with smtplib.SMTP_SSL("localhost", port, timeout=5, context=context) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("starttls")
        smtp.sendmail("a@corp.example", ["b@partner.example"], "Subject: x\r\n\r\n" + "x" * 500_000)


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_tls_from_the_first_octet(
    tls: ssl.SSLContext, cafile: Path, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    handler = NextHop(Extensions(starttls=True))

    async def main() -> None:
        async with implicit(handler, tls) as port:
            for _ in range(5):
                await asyncio.to_thread(send_over_tls, port, cafile)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())
    assert len(handler.messages) == 5
    hellos = [event for event in handler.events if isinstance(event, Hello)]
    assert all(hello.secure for hello in hellos)


@pytest.mark.parametrize("said", [b"", b"EHLO c\r\n", b"\x16\x03\x01\x02\x00\x01"])
async def test_what_is_no_handshake_is_let_go_without_a_word_in_the_clear(
    tls: ssl.SSLContext, said: bytes
) -> None:
    handler = NextHop()
    async with implicit(handler, tls, replace(QUICK, handshake=0.3)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        with contextlib.suppress(ConnectionError):
            assert not (await rest(reader)).startswith(b"220")
        writer.close()
    assert handler.events == []


async def test_who_is_turned_away_gets_no_handshake(tls: ssl.SSLContext) -> None:
    async with implicit(NextHop(), tls, clients=1) as port:
        _, first = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.05)
        reader, second = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            assert await rest(reader) == b""
        first.transport.abort()
        second.close()


async def test_an_answer_of_421_closes() -> None:
    class Over(NextHop):
        async def handle(self, event: Event) -> Answer | None:
            if isinstance(event, Rcpt):
                return Reply(421, "4.4.2", ("it is over",))
            return await super().handle(event)

    async with client(Over()) as (reader, writer):
        writer.write(ENVELOPE)
        assert await rest(reader) == b"250 2.1.0 sender ok\r\n421 4.4.2 it is over\r\n"


async def test_a_handshake_that_fails_ends_the_conversation(tls: ssl.SSLContext) -> None:
    async with client(NextHop(Extensions(starttls=True)), tls=tls) as (reader, writer):
        writer.write(b"STARTTLS\r\n")
        await reader.readuntil(b"\r\n")
        writer.write(b"this is no handshake\r\n\r\n")
        await rest(reader)


async def test_a_fault_of_ours_costs_one_conversation() -> None:
    class Broken(NextHop):
        async def handle(self, event: Event) -> Answer | None:
            if isinstance(event, Begin):
                raise LookupError("a bug")  # noqa: TRY004  any would do
            return await super().handle(event)

    with structlog.testing.capture_logs() as log:
        async with client(Broken()) as (reader, writer):
            writer.write(ENVELOPE)
            assert (await rest(reader)).endswith(
                b"421 4.3.0 a fault on our side; try again later\r\n"
            )
    assert [line["event"] for line in log] == ["conversation failed"]


async def test_the_handler_hears_of_the_end() -> None:
    ends: list[Reply | None] = []

    class Listening(NextHop):
        async def close(self, last_words: Reply | None) -> None:
            ends.append(last_words)

    async with client(Listening()) as (_, writer):
        writer.write(ENVELOPE)
        writer.close()
        await until(lambda: ends)
    async with client(Listening()) as (reader, writer):
        writer.write(b"QUIT\r\n")
        await rest(reader)
    assert [str(end) for end in ends] == ["None", "221 2.0.0 bye"]
