from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.core.slips import is_one_edit
from missent.memory.columns import Texts
from missent.memory.local_parts import LARGE, LocalParts

letters = st.text("abc.", min_size=1, max_size=7)


@given(letters, st.lists(letters, min_size=1, max_size=30), st.text("xy", max_size=3))
def test_all_that_one_edit_makes_are_found_without_an_index(
    typed: str, known: list[str], others: str
) -> None:
    texts = Texts()
    texts.extend([*others, *known, *others])
    start, end = len(others), len(others) + len(known)
    near = LocalParts(texts).one_edit_away("acme.example", typed, start, end)
    assert near == [local for local in known if is_one_edit(typed, local)]


def test_at_a_large_domain_they_are_found_by_its_index() -> None:
    texts = Texts()
    texts.extend([f"user{number:05}" for number in range(LARGE + 1)])
    near = LocalParts(texts).one_edit_away("acme.example", "user0042", 0, LARGE + 1)
    assert "user00042" in near
