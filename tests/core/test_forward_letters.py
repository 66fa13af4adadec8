"""Slips of the fingers, and what is telling of each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.core import forward_letters
from missent.core.tables import forward_weights


def _made(name: str) -> dict[str, set[str]]:
    """What is typed for a name, with the traits of all slips that lead there."""
    found: dict[str, set[str]] = {}
    for slip in forward_letters.edits(name, forward_letters.edge(name)):
        found.setdefault(slip.of(name), set()).update(slip.traits)
    return found


def test_every_kind_has_its_traits() -> None:
    made = _made("mail.bracepatt.com")
    for typed, traits in {
        "mail.bracepat.com": {"undoubling", "undoubling:last"},
        "mail.racepatt.com": {"omission", "omission:first", "ob:br"},
        "mail.bracceepatt.com": set(),
        "mail.braccepatt.com": {"doubling", "doubling:inside", "db:c"},
        "mail.bracepattt.com": {"doubling:of a double"},
        "mail.rbacepatt.com": {"transposition", "transposition:first", "tr:br"},
        "mail.bracepatr.com": {"substitution", "substitution:key beside", "sb:tr"},
        "mail.braceepatt.com": {"doubling"},
        "mail.brace0patt.com": {"insertion"},
        "nail.bracepatt.com": {"substitution:first", "sb:mn"},
        "rnail.bracepatt.com": {"look_alike:text"},
        "mail.bracepatts.com": {"insertion:last s"},
    }.items():
        assert traits <= made.get(typed, set()), typed


def test_the_wrong_letter_doubled() -> None:
    assert "substitution:the other doubled" in _made("career.org")["carrer.org"]


def test_the_eye_goes_on_from_the_same_letter() -> None:
    assert "omission:skip" in _made("energygroup.com")["energroup.com"]
    assert "omission:skip" in _made("banana.com")["bana.com"]


def test_the_suffix_is_left_alone() -> None:
    assert all(name.endswith(".co.uk") for name in _made("corp.co.uk"))


def test_most_traits_have_a_weight() -> None:
    known = forward_weights.weights()
    traits = {
        trait
        for slip in forward_letters.edits("westinghouse", 12)
        for trait in slip.traits
        if trait and ":" not in trait
    }
    assert traits <= known.keys()


@given(st.from_regex(r"[a-z0-9]{1,12}([.-][a-z0-9]{1,8})?", fullmatch=True))
def test_a_slip_lies_within_the_name(name: str) -> None:
    for slip in forward_letters.edits(name, len(name)):
        assert 0 <= slip.start <= slip.end <= len(name)
        assert abs(len(slip.of(name)) - len(name)) <= 3
