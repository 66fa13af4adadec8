from __future__ import annotations

import pytest

from missent.checks.r301 import NullMx
from missent.core.facts import DomainFacts, Facts, Unknown
from missent.testing.checks import look


def test_a_null_mx_is_told() -> None:
    facts = Facts(domains={"x.example": DomainFacts(exists=True, null_mx=True, has_address=True)})
    (finding,) = look(NullMx(), "a@X.example", facts)
    assert finding.summary == "`x.example` says in the DNS that it takes no mail (null MX)."
    assert finding.evidence == {"domain": "x.example"}
    assert finding.did_you_mean == ()


@pytest.mark.parametrize(
    "answer",
    [
        DomainFacts(exists=True, mail_exchangers=("mx.example",)),
        DomainFacts(exists=False),
        Unknown("SERVFAIL"),
        Unknown("deadline"),
    ],
)
def test_silent_for_other_answers(answer: DomainFacts | Unknown) -> None:
    assert look(NullMx(), "a@x.example", Facts(domains={"x.example": answer})) == []


def test_silent_where_nobody_asked() -> None:
    other = Facts(domains={"y.example": DomainFacts(exists=True, null_mx=True)})
    assert look(NullMx(), "a@x.example", other) == []
