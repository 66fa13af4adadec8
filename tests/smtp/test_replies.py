from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.smtp.replies import Reply


def test_one_line() -> None:
    assert Reply(250, "2.0.0", ("ok",)).encode() == b"250 2.0.0 ok\r\n"
    assert Reply(354, "", ("go on",)).encode() == b"354 go on\r\n"


def test_several_lines_carry_the_codes_each() -> None:
    assert Reply(550, "5.7.1", ("a", "b")).encode() == b"550-5.7.1 a\r\n550 5.7.1 b\r\n"


def test_without_smtputf8_other_letters_are_escaped() -> None:
    reply = Reply(550, "5.7.1", ("\u0430rmy",))
    assert reply.encode() == b"550 5.7.1 \\u0430rmy\r\n"
    assert reply.encode(utf8=True) == "550 5.7.1 \u0430rmy\r\n".encode()


@pytest.mark.parametrize("text", ["a\r\n250 2.0.0 ok", "a\nb", "\x00\x1b[31m", "\x85\u2028"])
def test_no_text_can_end_a_line(text: str) -> None:
    for utf8 in (False, True):
        encoded = Reply(550, "5.7.1", (text,)).encode(utf8=utf8)
        assert encoded.count(b"\n") == encoded.count(b"\r") == 1
        assert len(encoded.decode().splitlines()) == 1


@pytest.mark.parametrize(
    ("code", "enhanced", "lines"),
    [
        (551, "5.1.6", ("never",)),
        (199, "", ("no",)),
        (600, "", ("no",)),
        (250, "5.0.0", ("no",)),
        (550, "5.7", ("no",)),
        (550, "5.7.1", ()),
    ],
)
def test_impossible_replies_cannot_be_made(
    code: int, enhanced: str, lines: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        Reply(code, enhanced, lines)


@given(
    st.lists(st.text(max_size=1500), min_size=1, max_size=3),
    st.sampled_from(["", "5.7.1", "5.999.999"]),
    st.booleans(),
)
def test_every_line_is_bounded_and_begins_with_the_code(
    lines: list[str],
    enhanced: str,
    utf8: bool,  # noqa: FBT001  drawn by Hypothesis
) -> None:
    encoded = Reply(550, enhanced, tuple(lines)).encode(utf8=utf8)
    parts = encoded.split(b"\r\n")
    assert parts.pop() == b""
    for part in parts:
        assert len(part) <= 510
        assert part.startswith(b"550 " if part is parts[-1] else b"550-")
        assert part[4:].startswith(enhanced.encode())
    if utf8:
        encoded.decode("utf-8")
    else:
        encoded.decode("ascii")


def test_long_text_is_folded_at_a_blank() -> None:
    encoded = Reply(550, "5.7.1", ("word " * 200,)).encode()
    assert len(encoded.splitlines()) == 2
    assert encoded.replace(b"550-5.7.1 ", b"").replace(b"550 5.7.1 ", b"").count(b"word") == 200
