from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.web.console.differences import pair, shown


def marked(typed: str, meant: str) -> tuple[str, str, str]:
    both = pair(typed, meant)
    left, right = (
        "".join(f"[{text}]" if differs else text for text, differs in side)
        for side in (both.typed, both.meant)
    )
    return left, right, both.told


@pytest.mark.parametrize(
    ("typed", "meant", "left", "right", "told"),
    [
        ("gen@army.ml", "gen@army.mil", "gen@army.m[]l", "gen@army.m[i]l", "i is missing"),
        ("a@gmaill.com", "a@gmail.com", "a@gmail[l].com", "a@gmail[].com", "l is too much"),
        ("a@gmail.con", "a@gmail.com", "a@gmail.co[n]", "a@gmail.co[m]", "n stands for m"),
        ("a@gmial.com", "a@gmail.com", "a@gm[ia]l.com", "a@gm[ai]l.com", "ia stands for ai"),
        ("hotmial.com", "hotmail.com", "hotm[ia]l.com", "hotm[ai]l.com", "ia stands for ai"),
        ("a@same.com", "a@same.com", "a@same.com", "a@same.com", ""),
    ],
)
def test_the_difference_is_marked_and_told(
    typed: str, meant: str, left: str, right: str, told: str
) -> None:
    assert marked(typed, meant) == (left, right, told)


def test_nothing_is_marked_where_nothing_is_known() -> None:
    assert pair("gen@army.ml") == ((("gen@army.ml", False),), (), "")


def test_what_a_screen_would_act_on_is_not_shown() -> None:
    assert shown("a\u202eb@x.example") == "a?b@x.example"
    assert shown("a@xn--mnchen-3ya.example") == "a@münchen.example"
    assert shown("no address\x00") == "no address?"


@given(st.text("abc.@", max_size=12), st.text("abc.@", min_size=1, max_size=12))
def test_the_pieces_are_the_addresses(typed: str, meant: str) -> None:
    both = pair(typed, meant)
    assert "".join(text for text, _ in both.typed) == shown(typed)
    assert "".join(text for text, _ in both.meant) == shown(meant)
    same = [
        "".join(text for text, differs in side if not differs) for side in (both.typed, both.meant)
    ]
    assert same[0] == same[1]
