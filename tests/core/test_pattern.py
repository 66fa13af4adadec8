from __future__ import annotations

import pytest

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.pattern import Pattern


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("army.ml", ["gen@army.ml", "Gen@ARMY.ml."], ["gen@us.army.ml", "gen@notarmy.ml"]),
        ("*.army.ml", ["gen@us.army.ml", "g@a.b.army.ml"], ["gen@army.ml", "gen@notarmy.ml"]),
        ("*.ml", ["gen@army.ml", "g@a.b.ml"], ["gen@army.mil", "gen@ml", "gen@xml"]),
        ("Gen@Army.ML", ["gen@army.ml"], ["gen@us.army.ml", "xgen@army.ml", "en@army.ml"]),
        ("münchen.de", ["a@xn--mnchen-3ya.de", "a@MÜNCHEN.de"], ["a@munchen.de"]),
        ("*.РФ", ["a@x.xn--p1ai"], ["a@x.ru"]),
        ("[192.0.2.1]", ["a@[192.0.2.1]"], ["a@[192.0.2.2]"]),
        (" army.ml ", ["gen@army.ml"], []),
    ],
)
def test_matches_at_label_boundaries(pattern: str, matching: list[str], other: list[str]) -> None:
    parsed = Pattern.parse(pattern)
    assert all(parsed.matches(Address.parse(address)) for address in matching)
    assert not any(parsed.matches(Address.parse(address)) for address in other)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("*", 0),
        ("*.", 2),
        ("*@army.ml", 0),
        ("g*n@army.ml", 1),
        ("@army.ml", 0),
        ("*.gen@army.ml", 2),
        ("*.*.ml", 2),
        ("army.*", 5),
        ("ar my.ml", 2),
        (" *.ar my.ml", 5),
        ("*.[192.0.2.1]", 2),
    ],
)
def test_refuses_what_could_be_taken_for_something_wider(text: str, position: int) -> None:
    with pytest.raises(AddressError) as caught:
        Pattern.parse(text)
    assert (caught.value.text, caught.value.position) == (text, position)


def test_a_pattern_of_nothing_matches_nothing() -> None:
    assert not Pattern("").matches(Address.parse("a@b.example"))
