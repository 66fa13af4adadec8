from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core import eml
from missent.core.address import Address
from missent.core.message import Recipient


def _read(text: str | bytes) -> eml.Draft:
    return eml.read(io.BytesIO(text if isinstance(text, bytes) else text.encode()))


def _told(text: str) -> list[tuple[str, str, str]]:
    return [
        (entry.field, entry.display_name, str(entry.address))
        if isinstance(entry, Recipient)
        else ("error", "", entry.text)
        for entry in _read(text).entries
    ]


def test_recipients_come_from_to_cc_and_bcc_in_that_order() -> None:
    told = _told(
        "From: me@corp.example\nBcc: c@x.example\nCC: b@x.example\n"
        'To: "Last, First" <a1@x.example>,\n  =?utf-8?q?J=C3=BCrgen?= <a2@x.example>\n\nbody'
    )
    assert told == [
        ("to", "Last, First", "a1@x.example"),
        ("to", "Jürgen", "a2@x.example"),
        ("cc", "", "b@x.example"),
        ("bcc", "", "c@x.example"),
    ]


def test_the_sender_is_that_of_the_from_field() -> None:
    message = _read("From: Me <me@corp.example>\nTo: a@x.example\n\n").message
    assert message.mail_from == Address.parse("me@corp.example")


def test_a_sender_known_better_is_kept() -> None:
    known = Address.parse("you@corp.example")
    file = io.BytesIO(b"From: me@corp.example\nTo: a@x.example\n\n")
    assert eml.read(file, known).message.mail_from == known


def test_subject_and_message_id_are_read() -> None:
    message = _read("To: a@x.example\nMessage-ID: <1@x>\nSubject: =?utf-8?b?w7w=?=\n\n").message
    assert (message.message_id, message.subject) == ("1@x", "ü")


def test_the_body_is_not_looked_at() -> None:
    assert _told("To: a@x.example\r\n\r\nTo: b@x.example\r\n") == [("to", "", "a@x.example")]


def test_what_is_no_address_keeps_its_place() -> None:
    told = _told("To: a@x.example, nobody, b@x.example\n\n")
    assert [entry[2] for entry in told] == ["a@x.example", "nobody", "b@x.example"]
    assert told[1][0] == "error"


@pytest.mark.parametrize("value", ["undisclosed-recipients:;", "Friends: ;", ""])
def test_an_empty_group_names_nobody(value: str) -> None:
    assert _told(f"From: me@corp.example\nTo: {value}\n\n") == []


def test_a_field_that_cannot_be_read_does_not_vanish() -> None:
    told = _told("To: Friends <>\n\n")
    assert [entry[0] for entry in told] == ["error"]


def test_utf_8_fields_are_read() -> None:
    assert _told("To: Jürgen <jürgen@bücher.example>\n\n") == [
        ("to", "Jürgen", "jürgen@xn--bcher-kva.example")
    ]


def test_latin_1_fields_are_read() -> None:
    entry = _read("To: Jürgen <j@x.example>\n\n".encode("latin-1")).entries[0]
    assert isinstance(entry, Recipient)
    assert entry.display_name == "Jürgen"


@pytest.mark.parametrize("content", [b"", b"\n\nTo: a@x.example", b"just text", b"\x00" * 99])
def test_what_is_no_message_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="none of the fields"):
        _read(content)


def test_a_header_beyond_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than"):
        _read(b"To: a@x.example\n" + b"X: " + b"x" * eml.LARGEST)


@given(st.binary(max_size=300))
def test_nothing_but_a_value_error_is_raised(content: bytes) -> None:
    try:
        envelope = _read(b"To: " + content)
    except ValueError:
        return
    recipients = [entry for entry in envelope.entries if isinstance(entry, Recipient)]
    assert envelope.message.recipients == tuple(recipients)
