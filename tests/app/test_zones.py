from __future__ import annotations

import pytest

from missent.app.zones import Names, Protecting
from missent.checks.t102 import MistypedSuffix
from missent.core.address import Address
from missent.core.facts import NO_HISTORY, Facts
from missent.core.message import Message, Recipient
from missent.memory.ledger import Ledger

SLIP = Recipient(Address.parse("a@partner.nett"))
FACTS = Facts(history=Names(["partner.net"]).over(NO_HISTORY))


def test_a_partner_is_known_before_any_mail() -> None:
    use = FACTS.history.domain("partner.net")
    assert use is not None
    assert use.confirmed
    assert FACTS.history.domain("other.net") is None


def test_names_near_a_partner_are_found() -> None:
    assert "partner.net" in FACTS.history.domains_near("partnr.net")


def test_what_was_really_written_stays_known() -> None:
    ledger = Ledger()
    ledger.send("me@corp.example", "a@partner.net", 7)
    ledger.send("me@corp.example", "a@friend.net", 8)
    history = Names(["partner.net"]).over(ledger)
    use = history.domain("partner.net")
    assert use is not None
    assert (use.last, use.confirmed) == (7, True)
    assert "friend.net" in history.domains_near("frend.net")
    assert history.pair("me@corp.example", "a@friend.net") is not None
    assert list(history.domains_with("a")) == ["partner.net", "friend.net"]


@pytest.mark.parametrize(("zone", "protected"), [("partner.net", True), ("artner.net", False)])
def test_a_slip_near_a_protected_zone_is_protected(zone: str, *, protected: bool) -> None:
    check = Protecting(MistypedSuffix(), (zone,))
    (finding,) = check(SLIP, Message(None, (SLIP,)), FACTS)
    assert check.code == "T102"
    assert finding.protected is protected
    assert finding.did_you_mean == (Address.parse("a@partner.net"),)


def test_a_name_below_a_zone_is_in_it() -> None:
    facts = Facts(history=Names(["us.partner.net"]).over(NO_HISTORY))
    slip = Recipient(Address.parse("a@us.partner.nett"))
    (finding,) = Protecting(MistypedSuffix(), ("partner.net",))(slip, Message(None, (slip,)), facts)
    assert finding.protected
