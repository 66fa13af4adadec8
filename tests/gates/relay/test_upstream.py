from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import pytest

from missent.core.errors import ConfigError
from missent.smtp.client.options import Security, UpstreamOptions
from missent.smtp.client.transaction import relayed
from missent.smtp.events import Data, Extensions, Hello, Mail
from missent.smtp.replies import Reply
from missent.testing.relay import MilGuard, NextHop, between, next_hop, running, talk, until

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from structlog.typing import EventDict

    from missent.gates.relay.options import RelayOptions

Serve: TypeAlias = (
    "Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]"
)

MESSAGE = (
    "EHLO client.example",
    "MAIL FROM:<a@corp.example>",
    "RCPT TO:<b@partner.example>",
    "DATA",
    "Subject: x\r\n\r\nbody\r\n.",
)
HELLO = b"250-hop.example\r\n250 ENHANCEDSTATUSCODES\r\n"


def offered(reply: str) -> list[str]:
    return [line[4:] for line in reply.splitlines()[1:]]


@asynccontextmanager
async def scripted(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that does as the function does, for what no server should do."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


def upstream(options: RelayOptions, port: int, **changes: float) -> RelayOptions:
    return replace(options, upstream=replace(UpstreamOptions("127.0.0.1", port), **changes))  # type: ignore[arg-type]


async def test_only_what_the_next_hop_offers_is_offered(options: RelayOptions) -> None:
    everything = NextHop(Extensions(size=5000, starttls=True))
    async with between(options, everything) as port:
        replies = await talk(port, MESSAGE[:1])
    assert offered(replies[1]) == [
        "PIPELINING",
        "SIZE 5000",
        "8BITMIME",
        "SMTPUTF8",
        "ENHANCEDSTATUSCODES",
    ]
    least = NextHop(Extensions(size=1 << 40, eight_bit=False, smtputf8=False))
    async with between(options, least) as port:
        replies = await talk(port, MESSAGE[:1])
    assert offered(replies[1]) == ["PIPELINING", "SIZE 36700160", "ENHANCEDSTATUSCODES"]


async def test_the_envelope_goes_on_as_it_was_parsed(options: RelayOptions) -> None:
    hop, sender = NextHop(), "\u00fcber@b\u00fccher.example"
    async with between(options, hop) as port:
        replies = await talk(
            port,
            [
                "EHLO c",
                f"MAIL FROM:<@route.example:{sender}> SIZE=30 BODY=8BITMIME SMTPUTF8",
                'RCPT TO:<"b"@PARTNER.example>',
                'RCPT TO:<"c d"@partner.example>',
                *MESSAGE[3:],
            ],
        )
    assert replies[-1].startswith("250 2.0.0")
    (mail,) = [event for event in hop.events if isinstance(event, Mail)]
    assert str(mail.address) == "\u00fcber@xn--bcher-kva.example"
    assert (mail.size, mail.eight_bit, mail.smtputf8) == (30, True, True)


@pytest.mark.parametrize(
    ("words", "reply"),
    [("", "250 2.1.5"), ("SMTPUTF8", "550 5.6.7"), ("BODY=8BITMIME", "550 5.6.3")],
)
async def test_what_the_next_hop_no_longer_offers_is_refused(
    options: RelayOptions, words: str, reply: str
) -> None:
    hop = NextHop()
    async with (
        next_hop(hop) as hop_port,
        running(upstream(options, hop_port, idle_connections=0), MilGuard()) as port,
    ):
        await talk(port, MESSAGE[:1])
        hop.extensions = Extensions(eight_bit=False, smtputf8=False)
        replies = await talk(port, ["EHLO c", f"MAIL FROM:<a@corp.example> {words}", MESSAGE[2]])
    assert replies[2].startswith("250")
    assert replies[3].startswith(reply)


async def test_several_messages_go_over_one_connection(options: RelayOptions) -> None:
    hop = NextHop()
    async with between(options, hop) as port:
        for _ in range(3):
            await talk(port, [*MESSAGE, *MESSAGE[1:], "QUIT"])
        # one that came to nothing is reset before the connection is used again
        await talk(port, [*MESSAGE[:3], "RSET", *MESSAGE[1:], "QUIT"])
        await talk(port, [*MESSAGE[:3], "QUIT"])
        await talk(port, [*MESSAGE, "QUIT"])
    assert len(hop.messages) == 8
    assert sum(isinstance(event, Hello) for event in hop.events) <= 2


async def test_a_connection_that_the_next_hop_closed_is_opened_anew(
    options: RelayOptions,
) -> None:
    served = 0

    async def short_lived(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        writer.write(b"220 hop.example\r\n")
        replies = {b"EHLO": HELLO, b"MAIL": b"250 ok\r\n", b"RCPT": b"250 ok\r\n"}
        while line := await reader.readuntil(b"\r\n"):
            if line == b"DATA\r\n":
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                served += 1
                writer.write(b"250 taken\r\n")
                await reader.readuntil(b"\r\n")  # the next MAIL: gone without an answer
                return
            writer.write(replies[line[:4]])

    async with (
        scripted(short_lived) as hop,
        running(upstream(options, hop), MilGuard()) as port,
    ):
        for _ in range(3):
            replies = await talk(port, [*MESSAGE, "QUIT"])
            assert replies[5] == "250 2.0.0 taken"
    assert served == 3


async def test_a_next_hop_that_is_down_is_a_tempfail(
    options: RelayOptions, log: list[EventDict]
) -> None:
    async with scripted(_nothing) as hop:
        pass
    guard = MilGuard()
    async with running(upstream(options, hop), guard) as port:
        replies = await talk(port, [*MESSAGE[:3], "DATA", "QUIT"])
    assert offered(replies[1]) == ["PIPELINING", "SIZE 36700160", "ENHANCEDSTATUSCODES"]
    assert replies[3] == "451 4.4.1 the next hop cannot be reached; try again later"
    assert replies[4].startswith("554")
    assert guard.remembered == []
    assert any(line["event"] == "next hop unreachable" for line in log)


async def _nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    pass


async def _refuses(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"554 5.7.1 go away\r\n")
    await writer.drain()


async def _mute(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _babbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\xff" * 50_000)
    await reader.read()


@pytest.mark.parametrize("serve", [_nothing, _refuses, _mute, _babbles])
async def test_a_next_hop_that_is_none_is_a_tempfail(
    options: RelayOptions,
    serve: Serve,
) -> None:
    async with (
        scripted(serve) as hop,
        running(upstream(options, hop, connect=0.2), MilGuard()) as port,
    ):
        replies = await talk(port, [*MESSAGE[:3], "QUIT"])
    assert replies[3].startswith("451 4.4.1")


def _until_data(
    then: Serve,
    data: bytes = b"354 go\r\n",
) -> Serve:
    """A server that is well until DATA."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hop.example\r\n")
        replies = {b"EHLO": HELLO, b"DATA": data}
        while line := await reader.readuntil(b"\r\n"):
            writer.write(replies.get(line[:4], b"250 ok\r\n"))
            if line == b"DATA\r\n":
                await then(reader, writer)
                return

    return serve


async def _hangs_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n.\r\n")


async def _never_answers(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _too_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.02)
    writer.write(b"250 taken before it came\r\n")
    await reader.read()


async def _odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n.\r\n")
    writer.write(b"354 more\r\n")
    await reader.read()


@pytest.mark.parametrize(
    ("then", "code"),
    [
        (_hangs_up, "451 4.4.2"),
        (_never_answers, "451 4.4.2"),
        (_too_early, "451 4.5.0"),
        (_odd, "451 4.5.0"),
    ],
)
async def test_nothing_is_acknowledged_that_was_not_taken(
    options: RelayOptions,
    then: Serve,
    code: str,
) -> None:
    guard = MilGuard()
    async with (
        scripted(_until_data(then)) as hop,
        running(upstream(options, hop, final=0.3), guard) as port,
    ):
        replies = await _slowly(port)
    assert replies[-1].startswith(code)
    assert guard.remembered == []


async def _slowly(port: int) -> list[str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    replies = []
    for line in ("", *MESSAGE):
        if line:
            writer.write(line.encode() + b"\r\n")
        while (reply := (await reader.readline()).decode())[3:4] == "-":
            pass
        replies.append(reply)
        await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()
    return replies


async def test_a_refusal_in_the_middle_of_the_content_is_the_client_s(
    options: RelayOptions,
) -> None:
    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"body")
        writer.write(b"552 5.3.4 too large for us\r\n")

    async with (
        scripted(_until_data(refuses)) as hop,
        running(upstream(options, hop), MilGuard()) as port,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"EHLO c\r\n")
        await reader.readuntil(b"\r\n250 ")
        writer.write("\r\n".join(MESSAGE[1:4]).encode() + b"\r\n")
        await reader.readuntil(b"354 ")
        writer.write(b"body\r\n")
        await asyncio.sleep(0.2)
        for _ in range(100):
            writer.write(b"x" * 9_998 + b"\r\n")
        writer.write(b".\r\nQUIT\r\n")
        rest = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
    assert "552 5.3.4 too large for us\r\n221 " in rest


async def test_a_next_hop_that_does_not_read_stops_the_client_not_the_memory(
    options: RelayOptions,
) -> None:
    go_on = asyncio.Event()
    got = 0

    async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal got
        await go_on.wait()
        piece = b""
        while not piece.endswith(b"\r\n.\r\n"):
            piece = await reader.read(1 << 16)
            got += len(piece)
        writer.write(b"250 2.0.0 taken\r\n")
        await writer.drain()

    async with (
        scripted(_until_data(stalls)) as hop,
        running(upstream(options, hop), MilGuard()) as port,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.transport.set_write_buffer_limits(high=1 << 16)
        writer.write(b"EHLO c\r\n")
        await reader.readuntil(b"\r\n250 ")
        writer.write("\r\n".join(MESSAGE[1:4]).encode() + b"\r\n")
        await reader.readuntil(b"354 ")
        sent = await _fill(writer, 32 << 20)
        assert sent < 24 << 20  # what the kernel and we hold; the rest waits with the client
        go_on.set()
        writer.write(b".\r\n")
        assert await reader.readuntil(b"taken\r\n")
        writer.close()
        await writer.wait_closed()
    assert got >= sent


async def _fill(writer: asyncio.StreamWriter, octets: int) -> int:
    """Write until nobody takes any more."""
    for sent in range(0, octets, 1 << 16):
        writer.write(b"x" * 65_534 + b"\r\n")
        try:
            async with asyncio.timeout(0.5):
                await writer.drain()
        except TimeoutError:
            return sent + (1 << 16)
    return octets


async def test_the_connection_is_encrypted_and_the_certificate_verified(
    options: RelayOptions, tls: ssl.SSLContext, cafile: Path, log: list[EventDict]
) -> None:
    hop = NextHop(Extensions(starttls=True))
    async with next_hop(hop, tls) as hop_port:
        there = UpstreamOptions("localhost", hop_port, Security.STARTTLS, cafile=cafile)
        async with running(replace(options, upstream=there), MilGuard()) as port:
            assert (await talk(port, MESSAGE))[-1] == "250 2.0.0 taken"
        unverified = replace(options, upstream=replace(there, cafile=None))
        async with running(unverified, MilGuard()) as port:
            assert (await talk(port, MESSAGE[:3]))[-1].startswith("451 4.4.1")
        hop.extensions = Extensions()  # a STARTTLS that is taken away must not be done without
        async with running(replace(options, upstream=there), MilGuard()) as port:
            assert (await talk(port, MESSAGE[:3]))[-1].startswith("451 4.4.1")
    assert len(hop.messages) == 1
    reasons = [line["reason"] for line in log if line["event"] == "next hop unreachable"]
    assert any("certificate" in reason.lower() for reason in reasons)
    assert any("STARTTLS" in reason for reason in reasons)


async def test_tls_from_the_start_and_signing_in(
    options: RelayOptions, tls: ssl.SSLContext, cafile: Path, log: list[EventDict]
) -> None:
    heard: list[bytes] = []

    async def signs_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hop.example\r\n")
        replies = {b"EHLO": b"250-hop.example\r\n250 AUTH PLAIN\r\n"}
        while line := await reader.readuntil(b"\r\n"):
            heard.append(line.strip())
            if line.startswith(b"AUTH"):
                good = line.strip() == b"AUTH PLAIN AGdlbgBodW50ZXIy"
                writer.write(b"235 2.7.0 in\r\n" if good else b"535 5.7.8 no\r\n")
            else:
                writer.write(replies.get(line[:4], b"250 2.1.0 ok\r\n"))

    async with scripted(signs_in, tls) as hop:
        there = UpstreamOptions("localhost", hop, Security.TLS, "gen", "hunter2", cafile)
        async with running(replace(options, upstream=there), MilGuard()) as port:
            assert (await talk(port, MESSAGE[:3]))[-1] == "250 2.1.0 ok"
        wrong = replace(options, upstream=replace(there, password="other"))
        async with running(wrong, MilGuard()) as port:
            assert (await talk(port, MESSAGE[:3]))[-1].startswith("451 4.4.1")
    assert b"AUTH PLAIN AGdlbgBodW50ZXIy" in heard
    assert "hunter2" not in str(log)


async def test_the_next_hop_is_not_ourselves(options: RelayOptions) -> None:
    ourselves = replace(
        options,
        listen=replace(options.listen, port=10025),
        upstream=UpstreamOptions("127.0.0.1", 10025),
    )
    with pytest.raises(ConfigError, match="this relay itself"):
        async with running(ourselves, MilGuard()):
            pass


async def test_unusable_certificates_are_told(options: RelayOptions, tmp_path: Path) -> None:
    there = UpstreamOptions("mx.example", 465, Security.TLS, cafile=tmp_path / "none")
    with pytest.raises(ConfigError, match="cafile"):
        async with running(replace(options, upstream=there), MilGuard()):
            pass


@pytest.mark.parametrize(
    ("code", "message", "reply"),
    [
        (250, "2.0.0 Ok: queued", "250 2.0.0 Ok: queued"),
        (250, "ok", "250 2.0.0 ok"),
        (550, "5.7.1 first\n5.7.1 second", "550 5.7.1 first second"),
        (550, "4.7.1 does not go together", "550 5.0.0 4.7.1 does not go together"),
        (421, "4.3.2 shutting down", "451 4.3.2 shutting down"),
        (551, "5.1.6 try <b@there.example>", "550 5.1.6 try <b@there.example>"),
        (354, "go", "451 4.5.0"),
        (-1, "", "451 4.5.0"),
        (999, "", "451 4.5.0"),
        (250, "", "250 2.0.0"),
        (450, "5.1.", "450 4.0.0 5.1."),
    ],
)
def test_answers_are_relayed(code: int, message: str, reply: str) -> None:
    from aiosmtplib import SMTPResponse  # noqa: PLC0415  only here

    answer = relayed(SMTPResponse(code, message))
    assert str(answer).startswith(reply)
    assert isinstance(answer, Reply)
    assert answer.encode()


async def test_nothing_of_an_abandoned_message_is_sent_on(options: RelayOptions) -> None:
    hop = NextHop()
    async with between(options, hop) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"EHLO c\r\n")
        await reader.readuntil(b"\r\n250 ")
        writer.write("\r\n".join(MESSAGE[1:4]).encode() + b"\r\n")
        await reader.readuntil(b"354 ")
        writer.write(b"first\r\n")
        await until(lambda: any(isinstance(event, Data) for event in hop.events))
        writer.write(b"bare\n.\r\n")
        assert b"550 5.5.2 bare LF" in await reader.read()
        writer.close()
        await writer.wait_closed()
    assert hop.messages == []
