from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from missent.smtp.events import End
from missent.smtp.listener import Listener, ListenOptions
from missent.testing.relay import NextHop, talk, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from missent.smtp.events import Answer, Event

OPTIONS = ListenOptions(port=0, hostname="relay.example", grace=2)
TO_DATA = b"EHLO c\r\n", b"MAIL FROM:<>\r\nRCPT TO:<b@partner.example>\r\nDATA\r\n"


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def in_data(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(TO_DATA[0])
    await reader.readuntil(b"\r\n250 ")
    writer.write(TO_DATA[1])
    await reader.readuntil(b"354 go on\r\n")


async def test_too_many_connections_are_turned_away() -> None:
    for options in (replace(OPTIONS, connections=2), replace(OPTIONS, connections_per_peer=2)):
        listener = Listener(options, lambda _: NextHop())
        ((_, port),) = await listener.open()
        async with connected(port) as (first, _), connected(port) as (second, _):
            for reader in (first, second):
                assert (await reader.readline()).startswith(b"220 ")
            async with connected(port) as (third, _):
                assert (await third.readline()).startswith(b"421 4.7.0 too many connections")
        await asyncio.sleep(0.05)
        assert (await talk(port, ["QUIT"]))[1].startswith("221")
        await listener.close()


async def test_stopping_finishes_the_message_under_way_and_closes_the_rest() -> None:
    handler = NextHop()
    listener = Listener(OPTIONS, lambda _: handler)
    ((_, port),) = await listener.open()
    async with connected(port) as (idle, _), connected(port) as (busy, writer):
        await idle.readline()
        await in_data(busy, writer)
        closing = asyncio.create_task(listener.close())
        assert (await idle.read()).startswith(b"421 4.3.2 shutting down")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"late\r\n")
        await asyncio.sleep(0.05)
        writer.write(b".\r\n")
        assert await busy.read() == (
            b"250 2.0.0 taken\r\n421 4.3.2 shutting down; try again later\r\n"
        )
        await closing
    assert handler.messages == [b"late\r\n"]


async def test_an_answer_that_is_being_sought_is_given_before_stopping() -> None:
    class Slow(NextHop):
        async def handle(self, event: Event) -> Answer | None:
            if isinstance(event, End):
                await asyncio.sleep(0.3)
            return await super().handle(event)

    listener = Listener(OPTIONS, lambda _: Slow())
    ((_, port),) = await listener.open()
    async with connected(port) as (reader, writer):
        await in_data(reader, writer)
        writer.write(b".\r\nMAIL FROM:<>\r\n")
        await asyncio.sleep(0.1)
        closing = asyncio.create_task(listener.close())
        assert (await reader.read()).startswith(b"250 2.0.0 taken\r\n421 4.3.2")
        await closing


async def test_who_does_not_finish_in_time_is_dropped() -> None:
    handler = NextHop()
    listener = Listener(replace(OPTIONS, grace=0.2), lambda _: handler)
    ((_, port),) = await listener.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await in_data(reader, writer)
    async with asyncio.timeout(3):
        await listener.close()
    assert await reader.read() == b""
    writer.close()
    assert handler.messages == []


async def test_several_processes_can_share_a_port() -> None:
    first = Listener(replace(OPTIONS, reuse_port=True), lambda _: NextHop())
    ((_, port),) = await first.open()
    second = Listener(replace(OPTIONS, port=port, reuse_port=True), lambda _: NextHop())
    await second.open()
    alone = Listener(replace(OPTIONS, port=port), lambda _: NextHop())
    with pytest.raises(OSError, match="in use"):
        await alone.open()
    await first.close()
    assert (await talk(port, ["QUIT"]))[1].startswith("221")
    await second.close()


async def test_hundreds_of_clients_leave_nothing_behind() -> None:
    handler = NextHop()
    listener = Listener(OPTIONS, lambda _: handler)
    ((_, port),) = await listener.open()
    for _ in range(10):
        await asyncio.gather(*(talk(port, ["NOOP", "QUIT"]) for _ in range(50)))
    await until(lambda: not listener._open)
    assert not listener._peers
    await listener.close()
