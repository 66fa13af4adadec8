from __future__ import annotations

import pytest

from missent.hold.held import Envelope, Held, HeldRecipient, Suspect
from missent.hold.machine import Choice, State
from missent.testing.hold import GEN, MEANT, suspect
from missent.web.console.waiting import Waiting, fitting, plan


def waits(one: Suspect, subject: str = "") -> Waiting:
    recipient = HeldRecipient(1, one, State.HELD)
    held = Held("00112233445566aa", Envelope("ann@corp.example"), 1, 2, 3, b"", (recipient,))
    return Waiting(held, recipient, subject)


ALL = [
    waits(suspect(), "Room 12"),
    waits(suspect("joe@xn--mnchen-3ya.example", "joe@munchen.example"), "Lunch"),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [0, 1]),
        (" ROOM ", [0]),
        ("army.mil", [0]),
        ("münchen", [1]),
        ("xn--mnchen", [1]),
        ("ann@corp", [0, 1]),
        ("00112233445566AA", [0, 1]),
        ("nobody", []),
    ],
)
def test_a_text_is_sought_in_addresses_and_the_subject(text: str, found: list[int]) -> None:
    assert fitting(ALL, text) == [ALL[number] for number in found]


@pytest.mark.parametrize(
    ("choice", "to", "goes"),
    [
        (Choice.SEND, "", GEN),
        (Choice.INSTEAD, "", MEANT),
        (Choice.INSTEAD, "Jo@Navy.MIL", "Jo@navy.mil"),
        (Choice.DISCARD, "", ""),
    ],
)
def test_where_a_choice_would_send_it(choice: Choice, to: str, goes: str) -> None:
    made = plan(ALL[0], choice, to)
    assert (made.to, made.fault) == (goes, "")


def test_what_cannot_be_done_says_why() -> None:
    nobody = waits(Suspect("x@nowhere.ml"))
    assert "write where it is to go" in plan(nobody, Choice.INSTEAD).fault
    assert "no address" in plan(ALL[0], Choice.INSTEAD, "no address").fault
