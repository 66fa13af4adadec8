"""Answers by mail, said to a real SMTP listener."""

from __future__ import annotations

import asyncio
import smtplib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
import structlog

from missent.hold.answers.letterbox import Letterbox
from missent.hold.tokens import Token
from missent.smtp.events import Rcpt
from missent.smtp.listener import Listener, ListenOptions
from missent.testing.hold import ANN, GEN, MEANT, hold, links, mail, room_at, states, suspect, texts
from missent.testing.relay import NextHop, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from missent.hold.room import Room

TEXT = "Subject: Re: Held: your message to gen@army.ml\r\n\r\n{}\r\n\r\n> SEND\r\n"


@asynccontextmanager
async def listening(room: Room) -> AsyncIterator[Callable[..., Awaitable[int]]]:
    listener = Listener(ListenOptions(port=0), lambda _: Letterbox(room))
    [(_, port)] = await listener.open()

    def say(to: str, text: str, sender: str) -> tuple[int, bytes]:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.ehlo()
            client.mail(sender)
            code, said = client.rcpt(to)
            return client.data(text.encode()) if code == 250 else (code, said)

    async def answer(to: str, text: str, sender: str = str(ANN)) -> int:
        return (await asyncio.to_thread(say, to, text, sender))[0]

    try:
        yield answer
    finally:
        await listener.close()


async def address_of(notices: NextHop) -> str:
    await until(lambda: notices.messages)
    return str(mail(notices.messages[0])["Reply-To"])


def rcpts(hop: NextHop) -> list[str]:
    return [str(e.address) for e in hop.events if isinstance(e, Rcpt)]


@pytest.mark.parametrize(
    ("word", "state", "goes"),
    [
        ("Send", "released", [GEN]),
        ("INSTEAD", "redirected", [MEANT]),
        ("discard.", "discarded", []),
    ],
)
async def test_each_choice_by_a_reply(
    tmp_path: Path, word: str, state: str, goes: list[str]
) -> None:
    hop, notices = NextHop(), NextHop()
    async with room_at(tmp_path, hop, notices) as room, listening(room) as answer:
        name = await hold(room)
        to = await address_of(notices)
        assert await answer(to.upper(), TEXT.format(word)) == 250
        assert await states(room.store, name) == [state]
        await until(lambda: rcpts(hop) == goes)
        assert "reply" in [step.way for step in await room.store.steps(name)]


async def test_an_answer_speaks_of_all_that_wait(tmp_path: Path) -> None:
    hop, notices = NextHop(), NextHop()
    async with room_at(tmp_path, hop, notices) as room, listening(room) as answer:
        name = await hold(room, suspect(), suspect("joe@navy.ml", "joe@navy.mil"))
        to = await address_of(notices)
        assert await answer(to, TEXT.format("instead")) == 250
        assert await states(room.store, name) == ["redirected", "redirected"]
        await until(lambda: sorted(rcpts(hop)) == [MEANT, "joe@navy.mil"])


async def test_an_unclear_answer_changes_nothing_and_is_told_once(tmp_path: Path) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices) as room, listening(room) as answer:
        name = await hold(room)
        to = await address_of(notices)
        for _ in range(2):
            assert await answer(to, TEXT.format("what is this?")) == 250
        await until(lambda: len(notices.messages) > 1)
        await asyncio.sleep(0.3)
        assert await states(room.store, name) == ["held"]
        assert len(notices.messages) == 2
        told = mail(notices.messages[1])
        assert "changed nothing" in texts(told)[0]
        # and it can be answered again
        assert await answer(str(told["Reply-To"]), TEXT.format("discard")) == 250
        assert await states(room.store, name) == ["discarded"]
        assert await answer(to, TEXT.format("send")) == 250
        await until(lambda: len(notices.messages) > 2)
        assert "it was decided already" in texts(mail(notices.messages[2]))[0]


@pytest.mark.parametrize("program", ["", "no-reply@corp.example"])
async def test_an_absence_notice_chooses_nothing(tmp_path: Path, program: str) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices) as room, listening(room) as answer:
        name = await hold(room)
        to = await address_of(notices)
        assert await answer(to, TEXT.format("send"), program) == 250
        auto = "Auto-Submitted: auto-replied\r\n" + TEXT.format("send")
        assert await answer(to, auto) == 250
        await asyncio.sleep(0.3)
        assert await states(room.store, name) == ["held"]
        assert len(notices.messages) == 1


async def test_it_takes_nothing_else(tmp_path: Path) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices) as room, listening(room) as answer:
        name = await hold(room)
        to = await address_of(notices)
        link = links(mail(notices.messages[0]))[1]
        old = Token(name, 1).write(room.options.keys)
        with structlog.testing.capture_logs() as log:
            for other in (
                "gen@army.ml",
                "missent@corp.example",
                to.replace("corp.example", "army.ml"),
                to.replace("missent+", "missent+a"),
                f"missent+{link}@corp.example",
                f"missent+{old}@corp.example",
            ):
                assert await answer(other, TEXT.format("send")) == 550
        reasons = [line["reason"] for line in log if line["event"] == "choice refused"]
        assert reasons == ["tampered", "foreign", "expired"]
        assert await states(room.store, name) == ["held"]
