from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.message import Recipient
from missent.core.pasted import recipient, recipients


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("gen@army.ml", "gen@army.ml", ""),
        ("<gen@army.ml>", "gen@army.ml", ""),
        ("<@a.example,@b.example:gen@army.ml>", "gen@army.ml", ""),
        ("Gen Lee <gen@army.ml>", "gen@army.ml", "Gen Lee"),
        ('"Lee, Gen" <gen@army.ml>', "gen@army.ml", "Lee, Gen"),
        ("=?utf-8?q?J=C3=BC?= <gen@army.ml>", "gen@army.ml", "Jü"),
        ("gen@army.ml (Gen Lee)", "gen@army.ml", ""),
        ("mailto:gen%2Bstaff@army.ml?subject=a@b.example", "gen+staff@army.ml", ""),
        ("MAILTO:gen@army.ml", "gen@army.ml", ""),
        ("'gen@army.ml'", "gen@army.ml", ""),
        ("“gen@army.ml”", "gen@army.ml", ""),
        ("gen@army.ml,", "gen@army.ml", ""),
        ("Staff: gen@army.ml;", "gen@army.ml", ""),
        ('"a, b"@army.ml', '"a, b"@army.ml', ""),
    ],
)
def test_one_recipient_in_the_forms_of_clients_and_links(
    text: str, address: str, name: str
) -> None:
    assert recipient(text) == Recipient(Address.parse(address), display_name=name)


def test_a_list_gives_each_with_its_faults() -> None:
    first, second, third = recipients("gen@army.ml; nobody, Jane <jane@gmail.con>")
    assert isinstance(second, AddressError)
    assert second.text == "nobody"
    assert [str(r.address) for r in (first, third) if isinstance(r, Recipient)] == [
        "gen@army.ml",
        "jane@gmail.con",
    ]
    with pytest.raises(AddressError, match="these are 3; give one at a time"):
        recipient("gen@army.ml; nobody, Jane <jane@gmail.con>")


@pytest.mark.parametrize(
    "text", ["", " ", "nobody", "Jane <>", "a b@x.example", "none:;", "<a@b@c>"]
)
def test_what_is_none_keeps_the_error_of_the_whole_text(text: str) -> None:
    (error,) = recipients(text)
    assert isinstance(error, AddressError)
    assert error.text == text
    with pytest.raises(AddressError):
        recipient(text)


@given(st.text(max_size=40) | st.text('ab@.,;<>():"\\ ', max_size=40))
def test_whatever_is_pasted_gives_at_least_one_answer(text: str) -> None:
    assert list(recipients(text))
