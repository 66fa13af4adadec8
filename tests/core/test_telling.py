from __future__ import annotations

import json

from missent.core import suspects, telling
from missent.core.address import Domain
from missent.core.facts import Facts
from missent.testing.checks import Story, as_case

BOB = "bob@corp.example"


def of_domain(typed: str, facts: Facts | None = None) -> str:
    case = as_case(typed, facts or Facts())
    return telling.of_domain(case, suspects.domains(case))


def of_local(typed: str, facts: Facts) -> str:
    case = as_case(typed, facts)
    return telling.of_local(case, suspects.locals_(case))


def test_what_was_typed_what_was_meant_and_what_is_known_of_both() -> None:
    assert of_domain("gen@army.ml") == (
        "`army.ml` is `army.mil` with the `i` left out; `army.mil` is the US Army; "
        "nobody here has written to `army.ml`."
    )
    assert of_domain("jo@gmial.com") == (
        "`gmial.com` is `gmail.com` with `ai` typed as `ia`; `gmail.com` is a popular mail "
        "provider; nobody here has written to `gmial.com`."
    )


def test_who_has_written_to_the_meant_one() -> None:
    own = Story().wrote("jack.sparks@dynegy.com", times=3).facts()
    assert of_domain("jack.sparks@dynergy.com", own) == (
        "`dynergy.com` is `dynegy.com` with an extra `r`; this sender has written to "
        "`jack.sparks@dynegy.com`; nobody here has written to `dynergy.com`."
    )
    others = Story().wrote("jack.sparks@dynegy.com", times=3, sender=BOB).facts()
    assert "; people here have written to `jack.sparks@dynegy.com`; " in of_domain(
        "jack.sparks@dynergy.com", others
    )


def test_what_became_of_earlier_mail() -> None:
    story = Story().wrote("jack.sparks@dynegy.com", times=3).wrote("jack.sparks@dynergy.com")
    assert of_domain("jack.sparks@dynergy.com", story.facts()).endswith(
        "; nobody has ever written here from `dynergy.com`."
    )
    story.bounced("jack.sparks@dynergy.com")
    assert of_domain("jack.sparks@dynergy.com", story.facts()).endswith(
        "; mail to `jack.sparks@dynergy.com` came back."
    )


def test_a_local_part() -> None:
    facts = Story().wrote("kenneth.lay@enron.com", times=10).facts()
    assert of_local("keneth.lay@enron.com", facts) == (
        "`keneth.lay` is `kenneth.lay` with one `n` of two; this sender has written to "
        "`kenneth.lay@enron.com` 10 times; nobody here has written to `keneth.lay@enron.com`."
    )
    facts = Story().wrote("kenneth.lay@enron.com", times=10, sender=BOB).facts()
    assert "; people here have written to `kenneth.lay@enron.com` 10 times; " in of_local(
        "keneth.lay@enron.com", facts
    )


def test_another_one_that_is_as_likely() -> None:
    story = Story()
    for name in ("widgets-z.com", "widgets-c.com"):
        story.wrote(f"jo.smith@{name}", times=4)
    assert of_domain("jo.smith@widgets-x.com", story.facts()).endswith(
        "nobody here has written to `widgets-x.com`. It may also be `widgets-z.com`."
    )


def test_the_same_as_plain_values() -> None:
    story = Story().wrote("jack.sparks@dynegy.com", times=3).wrote("jack.sparks@dynergy.com")
    story.bounced("jack.sparks@dynergy.com")
    case = as_case("jack.sparks@dynergy.com", story.facts())
    found = telling.in_numbers(case, suspects.domains(case), "dynergy.com")
    assert json.loads(json.dumps(found)) == found
    odds = found.pop("log_odds")
    assert isinstance(odds, float)
    assert found == {
        "typed": "dynergy.com",
        "meant": "dynegy.com",
        "slip": "insertion",
        "typed_sent": 1,
        "typed_bounced": 1,
        "candidates": ["dynegy.com"],
    }


def test_u_labels_are_shown_to_people() -> None:
    facts = Facts(own_domains=frozenset({Domain.parse("bücherei.de").name}))
    assert of_domain("jo@büchrei.de", facts).startswith("`büchrei.de` is ")
