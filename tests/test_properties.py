"""What holds for every message and every set of checks (100,000 recipients in the slow run)."""

# ruff: noqa: RUF001  characters that look alike are what is tested
from __future__ import annotations

import json
import string
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from missent.checks import ALL
from missent.checks.x901 import Blocklist, Forbidden
from missent.core.address import Address
from missent.core.engine import screen
from missent.core.errors import AddressError
from missent.core.facts import NO_HISTORY, DomainFacts, Facts, Unknown
from missent.core.message import Message, Recipient
from missent.core.pattern import Pattern
from missent.core.policy import Policy
from missent.core.tables import protected, providers
from missent.core.verdict import Action
from missent.memory.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.check import Check
    from missent.core.verdict import RecipientVerdict, Verdict

FORBIDDEN = Blocklist((Forbidden(Pattern.parse("*.ml"), "security", "Mali"),))
CHECKS: tuple[Check, ...] = (*(make() for make in ALL), FORBIDDEN)
KNOWN = sorted({*providers.popular(), *list(protected.names("military"))})
OWN = "corp.example"
WORDS = ["gmail", "army", "navy", "us.af", "hotmail", "example", "paypal", "bücher", "почта", "x"]
SUFFIXES = ["com", "ml", "mil", "con", "co.uk", "couk", "nl", "gov", "gv", "example", "рф", "lan"]

words = st.sampled_from(WORDS)
# Near misses of known names: one character taken out, put in or swapped.
letters = st.sampled_from([*string.ascii_lowercase, "1", "0", "-", "_", ".", "а", "é", "\u200b"])


@st.composite
def bent(draw: st.DrawFn, names: st.SearchStrategy[str]) -> str:
    name = draw(names)
    at = draw(st.integers(0, len(name)))
    spellings: list[str] = [
        name,
        name[:at] + name[at + 1 :],
        name[:at] + draw(letters) + name[at:],
        name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
    ]
    return spellings[draw(st.integers(0, len(spellings) - 1))]


plain = st.builds("{}.{}".format, words, st.sampled_from(SUFFIXES))
domains = bent(plain | st.sampled_from(KNOWN)) | st.just("[192.0.2.1]") | st.text(max_size=12)
locals_ = bent(st.sampled_from(["john.smith", "info", "a", "jose", "иван"])) | st.text(max_size=8)
texts = st.builds("{}@{}".format, locals_, domains) | st.text(max_size=20)


def parsed(text: str) -> list[Address]:
    """The address, or none where it is none: that is the only exception there may be."""
    try:
        return [Address.parse(text)]
    except AddressError:
        return []


addresses = texts.map(parsed).filter(bool).map(lambda one: one[0])
right = st.builds("{}@{}".format, st.sampled_from(["john.smith", "info"]), st.sampled_from(KNOWN))
answers: st.SearchStrategy[DomainFacts | Unknown] = st.sampled_from(
    [
        Unknown("SERVFAIL"),
        DomainFacts(exists=False),
        DomainFacts(exists=True),
        DomainFacts(exists=True, null_mx=True),
        DomainFacts(exists=True, mail_exchangers=("mx.example",)),
    ]
)


@st.composite
def situations(draw: st.DrawFn, least: int = 0, most: int = 4) -> tuple[Message, Facts]:
    """A message and what is known of its recipients and of names near them."""
    sender = draw(st.none() | st.just(Address.parse("ann@corp.example")))
    to = draw(st.lists(addresses, min_size=least, max_size=most))
    history = Ledger()
    for text in draw(st.lists(right, max_size=3)):
        history.send("ann@corp.example", text, draw(st.integers(0, 10**6)))
    asked = {a.domain.name: draw(answers) for a in to if draw(st.booleans())}
    facts = Facts(10**6, history, frozenset({OWN}), asked)
    return Message(sender, tuple(map(Recipient, to))), facts


def look(message: Message, facts: Facts, checks: Sequence[Check] = CHECKS) -> Verdict:
    verdict = screen(message, facts, Policy(), checks)
    assert verdict.errors == ()
    return verdict


