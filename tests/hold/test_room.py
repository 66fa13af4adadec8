"""The room with a real store and a real SMTP server for its next hop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
import structlog

from missent.core.address import Address
from missent.core.errors import StoreError
from missent.hold.held import Envelope, Pick
from missent.hold.machine import Choice, Refused, State, Way
from missent.hold.room import Automatic, View
from missent.hold.sql.store import SqlHold
from missent.smtp.events import Mail, Rcpt
from missent.smtp.replies import Reply
from missent.testing.hold import (
    ANN,
    CONTENT,
    GEN,
    MEANT,
    hold,
    links,
    mail,
    room_at,
    states,
    suspect,
    texts,
)
from missent.testing.relay import NextHop, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from structlog.typing import EventDict

    from missent.hold.room import Room

REFUSED = Reply(550, "5.1.1", ("no such user",))
LATER = Reply(451, "4.3.0", ("not now",))


@pytest.fixture
def log() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def rcpts(hop: NextHop) -> list[str]:
    return [str(e.address) for e in hop.events if isinstance(e, Rcpt)]


async def follow(room: Room, token: str) -> State | Refused | str:
    view = await room.look(token, Way.LINK)
    return await room.act(view) if isinstance(view, View) else view


async def asked(notices: NextHop, count: int = 1) -> list[str]:
    await until(lambda: len(notices.messages) >= count)
    return links(mail(notices.messages[count - 1]))


async def test_the_sender_is_asked_in_plain_words(tmp_path: Path) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices) as room:
        await hold(room)
        await until(lambda: notices.messages)
    notice = mail(notices.messages[0])
    assert [e.address for e in notices.events if isinstance(e, Mail)] == [None]
    assert rcpts(notices) == [str(ANN)]
    assert notice["Auto-Submitted"] == "auto-replied"
    assert notice["In-Reply-To"] == "<1@corp.example>"
    assert notice["Subject"] == "Held: your message to gen@army.ml"
    assert str(notice["Reply-To"]).startswith("missent+")
    plain, html = texts(notice)
    assert 'Your message "Room 12" of' in plain
    assert "  gen@army.mil\n            ^\n" in plain.replace("\r\n", "\n")
    assert "Why: `.ml` is Mali's. [T101]" in plain
    assert "gen@army.m<mark>i</mark>l" in html
    assert "INSTEAD" in plain
    assert "src=" not in html
    assert len(html) < 4000
    assert len(links(notice)) == 3


async def test_right_sends_the_very_octets_to_that_recipient_alone(tmp_path: Path) -> None:
    hop, notices = NextHop(), NextHop()
    async with room_at(tmp_path, hop, notices) as room:
        name = await hold(room)
        _, send, _ = await asked(notices)
        assert await follow(room, send) is State.RELEASED
        await until(lambda: hop.messages)
        await until(lambda: room._releases.sent)
        assert await room.store.sealed(name) is None
    assert hop.messages == [CONTENT + b"\r\n"]
    assert rcpts(hop) == [GEN]
    assert [str(e.address) for e in hop.events if isinstance(e, Mail)] == [str(ANN)]


async def test_instead_sends_it_to_the_address_that_was_meant(tmp_path: Path) -> None:
    hop, notices = NextHop(), NextHop()
    async with room_at(tmp_path, hop, notices) as room:
        await hold(room, suspect(GEN, "gen@navy.mil", MEANT))
        instead = (await asked(notices))[1]
        assert await follow(room, instead) is State.REDIRECTED
        await until(lambda: hop.messages)
    assert rcpts(hop) == [MEANT]


async def test_a_choice_about_one_recipient_leaves_the_others(tmp_path: Path) -> None:
    hop, notices = NextHop(), NextHop()
    async with room_at(tmp_path, hop, notices) as room:
        name = await hold(room, suspect(), suspect("joe@navy.ml", "joe@navy.mil"))
        tokens = await asked(notices)
        assert len(tokens) == 6
        assert await follow(room, tokens[5]) is State.DISCARDED
        assert await states(room.store, name) == ["held", "discarded"]
        assert await follow(room, tokens[1]) is State.RELEASED
        await until(lambda: hop.messages)
    assert rcpts(hop) == [GEN]


async def test_what_is_wrong_with_a_token_is_said_and_logged(
    tmp_path: Path, log: list[EventDict]
) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices, expires=60) as room:
        await hold(room)
        instead, send, discard = await asked(notices)
        assert await room.look("x" * 45, Way.LINK) == "tampered"
        assert await room.look(send[:-2] + "aa", Way.LINK) == "tampered"
        assert await room.look(send, Way.REPLY) == "foreign"
        assert await follow(room, discard) is State.DISCARDED
        assert await follow(room, send) is Refused.DECIDED
        assert await follow(room, instead) is Refused.DECIDED
    async with room_at(tmp_path / "other", notices=notices) as other:
        assert await other.look(send, Way.LINK) == "unknown"
    reasons = [line["reason"] for line in log if line["event"] == "choice refused"]
    assert reasons == ["tampered", "tampered", "foreign", "decided", "decided", "unknown"]
    assert not any(token in str(log) for token in (instead, send, discard))


async def test_an_expired_token_is_refused_and_its_sender_told(tmp_path: Path) -> None:
    hop, notices = NextHop(), NextHop()
    async with room_at(tmp_path, hop, notices, expires=2) as room:
        name = await hold(room)
        tokens = await asked(notices)
        await until(lambda: len(notices.messages) > 1)
        assert await states(room.store, name) == ["expired"]
        assert await follow(room, tokens[1]) == "expired"
        await until(lambda: room._notices.sent == 2)
        assert await room.store.sealed(name) is None
    notice = mail(notices.messages[1])
    assert notice["Subject"] == "Given up: your message to gen@army.ml"
    assert "was never sent" in texts(notice)[0]
    assert hop.messages == []


async def test_looking_ten_times_changes_nothing(tmp_path: Path) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices) as room:
        name = await hold(room)
        tokens = await asked(notices)
        for _ in range(10):
            for token in tokens:
                assert isinstance(await room.look(token, Way.LINK), View)
        assert await states(room.store, name) == ["held"]


async def test_a_next_hop_that_refuses_is_reported_to_the_sender(tmp_path: Path) -> None:
    hop, notices = NextHop(refuse={GEN: REFUSED}), NextHop()
    async with room_at(tmp_path, hop, notices) as room:
        name = await hold(room)
        await follow(room, (await asked(notices))[1])
        await until(lambda: len(notices.messages) > 1)
        held = await room.store.message(name)
        assert held is not None
        assert held.recipients[0].result == "failed"
    report = mail(notices.messages[1])
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    text, status, header = report.iter_parts()
    assert "550 5.1.1 no such user" in text.get_content()
    whole, one = cast("list[EmailMessage]", status.get_payload())
    assert whole["Reporting-MTA"] == "dns; mx.corp.example"
    assert (one["Final-Recipient"], one["Action"]) == ("rfc822; gen@army.ml", "failed")
    assert (one["Status"], one["Diagnostic-Code"]) == ("5.1.1", "smtp; 550 5.1.1 no such user")
    assert header.get_content_type() == "text/rfc822-headers"
    assert "Message-ID: <1@corp.example>" in header.get_payload()
    assert "a dot" not in notices.messages[1].decode()


async def test_a_next_hop_that_is_down_is_tried_again(tmp_path: Path) -> None:
    hop, notices = NextHop(end=LATER), NextHop()
    async with room_at(tmp_path, hop, notices) as room:
        await hold(room)
        await follow(room, (await asked(notices))[1])
        await until(lambda: len(hop.messages) == 1)
        hop.end = Reply(250, "2.0.0", ("taken",))
        await until(lambda: len(hop.messages) == 2)
        await until(lambda: room._releases.sent)
        await asyncio.sleep(1.5)
    assert len(hop.messages) == 2
    assert len(notices.messages) == 1


async def test_what_was_sent_and_never_recorded_is_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> bool:
        raise StoreError("the disk is full")

    notices, journal = NextHop(), tmp_path / "taken"
    with monkeypatch.context() as patch:
        patch.setattr(SqlHold, "done", fails)
        async with room_at(tmp_path, notices=notices, journal=journal) as room:
            name = await hold(room)
            await until(lambda: notices.messages)
            assert await room.store.due() is not None
    async with room_at(tmp_path, notices=notices, journal=journal) as room:
        async with asyncio.timeout(10):
            while await room.store.due() is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        said = [step.why for step in await room.store.steps(name) if step.what == "told"]
    assert said == ["ask: 250 2.0.0, from the journal"]
    assert len(notices.messages) == 1


async def test_a_notice_that_cannot_be_sent_is_recorded(tmp_path: Path) -> None:
    notices = NextHop(refuse={str(ANN): REFUSED})
    async with room_at(tmp_path, notices=notices) as room:
        name = await hold(room)
        await until(lambda: room._notices.failed)
        last = (await room.store.steps(name))[-1]
        assert last.what == "not told"
        assert last.why == "ask: 550 5.1.1 no such user"
        assert await states(room.store, name) == ["held"]


@pytest.mark.parametrize(
    "field", [b"Auto-Submitted: auto-generated", b"List-Id: <x.y>", b"Precedence: bulk"]
)
async def test_nothing_of_a_program_is_held(tmp_path: Path, field: bytes) -> None:
    async with room_at(tmp_path) as room:
        with pytest.raises(Automatic):
            await hold(room, content=field + b"\r\n" + CONTENT)
        assert await room.store.messages(every=True) == []


async def test_a_sender_is_asked_so_often_in_an_hour(tmp_path: Path) -> None:
    async with room_at(tmp_path, an_hour=2) as room:
        for n in range(2):
            assert await room.takes(ANN)
            await hold(room, content=CONTENT.replace(b"<1@", b"<%d@" % n))
        assert not await room.takes(ANN)
        assert await room.takes(Address.parse("bob@corp.example"))
        assert not await room.takes(None)
        assert not await room.takes(Address.parse("no-reply@corp.example"))


async def test_what_is_reserved_waits_for_a_reviewer(tmp_path: Path) -> None:
    hop, notices = NextHop(), NextHop()
    async with room_at(tmp_path, hop, notices, review=("X", "C2")) as room:
        assert room.reviews(("T101", "X901"))
        assert not room.reviews(("T101", "C101"))
        name = await hold(room, suspect(review=True))
        tokens = await asked(notices)
        plain = texts(mail(notices.messages[0]))[0]
        assert len(tokens) == 2
        assert "a reviewer decide" in plain
        assert "SEND (" not in plain
        pick = Pick(name, 1, Choice.SEND, Way.REVIEWER, "root", 1)
        assert await room.choose(pick) is State.RELEASED
        await until(lambda: hop.messages)


def test_no_code_is_reserved_unless_it_is_said(tmp_path: Path) -> None:
    async def ask() -> bool:
        async with room_at(tmp_path) as room:
            return room.reviews(("T101", "X901"))

    assert not asyncio.run(ask())


async def test_eight_bit_mail_to_addresses_beyond_ascii(tmp_path: Path) -> None:
    hop, notices = NextHop(), NextHop()
    content = "Subject: ü\r\n\r\nü\r\n".encode()
    async with room_at(tmp_path, hop, notices) as room:
        sender = Address.parse("änn@corp.example")
        envelope = Envelope(str(sender), eight_bit=True, smtputf8=True)
        await room.keep(sender, (suspect("gén@army.ml", "gén@army.mil"),), content, envelope)
        await follow(room, (await asked(notices))[1])
        await until(lambda: hop.messages)
    assert hop.messages == [content]
    [said] = [e for e in hop.events if isinstance(e, Mail)]
    assert (said.smtputf8, said.eight_bit) == (True, True)
    assert rcpts(notices) == ["änn@corp.example"]
