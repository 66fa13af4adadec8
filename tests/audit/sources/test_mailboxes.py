"""Addresses out of header text as it really is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.audit.sources.mailboxes import mailboxes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b.example", [("a@b.example", "")]),
        ("<a@b.example>", [("a@b.example", "")]),
        ("  'a@b.example' ", [("a@b.example", "")]),
        ('"a@b.example"', [("a@b.example", "")]),
        ("Ann <a@b.example>", [("a@b.example", "Ann")]),
        ('"Doe, Ann" <a@b.example>', [("a@b.example", "Doe, Ann")]),
        ("a@b.example (Ann Doe)", [("a@b.example", "Ann Doe")]),
        ("a@b.example, c@d.example; e@f.example", [
            ("a@b.example", ""), ("c@d.example", ""), ("e@f.example", ""),
        ]),
        ("Friends: a@b.example, Bob <c@d.example>;", [("a@b.example", ""), ("c@d.example", "Bob")]),
        ("undisclosed-recipients:;", []),
        ("mailto:a@b.example", [("a@b.example", "")]),
        ("[mailto:a@b.example]", [("a@b.example", "")]),
        ("Ann [a@b.example]", [("a@b.example", "Ann")]),
        ('"Ann <a@b.example>', [("a@b.example", "Ann")]),
        ("Ann <a@b.example", [("a@b.example", "Ann")]),
        ("Ann (home <a@b.example>", [("a@b.example", "Ann (home")]),
        ('"Ann" <a@b.example>@OFFICE', [("a@b.example", "Ann")]),
        (".ann@b.example", [(".ann@b.example", "")]),
        ("ann..d@b.example", [("ann..d@b.example", "")]),
        ('"ann d"@b.example', [("ann d@b.example", "")]),
        ("a@[192.0.2.1]", [("a@[192.0.2.1]", "")]),
        ("rune.mørken@b.example", [("rune.mørken@b.example", "")]),
    ],
)  # fmt: skip
def test_addresses_and_names(text: str, found: list[tuple[str, str]]) -> None:
    addresses, refused = mailboxes(text)
    assert [(address.key, name) for address, name in addresses] == found
    assert refused == ()


@pytest.mark.parametrize("text", ["Bob", "@b.example", ":@b.example", "a@", "/o=x/cn=y", "a b c"])
def test_what_is_none_is_given_back(text: str) -> None:
    assert mailboxes(text) == ((), (text,))


def test_one_bad_entry_does_not_hide_the_others() -> None:
    addresses, refused = mailboxes("Bob, a@b.example, @x.example, c@d.example")
    assert [address.key for address, _ in addresses] == ["a@b.example", "c@d.example"]
    assert [piece.strip() for piece in refused] == ["Bob", "@x.example"]


@pytest.mark.parametrize("piece", ['"', "(", "<", "a", "@", "<@", ",", ":", "\\", "a@b.c,", '"a"('])
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    start = time.process_time()
    mailboxes(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 5


@given(st.text(alphabet='ab@.,;:<>()[]" \\é\x00\ud800', max_size=80))
def test_no_text_raises(text: str) -> None:
    addresses, _ = mailboxes(text)
    for address, _ in addresses:
        assert address.key.isprintable() or not address.key.isascii() or " " in address.key
