from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.address import Address
from missent.hold.keys import Keys
from missent.hold.machine import Choice
from missent.hold.tokens import LETTERS, Bad, Token, read

KEYS = Keys([b"k" * 32])
CHOICES = st.sampled_from([Choice.SEND, Choice.INSTEAD, Choice.DISCARD, None])
TOKENS = st.builds(
    Token,
    st.binary(min_size=8, max_size=8).map(bytes.hex),
    st.integers(1, 2**32 - 1),
    CHOICES,
    st.integers(0, 2**16 - 1),
    st.integers(0, 255),
)
TOKEN = Token("00112233445566aa", 1000, Choice.SEND, 1)


@given(TOKENS)
def test_a_token_comes_back_as_it_was(token: Token) -> None:
    text = token.write(KEYS)
    assert len(text) == LETTERS
    assert read(text, KEYS, token.expires - 1) == token
    assert read(text, KEYS, token.expires) is Bad.EXPIRED
    # a reply address with it is an address, however mail changes its case
    Address.parse(f"missent+{text.upper()}@corp.example")


@given(TOKENS, st.data())
def test_a_changed_letter_is_seen(token: Token, data: st.DataObject) -> None:
    text = token.write(KEYS)
    place = data.draw(st.integers(0, LETTERS - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
    changed = text[:place] + letter + text[place + 1 :]
    if changed != text:
        assert read(changed, KEYS, 0) is Bad.TAMPERED


@given(st.text(max_size=100))
def test_anything_else_is_refused(text: str) -> None:
    assert read(text, KEYS, 0) is Bad.TAMPERED


def test_anothers_key_signs_nothing_for_us() -> None:
    assert read(TOKEN.write(Keys([b"x" * 32])), KEYS, 0) is Bad.TAMPERED


@pytest.mark.parametrize("letter", ["=", " ", "0", "é"])
def test_letters_of_no_token(letter: str) -> None:
    assert read(letter + TOKEN.write(KEYS)[1:], KEYS, 0) is Bad.TAMPERED


def test_the_same_octets_have_one_spelling() -> None:
    text = TOKEN.write(KEYS)
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    good = [t for x in letters if not isinstance(read(t := text[:-1] + x, KEYS, 0), Bad)]
    assert good == [text]
