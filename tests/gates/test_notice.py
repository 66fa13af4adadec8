"""Notices on their way into a real store, and as a next hop gets them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.core.errors import StoreError
from missent.core.finding import Finding
from missent.core.message import Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.confirm import LocalAttempts
from missent.gates.disposition import Disposition, Outcome
from missent.gates.notice import NoticeOptions, Notifier
from missent.smtp.events import Mail, Rcpt
from missent.testing.hold import mail, room_at, texts
from missent.testing.relay import NextHop, until

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from missent.hold.jobs import Task

ANN, ADMIN = Address.parse("ann@corp.example"), Address.parse("postmaster@corp.example")


def disposition(address: str) -> Disposition:
    parsed = Address.parse(address)
    finding = Finding("T101", 0.95, "it looks like another", (parsed.at("meant.example"),))
    found = RecipientVerdict(Recipient(parsed), Action.WARN, (finding,))
    return Disposition(parsed, Outcome.WARNED, found, enforced=True)


class Shelf:
    """Keeps notices, or fails so often first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.tasks: list[Task] = []

    async def warn(self, task: Task) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("the disk is full")
        self.tasks.append(task)


Told = tuple[Address | None, list[str], dict[str, str]]


async def tell(shelf: Shelf, *told: Told) -> Notifier:
    notifier = Notifier(NoticeOptions(ADMIN), shelf, LocalAttempts(), lambda: 1000.0)
    for sender, addresses, header in told:
        notifier.tell(sender, [disposition(a) for a in addresses], header, held=False)
    running = asyncio.create_task(notifier.run())
    await until(lambda: not notifier._waiting)
    notifier.close()
    await running
    return notifier


async def test_a_sender_hears_of_each_recipient_once() -> None:
    shelf = Shelf()
    notifier = await tell(
        shelf,
        (ANN, ["a@typed.example"], {}),
        (ANN, ["a@typed.example", "b@typed.example"], {}),
        (ANN, ["b@typed.example"], {}),
        (ADMIN, ["a@typed.example"], {}),
        (None, ["c@typed.example"], {}),
        (ANN, ["d@typed.example"], {"list-id": "x"}),
        (ANN, [], {}),
    )
    assert [task.rcpt_to for task in shelf.tasks] == [str(ANN), str(ANN), str(ADMIN)]
    assert "b@typed.example" in str(shelf.tasks[1].body)
    assert "a@typed.example" not in str(shelf.tasks[1].body)
    assert (notifier.kept, notifier.failed) == (3, 0)


async def test_a_store_that_fails_for_a_while_gets_it_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("missent.gates.notice._PAUSE", 0.0)
    shelf = Shelf(failures=3)
    notifier = await tell(shelf, (ANN, ["a@typed.example"], {}), (ANN, ["b@typed.example"], {}))
    assert [len(shelf.tasks), notifier.kept, notifier.failed] == [2, 2, 0]


async def test_a_notice_says_which_address_and_what_was_meant(tmp_path: Path) -> None:
    hop = NextHop()
    many = [disposition(f"a{n}@typed.example") for n in range(500)]
    async with room_at(tmp_path, notices=hop) as room:
        notifier = Notifier(NoticeOptions(ADMIN), room, LocalAttempts(), lambda: 1000.0)
        running = asyncio.create_task(notifier.run())
        about = [disposition("joe@typed.example")]
        notifier.tell(ANN, about, {}, held=False, message_id="1@corp.example")
        notifier.tell(ANN, many, {}, held=True, message_id="ü\r\nBcc: eve@x.example")
        joerg = Address.parse("jörg@corp.example")
        notifier.tell(joerg, [disposition("é@bücher.example")], {}, held=False)
        await until(lambda: len(hop.messages) == 3)
        notifier.close()
        await running
    assert {e.address for e in hop.events if isinstance(e, Mail)} == {None}
    assert str(joerg) in [str(e.address) for e in hop.events if isinstance(e, Rcpt)]
    told = {str(m["Subject"]): m for m in map(mail, hop.messages)}
    plain = told["Please check: your message to joe@typed.example"]
    waits = told["Held: your message to a0@typed.example"]
    assert plain["Auto-Submitted"] == "auto-replied"
    assert plain["In-Reply-To"] == "<1@corp.example>"
    text = texts(plain)[0]
    assert "Did you mean joe@meant.example?" in text
    assert "it looks like another [T101]" in text
    assert "The message was sent." in text
    held = texts(waits)[0]
    assert "was not sent yet" in held
    assert "and 480 more" in held
    assert "In-Reply-To" not in waits
    assert "Bcc" not in waits
