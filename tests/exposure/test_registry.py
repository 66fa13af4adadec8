"""Registrations, from an HTTPS server on the loopback that answers as a registry does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from missent.exposure.lookalike import Lookalike, State
from missent.exposure.rank import advice
from missent.exposure.registry import Registry
from missent.report.contact.fetch import Web

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.testing.sites import Sites

ONE = Lookalike("mail.nvay.org", "mail.navy.org", 0.1, "transposition", State.MX)
BOOTSTRAP = {"services": [[["org"], ["https://rdap.example/v1/"]]]}
DOMAIN = {
    "status": ["client transfer prohibited", "redemption period"],
    "events": [
        {"eventAction": "last changed", "eventDate": "2026-02-01T00:00:00Z"},
        {"eventAction": "registration", "eventDate": "2013-01-17T09:00:00Z"},
        {"eventAction": "expiration", "eventDate": "2030-07-17T09:00:00Z"},
    ],
    "entities": [
        {"roles": ["registrant"], "vcardArray": ["vcard", [["fn", {}, "text", "Somebody"]]]},
        {"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "Names\r\nLtd"]]]},
    ],
}


@pytest.fixture
def said(sites: Sites) -> Callable[[Any], None]:
    """Lets the registry say something of the name."""
    sites.pages["data.iana.org/rdap/dns.json"] = 200, json.dumps(BOOTSTRAP).encode()

    def say(what: Any) -> None:
        sites.pages["rdap.example/v1/domain/nvay.org"] = 200, json.dumps(what).encode()

    return say


async def test_since_when_until_when_and_by_whom(said: Callable[[Any], None]) -> None:
    said(DOMAIN)
    async with Web() as client:
        (found,) = await Registry(client).run([ONE])
    told = found.registered, found.expires, found.registrar
    assert told == ("2013-01-17", "2030-07-17", "Names Ltd")
    assert (found.registrant, found.standing) == ("Somebody", "redemption period")
    assert "about to change hands (redemption period)" in advice(found)


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"events": 1, "entities": {}},
        {"events": [1, {"eventAction": "expiration", "eventDate": "soon"}], "entities": [None]},
        {"entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [["fn"], 1]]}]},
        {"entities": [{"roles": "registrar", "vcardArray": 5}]},
    ],
)
async def test_what_cannot_be_read_is_not_said(what: object, said: Callable[[Any], None]) -> None:
    said(what)
    async with Web() as client:
        assert await Registry(client).run([ONE]) == [ONE]


async def test_only_names_that_take_mail_are_asked_about(said: Callable[[Any], None]) -> None:
    said(DOMAIN)
    quiet = [replace(ONE, state=State.NULL), replace(ONE, wildcard=True)]
    unlisted = replace(ONE, name="navy.ml")
    async with Web() as client:
        assert await Registry(client, rate=100).run([*quiet, unlisted]) == [*quiet, unlisted]


def test_a_registration_that_ends_soon_is_a_chance() -> None:
    today = datetime.now(UTC).date()
    soon, late = (today + timedelta(30)).isoformat(), (today + timedelta(300)).isoformat()
    assert soon in advice(replace(ONE, expires=soon))
    assert late not in advice(replace(ONE, expires=late))
