from __future__ import annotations

import pytest

from missent.checks.x901 import Blocklist, Forbidden
from missent.core.facts import Facts
from missent.core.pattern import Pattern
from missent.testing.checks import look


def forbid(pattern: str, sender: str | None = None, expires: int | None = None) -> Forbidden:
    given = Pattern.parse(sender) if sender else None
    return Forbidden(Pattern.parse(pattern), "security@corp.example", "Mali.", expires, given)


def test_an_empty_list_matches_nothing() -> None:
    assert look(Blocklist(), "gen@army.ml") == []


def test_says_the_rule_its_reason_and_its_owner() -> None:
    (finding,) = look(Blocklist((forbid("*.ml"),)), "gen@army.ml")
    assert finding.summary == (
        "The organisation forbids mail to `*.ml`: Mali. "
        "security@corp.example answers for this rule."
    )
    assert finding.evidence == {
        "pattern": "*.ml",
        "owner": "security@corp.example",
        "reason": "Mali.",
        "expires": None,
    }
    assert (finding.probability, finding.protected) == (1.0, True)


@pytest.mark.parametrize("recipient", ["gen@army.mil", "gen@ml", "gen@armyml", "gen@[192.0.2.1]"])
def test_matches_at_label_boundaries_only(recipient: str) -> None:
    assert look(Blocklist((forbid("*.ml"),)), recipient) == []


def test_a_rule_may_be_for_some_senders() -> None:
    check = Blocklist((forbid("*.ml", sender="corp.example"),))
    assert len(look(check, "gen@army.ml", sender="ann@corp.example")) == 1
    assert look(check, "gen@army.ml", sender="ann@other.example") == []
    assert look(check, "gen@army.ml", sender=None) == []
    assert len(look(Blocklist((forbid("*.ml"),)), "gen@army.ml", sender=None)) == 1


def test_a_rule_ends() -> None:
    check = Blocklist((forbid("*.ml", expires=100),))
    assert len(look(check, "gen@army.ml", Facts(at=99))) == 1
    assert look(check, "gen@army.ml", Facts(at=100)) == []


def test_every_rule_that_speaks_of_it_is_told() -> None:
    check = Blocklist((forbid("*.ml"), forbid("army.ml"), forbid("*.nl")))
    found = look(check, "gen@army.ml")
    assert [f.evidence["pattern"] for f in found] == ["*.ml", "army.ml"]
