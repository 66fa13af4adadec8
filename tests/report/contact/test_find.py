"""Contacts, from HTTPS servers on the loopback that serve what registries and owners do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from missent.report.contact.fetch import Web
from missent.report.contact.find import Contact, find

if TYPE_CHECKING:
    from missent.testing.sites import Sites

Pages = dict[str, tuple[int, bytes]]
BOOTSTRAP = {"services": [[["org", "example"], ["https://rdap.example/v1/"]]]}


def _mail(address: object) -> list[object]:
    return ["email", {}, "text", address]


CARD = ["vcard", [["version", {}, "text", "4.0"], _mail("abuse@registrar.example")]]
DOMAIN = {
    "objectClassName": "domain",
    "entities": [
        {"roles": ["registrant"], "vcardArray": ["vcard", [_mail("me@owner.example")]]},
        {"roles": ["registrar"], "entities": [{"roles": ["abuse"], "vcardArray": CARD}]},
    ],
}
TEXT = b"# ours\r\nContact: https://example.org/form\r\nContact: mailto:security@example.org\r\n"


def rdap(**more: tuple[int, bytes]) -> Pages:
    return {
        "data.iana.org/rdap/dns.json": (200, json.dumps(BOOTSTRAP).encode()),
        "rdap.example/v1/domain/example.org": (200, json.dumps(DOMAIN).encode()),
        **more,
    }


async def test_the_best_contact_comes_first(sites: Sites) -> None:
    pages = rdap() | {"example.org/.well-known/security.txt": (200, TEXT)}
    sites.pages.update(pages)
    async with Web() as client:
        found = await find("example.org", client)
    assert found.contacts == [
        Contact("security@example.org", "security.txt"),
        Contact("abuse@registrar.example", "rdap"),
        Contact("me@owner.example", "rdap"),
        Contact("postmaster@example.org", "postmaster"),
    ]
    assert not found.doubts


async def test_one_that_has_expired_counts_no_more(sites: Sites) -> None:
    pages = {"example.org/security.txt": (200, TEXT + b"Expires: 2020-01-01T00:00:00z\r\n")}
    sites.pages.update(rdap() | pages)
    async with Web() as client:
        assert (await find("example.org", client)).contacts[0].found_by == "rdap"


async def test_redirects_are_followed_but_not_out_of_https(sites: Sites) -> None:
    moved = {
        "example.org/.well-known/security.txt": (302, b"https://www.example.org/s.txt"),
        "www.example.org/s.txt": (200, TEXT),
    }
    sites.pages.update(moved)
    async with Web() as client:
        assert (await find("example.org", client)).contacts[0].address == "security@example.org"
    away = {"example.org/.well-known/security.txt": (302, b"http://example.org/s.txt")}
    sites.pages.update(away)
    async with Web() as client:
        assert "not HTTPS" in (await find("example.org", client)).doubts[0]


async def test_what_cannot_be_asked_is_told_and_the_postmaster_stays(sites: Sites) -> None:
    pages: Pages = {
        "example.org/.well-known/security.txt": (500, b""),
        "example.org/security.txt": (200, b"x" * 2_000_000),
        "data.iana.org/rdap/dns.json": (200, b"[" * 100_000),
    }
    sites.pages.update(pages)
    async with Web() as client:
        found = await find("example.org", client)
    assert found.contacts == [Contact("postmaster@example.org", "postmaster")]
    assert [doubt.partition(": ")[2] for doubt in found.doubts] == [
        "status 500", "more than a mebibyte", "no JSON",
    ]  # fmt: skip


async def test_a_top_level_domain_is_asked_of_the_root(sites: Sites) -> None:
    sites.pages.update({"rdap.iana.org/domain/mil": (200, json.dumps(DOMAIN).encode())})
    async with Web() as client:
        assert (await find("mil", client)).contacts[0].address == "abuse@registrar.example"


ODD: list[object] = [
    [],
    {},
    {"entities": 1},
    {"entities": [1, {"vcardArray": [1, [2, ["email"]]]}]},
    {"entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [_mail(7)]]}]},
    {"entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [_mail("nobody")]]}]},
]


@pytest.mark.parametrize("said", ODD)
async def test_odd_answers_name_nobody(sites: Sites, said: object) -> None:
    pages = rdap() | {"rdap.example/v1/domain/example.org": (200, json.dumps(said).encode())}
    sites.pages.update(pages)
    async with Web() as client:
        found = await find("example.org", client)
    assert [one.found_by for one in found.contacts] == ["postmaster"]
