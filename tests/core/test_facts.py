from __future__ import annotations

import pytest

from missent.core.facts import NO_HISTORY, DomainFacts, Facts


@pytest.mark.parametrize(
    ("facts", "takes"),
    [
        (DomainFacts(exists=False), False),
        (DomainFacts(exists=True), False),
        (DomainFacts(exists=True, has_address=True), True),  # the implicit MX
        (DomainFacts(exists=True, mail_exchangers=("mx.example",)), True),
        (DomainFacts(exists=True, null_mx=True), False),
        (DomainFacts(exists=True, null_mx=True, has_address=True), False),  # RFC 7505 3
    ],
)
def test_whether_a_domain_takes_mail(facts: DomainFacts, takes: bool) -> None:  # noqa: FBT001  a column
    assert facts.takes_mail is takes


def test_without_facts_nothing_is_known_and_nothing_fails() -> None:
    assert Facts().domains == {}
    assert not Facts().exceptions
    assert NO_HISTORY.pair("a@x", "b@y") is None
    assert NO_HISTORY.address("b@y") is None
    assert NO_HISTORY.domain("y") is None
    assert NO_HISTORY.sender_domain("a@x", "y") is None
    assert NO_HISTORY.domains_known() == 0
    assert NO_HISTORY.locals_at("y") == 0
    assert NO_HISTORY.locals_like("y", "b") == (0, 0)
    assert NO_HISTORY.meant("a@x", "b@y") is None
    for near in (NO_HISTORY.domains_near("y"), NO_HISTORY.domains_with("b")):
        assert list(near) == []
    assert list(NO_HISTORY.locals_near("y", "b")) == []
