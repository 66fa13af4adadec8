from __future__ import annotations

import pytest

from missent.checks.r302 import NoRoute
from missent.core.facts import DomainFacts, Facts, Unknown
from missent.testing.checks import look


@pytest.mark.parametrize(
    ("answer", "summary"),
    [
        (DomainFacts(exists=False), "`x.example` does not exist in the DNS."),
        (
            DomainFacts(exists=True),
            "`x.example` has neither a mail exchanger nor an address in the DNS.",
        ),
    ],
)
def test_a_missing_route_is_told(answer: DomainFacts, summary: str) -> None:
    (finding,) = look(NoRoute(), "a@x.example", Facts(domains={"x.example": answer}))
    assert finding.summary == summary
    assert finding.evidence == {"domain": "x.example", "exists": answer.exists}


def test_a_domain_that_does_not_exist_is_surer_than_a_mute_one() -> None:
    missing = Facts(domains={"x.example": DomainFacts(exists=False)})
    mute = Facts(domains={"x.example": DomainFacts(exists=True)})
    (surer,), (less,) = (look(NoRoute(), "a@x.example", facts) for facts in (missing, mute))
    assert surer.probability > less.probability


@pytest.mark.parametrize(
    "answer",
    [
        DomainFacts(exists=True, mail_exchangers=("mx.example",)),
        DomainFacts(exists=True, has_address=True),  # the implicit MX
        DomainFacts(exists=True, null_mx=True),  # R301's
        Unknown("SERVFAIL"),
    ],
)
def test_silent_for_other_answers(answer: DomainFacts | Unknown) -> None:
    assert look(NoRoute(), "a@x.example", Facts(domains={"x.example": answer})) == []


def test_silent_where_nobody_asked() -> None:
    assert look(NoRoute(), "a@x.example") == []
