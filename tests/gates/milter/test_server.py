"""The gate on a real Unix socket: answers, progress, back-pressure, the graceful stop."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from missent.gates.endpoint import Endpoint
from missent.gates.milter import commands as c
from missent.gates.milter import replies as r
from missent.gates.milter import wire
from missent.gates.milter.desk import DeskOptions
from missent.gates.milter.run import MilterOptions, serving
from missent.gates.milter.server import GateOptions
from missent.gates.ours import Ours
from missent.testing.gates import SuffixGuard
from missent.testing.milter import POSTFIX_SAYS_OCTETS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

OFFER = c.Negotiate(6, 0x1FF, 0x1FFFFF)
START = (OFFER, c.Connect("x", "ipv4", 1, "192.0.2.7"), c.Mail("<ann@corp.example>"))
OURS = Ours(networks=(ip_network("192.0.2.0/24"),))
OPTIONS = MilterOptions(GateOptions(ours=OURS, grace=0.3))


class Mta:
    """Speaks to the gate, one command and its reply at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.packets = wire.from_filter()

    def say(self, *commands: c.Command) -> None:
        self.writer.write(b"".join(map(wire.to_filter, commands)))

    async def hear(self) -> r.Reply | None:
        """The next reply; None where the gate closes."""
        while (reply := self.packets.next()) is None:
            octets = b""
            with suppress(ConnectionError):
                octets = await asyncio.wait_for(self.reader.read(4096), 10)
            if not octets:
                return None
            self.packets.feed(octets)
        return reply

    async def ask(self, *commands: c.Command) -> r.Reply | None:
        self.say(*commands)
        return await self.hear()


class Site:
    def __init__(self, path: Path, options: MilterOptions) -> None:
        self.place = Endpoint(f"unix:{path}/m.sock")
        self.options = options
        self.guard = SuffixGuard()
        self.open: list[asyncio.StreamWriter] = []

    async def mta(self, *commands: c.Command) -> Mta:
        reader, writer = await asyncio.open_unix_connection(str(self.place.path))
        self.open.append(writer)
        mta = Mta(reader, writer)
        mta.say(*commands)
        return mta

    @asynccontextmanager
    async def running(self, **changes: object) -> AsyncIterator[Site]:
        options = replace(self.options, **changes)  # type: ignore[arg-type]
        listening = self.place.listen()
        try:
            async with serving(options, self.guard, [listening], at_once=self.guard.at_once):
                yield self
        finally:
            for writer in self.open:
                writer.close()
            listening.close()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, OPTIONS)


async def begun(site: Site) -> Mta:
    mta = await site.mta(*START)
    assert isinstance(await mta.hear(), r.Negotiated)
    return mta


@pytest.mark.parametrize("step", [1, 7, 4096])
async def test_a_whole_conversation_however_it_is_cut(site: Site, step: int) -> None:
    async with site.running():
        mta = await site.mta()
        for start in range(0, len(POSTFIX_SAYS_OCTETS), step):
            mta.writer.write(POSTFIX_SAYS_OCTETS[start : start + step])
            if step == 1:
                await asyncio.sleep(0)
        heard = [await mta.hear() for _ in range(5)]
        assert [type(one).__name__ for one in heard] == [
            "Negotiated", "ReplyCode", "Continue", "Continue", "NoneType",
        ]  # fmt: skip
    assert [str(m.recipients[0].address) for m in site.guard.was_sent] == ["bob@partner.example"]


async def test_while_a_decision_takes_its_time_the_mta_hears_that_we_live(site: Site) -> None:
    site.guard.seconds = 0.25
    async with site.running(gate=replace(OPTIONS.gate, progress=0.1)):
        mta = await begun(site)
        assert await mta.ask(c.Rcpt("<a@b.ml>")) == r.Progress()
        assert await mta.hear() == r.Progress()
        assert isinstance(await mta.hear(), r.ReplyCode)
        assert await mta.ask(c.Abort(), *START[2:], c.Rcpt("<postmaster>")) == r.Continue()


async def test_commands_that_come_too_early_wait_for_the_answer_before(site: Site) -> None:
    site.guard.seconds = 0.05
    async with site.running():
        mta = await begun(site)
        mta.say(c.Rcpt("<a@b.ml>"), c.Rcpt("<a@b.example>"), c.EndOfMessage(), c.Quit())
        heard = [await mta.hear() for _ in range(4)]
        assert [type(one).__name__ for one in heard] == [
            "ReplyCode", "Continue", "Continue", "NoneType",
        ]  # fmt: skip


