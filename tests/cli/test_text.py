from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.cli.text import Printer, differences, printable
from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.finding import Finding
from missent.core.message import Recipient
from missent.core.verdict import Action, CheckError, RecipientVerdict

PLAIN = Printer(colour=False)


def _verdict(typed: str, *meant: str, action: Action = Action.BLOCK) -> RecipientVerdict:
    findings = (
        Finding("T101", 0.999, "An `i` is missing.", tuple(Address.parse(m) for m in meant)),
    )
    recipient = Recipient(Address.parse(typed))
    return RecipientVerdict(recipient, action, findings if meant else ())


def test_what_may_be_sent_takes_one_line() -> None:
    assert PLAIN.verdict(_verdict("a@x.example", action=Action.ALLOW)) == "allow  a@x.example"


def test_the_difference_is_marked_under_the_address() -> None:
    assert PLAIN.verdict(_verdict("gen@army.ml", "gen@army.mil")).splitlines() == [
        "block  gen@army.ml",
        "       did you mean gen@army.mil?",
        "                              ^",
        "       T101 99%: An `i` is missing.",
    ]


def test_what_was_typed_too_much_is_marked_too() -> None:
    assert PLAIN.verdict(_verdict("gen@armmy.mil", "gen@army.mil")).splitlines()[:2] == [
        "block  gen@armmy.mil",
        "              ^",
    ]


def test_a_u_label_is_shown_and_its_a_label_beside_it() -> None:
    lines = PLAIN.verdict(_verdict("gen@\u0430rmy.mil", "gen@army.mil")).splitlines()
    assert lines[:2] == ["block  gen@\u0430rmy.mil  (xn--rmy-5cd.mil)", "           ^"]


def test_every_meant_address_is_shown_in_full() -> None:
    text = PLAIN.verdict(_verdict("a@gmai.com", "a@gmail.com", "a@gmx.com"))
    assert text.count("did you mean") == 2


def test_colours_mark_without_carets() -> None:
    text = Printer(colour=True).verdict(_verdict("gen@army.ml", "gen@army.mil"))
    assert "gen@army.m\x1b[1;4mi\x1b[0ml" in text
    assert "^" not in text


def test_a_check_that_failed_is_told() -> None:
    verdict = RecipientVerdict(
        Recipient(Address.parse("a@x.example")), errors=(CheckError("T101", "KeyError: 'x'"),)
    )
    assert PLAIN.verdict(verdict).splitlines()[1] == "       T101 failed: KeyError: 'x'"


def test_what_is_no_address_is_told() -> None:
    line = PLAIN.no_address(AddressError("x\x1b[2J", 0, "there is no '@'"))
    assert line.startswith("error  ")
    assert "\x1b" not in line


@pytest.mark.parametrize("hidden", ["\x1b[31m", "\u202e", "\u200b", "\r", "\ud800", "\x9b"])
def test_nothing_reaches_the_terminal_that_it_would_act_on(hidden: str) -> None:
    assert printable(f"a{hidden}b").isprintable()


WORDS = st.text("abc.@", max_size=12)


@given(WORDS, WORDS)
def test_what_is_not_marked_is_the_same_in_both(typed: str, meant: str) -> None:
    marks = differences(typed, meant)
    plain = [
        "".join(c for c, m in zip(text, marks[i], strict=True) if not m)
        for i, text in enumerate((typed, meant))
    ]
    assert plain[0] == plain[1]
    assert (typed == meant) == (not any(marks[0]) and not any(marks[1]))
