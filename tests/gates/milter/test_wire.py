"""Packets out of a stream, however it is cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.errors import ProtocolError
from missent.gates.milter import commands as c
from missent.gates.milter import replies as r
from missent.gates.milter import wire
from missent.testing.milter import POSTFIX_SAYS, POSTFIX_SAYS_OCTETS


def heard(octets: bytes, *cuts: int) -> list[c.Command]:
    packets = wire.from_mta()
    found = []
    edges = [0, *sorted(cuts), len(octets)]
    for start, end in itertools.pairwise(edges):
        packets.feed(octets[start:end])
        while (command := packets.next()) is not None:
            found.append(command)
    assert packets.waiting == 0
    return found


def test_a_whole_conversation_at_once() -> None:
    assert heard(POSTFIX_SAYS_OCTETS) == list(POSTFIX_SAYS)


def test_the_same_conversation_octet_by_octet() -> None:
    assert heard(POSTFIX_SAYS_OCTETS, *range(1, len(POSTFIX_SAYS_OCTETS))) == list(POSTFIX_SAYS)


@given(st.lists(st.integers(0, len(POSTFIX_SAYS_OCTETS))))
def test_the_same_conversation_cut_anywhere(cuts: list[int]) -> None:
    assert heard(POSTFIX_SAYS_OCTETS, *cuts) == list(POSTFIX_SAYS)


def test_the_conversation_is_written_as_it_was_read() -> None:
    assert b"".join(map(wire.to_filter, POSTFIX_SAYS)) == POSTFIX_SAYS_OCTETS


@pytest.mark.parametrize("kind", [r.Accept, r.Continue, r.Progress, r.TempFail, r.Skip])
def test_the_short_replies(kind: type[r.Accept]) -> None:
    packets = wire.from_filter()
    packets.feed(wire.to_mta(kind()))
    assert packets.next() == kind()
    assert packets.next() is None


@pytest.mark.parametrize("length", [0, 1 << 20 | 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_length_out_of_bounds_is_refused_before_its_octets_come(length: int) -> None:
    packets = wire.from_mta()
    packets.feed(length.to_bytes(4, "big") + b"B")
    with pytest.raises(ProtocolError, match=str(length)):
        packets.next()


def test_nothing_is_read_ahead_of_the_one_who_asks() -> None:
    packets = wire.from_mta()
    packets.feed(wire.to_filter(c.Abort()) + b"\x00\x00\x00\x01Z")
    assert packets.next() == c.Abort()
    assert packets.waiting == 5
    with pytest.raises(ProtocolError):
        packets.next()


def test_a_large_packet_in_small_pieces_takes_no_more_than_its_size() -> None:
    body = c.Body(bytes(range(250)) * 800)
    octets = wire.to_filter(body)
    packets = wire.from_mta()
    for start in range(0, len(octets), 7):
        assert packets.next() is None
        packets.feed(octets[start : start + 7])
    assert packets.next() == body
    assert packets.waiting == 0


@given(st.binary(max_size=200), st.integers(1, 20))
def test_garbage_ends_in_an_error_or_in_silence(octets: bytes, step: int) -> None:
    packets = wire.from_mta(limit=64)
    try:
        for start in range(0, len(octets), step):
            packets.feed(octets[start : start + step])
            while packets.next() is not None:
                pass
            assert packets.waiting < 64 + 4
    except ProtocolError:
        pass
