"""Real mail servers behind the relay, and before it."""

from __future__ import annotations

import asyncio
import os
import re
import smtplib
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from missent.gates.relay.options import RelayOptions
from missent.smtp.client.options import UpstreamOptions
from missent.smtp.listener import ListenOptions
from missent.testing.postfix import Postfix, answers, until, why_not
from missent.testing.relay import MilGuard, running
from missent.testing.serve import Serve, ServeOnAsyncio
from missent.testing.smtp import SMUGGLING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Protocol

    class StartSink(Protocol):
        """Starts an smtp-sink with more arguments."""

        def __call__(self, *arguments: str, port: int = 0) -> AbstractContextManager[Sink]: ...


pytestmark = pytest.mark.e2e
SENDER = "a@corp.example"
RIGHT = "b@partner.example"
WRONG = "gen@army.ml"
BODY = "Subject: x\r\n\r\nbody\r\n"


class Sink:
    """A running smtp-sink, and what it took."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self._folder = folder

    def messages(self) -> list[str]:
        return [f.read_text() for f in self._folder.iterdir() if f.name.startswith("sink")]


@pytest.fixture
def sink(
    requires: Callable[[str], str], free_port: Callable[[], int], open_folder: Path
) -> StartSink:
    @contextmanager
    def start(*arguments: str, port: int = 0) -> Iterator[Sink]:
        port = port or free_port()
        user = ["-u", "nobody"] if os.geteuid() == 0 else []  # it will not run as root
        where = (f"127.0.0.1:{port}", "1000")
        process = subprocess.Popen(
            [requires("smtp-sink"), *user, "-d", "sink.%s.", *arguments, *where],
            cwd=open_folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: answers(port), what="smtp-sink to listen")
            yield Sink(port, open_folder)
        finally:
            process.terminate()
            process.wait()

    return start


@pytest.fixture
def options(tmp_path: Path) -> RelayOptions:
    return RelayOptions(
        ListenOptions(port=0, hostname="relay.example", grace=5), outbox=tmp_path / "outbox"
    )


def towards(options: RelayOptions, port: int) -> RelayOptions:
    return replace(options, upstream=UpstreamOptions("127.0.0.1", port))


def send(port: int, *recipients: str) -> tuple[int, str]:
    """Send one message; gives the final answer, or the last refusal of a recipient."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
        try:
            smtp.ehlo()
            smtp.mail(SENDER)
            answer = (0, b"")
            accepted = False
            for recipient in recipients:
                answer = smtp.rcpt(recipient)
                accepted |= answer[0] == 250
            if accepted:
                answer = smtp.data(BODY)
        except smtplib.SMTPDataError as error:
            text = error.smtp_error
            return error.smtp_code, text if isinstance(text, str) else text.decode()
        return answer[0], answer[1].decode()


async def test_the_message_reaches_the_next_hop(options: RelayOptions, sink: StartSink) -> None:
    with sink() as hop:
        async with running(towards(options, hop.port), MilGuard()) as port:
            assert (await asyncio.to_thread(send, port, WRONG, RIGHT))[0] == 250
        (message,) = hop.messages()
    assert "X-Rcpt-Args: <b@partner.example>" in message
    assert "army" not in message
    assert "\nbody\n" in message


@pytest.mark.parametrize(
    ("refusing", "code"), [("-f", 500), ("-r", 450)], ids=["permanently", "for now"]
)
@pytest.mark.parametrize("command", ["RCPT", "DATA", "."])
async def test_the_next_hop_refuses(
    options: RelayOptions, sink: StartSink, refusing: str, code: int, command: str
) -> None:
    with sink(refusing, command) as hop:
        guard = MilGuard()
        async with running(towards(options, hop.port), guard) as port:
            answer = await asyncio.to_thread(send, port, RIGHT)
        assert hop.messages() == [] or command == "."
    assert answer[0] == code
    assert guard.remembered == []


async def test_the_next_hop_hangs_up(options: RelayOptions, sink: StartSink) -> None:
    for command in ("MAIL", "RCPT", "DATA", "."):
        with sink("-q", command) as hop:
            async with running(towards(options, hop.port), MilGuard()) as port:
                answer = await asyncio.to_thread(send, port, RIGHT)
        assert answer[0] == 451, command


async def test_the_next_hop_is_down_and_comes_back(options: RelayOptions, sink: StartSink) -> None:
    with sink() as hop:
        pass
    guard = MilGuard()
    async with running(towards(options, hop.port), guard) as port:
        code, text = await asyncio.to_thread(send, port, RIGHT)
        assert (code, text[:5]) == (451, "4.4.1")
        assert guard.remembered == []
        with sink(port=hop.port):
            assert (await asyncio.to_thread(send, port, RIGHT))[0] == 250
        # the connection that was kept open is gone, and so is the next hop
        code, text = await asyncio.to_thread(send, port, RIGHT)
        assert (code, text[:5]) == (451, "4.4.1")
        with sink(port=hop.port):
            assert (await asyncio.to_thread(send, port, RIGHT))[0] == 250
    assert len(hop.messages()) == 2
    assert len(guard.remembered) == 2


