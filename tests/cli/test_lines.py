from __future__ import annotations

import io
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from missent.cli.lines import LONGEST, chunks


class Trickle:
    """A stream that hands out what it is given in the pieces given."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = [piece for piece in pieces if piece]

    def read1(self, _size: int, /) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def _all(*pieces: bytes) -> list[str | None]:
    return [line for batch in chunks(Trickle(list(pieces))) for line in batch]


def test_every_line_is_told_once_and_in_order() -> None:
    assert _all(b"a\nb\r\n\nc") == ["a", "b", "", "c"]


def test_a_line_is_told_as_soon_as_it_ends() -> None:
    stream = Trickle([b"a\nb", b"c\n"])
    batches = chunks(stream)
    assert next(batches) == ["a"]
    assert stream.pieces == [b"c\n"]
    assert next(batches) == ["bc"]


def test_what_is_no_utf_8_keeps_its_place() -> None:
    assert _all(b"a\n\xff\nb\n") == ["a", None, "b"]


def test_a_character_cut_by_a_chunk_is_whole_again() -> None:
    assert _all(b"\xc3", b"\xbc\n") == ["ü"]


def test_a_line_without_end_is_not_kept() -> None:
    stream = Trickle([b"x" * 65536] * 64 + [b"y\nb\n"])
    assert [line for batch in chunks(stream) for line in batch] == [None, "b"]


def test_a_line_without_end_at_the_end() -> None:
    assert _all(b"a\n" + b"x" * (LONGEST + 1)) == ["a", None]


@given(st.binary(), st.lists(st.integers(0, 200)))
def test_the_cut_of_the_chunks_makes_no_difference(content: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    pieces = [content[a:b] for a, b in pairwise(places)]
    assert _all(*pieces) == _all(content)


@given(st.binary())
def test_there_are_as_many_answers_as_lines(content: bytes) -> None:
    lines = content.split(b"\n")
    expected = len(lines) - (not lines[-1])
    assert sum(map(len, chunks(io.BytesIO(content)))) == expected
