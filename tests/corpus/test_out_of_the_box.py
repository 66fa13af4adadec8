"""What a first installation must get right, without any history: the tables, name by name."""

from __future__ import annotations

import random
from functools import cache

import pytest

from missent import Guard
from missent.core.tables import protected, providers, rows
from missent.core.verdict import Action
from missent.testing.checks import SENDER, wrote

MILITARY = sorted(n for n in protected.names("military") if n.endswith(".mil"))
GENUINE = [n for kind in ("military", "government", "university") for n in protected.names(kind)]


@cache
def guard() -> Guard:
    return Guard()


def said(address: str) -> tuple[Action, list[str]]:
    answer = guard().check(address)
    assert answer.errors == ()
    return answer.action, [str(meant) for meant in answer.did_you_mean]


def hosts(names: list[str]) -> list[str]:
    """A host below each name, such as is in no list."""
    chance = random.Random(2776)  # noqa: S311  a seeded sample
    words = [word for word in rows("words.txt")[:3000] if len(word) > 2]
    return [".".join((*chance.sample(words, chance.choice((1, 1, 2))), name)) for name in names]


@pytest.mark.parametrize("name", rows("mil.txt"))
def test_every_military_domain_typed_for_mali_is_suggested_first(name: str) -> None:
    assert name.endswith(".mil")
    action, meant = said(f"gen.smith@{name.removesuffix('.mil')}.ml")
    assert action is Action.BLOCK
    assert meant[0] == f"gen.smith@{name}"


def test_so_are_the_hosts_below_them_that_are_in_no_list() -> None:
    wrong = []
    for name in hosts(MILITARY * 5):
        action, meant = said(f"jo@{name.removesuffix('.mil')}.ml")
        if action is not Action.BLOCK or meant[:1] != [f"jo@{name}"]:
            wrong.append((name, action, meant))
    assert wrong == []


@pytest.mark.parametrize("name", ["defence", "lenouvelbambara", "orange", "army-shop"])
def test_malian_names_that_are_no_military_ones_are_let_through(name: str) -> None:
    assert said(f"jo@{name}.ml")[0] is Action.ALLOW


def test_no_genuine_name_gets_a_finding() -> None:
    assert len(GENUINE) > 25_000
    questioned = [n for n in GENUINE if guard().check(f"jo.smith@{n}").findings]
    assert questioned == []


def test_no_host_below_a_genuine_name_gets_a_finding() -> None:
    chance = random.Random(7)  # noqa: S311  a seeded sample
    questioned = [
        name
        for name in hosts(chance.sample(sorted(GENUINE), 2000))
        if guard().check(f"jo@{name}").findings
    ]
    assert questioned == []


def test_no_mail_provider_gets_a_finding() -> None:
    known = sorted(providers.known())
    questioned = [n for n in known if guard().check(f"jo.smith@{n}").findings]
    assert questioned == []


def test_a_contact_with_its_labels_glued() -> None:
    knowing = Guard(history=wrote("joe@houston.rr.com").history)
    for sender in (SENDER, "bob@corp.example", None):
        answer = knowing.check("joe@houstonrr.com", sender)
        assert answer.action >= Action.WARN
        assert str(answer.did_you_mean[0]) == "joe@houston.rr.com"
