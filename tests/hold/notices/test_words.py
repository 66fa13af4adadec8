"""What a notice says: addresses with their difference marked, and names set off from the words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.hold.notices import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`army.ml` is Mali's", [("army.ml", True), (" is Mali's", False)]),
        ("no name", [("no name", False)]),
        ("one ` alone", [("one ", False), (" alone", False)]),
        ("", []),
    ],
)
def test_names_between_backticks_are_code(text: str, expected: list[tuple[str, bool]]) -> None:
    assert words.coded(text) == expected


@given(st.text())
def test_nothing_but_backticks_is_lost(text: str) -> None:
    assert "".join(piece for piece, _ in words.coded(text)) == text.replace("`", "")


@given(st.text(min_size=1), st.text(min_size=1))
def test_what_is_not_marked_is_the_same_in_both(typed: str, meant: str) -> None:
    one, other = words.marked(typed, meant)
    assert other is not None
    same = [
        [letter for letter, mark in zip(m.text, m.marks, strict=True) if not mark]
        for m in (one, other)
    ]
    assert same[0] == same[1]
