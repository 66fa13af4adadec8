from __future__ import annotations

import pytest

from missent.core import candidates
from missent.core.facts import Facts
from missent.core.tables import protected, providers
from missent.testing.checks import Story, as_case, wrote


def in_tables(typed: str, facts: Facts | None = None) -> list[str]:
    found = candidates.domains_in_tables(as_case(f"jo@{typed}", facts or Facts()))
    return [candidate.name for candidate in found]


def in_history(address: str, facts: Facts) -> list[str]:
    return [c.name for c in candidates.domains_in_history(as_case(address, facts))]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("navy.ml", "navy.mil"),
        ("us.af.ml", "us.af.mil"),
        ("a.host.of.navy.ml", "a.host.of.navy.mil"),  # in no list, below a name that is
        ("mindef.ml", "mindef.nl"),
        ("gmial.com", "gmail.com"),
        ("yahoo.couk", "yahoo.co.uk"),
        ("hotmail.co", "hotmail.com"),
        ("whitehuose.gov", "whitehouse.gov"),
        ("stanfrod.edu", "stanford.edu"),
        ("cs.stanfrod.edu", "cs.stanford.edu"),
    ],
)
def test_names_of_the_tables_near_the_typed_one(typed: str, meant: str) -> None:
    assert meant in in_tables(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "brightwater.com",  # near nothing
        "mail.brightwater.com",  # not a provider's name with more before it
        "gmail.de",  # another country's suffix is not typed for `.com`
        "hmail.gov.uk",  # in a zone of a government, where providers are not
        "ma.edu",  # too short: of such names one is near every other
    ],
)
def test_what_is_not_of_the_fingers_is_no_slip_without_history(typed: str) -> None:
    assert in_tables(typed) == []


def test_your_own_domains_are_known_too() -> None:
    own = Facts(own_domains=frozenset({"brightwater.com", "xn--e1afmkfd.example"}))
    assert in_tables("brihgtwater.com", own) == ["brightwater.com"]
    assert in_tables("brightwater.com", own) == []


def test_whatever_the_tables_suggest_is_known_or_lies_below_what_is() -> None:
    for typed in ("army.ml", "x.y.army.ml", "gmai.com", "harvrad.edu", "state.gv", "nawy.mil"):
        for name in in_tables(typed):
            assert protected.is_known(name) or providers.is_known(name)


def test_history_gives_names_near_the_typed_one() -> None:
    facts = wrote("jack.sparks@dynegy.com", "bob@oxford.example")
    assert in_history("jim@dynergy.com", facts) == ["dynegy.com"]
    assert in_history("jim@dynegy.com", facts) == []


def test_history_gives_far_names_where_the_local_part_is_known() -> None:
    facts = wrote("jack.sparks@swpc.siemens.com", "jack.sparks@turn.org", "bob@turn.org")
    assert in_history("jack.sparks@siemens.com", facts) == ["swpc.siemens.com"]
    assert in_history("jack.sparks@turn.com", facts) == ["turn.org"]


def test_a_local_part_that_is_known_everywhere_tells_no_domain() -> None:
    story = Story()
    for number in range(101):
        story.wrote(f"info@widget{number * 7919}.example")
    assert candidates.domains_in_history(as_case("info@example.org", story.facts())) == []


def test_of_a_local_part_that_is_known_everywhere_a_far_domain_needs_the_very_mailbox() -> None:
    story = Story().wrote("jo@dynkeg.com")
    for number in range(101):
        story.wrote(f"info@widget{number * 7919}.example")
    assert in_history("info@dynegy.com", story.facts()) == []
    assert in_history("info@dynegy.com", story.wrote("info@dynkeg.com").facts()) == ["dynkeg.com"]


def test_local_parts_near_the_typed_one_at_this_domain_alone() -> None:
    facts = wrote("kenneth.lay@enron.com", "kenneth.lay@enron.net", "jeff.skilling@enron.com")
    case = as_case("Keneth.Lay@enron.com", facts)
    (found,) = candidates.locals_in_history(case)
    assert (found.name, found.slip.kind) == ("kenneth.lay", "undoubling")
    assert candidates.locals_in_history(as_case("keneth.lay@enron.org", facts)) == []
    assert candidates.locals_in_history(as_case("kenneth.lay@enron.com", facts)) == []
