"""The server on real sockets, against clients that do what clients must not."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from missent.sinkhole.admission import AdmissionOptions
from missent.sinkhole.options import Patience, SinkholeOptions
from missent.sinkhole.terms import Terms
from missent.sinkhole.tls import Certificate
from missent.testing.relay import talk, until
from missent.testing.sinkhole import LOOKALIKES, Notebook, running
from missent.testing.tls import certificate

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = SinkholeOptions(LOOKALIKES, Terms("sink.example"))
DIALOGUE = ["EHLO mx.corp.example", "MAIL FROM:<jane@corp.example>", "RCPT TO:<gen@army.ml>"]


@pytest.fixture
def book() -> Notebook:
    return Notebook()


async def test_a_recipient_is_refused_with_what_was_meant(book: Notebook) -> None:
    async with running(OPTIONS, book) as (server, port):
        replies = await talk(port, [*DIALOGUE, "QUIT"])
        assert "did you mean <gen@army.mil>?" in replies[3]
        await until(lambda: not server.open)
    assert book.knocks[0].refused == {"army.ml": 1}
    assert not any(server.common.scratch.plain.octets)


async def test_over_ipv6(book: Notebook) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    async with running(OPTIONS, book, host="::1") as (_, port):
        reader, writer = await asyncio.open_connection("::1", port)
        writer.write("\r\n".join([*DIALOGUE, "QUIT", ""]).encode())
        assert b"did you mean <gen@army.mil>?" in await reader.read()
        writer.close()
    assert book.knocks[0].peer == "::1"


async def test_a_burst_is_answered_whole_though_nobody_reads_yet(book: Notebook) -> None:
    count = 50_000
    options = replace(OPTIONS, terms=Terms("sink.example", recipients=count + 1))
    async with running(options, book) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write("\r\n".join([*DIALOGUE[:2], ""]).encode())
        for number in range(count):
            writer.write(b"RCPT TO:<gen%d@army.ml>\r\n" % number)
        writer.write(b"QUIT\r\n")
        await asyncio.sleep(0.5)
        said = await reader.read()
        while more := await reader.read():
            said += more
        writer.close()
    lines = [line for line in said.splitlines() if line.startswith(b"550")]
    assert [line.split(b"<")[1].split(b"@")[0] for line in lines] == [
        b"gen%d" % number for number in range(count)
    ]
    assert book.knocks[0].refused == {"army.ml": count}


class TestStartTls:
    @pytest.fixture
    def served(self, tmp_path: Path) -> Certificate:
        return Certificate(certificate(tmp_path))

    @pytest.fixture
    def options(self) -> SinkholeOptions:
        return replace(OPTIONS, terms=Terms("sink.example", starttls=True))

    async def test_the_refusal_is_given_under_tls(
        self, book: Notebook, options: SinkholeOptions, served: Certificate, tmp_path: Path
    ) -> None:
        context = ssl.create_default_context(cafile=str(tmp_path / "localhost.pem"))
        async with running(options, book, served) as (server, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"EHLO mx.corp.example\r\n")
            assert b"250-STARTTLS\r\n" in await reader.readuntil(b"250 ENHANCEDSTATUSCODES\r\n")
            writer.write(b"STARTTLS\r\n")
            assert (await reader.readline()).startswith(b"220 ")
            await writer.start_tls(context, server_hostname="localhost")
            lines = [*DIALOGUE, *["RCPT TO:<gen@army.ml>"] * 3000, "QUIT", ""]
            writer.write("\r\n".join(lines).encode())
            said = await reader.read()
            writer.close()
            await until(lambda: not server.open)
        assert said.count(b"did you mean <gen@army.mil>?") == 3001
        assert said.endswith(b"221 2.0.0 bye\r\n")
        assert book.knocks[0].secure
        assert not any(server.common.scratch.plain.octets)

    async def test_garbage_is_counted_and_dropped(
        self, book: Notebook, options: SinkholeOptions, served: Certificate
    ) -> None:
        async with running(options, book, served) as (server, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"EHLO x\r\n")
            await reader.readuntil(b"250 ENHANCEDSTATUSCODES\r\n")
            writer.write(b"STARTTLS\r\n")
            await reader.readline()
            writer.write(b"\x16\x03\x01garbage" * 500)
            with suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), 10)
            writer.close()
            await until(lambda: not server.open)
        assert book.faults["no TLS handshake"] == 1

    async def test_a_certificate_that_changes_is_served(
        self, book: Notebook, options: SinkholeOptions, served: Certificate, tmp_path: Path
    ) -> None:
        async def shown(port: int) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"EHLO x\r\n")
            await reader.readuntil(b"250 ENHANCEDSTATUSCODES\r\n")
            writer.write(b"STARTTLS\r\n")
            await reader.readline()
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            await writer.start_tls(context)
            seen: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.close()
            return seen

        async with running(options, book, served) as (_, port):
            first = await shown(port)
            assert not served.refresh()
            certificate(tmp_path)
            assert served.refresh()
            assert await shown(port) not in {first, b""}


class TestProxies:
    OPTIONS = replace(OPTIONS, proxies=(ip_network("127.0.0.0/8"),))

    @pytest.mark.parametrize(
        "header",
        [
            b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n",
            b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x07\xc6\x33\x64\x01\x9c\x40\x00\x19",
        ],
    )
    @pytest.mark.parametrize("apart", ["apart", ""])
    async def test_the_client_is_the_one_behind(
        self, book: Notebook, header: bytes, apart: str
    ) -> None:
        async with running(self.OPTIONS, book) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            if apart:
                for octet in header:
                    writer.write(bytes([octet]))
                    await asyncio.sleep(0.001)
                header = b""
            writer.write(header + "\r\n".join([*DIALOGUE, "QUIT", ""]).encode())
            assert b"did you mean <gen@army.mil>?" in await reader.read()
            writer.close()
        assert book.knocks[0].peer == "192.0.2.7"

    async def test_without_a_header_there_is_no_conversation(self, book: Notebook) -> None:
        async with running(self.OPTIONS, book) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"EHLO x\r\n")
            with suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
        assert book.faults["bad PROXY header"] == 1

    async def test_nobody_else_may_say_who_he_is(self, book: Notebook) -> None:
        async with running(OPTIONS, book) as (_, port):
            replies = await talk(port, ["PROXY TCP4 192.0.2.7 192.0.2.8 1 2", *DIALOGUE])
            assert replies[1].startswith("500 ")
        assert book.knocks[0].peer == "127.0.0.1"


class TestBounds:
    async def test_too_many_are_asked_to_come_later(self, book: Notebook) -> None:
        options = replace(OPTIONS, admission=AdmissionOptions(per_address=2))
        async with running(options, book) as (server, port):
            pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            lines = [await reader.readline() for reader, _ in pairs]
            assert [line[:3] for line in lines] == [b"220", b"220", b"421"]
            for _, writer in pairs:
                writer.close()
            await until(lambda: not server.open)
        assert book.faults["too many connections of an address"] == 1

    @pytest.mark.parametrize("drip", [b"", b"N", b"EHLO x\r\nMAIL FROM:<a@b.example"])
    async def test_slow_clients_are_told_and_dropped(self, book: Notebook, drip: bytes) -> None:
        options = replace(OPTIONS, patience=Patience(line=1, session=10, linger=1))
        async with running(options, book) as (server, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(drip)
            said = await asyncio.wait_for(reader.read(), 10)
            assert said.endswith(b"421 4.4.2 you took too long; closing\r\n")
            # half open: it never closes its side
            await until(lambda: not server.open)
            writer.close()
        assert book.faults["too slow"] == 1

    async def test_one_who_never_ends_is_dropped_though_it_is_quick(self, book: Notebook) -> None:
        options = replace(OPTIONS, patience=Patience(line=5, session=1, linger=1))
        async with running(options, book) as (server, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with suppress(ConnectionError):
                while server.open or not reader.at_eof():
                    writer.write(b"NOOP\r\n")
                    await asyncio.sleep(0.05)
                    if book.faults["too slow"]:
                        break
            assert book.faults["too slow"] == 1
            writer.close()

    async def test_early_talkers_are_counted(self, book: Notebook) -> None:
        options = replace(OPTIONS, tarpit=0.3)
        async with running(options, book) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"EHLO x\r\n")
            assert (await reader.read()).startswith(b"554 5.5.1 wait for the greeting")
            writer.close()
        assert book.faults["early talker"] == 1

    async def test_a_tarpit_answers_late_and_in_order(self, book: Notebook) -> None:
        options = replace(OPTIONS, tarpit=0.1)
        async with running(options, book) as (_, port):
            loop = asyncio.get_running_loop()
            before = loop.time()
            replies = await talk(port, DIALOGUE)
            assert loop.time() - before >= 0.4
            assert "did you mean <gen@army.mil>?" in replies[3]

    async def test_a_client_that_was_cut_off_can_read_why(self, book: Notebook) -> None:
        async with running(OPTIONS, book) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"x" * 300_000)
            said = await asyncio.wait_for(reader.read(), 10)
            assert said.endswith(b"500 5.5.2 line too long; closing\r\n")
            writer.close()

    async def test_a_flood_of_half_lines_costs_little_memory(self, book: Notebook) -> None:
        options = replace(
            OPTIONS, admission=AdmissionOptions(2000, per_address=2000, per_network=2000)
        )
        async with running(options, book) as (server, port):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            clients = []
            for _ in range(1000):
                client = socket.create_connection(("127.0.0.1", port))
                client.send(b"x" * 1000)
                clients.append(client)
                await asyncio.sleep(0)
            await until(lambda: len(server.open) == 1000)
            await asyncio.sleep(0.2)
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            for client in clients:
                client.close()
            await until(lambda: not server.open)
        assert grown < 30_000  # KiB

    async def test_who_is_there_when_it_stops_is_told(self, book: Notebook) -> None:
        async with running(replace(OPTIONS, grace=0.2), book) as (server, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write("\r\n".join([*DIALOGUE, ""]).encode())
            await reader.readuntil(b"read it.\r\n")
            await server.close()
            assert (await reader.read()).startswith(b"421 4.3.2 ")
            writer.close()
        assert len(book.knocks) == 1
