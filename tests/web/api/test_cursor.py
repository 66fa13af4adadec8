from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException

from missent.web.api import cursor

KIND = TypeAdapter(tuple[int, cursor.Text])
plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.integers(), plain)
def test_a_place_is_read_back(number: int, text: str) -> None:
    assert cursor.read(cursor.write((number, text)), KIND) == (number, text)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_what_was_not_written_so_is_refused(text: str) -> None:
    with pytest.raises(HTTPException) as refused:
        cursor.read(text, KIND)
    assert refused.value.status_code == 422


@pytest.mark.parametrize(
    "place", [(1,), (1, "a", "b"), ("a", "a"), (1, 2), (1, "\0"), (1, "\ud800")]
)
def test_another_listings_place_is_refused(place: tuple[int | str, ...]) -> None:
    with pytest.raises(HTTPException):
        cursor.read(cursor.write(place), KIND)
