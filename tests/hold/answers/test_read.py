from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.address import Address
from missent.hold.answers.read import choice, from_program
from missent.hold.machine import Choice

SEND, INSTEAD, DISCARD = Choice.SEND, Choice.INSTEAD, Choice.DISCARD
QUOTED = "\r\n\r\nOn Friday missent wrote:\r\n> SEND INSTEAD DISCARD\r\n"


def plain(text: str, subject: str = "Re: Held: your message to gen@army.ml") -> bytes:
    head = f"Subject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    return f"{head}\r\n{text}".encode()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SEND", SEND),
        ("send.", SEND),
        ("  Send!  ", SEND),
        ("*Instead*", INSTEAD),
        ("discard", DISCARD),
        ("Do not send", DISCARD),
        ("Don't send.", DISCARD),
        ("Don\u2019t send", DISCARD),
        ("please send", None),
        ("send it", None),
        ("sender", None),
        ("> SEND", None),
        ("", None),
        ("I am away. SEND", None),
    ],
)
def test_the_first_line_is_one_word(line: str, expected: Choice | None) -> None:
    assert choice(plain(f"\r\n\r\n{line}{QUOTED}")) is expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("SEND", SEND),
        ("Re: discard", DISCARD),
        ("AW: Re: instead", INSTEAD),
        ("=?utf-8?q?Re=3A_send?=", SEND),
        ("Re: Held: your message to send@discard.example", None),
        ("Send more money", None),
    ],
)
def test_or_the_subject_is(subject: str, expected: Choice | None) -> None:
    assert choice(plain("Hello,\r\nwhat is this?", subject)) is expected


def test_what_is_quoted_says_nothing() -> None:
    assert choice(plain(f"what is this?{QUOTED}")) is None
    assert choice(plain(QUOTED.strip())) is None


@pytest.mark.parametrize(
    "html",
    [
        "<html><head><style>p{}</style></head><body><p>Send</p><p>Ann</p></body></html>",
        "<div>Send<br>Ann</div><blockquote>DISCARD</blockquote>",
        "<div><b>SEND</b></div>",
    ],
)
def test_an_answer_in_html_alone(html: str) -> None:
    assert choice(b"Content-Type: text/html\r\n\r\n" + html.encode()) is SEND


def test_an_answer_in_two_forms_and_in_base64() -> None:
    content = (
        b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nSU5TVEVBRAo=\r\n"
        b"--x\r\nContent-Type: text/html\r\n\r\n<p>DISCARD</p>\r\n--x--\r\n"
    )
    assert choice(content) is INSTEAD


@given(st.binary(max_size=2000))
def test_no_octets_break_it(content: bytes) -> None:
    choice(content)
    from_program(None, content)
    choice(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + content)
    choice(b"Content-Type: text/html; charset=x\r\nContent-Transfer-Encoding: base64\r\n" + content)


def test_programs_answer_too_and_choose_nothing() -> None:
    ann = Address.parse("ann@corp.example")
    assert from_program(None, plain("SEND"))
    assert from_program(ann, b"Auto-Submitted: auto-replied\r\n" + plain("SEND"))
    assert not from_program(ann, plain("SEND"))
