"""From verdicts to what is done about each recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.core.address import Address
from missent.core.errors import StoreError
from missent.core.message import Message, Recipient
from missent.gates.confirm import Confirm, LocalAttempts
from missent.gates.dispose import Dispose
from missent.gates.disposition import Disposition, Outcome
from missent.gates.milter.desk import Desk, DeskOptions
from missent.gates.milter.events import Question
from missent.testing.gates import SuffixGuard

if TYPE_CHECKING:
    from collections.abc import Callable

ANN = Address.parse("ann@corp.example")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def guard() -> SuffixGuard:
    return SuffixGuard()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(guard: SuffixGuard, clock: Clock) -> Callable[..., Desk]:
    def make(**options: object) -> Desk:
        chosen = DeskOptions(**options)  # type: ignore[arg-type]
        dispose = Dispose(guard, Confirm(LocalAttempts(), clock))
        return Desk(guard, chosen, dispose, guard.at_once)

    return make


def ask(*addresses: str, smtputf8: bool = False, hold: bool = True, smtp: bool = True) -> Question:
    recipients = tuple(Recipient(Address.parse(text)) for text in addresses)
    return Question(Message(ANN, recipients), smtputf8, hold, smtp)


async def decide(desk: Desk, question: Question) -> tuple[Disposition, ...]:
    """Both ways; where there is an answer at once, it is the same one."""
    now = desk.at_once(question)
    later = await desk.decide(question)
    assert now is None or now == later
    return later


async def test_each_action_has_its_outcome(desk: Callable[..., Desk]) -> None:
    found = await decide(desk(), ask("a@b.example", "a@b.warn", "a@b.hold", "a@b.ml"))
    assert [d.outcome for d in found] == [
        Outcome.ACCEPTED,
        Outcome.WARNED,
        Outcome.HELD,
        Outcome.REFUSED,
    ]
    assert [d.reply is None for d in found] == [True, True, True, False]
    assert str(found[3].reply).startswith("550 5.7.1 <a@b.ml>: not sent; did you mean <a@b.mil>?")


async def test_monitor_mode_accepts_everything(
    desk: Callable[..., Desk], guard: SuffixGuard
) -> None:
    guard.enforced = False
    found = await decide(desk(), ask("a@b.warn", "a@b.hold", "a@b.ml"))
    assert {(d.outcome, d.reply, d.enforced) for d in found} == {(Outcome.ACCEPTED, None, False)}


async def test_local_mail_with_a_blocked_recipient_bounces_or_is_held(
    desk: Callable[..., Desk],
) -> None:
    question = ask("a@b.ml", smtp=False)
    assert (await decide(desk(), question))[0].outcome is Outcome.REFUSED
    assert (await decide(desk(local="hold"), question))[0].outcome is Outcome.HELD
    assert (await decide(desk(local="hold"), ask("a@b.ml")))[0].outcome is Outcome.REFUSED


@pytest.mark.parametrize(("hold_by", "hold"), [("refuse-once", True), ("queue", False)])
async def test_refused_once_and_then_confirmed(
    desk: Callable[..., Desk],
    guard: SuffixGuard,
    clock: Clock,
    hold_by: str,
    hold: bool,  # noqa: FBT001
) -> None:
    at = desk(hold_by=hold_by)
    question = ask("a@b.hold", hold=hold)

    async def outcome(seconds: int) -> Outcome:
        clock.now = 1000.0 + seconds
        return (await decide(at, question))[0].outcome

    assert await outcome(0) is Outcome.REFUSED
    assert await outcome(14) is Outcome.REFUSED
    assert guard.was_confirmed == []
    assert await outcome(15) is Outcome.CONFIRMED
    assert guard.was_confirmed == [(ANN.key, "a@b.hold")]
    # a client may come once more for the sake of another recipient
    assert await outcome(900) is Outcome.CONFIRMED
    assert await outcome(901) is Outcome.REFUSED
    assert await outcome(901 + 20) is Outcome.CONFIRMED


async def test_the_words_of_a_refusal_that_can_be_confirmed(desk: Callable[..., Desk]) -> None:
    (found,) = await decide(desk(hold_by="refuse-once"), ask("a@b.hold"))
    assert str(found.reply) == (
        "550 5.7.1 <a@b.hold>: not sent; did you mean <a@b.mil>? if this address is right, "
        "send again within 15 minutes, after 15 seconds or more; it looks wrong [T101]"
    )


@pytest.mark.parametrize(
    ("on_error", "outcome", "code"),
    [("accept", Outcome.ACCEPTED, None), ("tempfail", Outcome.TEMPFAILED, 451)],
)
async def test_late_decisions_end_as_configured(
    desk: Callable[..., Desk],
    guard: SuffixGuard,
    on_error: str,
    outcome: Outcome,
    code: int | None,
) -> None:
    guard.seconds = 30
    at = desk(on_error=on_error, deadline=0.02)
    (found,) = await decide(at, ask("a@b.ml"))
    assert (found.outcome, found.reply and found.reply.code) == (outcome, code)
    assert found.reason == "deadline"
    assert at.counts["error: deadline"] == 1


async def test_a_store_that_is_down_is_told_once(
    desk: Callable[..., Desk], guard: SuffixGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    at = desk(on_error="tempfail")
    guard.fault = StoreError("the store is down")
    for _ in range(3):
        now = at.at_once(ask("a@b.example"))
        assert now is not None
        assert now[0].outcome is Outcome.TEMPFAILED
    assert at.counts["error: StoreError"] == 3
    guard.fault = None
    assert (await at.decide(ask("a@b.example")))[0].outcome is Outcome.ACCEPTED
    said = capsys.readouterr().out + capsys.readouterr().err
    assert said.count("cannot decide") == 1
    assert said.count("deciding again") == 1


async def test_without_a_store_for_attempts_on_error_decides(guard: SuffixGuard) -> None:
    class Down(LocalAttempts):
        async def first(self, *_: object, **__: object) -> int | None:
            raise StoreError("down")

    dispose = Dispose(guard, Confirm(Down(), Clock()))
    at = Desk(guard, DeskOptions(hold_by="refuse-once", on_error="tempfail"), dispose)
    assert at.at_once(ask("a@b.hold")) is None
    assert (await at.decide(ask("a@b.hold")))[0].outcome is Outcome.TEMPFAILED


async def test_a_refusal_goes_beyond_ascii_only_where_it_may(desk: Callable[..., Desk]) -> None:
    for smtputf8, shown in ((True, "<jörg@b.ml>"), (False, "<j\\xf6rg@b.ml>")):
        (found,) = await decide(desk(), ask("jörg@b.ml", smtputf8=smtputf8))
        assert shown in str(found.reply)
