"""On a generated log with planted slips: all found, counts exact, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.audit.events.formats.test_postfix import message

from missent.app import build
from missent.audit.events.interface import ReadOptions
from missent.audit.events.read import Engine, read
from missent.audit.leaks.duck import Duck
from missent.audit.leaks.find import find
from missent.audit.leaks.leak import Habit, Kind
from missent.audit.leaks.options import FindOptions
from missent.core.policy import Policy, Rule
from missent.core.verdict import Action

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from missent.audit.leaks.leak import Audit

pytest.importorskip("duckdb", reason="the extra `audit` is not installed")

LOW = Policy((Rule("T", 0.5, Action.WARN),))
"""Far below what a planted slip weighs, whatever is fitted anew."""


@pytest.fixture
def audit(tmp_path: Path) -> Callable[..., Audit]:
    def run(
        *given: str, own: tuple[str, ...] = ("corp.example",), policy: Policy | None = None
    ) -> Audit:
        paths = []
        for number, text in enumerate(given):
            if text.startswith("/"):
                paths.append(text)
                continue
            paths.append(str(tmp_path / f"{number}.log"))
            (tmp_path / f"{number}.log").write_text(text)
        found = read(paths, ReadOptions(), tmp_path / "cache", Engine())
        app = build()
        engine = Duck(found.files, tmp_path, Engine())
        return find(engine, FindOptions(policy or app.policy, app.checks, frozenset(own)))

    return run


@pytest.mark.slow
@pytest.mark.parametrize(("names", "seed"), [("partners", 1), ("partners", 6), ("crowd", 1)])
def test_every_planted_slip_is_found_with_its_exact_counts_and_nothing_else(
    audit: Callable[..., Audit], tmp_path: Path, names: str, seed: int
) -> None:
    made = pytest.importorskip("bench.audit.generate")
    make = getattr(made, names)
    planted = made.generate(30_000, tmp_path / "logs", 100, files=3, make=make, seed=seed)
    found = audit(str(tmp_path / "logs"), policy=LOW)
    fates = {"sent": "delivered", "bounced": "bounced", "deferred": "deferred"}
    fate = {one.domain: fates[one.status] for one in planted}
    assert sorted(
        (leak.domain, leak.messages, leak.senders, leak.total(fate.get(leak.domain, "passed")))
        for leak in found.leaks
    ) == sorted((p.domain, p.messages, p.senders, p.messages) for p in planted)
    meant = {leak.domain: leak.meant for leak in found.leaks}
    assert all(one.meant in meant[one.domain] for one in planted)


def many(to: str, senders: int, recipients: int, start: int = 0) -> str:
    return "".join(
        message(
            identity=f"4SxYz{start + number:05}zBcD",
            to=f"u{number % recipients}@{to}",
            sender=f"s{number % senders}@corp.example",
        )
        for number in range(max(senders, recipients) * 2)
    )


def test_what_many_people_write_to_is_real(audit: Callable[..., Audit]) -> None:
    found = audit(many("harbour-linen.com", 8, 8) + many("harbor-linen.com", 8, 8, 5000))
    assert not found.leaks


def test_a_domain_that_wrote_here_is_real(audit: Callable[..., Audit]) -> None:
    text = message(to="jo@gmai.com") + message(
        identity="4SxYz22345zBcD", sender="jo@gmai.com", to="ann@corp.example"
    )
    assert not audit(text).leaks


def test_a_forward_is_told_from_people_who_type(audit: Callable[..., Audit]) -> None:
    stamps = [f"Mar {day:2} 12:00:00" for day in range(1, 9)]
    texts = [
        message(stamp, f"4SxYz{n:05}zBcD", "jo@gmai.com", sender=f"s{n}@corp.example")
        for n, stamp in enumerate(stamps)
    ]
    (leak,) = audit("".join(texts)).leaks
    assert leak.habit is Habit.FORWARD
    aliased = message(to="jo@gmai.com").replace(
        "<jo@gmai.com>,", "<jo@gmai.com>, orig_to=<jo@corp.example>,"
    )
    (leak,) = audit(aliased).leaks
    assert leak.habit is Habit.FORWARD
    assert ("jo@corp.example", "an alias or a forward of this address leads there") in leak.tell


def test_what_was_too_much_is_told(
    audit: Callable[..., Audit], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = message(to="jo@gmai.com") * 2 + message(identity="4SxYz9zBcD", to="jo@hotmial.com")
    assert not audit(text).bounds()
    monkeypatch.setattr("missent.audit.leaks.find._QUESTIONS", 1)
    found = audit(text)
    assert found.undecided == 1
    assert len(found.leaks) == 1
    assert "1 domains look like others but were not decided" in found.bounds()[0]


def test_own_lookalikes_out_and_in(audit: Callable[..., Audit]) -> None:
    text = message(to="bob@harbourlinnen.com", sender="ann@harbourlinen.com") + message(
        identity="4SxYz22345zBcD", sender="x@harbourl1nen.com", to="ann@harbourlinen.com"
    )
    found = audit(text, own=("harbourlinen.com",))
    kinds = {leak.domain: leak.kind for leak in found.leaks}
    assert kinds == {"harbourlinnen.com": Kind.OWN, "harbourl1nen.com": Kind.POSING}
    assert [leak.domain for leak in found.outbound] == ["harbourlinnen.com"]
    (posing,) = found.inbound
    assert (posing.messages, posing.total("delivered"), posing.total("octets")) == (1, 1, 1000)


def test_a_suffix_that_does_not_exist(audit: Callable[..., Audit]) -> None:
    (leak,) = audit(message(to="jo@hotmail.con")).leaks
    assert (leak.kind, leak.meant) == (Kind.SUFFIX, ("hotmail.com",))


def test_the_same_mail_behind_a_filter_and_on_two_hosts_counts_once(
    audit: Callable[..., Audit],
) -> None:
    identity = "message-id=<same@corp.example>"
    first = message().replace("relay=mx[192.0.2.1]:25", "relay=127.0.0.1[127.0.0.1]:10024")
    second = message("Jan  2 03:04:06", "4SxYz22345zBcD", status="bounced")
    third = (
        second.replace(" mx1 ", " mx2 ")
        .replace("03:04:06", "03:04:05")
        .replace("=bounced", "=sent")
    )
    texts = []
    for text in (first, second, third):
        lines = text.splitlines(keepends=True)
        lines[1] = lines[1].partition("message-id=")[0] + identity + "\n"
        texts.append("".join(lines))
    (leak,) = audit(*texts).leaks
    assert (leak.messages, leak.total("deliveries"), leak.total("bounced")) == (1, 1, 1)


def test_notices_are_not_looked_at(audit: Callable[..., Audit]) -> None:
    found = audit(message(sender="") + message(identity="4SxYz22345zBcD", to="b@partner.example"))
    assert (found.deliveries, found.notices, found.leaks) == (2, 1, [])
