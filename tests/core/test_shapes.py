from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.shapes import shape


@pytest.mark.parametrize(
    ("local", "built"),
    [
        ("john.smith", "w.w"),
        ("jsmith", "w"),
        ("j.smith", "a.w"),
        ("jane_d._smith-jones", "w_a._w-w"),
        ("jsmith2", "w9"),
        ("75361.622", "9.9"),
        ("jürgen", "w"),
        ("", ""),
    ],
)
def test_words_letters_and_numbers(local: str, built: str) -> None:
    assert shape(local) == built


@given(st.text(max_size=30))
def test_never_longer_than_the_local_part(local: str) -> None:
    assert len(shape(local)) <= len(local)
