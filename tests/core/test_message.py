from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from missent.core.address import Address
from missent.core.message import Message, Recipient


def test_what_was_seen_cannot_be_changed() -> None:
    message = Message(None, (Recipient(Address.parse("gen@army.mil")),))
    with pytest.raises(FrozenInstanceError):
        message.subject = "another"  # type: ignore[misc]


def test_equal_messages_are_equal_and_hash_alike() -> None:
    def make() -> Message:
        sender = Address.parse("ann@corp.example")
        return Message(sender, (Recipient(Address.parse("gen@army.mil"), "to", "Gen"),), "id", "s")

    assert make() == make()
    assert hash(make()) == hash(make())