def assert_sound(answer: RecipientVerdict) -> None:
    for finding in answer.findings:
        assert 0 < finding.probability <= 1
        assert finding.summary.endswith(".")
        assert answer.recipient.address not in finding.did_you_mean
        assert len(set(finding.did_you_mean)) == len(finding.did_you_mean)
        assert all(Address.parse(str(a)) == a for a in finding.did_you_mean)
        json.dumps(dict(finding.evidence))


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=2_000, deadline=None)
@given(situations())
def test_every_finding_has_a_reason_and_no_check_fails(case: tuple[Message, Facts]) -> None:
    for answer in look(*case).recipients:
        assert_sound(answer)


@pytest.mark.e2e
@pytest.mark.timeout(3600)
@settings(max_examples=12_500, deadline=None, suppress_health_check=list(HealthCheck))
@given(situations(8, 8))
def test_a_hundred_thousand_addresses(case: tuple[Message, Facts]) -> None:
    for answer in look(*case).recipients:
        assert_sound(answer)


@given(situations(), st.data())
def test_more_checks_never_weaken_a_verdict(
    case: tuple[Message, Facts], data: st.DataObject
) -> None:
    message, facts = case
    few = data.draw(st.lists(st.sampled_from(CHECKS), unique=True))
    less, more = look(message, facts, few), look(message, facts)
    for one, other in zip(less.recipients, more.recipients, strict=True):
        assert other.action >= one.action
        assert set(map(repr, one.findings)) <= set(map(repr, other.findings))


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_checks_makes_no_difference(
    case: tuple[Message, Facts], random: object
) -> None:
    shuffled = list(CHECKS)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert look(*case, shuffled) == look(*case)


@given(situations())
def test_the_order_of_recipients_makes_no_difference(case: tuple[Message, Facts]) -> None:
    message, facts = case
    turned = replace(message, recipients=message.recipients[::-1])
    assert look(turned, facts).recipients[::-1] == look(message, facts).recipients


@given(situations())
def test_asked_one_by_one_beside_the_others_is_asked_together(
    case: tuple[Message, Facts],
) -> None:
    message, facts = case
    together = look(message, facts).recipients
    for at, recipient in enumerate(message.recipients):
        others = message.recipients[:at] + message.recipients[at + 1 :]
        alone = replace(message, recipients=(recipient,), beside=others)
        assert look(alone, facts).recipients == (together[at],)


@given(situations())
def test_u_label_and_a_label_get_the_same_answer(case: tuple[Message, Facts]) -> None:
    message, facts = case

    def respelt(recipient: Recipient) -> Recipient:
        address = recipient.address
        local = str(address).rpartition("@")[0]
        return Recipient(Address.parse(f"{local}@{address.domain.unicode}"))

    again = replace(message, recipients=tuple(map(respelt, message.recipients)))
    assert look(again, facts) == look(message, facts)


@given(situations(), right, st.sampled_from(["table", "own", "written"]))
def test_a_domain_equal_to_a_known_one_is_never_a_lookalike(
    case: tuple[Message, Facts], text: str, why: str
) -> None:
    _, facts = case
    address = Address.parse(text)
    if why == "own":
        address = address.at(OWN)
    elif why == "written":
        address = address.at("gmial.con")
        history = Ledger()
        history.receive(address.key, "ann@corp.example")
        history.receive(address.key, None)
        facts = replace(facts, history=history)
    else:  # what is known here may question it; nothing else may
        facts = replace(facts, history=NO_HISTORY)
    message = Message(Address.parse("ann@corp.example"), (Recipient(address),))
    found = look(message, replace(facts, domains={})).recipients[0].findings
    assert not [f for f in found if f.code in {"T101", "T102", "T103"}]


@given(addresses)
def test_what_is_forbidden_is_blocked_whatever_else_is_known(address: Address) -> None:
    inside = address.at("army.ml")
    message = Message(None, (Recipient(inside),))
    assert look(message, Facts()).action is Action.BLOCK
