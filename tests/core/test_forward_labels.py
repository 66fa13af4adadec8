"""Larger slips: separators, suffixes, words and labels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.core import forward_labels, forward_letters


def _made(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for slip in forward_labels.edits(name, forward_letters.edge(name)):
        found.setdefault(slip.of(name), set()).update(slip.traits)
    return found


def test_separators() -> None:
    made = _made("mail.duke-energy.com")
    assert "separator:.-" in made["mail-duke-energy.com"]
    assert "separator:-_" in made["mail.duke_energy.com"]
    assert "missing_hyphen" in made["mail.dukeenergy.com"]
    assert "missing_hyphen:and a letter" in made["mail.dukenergy.com"]
    assert "missing_dot:between labels" in made["mailduke-energy.com"]
    assert "separator:all" in _made("energy-law-group.com")["energy_law_group.com"]


def test_a_dot_or_a_hyphen_between_two_words() -> None:
    made = _made("housewater.com")
    assert "extra_dot:two words" in made["house.water.com"]
    assert "separator:put in two words" in made["house-water.com"]
    assert "label_shortened:two words lost" in made["house.com"]


def test_suffixes() -> None:
    made = _made("navy.mil")
    assert {"suffix_near:ml for mil", "suffix_near:exists cut"} <= made["navy.ml"]
    assert "suffix_near:substitution" in made["navy.mik"]
    assert "suffix_other" in made["navy.com"]
    assert "suffix_other:same country" in _made("corp.co.uk")["corp.org.uk"]
    assert "suffix_other:generic" in _made("corp.net")["corp.com"]


def test_labels() -> None:
    made = _made("mail.corp.co.uk")
    assert "labels_cut:a host" in made["corp.co.uk"]
    assert "labels_swapped:inside" in made["corp.mail.co.uk"]
    assert "labels_added" in made["mail.corp.co.uk.com"]
    assert "cut_short:at a dot" in made["mail.corp.co"]


@given(st.from_regex(r"([a-z0-9]{1,8}[.-]){0,3}[a-z0-9]{1,9}\.(com|co\.uk|mil|zz)", fullmatch=True))
def test_a_slip_lies_within_the_name(name: str) -> None:
    for slip in forward_labels.edits(name, forward_letters.edge(name)):
        assert 0 <= slip.start <= slip.end <= len(name)
