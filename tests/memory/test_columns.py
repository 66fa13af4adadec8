from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.memory.columns import Texts

short = st.text("abé", max_size=4)


@given(st.lists(short, max_size=9), short, st.data())
def test_texts_that_have_a_part_are_found_without_reading_each(
    given_texts: list[str], part: str, data: st.DataObject
) -> None:
    texts = Texts()
    texts.extend(given_texts)
    start = data.draw(st.integers(0, len(given_texts)))
    end = data.draw(st.integers(start, len(given_texts)))
    found = list(texts.holding(part, start, end))
    # A text without a letter has no place of its own, where it would be found.
    assert found == [n for n in range(start, end) if texts[n] and part in texts[n]]
