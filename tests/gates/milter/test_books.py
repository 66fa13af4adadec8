"""The books of one process, kept after the MTA has its answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.core.errors import StoreError
from missent.core.finding import Finding
from missent.core.message import Message, Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.disposition import Disposition, Outcome
from missent.gates.milter.books import Books
from missent.gates.milter.events import Finished
from missent.testing.gates import SuffixGuard

if TYPE_CHECKING:
    import pytest

ANN = Address.parse("ann@corp.example")


def over(*actions: Action, queued: bool = True, held: bool = False) -> Finished:
    recipients = [Recipient(Address.parse(f"r{n}@b.example")) for n in range(len(actions))]
    found = (Finding("T101", 0.9, "x"),)
    dispositions = tuple(
        Disposition(
            recipient.address,
            Outcome.REFUSED if action is Action.BLOCK else Outcome.ACCEPTED,
            RecipientVerdict(recipient, action, found if action else ()),
            enforced=True,
        )
        for recipient, action in zip(recipients, actions, strict=True)
    )
    going = tuple(r for r, a in zip(recipients, actions, strict=True) if a is not Action.BLOCK)
    message = Message(ANN, going if queued else (), "1@corp.example")
    return Finished(message, dispositions, queued, held, "4c9QyF1", {})


async def kept(books: Books, *messages: Finished) -> None:
    running = asyncio.create_task(books.run())
    for message in messages:
        books.finished(message)
    books.close(Counter())
    await running


async def test_every_message_is_told_with_what_became_of_it() -> None:
    guard = SuffixGuard()
    messages = [over(Action.ALLOW), over(Action.BLOCK, queued=False), over(Action.WARN)]
    await kept(Books(guard), *messages)
    assert guard.was_decided == [
        (ANN, message.dispositions, "1@corp.example", message.queued) for message in messages
    ]
    assert guard.was_sent == [messages[0].message, messages[2].message]


async def test_what_is_held_or_was_not_queued_teaches_nothing() -> None:
    guard = SuffixGuard()
    await kept(Books(guard), over(Action.HOLD, held=True), over(Action.ALLOW, queued=False))
    assert guard.was_sent == []


async def test_a_store_that_fails_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    guard = SuffixGuard()
    guard.fault = StoreError("down")
    books = Books(guard)
    await kept(books, *(over(Action.ALLOW) for _ in range(3)))
    assert books.counts["not learned"] == 3
    assert capsys.readouterr().out.count("not learned") == 1