@pytest.mark.parametrize("serve", [Serve, ServeOnAsyncio], ids=["uvloop", "asyncio"])
def test_a_thousand_messages_each_of_them_once(
    tmp_path: Path, sink: StartSink, requires: Callable[[str], str], serve: type[Serve]
) -> None:
    source = requires("smtp-source")
    with sink() as hop:
        settings = f"[relay]\nlisten = '127.0.0.1:0'\nupstream = 'smtp://127.0.0.1:{hop.port}'\n"
        with serve.with_settings(tmp_path, settings) as missent:
            words = f"-s 20 -m 1000 -l 4000 -N -f {SENDER} -t {RIGHT} 127.0.0.1:{missent.ports[0]}"
            done = subprocess.run(
                [source, *words.split()], stderr=subprocess.PIPE, check=False, timeout=90
            )
        lines = missent.events("message")
        messages = hop.messages()
    assert (done.returncode, done.stderr) == (0, b"")
    found = [re.findall(r"X-Rcpt-Args: <(\d+)b@partner\.example>", m) for m in messages]
    assert sorted(int(number) for (number,) in found) == list(range(1, 1001))
    assert [line["result"] for line in lines] == ["sent"] * 1000


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")
async def test_postfix_behind(options: RelayOptions) -> None:
    unknown = "inline:{{ no@partner.example = 550 5.1.1 unknown here }}"
    access = f"check_recipient_access {unknown}, permit_mynetworks, reject"
    with Postfix(f"smtpd_recipient_restrictions = {access}\n") as postfix:
        async with running(towards(options, postfix.port), MilGuard()) as port:
            code, text = await asyncio.to_thread(send, port, WRONG, RIGHT)
            assert code == 250
            assert text.startswith("2.0.0 Ok: queued as ")
            code, text = await asyncio.to_thread(send, port, "no@partner.example")
            assert (code, text.partition(" ")[0]) == (550, "5.1.1")
        await asyncio.to_thread(until, lambda: len(postfix.delivered()) == 1)
        (message,) = postfix.delivered()
    assert message["Delivered-To"] == RIGHT
    assert len(message.get_all("Received", [])) == 1  # Postfix's own: we add nothing


async def smuggle(port: int, ending: bytes) -> bytes:
    """Send a message whose end two servers may read differently, and one more behind it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readuntil(b"\r\n")
    writer.write(b"EHLO client.example\r\n")
    await reader.readuntil(b"\r\n250 ")
    writer.write(f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RIGHT}>\r\nDATA\r\n".encode())
    await reader.readuntil(b"354 ")
    writer.write(b"Subject: one\r\n\r\nx" + ending)
    writer.write(f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{WRONG}>\r\nDATA\r\n".encode())
    writer.write(b"Subject: two\r\n\r\nx\r\n.\r\nQUIT\r\n")
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")
async def test_nothing_is_smuggled_past_us_into_postfix(options: RelayOptions) -> None:
    with Postfix() as postfix:
        async with running(towards(options, postfix.port), MilGuard()) as port:
            for ending in SMUGGLING:
                assert b"550 5.5.2 bare" in await smuggle(port, ending), ending
            assert (await asyncio.to_thread(send, port, RIGHT))[0] == 250
        await asyncio.to_thread(until, lambda: len(postfix.delivered()) >= 1)
        await asyncio.to_thread(postfix.settle)
        assert [message["Subject"] for message in postfix.delivered()] == ["x"]
        assert "army" not in postfix.log


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")
async def test_postfix_before(options: RelayOptions) -> None:
    async with running(options, MilGuard()) as port:
        with Postfix(f"relayhost = [127.0.0.1]:{port}\nvirtual_mailbox_domains =\n") as postfix:
            code, _ = await asyncio.to_thread(send, postfix.port, WRONG, RIGHT)
            assert code == 250
            new = options.outbox / "new"
            await asyncio.to_thread(until, lambda: len(list(new.iterdir())) == 2)
            assert "status=bounced" in postfix.log
            assert "status=sent" in postfix.log
    bounce, message = sorted((f.read_text() for f in new.iterdir()), key=len, reverse=True)
    assert message.startswith(f"Return-Path: <{SENDER}>\nDelivered-To: {RIGHT}\n")
    assert bounce.startswith(f"Return-Path: <>\nDelivered-To: {SENDER}\n")
    unfolded = " ".join(bounce.split())
    assert "550 5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>?" in unfolded
