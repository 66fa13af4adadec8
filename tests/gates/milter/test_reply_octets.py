"""Every reply, written out as it stands on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.errors import ProtocolError
from missent.gates.milter import replies as r
from missent.gates.milter import reply_octets
from missent.gates.milter.flags import Stage

WRITTEN = [
    (b"O\x00\x00\x00\x06\x00\x00\x00\x20\x00\x00\x01\x02", r.Negotiated(0x20, 0x102)),
    (
        b"O\0\0\0\6\0\0\1\0\0\0\0\0\0\0\0\0i {daemon_name}\0\0\0\0\1\0",
        r.Negotiated(
            0x100,
            0,
            (r.SetMacros(Stage.CONNECT, ("i", "{daemon_name}")), r.SetMacros(Stage.HELO, ())),
        ),
    ),
    (b"a", r.Accept()),
    (b"c", r.Continue()),
    (b"d", r.Discard()),
    (b"r", r.Reject()),
    (b"t", r.TempFail()),
    (b"s", r.Skip()),
    (b"p", r.Progress()),
    (b"4", r.Shutdown()),
    (b"f", r.ConnFail()),
    (
        b"y550 5.7.1 <a@army.ml>: not sent\x00",
        r.ReplyCode(550, "5.7.1", ("<a@army.ml>: not sent",)),
    ),
    (
        b"y451-4.3.0 try again\r\n451 4.3.0 at 100%% load\x00",
        r.ReplyCode(451, "4.3.0", ("try again", "at 100% load")),
    ),
    (b"y550 no\x00", r.ReplyCode(550, "", ("no",))),
    (b"y550 5.7.1 \x00", r.ReplyCode(550, "5.7.1", ("",))),
    (b"hX-Seen\x00yes\x00", r.AddHeader("X-Seen", "yes")),
    (b"i\x00\x00\x00\x02X-Seen\x00yes\x00", r.InsertHeader(2, "X-Seen", "yes")),
    (b"m\x00\x00\x00\x01Subject\x00\x00", r.ChangeHeader(1, "Subject", "")),
    (b"bnew body\r\n", r.ReplaceBody(b"new body\r\n")),
    (b"e<b@corp.example>\x00", r.ChangeSender("<b@corp.example>")),
    (b"e<b@corp.example>\x00SIZE=1\x00", r.ChangeSender("<b@corp.example>", "SIZE=1")),
    (b"+<b@corp.example>\x00", r.AddRecipient("<b@corp.example>")),
    (
        b"2<b@corp.example>\x00NOTIFY=NEVER\x00",
        r.AddRecipientWithParameters("<b@corp.example>", "NOTIFY=NEVER"),
    ),
    (b"-<a@army.ml>\x00", r.DeleteRecipient("<a@army.ml>")),
    (b"qlooks misdirected\x00", r.Quarantine("looks misdirected")),
    (b"l\x00\x00\x00\x02{auth_authen} i\x00", r.SetMacros(Stage.MAIL, ("{auth_authen}", "i"))),
]


@pytest.mark.parametrize(("octets", "reply"), WRITTEN, ids=lambda value: str(value)[:40])
def test_each_reply_is_read_and_written(octets: bytes, reply: r.Reply) -> None:
    assert reply_octets.encode(reply) == octets
    decoded = reply_octets.decode(octets[0], octets[1:])
    if isinstance(reply, r.ReplyCode) and isinstance(decoded, r.ReplyCode):
        assert (decoded.code, decoded.enhanced, decoded.lines) == (
            reply.code,
            reply.enhanced,
            reply.lines,
        )
    else:
        assert decoded == reply


def test_every_letter_of_the_protocol_is_written_out_above() -> None:
    assert {octets[:1] for octets, _ in WRITTEN} == {bytes((x,)) for x in b"Oacdrtsp4fyhimbe+2-ql"}


@pytest.mark.parametrize(
    ("code", "enhanced", "lines"),
    [
        (250, "", ("fine",)),
        (600, "", ("what",)),
        (550, "4.7.1", ("classes differ",)),
        (550, "5.7", ("too short",)),
        (550, "5.7.1", ()),
        (550, "5.7.1", ("line",) * 33),
        (550, "5.7.1", ("a\r\n250 b",)),
        (550, "5.7.1", ("a\0b",)),
        (550, "5.7.1", ("jörg",)),
        (550, "5.7.1", ("x" * 510,)),
    ],
)
def test_a_reply_that_no_client_may_get_cannot_be_made(
    code: int, enhanced: str, lines: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match=r"milter reply|status|control|ASCII|too long"):
        r.ReplyCode(code, enhanced, lines)


def test_a_reply_goes_beyond_ascii_only_when_told_that_it_may() -> None:
    reply = r.ReplyCode(550, "5.7.1", ("<jörg@army.ml>: not sent",), utf8=True)
    assert reply_octets.encode(reply) == b"y550 5.7.1 <j\xc3\xb6rg@army.ml>: not sent\x00"


@pytest.mark.parametrize(
    "octets",
    [
        b"ax", b"cx", b"hX-Seen\x00", b"i\x00", b"iabcdname\x00", b"m\x00\x00\x00\x01a\x00b", b"e",
        b"+", b"+a\x00b\x00", b"-", b"q", b"y", b"y550 no", b"y250 yes\x00",
        b"y550-a\r\nnonsense\x00",
        b"l", b"l\x00\x00\x00\x09i\x00", b"O\x00", b"O" + bytes(12) + b"\x00\x00\x00\x00i", b"Z",
        b"b" + bytes(65536),
    ],
    ids=lambda octets: str(octets[:20]),
)  # fmt: skip
def test_what_no_filter_says_is_an_error(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        reply_octets.decode(octets[0], octets[1:])


@pytest.mark.parametrize(
    "reply", [r.Quarantine("a\0b"), r.ReplaceBody(bytes(65536)), r.InsertHeader(-1, "a", "b")]
)
def test_what_cannot_be_sent_is_refused(reply: r.Reply) -> None:
    with pytest.raises(ValueError, match=r"NUL|piece|cannot be sent"):
        reply_octets.encode(reply)


texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"))
indexes = st.integers(0, 2**32 - 1)
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80)
macro_names = st.lists(st.from_regex(r"\{[a-z_]{1,9}\}|[a-z]", fullmatch=True)).map(tuple)
set_macros = st.builds(r.SetMacros, st.sampled_from(Stage), macro_names)
some_reply = st.one_of(
    st.sampled_from([r.Accept(), r.Continue(), r.Discard(), r.Reject(), r.TempFail(), r.Skip()]),
    st.sampled_from([r.Progress(), r.Shutdown(), r.ConnFail()]),
    st.builds(
        r.ReplyCode,
        st.integers(500, 599),
        st.just("5.7.1"),
        st.lists(printable, min_size=1, max_size=32).map(tuple),
        st.just(True),
    ),
    st.builds(r.Negotiated, indexes, indexes, st.lists(set_macros).map(tuple)),
    set_macros,
    st.builds(r.AddHeader, texts, texts),
    st.builds(r.InsertHeader, indexes, texts, texts),
    st.builds(r.ChangeHeader, indexes, texts, texts),
    st.builds(r.ReplaceBody, st.binary()),
    st.builds(r.ChangeSender, texts, texts),
    st.builds(r.AddRecipient, texts),
    st.builds(r.AddRecipientWithParameters, texts, texts),
    st.builds(r.DeleteRecipient, texts),
    st.builds(r.Quarantine, texts),
)


@given(some_reply)
def test_what_is_written_is_read_again(reply: r.Reply) -> None:
    octets = reply_octets.encode(reply)
    assert reply_octets.decode(octets[0], octets[1:]) == reply


@given(st.integers(0, 255), st.binary())
def test_garbage_is_read_or_refused_and_nothing_else(letter: int, payload: bytes) -> None:
    try:
        reply = reply_octets.decode(letter, payload)
    except ProtocolError:
        return
    again = reply_octets.encode(reply)
    assert reply_octets.decode(again[0], again[1:]) == reply
