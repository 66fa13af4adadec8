"""Where mail for a domain goes, from written answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.core.facts import DomainFacts, Unknown
from missent.dns.mail import mail
from missent.testing.names import Recorded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missent.dns.interface import Kind, Records

V4: tuple[str, ...] = ("192.0.2.1",)
V6: tuple[str, ...] = ("2001:db8::1",)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"MX": ("a.example", "b.example")}, DomainFacts(True, ("a.example", "b.example"))),
        ({"MX": ("",)}, DomainFacts(True, null_mx=True)),
        ({"MX": ("",), "A": V4}, DomainFacts(True, null_mx=True)),
        # RFC 7505 3: a null MX stands alone; beside another it is no host, and the other counts.
        ({"MX": ("", "a.example")}, DomainFacts(True, ("a.example",))),
        ({"A": V4}, DomainFacts(True, has_address=True)),
        ({"AAAA": V6}, DomainFacts(True, has_address=True)),
        ({"TXT": ("hello",)}, DomainFacts(True)),
        ("SERVFAIL", Unknown("SERVFAIL")),
        ("timeout", Unknown("timeout")),
        (None, DomainFacts(exists=False)),
    ],
)
async def test_every_case(
    said: Mapping[Kind, tuple[str, ...]] | str | None, expected: DomainFacts | Unknown
) -> None:
    names = {} if said is None else {"x.example": said}
    facts, _ = await mail(Recorded(names), "x.example")
    assert facts == expected


class Halved(Recorded):
    """Knows everything but what is asked for by one kind."""

    broken: Kind = "A"

    async def ask(self, name: str, kind: Kind) -> Records | Unknown:
        answer = await super().ask(name, kind)
        return Unknown("SERVFAIL") if kind == self.broken else answer


async def test_one_address_is_enough_though_the_other_is_unknown() -> None:
    facts, _ = await mail(Halved({"x.example": {"AAAA": V6}}), "x.example")
    assert facts == DomainFacts(True, has_address=True)


async def test_no_address_is_not_known_while_one_answer_is_missing() -> None:
    facts, _ = await mail(Halved({"x.example": {}}), "x.example")
    assert facts == Unknown("SERVFAIL")


async def test_no_address_is_asked_for_where_there_is_an_mx() -> None:
    asker = Recorded({"x.example": {"MX": ("a.example",), "A": V4}})
    await mail(asker, "x.example")
    assert asker.asked == [("x.example", "MX")]
