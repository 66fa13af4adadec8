"""Every command, written out as it stands on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.errors import ProtocolError
from missent.gates.milter import command_octets
from missent.gates.milter import commands as c

WRITTEN = [
    (b"A", c.Abort()),
    (b"Bhello\r\n", c.Body(b"hello\r\n")),
    (
        b"Cmail.example\x004\x30\x39192.0.2.1\x00",
        c.Connect("mail.example", "ipv4", 12345, "192.0.2.1"),
    ),
    (
        b"C[2001:db8::1]\x006\x00\x192001:db8::1\x00",
        c.Connect("[2001:db8::1]", "ipv6", 25, "2001:db8::1"),
    ),
    (b"Clocalhost\x00L\x00\x00/run/x\x00", c.Connect("localhost", "unix", 0, "/run/x")),
    (b"Cunknown\x00U", c.Connect("unknown", "unknown")),
    (b"DC", c.Macros("C")),
    (
        b"DMi\x004XyZ\x00{auth_authen}\x00ann\x00",
        c.Macros("M", {"i": "4XyZ", "{auth_authen}": "ann"}),
    ),
    (b"DR{rcpt_addr}\x00\x00", c.Macros("R", {"{rcpt_addr}": ""})),
    (b"E", c.EndOfMessage()),
    (b"Elast", c.EndOfMessage(b"last")),
    (b"Hclient.example\x00", c.Helo("client.example")),
    (b"K", c.QuitForNext()),
    (b"LSubject\x00Lunch\n at noon\x00", c.Header("Subject", "Lunch\n at noon")),
    (
        b"M<a@corp.example>\x00SIZE=120\x00SMTPUTF8\x00",
        c.Mail("<a@corp.example>", ("SIZE=120", "SMTPUTF8")),
    ),
    (b"M<>\x00", c.Mail("<>")),
    (b"N", c.EndOfHeaders()),
    (b"O\x00\x00\x00\x06\x00\x00\x01\xff\x00\x1f\xff\xff", c.Negotiate(6, 0x1FF, 0x1FFFFF)),
    (b"Q", c.Quit()),
    (b"R<j\xc3\xb6rg@b\xc3\xbccher.example>\x00", c.Rcpt("<jörg@bücher.example>")),
    (b"R<a@b.example>\x00NOTIFY=NEVER\x00", c.Rcpt("<a@b.example>", ("NOTIFY=NEVER",))),
    (b"T", c.Data()),
    (b"UFROB the knob\x00", c.Unknown("FROB the knob")),
]


@pytest.mark.parametrize(("octets", "command"), WRITTEN, ids=lambda value: str(value)[:40])
def test_each_command_is_read_and_written(octets: bytes, command: c.Command) -> None:
    assert command_octets.decode(octets[0], octets[1:]) == command
    assert command_octets.encode(command) == octets


def test_every_letter_of_the_protocol_is_written_out_above() -> None:
    assert {octets[:1] for octets, _ in WRITTEN} == {bytes((x,)) for x in b"ABCDEHKLMNOQRTU"}


@pytest.mark.parametrize(
    "octets",
    [
        b"Aextra", b"Kx", b"Nx", b"Qx", b"Tx", b"C", b"Chost\x00", b"Chost\x00X", b"Chost\x004\x00",
        b"Chost\x004\x00\x19192.0.2.1", b"D", b"DMi", b"DMi\x00", b"DMi\x00a", b"H", b"Hname",
        b"Ha\x00b\x00", b"L", b"LSubject\x00", b"LSubject\x00x", b"La\x00b\x00c\x00", b"M", b"M<>",
        b"R", b"R<a@b>", b"R<a>\x00SIZE", b"O", b"O\x00\x00\x00\x06", b"U", b"Uline", b"Z", b"\x00",
    ],
)  # fmt: skip
def test_what_no_mta_says_is_an_error(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        command_octets.decode(octets[0], octets[1:])


def test_newer_mtas_may_append_to_the_negotiation() -> None:
    assert command_octets.decode(ord("O"), bytes(12) + b"later") == c.Negotiate(0, 0, 0)


def test_octets_that_are_no_utf8_survive() -> None:
    command = command_octets.decode(ord("R"), b"<\xff\xfe@x.example>\x00")
    assert command_octets.encode(command) == b"R<\xff\xfe@x.example>\x00"


@pytest.mark.parametrize(
    "command",
    [c.Helo("a\0b"), c.Mail("<\0>"), c.Connect("a", "ipv4", 65536, ""), c.Negotiate(-1, 0, 0)],
)
def test_what_cannot_be_sent_is_refused(command: c.Command) -> None:
    with pytest.raises(ValueError, match=r"NUL|cannot be sent"):
        command_octets.encode(command)


texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"))
numbers = st.integers(0, 2**32 - 1)
some_command = st.one_of(
    st.sampled_from(
        [
            c.Abort(),
            c.EndOfHeaders(),
            c.Data(),
            c.Quit(),
            c.QuitForNext(),
            c.Connect("x", "unknown"),
        ]
    ),
    st.builds(c.Negotiate, numbers, numbers, numbers),
    st.builds(c.Macros, st.sampled_from("CHMRTNE"), st.dictionaries(texts, texts)),
    st.builds(
        c.Connect, texts, st.sampled_from(["ipv4", "ipv6", "unix"]), st.integers(0, 65535), texts
    ),
    st.builds(c.Helo, texts),
    st.builds(c.Mail, texts, st.lists(texts).map(tuple)),
    st.builds(c.Rcpt, texts, st.lists(texts).map(tuple)),
    st.builds(c.Header, texts, texts),
    st.builds(c.Body, st.binary()),
    st.builds(c.EndOfMessage, st.binary()),
    st.builds(c.Unknown, texts),
)


@given(some_command)
def test_what_is_written_is_read_again(command: c.Command) -> None:
    octets = command_octets.encode(command)
    assert command_octets.decode(octets[0], octets[1:]) == command


@given(st.integers(0, 255), st.binary())
def test_garbage_is_read_or_refused_and_nothing_else(letter: int, payload: bytes) -> None:
    try:
        command = command_octets.decode(letter, payload)
    except ProtocolError:
        return
    assert command_octets.decode(letter, command_octets.encode(command)[1:]) == command