async def test_a_flood_during_a_decision_is_not_read(site: Site) -> None:
    site.guard.seconds = 0.5
    async with site.running():
        mta = await begun(site)
        mta.say(c.Rcpt("<a@b.example>"))
        flood = wire.to_filter(c.Body(bytes(60_000)))
        sent = 0
        try:
            async with asyncio.timeout(0.3):
                while True:
                    mta.writer.write(flood)
                    sent += len(flood)
                    await mta.writer.drain()
        except TimeoutError:
            pass
        assert sent < 5_000_000
        assert await mta.hear() == r.Continue()


async def test_one_that_breaks_the_protocol_is_closed_and_others_go_on(site: Site) -> None:
    async with site.running():
        good = await begun(site)
        bad = await site.mta(OFFER, c.Rcpt("<a@b.example>"))
        assert isinstance(await bad.hear(), r.Negotiated)
        assert await bad.hear() is None
        noise = await site.mta()
        noise.writer.write(b"EHLO client.example\r\n")
        assert await noise.hear() is None
        assert await good.ask(c.Rcpt("<a@b.example>")) == r.Continue()


async def test_one_too_many_is_closed(site: Site) -> None:
    async with site.running(gate=replace(OPTIONS.gate, connections=2)):
        first, second = await begun(site), await begun(site)
        third = await site.mta(OFFER)
        assert await third.hear() is None
        for mta in (first, second):
            assert await mta.ask(c.Rcpt("<a@b.example>")) == r.Continue()


async def test_on_the_way_down_sessions_may_end(site: Site) -> None:
    async def rest(mta: Mta) -> list[r.Reply | None]:
        await asyncio.sleep(0.1)
        return [await mta.ask(c.Rcpt("<a@b.example>")), await mta.ask(c.EndOfMessage())]

    async with site.running(gate=replace(OPTIONS.gate, grace=5)):
        mta = await begun(site)
        ending = asyncio.create_task(rest(mta))
        ending.add_done_callback(lambda _: mta.say(c.Quit()))
    assert await ending == [r.Continue(), r.Continue()]
    assert len(site.guard.was_sent) == 1


async def test_what_lasts_longer_than_the_grace_is_cut_off(site: Site) -> None:
    async with site.running():
        mta = await begun(site)
        await mta.ask(c.Rcpt("<a@b.example>"))
    assert await mta.hear() is None
    assert site.guard.was_sent == []


async def test_a_vanished_mta_ends_its_decision(site: Site) -> None:
    site.guard.seconds = 60
    async with site.running(desk=DeskOptions(deadline=60)):
        mta = await begun(site)
        mta.say(c.Rcpt("<a@b.example>"))
        await mta.writer.drain()
        await asyncio.sleep(0.05)
        mta.writer.transport.abort()
        await asyncio.sleep(0.05)


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="only Linux has TCP_QUICKACK")
async def test_an_mta_that_says_more_need_not_wait_for_an_acknowledgement() -> None:
    listening = Endpoint("inet:127.0.0.1:0").listen()
    macros, rcpt = (
        wire.to_filter(c.Macros("T", {"i": "1"})),
        wire.to_filter(c.Rcpt("<b@x.example>")),
    )

    def rounds() -> list[float]:
        """Like Postfix: macros that nobody answers, and in a second write what is answered."""
        with socket.create_connection(listening.getsockname(), 10) as mta:
            mta.sendall(b"".join(wire.to_filter(one) for one in START))
            mta.recv(4096)
            took = []
            for _ in range(40):  # the first are acknowledged at once in any case
                begin = time.monotonic()
                mta.sendall(macros)
                mta.sendall(rcpt)
                assert mta.recv(4096) == wire.to_mta(r.Continue())
                took.append(time.monotonic() - begin)
        return took

    with listening:
        guard = SuffixGuard()
        async with serving(OPTIONS, guard, [listening], at_once=guard.at_once):
            took = await asyncio.to_thread(rounds)
    assert min(took[-10:]) < 0.02  # of a second; otherwise 0.04
