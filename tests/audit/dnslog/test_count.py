from __future__ import annotations

from missent.app import build
from missent.app.near import protected_name
from missent.audit.dnslog.count import Knocks, network
from missent.audit.dnslog.interface import Query
from missent.settings import parse


def ask(name: str, *, kind: str = "MX", client: str = "192.0.2.1", **more: bool) -> Query:
    return Query("2026-11-25", client, name, kind, **more)


def test_lookalikes_of_protected_names_are_counted() -> None:
    app = build(parse({"organisation": {"protected": ["example.org"]}}, "x"))
    knocks = Knocks(protected_name(app), ["navy.ml"])
    for query in (
        ask("army.ml"),
        ask("army.ml", client="192.0.2.200"),
        ask("mail.army.ml", kind="A"),
        ask("examp1e.org", kind="AAAA"),
        ask("navy.ml"),  # it exists
        ask("af.ml", exists=True),
        ask("orange.ml"),
        ask("army.mil"),
        ask("google.com"),
        ask("bad name"),
    ):
        knocks.add(query)
    found = list(knocks.names())
    assert [(one.typed, one.meant, one.total) for one in found] == [
        ("army.ml", "army.mil", 2),
        ("examp1e.org", "example.org", 1),
        ("mail.army.ml", "army.mil", 1),
    ]
    assert found[0].networks == {"192.0.2.0/24": 2}
    assert found[0].days == {"2026-11-25": 2}


def test_a_resolver_is_told_by_its_network() -> None:
    assert network("192.0.2.77") == "192.0.2.0/24"
    assert network("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network("nonsense") == "unknown"
