"""Whatever a client says, in whatever order: mail goes out by its own account or not at all."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from missent.gates.relay.options import RelayOptions
from missent.gates.relay.routes import RouteOptions
from missent.smtp.client.options import UpstreamOptions
from missent.smtp.events import Auth, AuthResponse, Extensions, Mail, Rcpt
from missent.smtp.listener import Listener, ListenOptions
from missent.smtp.replies import Challenge, Reply
from missent.testing.relay import MilGuard, NextHop, running

if TYPE_CHECKING:
    from missent.smtp.events import Answer, Event

OFFERED = Extensions(auth=("PLAIN", "LOGIN"))
WRONG = Reply(535, "5.7.8", ("wrong password",))


def word(text: str) -> str:
    return b64encode(text.encode()).decode()


COMMANDS = [
    "EHLO c",
    "HELO c",
    "RSET",
    "NOOP",
    "STARTTLS",
    "nonsense",
    f"AUTH PLAIN {word(chr(0) + 'ann@corp.example' + chr(0) + 'right')}",
    f"AUTH PLAIN {word(chr(0) + 'ann@corp.example' + chr(0) + 'guess')}",
    f"AUTH PLAIN {word(chr(0) + 'eve@other.example' + chr(0) + 'right')}",
    f"AUTH PLAIN {word(chr(0) + 'eve@nowhere.example' + chr(0) + 'right')}",
    f"AUTH LOGIN {word('ann@corp.example')}",
    "AUTH LOGIN",
    word("ann@corp.example"),
    word("eve@other.example"),
    word("right"),
    word("guess"),
    "*",
    "MAIL FROM:<ann@corp.example>",
    "MAIL FROM:<eve@other.example>",
    "MAIL FROM:<x@alias.example> AUTH=<>",
    "MAIL FROM:<>",
    "RCPT TO:<b@partner.example>",
    "RCPT TO:<gen@army.ml>",
    "DATA",
]


class Account(NextHop):
    """One connection at a mail server: it minds who signed in, and writes down what is wrong."""

    def __init__(self, domain: str, others: str, faults: list[str]) -> None:
        super().__init__(OFFERED)
        self._domain, self._others, self._faults = domain, others, faults
        self._who = ""
        self._signed_in = False

    async def handle(self, event: Event) -> Answer | None:
        if isinstance(event, Auth):
            parts = (event.response or b"").decode("utf-8", "replace").split("\0")
            if event.mechanism == "LOGIN":
                self._who = parts[0]
                return Challenge(b"Password:")
            self._who = parts[1]
            return self._judge(parts[2])
        if isinstance(event, AuthResponse):
            return self._judge(event.response.decode("utf-8", "replace"))
        if isinstance(event, Mail | Rcpt) and not self._signed_in:
            self._faults.append(f"{event} without signing in")
        if isinstance(event, Mail) and event.address and event.address.domain.name == self._others:
            self._faults.append(f"{event} belongs elsewhere")
        if isinstance(event, Rcpt) and event.address.domain.name == "army.ml":
            self._faults.append(f"{event} was not screened")
        return await super().handle(event)

    def _judge(self, password: str) -> Reply:
        if not self._who.endswith(f"@{self._domain}"):
            self._faults.append(f"{self._who} tried at {self._domain}")
        self._signed_in = password == "right"
        return Reply(235, "2.7.0", ("welcome",)) if self._signed_in else WRONG


def _account(domain: str, others: str, faults: list[str], _peer: str) -> Account:
    return Account(domain, others, faults)


async def converse(port: int, lines: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        await _reply(reader)
        for line in lines:
            writer.write(line.encode() + b"\r\n")
            code = await _reply(reader)
            if code == b"354":
                writer.write(b"Subject: x\r\n\r\nx\r\n.\r\n")
                code = await _reply(reader)
            if code in {b"", b"220", b"421"}:
                break
    writer.close()


async def _reply(reader: asyncio.StreamReader) -> bytes:
    while True:
        line = await asyncio.wait_for(reader.readline(), 10)
        if line[3:4] != b"-":
            return line[:3]


async def faults_of(dialogues: list[list[str]], *, trusted: bool) -> list[str]:
    faults: list[str] = []
    async with AsyncExitStack() as stack:
        routes = []
        for domain, others in (
            ("corp.example", "other.example"),
            ("other.example", "corp.example"),
        ):
            listener = Listener(
                ListenOptions(port=0, grace=1), partial(_account, domain, others, faults)
            )
            ((_, port),) = await listener.open()
            stack.push_async_callback(listener.close)
            upstream = UpstreamOptions("127.0.0.1", port)
            routes.append(RouteOptions(upstream, frozenset({domain})))
        options = RelayOptions(ListenOptions(port=0, grace=1), routes=tuple(routes))
        if not trusted:
            options = replace(options, networks=())
        port = await stack.enter_async_context(running(options, MilGuard()))
        await asyncio.gather(*(converse(port, lines) for lines in dialogues))
    return faults


@pytest.mark.slow
@given(
    st.lists(st.lists(st.sampled_from(COMMANDS), max_size=25), min_size=1, max_size=8),
    st.booleans(),
)
@settings(max_examples=30)
def test_nothing_goes_out_but_by_the_account(dialogues: list[list[str]], trusted: bool) -> None:  # noqa: FBT001
    with structlog.testing.capture_logs() as log:
        greeted = [["EHLO c", *lines] for lines in dialogues]
        faults = asyncio.run(faults_of(greeted, trusted=trusted))
    assert faults == []
    assert not any(line["event"] == "conversation failed" for line in log)
    assert "right" not in str(log)


def test_the_test_would_notice() -> None:
    """The mail servers of it do write down what they should."""

    async def straight() -> list[str]:
        faults: list[str] = []
        listener = Listener(
            ListenOptions(port=0, grace=1),
            lambda _: Account("corp.example", "other.example", faults),
        )
        ((_, port),) = await listener.open()
        lines = ["EHLO c", COMMANDS[8], "MAIL FROM:<eve@other.example>", "RCPT TO:<gen@army.ml>"]
        await converse(port, lines)
        await converse(port, ["EHLO c", "MAIL FROM:<ann@corp.example>"])
        await listener.close()
        return faults

    assert len(asyncio.run(straight())) == 4
