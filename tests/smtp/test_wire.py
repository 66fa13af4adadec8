from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.errors import ProtocolError
from missent.smtp.wire import DataDecoder, DotStuffer, LineBuffer

# what matters to the framing, in short words
_pieces = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"a"]), max_size=12)
_clean = st.lists(st.sampled_from([b".", b"\r\n", b"..", b"ab"]), max_size=12).map(b"".join)


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(c % (len(data) + 1) for c in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def _lines(buffer: LineBuffer) -> list[bytes]:
    lines = []
    while (line := buffer.line()) is not None:
        lines.append(line)
    return lines


def test_lines_are_cut_at_cr_lf() -> None:
    buffer = LineBuffer(64)
    buffer.feed(b"one\r\ntwo\r\n\r\nthr")
    assert _lines(buffer) == [b"one", b"two", b""]
    assert len(buffer) == 3
    buffer.feed(b"ee\r\n")
    assert _lines(buffer) == [b"three"]
    assert len(buffer) == 0


@pytest.mark.parametrize(
    "data", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\r\n", b"\n", b"\n\r\n", b"a\rb", b"\r\r"]
)
def test_a_bare_cr_or_lf_in_a_command_is_refused(data: bytes) -> None:
    buffer = LineBuffer(64)
    buffer.feed(data)
    with pytest.raises(ProtocolError, match="bare"):
        _lines(buffer)


@pytest.mark.parametrize("data", [b"x" * 63 + b"\r\n", b"x" * 64, b"x" * 1000])
def test_a_line_over_the_limit_is_refused_whether_or_not_it_ends(data: bytes) -> None:
    buffer = LineBuffer(64)
    buffer.feed(data)
    with pytest.raises(ProtocolError, match="too long"):
        buffer.line()


def test_a_line_at_the_limit_is_taken() -> None:
    buffer = LineBuffer(64)
    buffer.feed(b"x" * 62 + b"\r\n")
    assert buffer.line() == b"x" * 62


def test_a_long_pipeline_does_not_grow_the_buffer() -> None:
    buffer = LineBuffer(64)
    for _ in range(4000):
        buffer.feed(b"RCPT TO:<someone@partner.example>\r\nR")
        assert buffer.line() is not None
        buffer.feed(b"SET\r\n")
        assert buffer.line() == b"RSET"
    buffer.feed(b"x" * 10)
    assert len(buffer) == 10


@pytest.mark.parametrize(
    ("wire", "content", "rest"),
    [
        (b".\r\n", b"", b""),
        (b"a\r\n.\r\n", b"a\r\n", b""),
        (b"..\r\n.\r\nQUIT\r\n", b".\r\n", b"QUIT\r\n"),
        (b"a\r\n..b\r\n...\r\n.\r\n", b"a\r\n.b\r\n..\r\n", b""),
        (b".a\r\n.\r\n", b"a\r\n", b""),
        (b"\r\n\r\n.\r\n", b"\r\n\r\n", b""),
        (b"a.\r\n.\r\n.\r\n", b"a.\r\n", b".\r\n"),
    ],
)
@pytest.mark.parametrize("step", [1, 2, 3, 99])
def test_the_dots_are_taken_out_and_the_end_is_found(
    wire: bytes, content: bytes, rest: bytes, step: int
) -> None:
    decoder = DataDecoder()
    out = b""
    for start in range(0, len(wire), step):
        piece, left = decoder.feed(wire[start : start + step])
        out += piece
        if decoder.ended:
            assert left + wire[start + step :] == rest
            break
    else:
        pytest.fail("the end was not found")
    assert out == content
    assert decoder.octets == len(content)


@given(_pieces, st.lists(st.integers(0, 50), max_size=4))
def test_what_is_content_does_not_depend_on_where_the_bytes_are_cut(
    pieces: list[bytes], cuts: list[int]
) -> None:
    wire = b"".join(pieces)

    def decode(parts: list[bytes]) -> tuple[bytes, bool] | str:
        decoder = DataDecoder()
        out = b""
        try:
            for part in parts:
                piece, _ = decoder.feed(part)
                assert not piece.endswith(b"\r")
                out += piece
                if decoder.ended:
                    return out, True
        except ProtocolError:
            return "refused"
        return out, False

    whole, cut = decode([wire]), decode(_cut(wire, cuts))
    assert whole == cut


@given(_pieces)
def test_nothing_but_cr_lf_dot_cr_lf_ends_a_message(pieces: list[bytes]) -> None:
    wire = b"".join(pieces)
    decoder = DataDecoder()
    try:
        content, _ = decoder.feed(wire)
    except ProtocolError:
        assert wire.count(b"\r\n") < max(wire.count(b"\r"), wire.count(b"\n"))
        return
    assert decoder.ended is (b"\r\n.\r\n" in b"\r\n" + wire)
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")


@given(_clean, st.lists(st.integers(0, 50), max_size=4))
def test_stuffed_and_decoded_again_it_is_the_same(content: bytes, cuts: list[int]) -> None:
    stuffer = DotStuffer()
    wire = b"".join(stuffer.feed(part) for part in _cut(content, cuts)) + stuffer.end()
    decoder = DataDecoder()
    decoded, rest = decoder.feed(wire)
    assert (decoder.ended, rest) == (True, b"")
    assert decoded == (content if content.endswith(b"\r\n") or not content else content + b"\r\n")


def test_a_line_with_a_limit_of_its_own_leaves_nothing_in_the_buffer() -> None:
    buffer = LineBuffer(10)
    octets = buffer._bytes
    buffer.feed(b"AUTH PLAIN sesame\r\nNOOP")
    assert buffer.starts_with(b"AUTH ")
    assert buffer.line(30) == b"AUTH PLAIN sesame"
    assert bytes(octets) == bytes(19) + b"NOOP"
    assert not buffer.starts_with(b"AUTH ")
    assert buffer.line() is None
    buffer.feed(b" and on and on")
    with pytest.raises(ProtocolError, match="too long"):
        buffer.line()
