"""Past mail decided again, with a small check of our own so that only the replay is tested."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from missent.audit.replay import Replay
from missent.audit.replay_prompt import Options, Prompt
from missent.audit.sources.interface import Bounce, Event
from missent.core.address import Address
from missent.core.finding import Finding
from missent.core.message import Message, Recipient
from missent.core.pattern import Pattern
from missent.core.permission import Permission, Permissions
from missent.core.policy import Policy, Rule
from missent.core.verdict import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missent.core.facts import Facts

ANN, BOB = "ann@corp.example", "bob@corp.example"
RIGHT, WRONG = "eve@partner.example", "eve@partmer.example"
POLICY = Policy((Rule("T", 0.5, Action.WARN),))


@dataclass(frozen=True, slots=True)
class Stranger:
    """The local part is known, but at another domain."""

    code: str = "T999"
    probability: float = 0.8
    spares_familiar: bool = False

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        address = recipient.address
        assert message.mail_from is not None
        use = facts.history.pair(message.mail_from.key, address.key)
        known = [d for d in facts.history.domains_with(address.local) if d != address.domain.name]
        if not known or (use is not None and use.received):
            return ()
        meant = tuple(address.at(d) for d in known)
        return (Finding(self.code, self.probability, "known elsewhere", meant),)


@dataclass(frozen=True, slots=True)
class Broken:
    """Always fails."""

    code: str = "T998"
    spares_familiar: bool = False

    def __call__(self, *_: object) -> Sequence[Finding]:
        raise RuntimeError("broken")


def event(
    at: int, sender: str | None, *recipients: str, bounced: Iterable[str] = (), auto: bool = False
) -> Event:
    message = Message(
        Address.parse(sender) if sender else None,
        tuple(Recipient(Address.parse(r), "to") for r in recipients),
        f"{at}@test",
    )
    returned = tuple(Bounce(None, Address.parse(b), "m1") for b in bounced)
    return Event(at, f"{at}@test", message, returned, auto)


def replay(**options: Any) -> Replay:
    return Replay(replace(Options(POLICY, (Stranger(),)), **options))


def told(prompts: Iterable[Prompt]) -> list[tuple[int, str, str]]:
    return [(p.at, str(p.recipient), str(p.finding.did_you_mean[0])) for p in prompts]


def test_a_message_is_decided_with_what_was_known_before_it() -> None:
    run = replay()
    mail = [event(1, ANN, WRONG), event(2, ANN, RIGHT), event(3, BOB, WRONG)]
    # The first use of either address meets an empty memory; the second meets the first.
    assert told(run.run(mail)) == [(2, RIGHT, WRONG), (3, WRONG, RIGHT)]


def test_recipients_of_one_message_do_not_teach_each_other() -> None:
    assert not list(replay().run([event(1, ANN, RIGHT, WRONG)]))


def test_who_was_asked_once_is_not_asked_again() -> None:
    run = replay()
    mail = [event(1, ANN, RIGHT), *(event(n, BOB, WRONG) for n in (2, 3, 4)), event(5, ANN, WRONG)]
    prompts = list(run.run(mail))
    assert [(p.at, p.repeat) for p in prompts] == [(2, False), (3, True), (4, True), (5, False)]
    assert (run.summary.prompts, run.summary.repeats) == (2, 2)


def test_a_recipient_in_to_and_cc_is_one_prompt_and_no_repeat() -> None:
    run = replay()
    prompts = list(run.run([event(1, ANN, RIGHT), event(2, ANN, WRONG, WRONG.upper())]))
    assert len(prompts) == 1
    assert (run.summary.recipients, run.summary.repeats) == (2, 0)


def test_only_our_own_senders_are_decided_but_all_mail_is_learned() -> None:
    run = replay(own_domains=frozenset({"corp.example"}))
    mail = [event(1, RIGHT, ANN), event(2, "x@else.example", WRONG), event(3, ANN, WRONG)]
    assert told(run.run(mail)) == [(3, WRONG, RIGHT)]
    assert (run.summary.messages, run.summary.learned) == (1, 2)


def test_automatic_mail_and_the_null_sender_are_not_decided() -> None:
    run = replay()
    mail = [event(1, ANN, RIGHT), event(2, None, WRONG), event(3, BOB, WRONG, auto=True)]
    assert not list(run.run(mail))
    assert run.summary.messages == 1


def test_outside_the_interval_mail_is_learned_before_and_left_after() -> None:
    run = replay(since=2, until=4)
    mail = [event(1, ANN, RIGHT), event(3, ANN, WRONG), event(4, BOB, WRONG)]
    assert [p.at for p in run.run(mail)] == [3]
    assert (run.summary.messages, run.summary.learned) == (1, 1)


def test_history_is_learned_without_a_decision() -> None:
    run = replay()
    run.learn([event(9, ANN, WRONG), event(8, ANN, RIGHT)])
    assert told(run.run([event(10, BOB, WRONG)])) == [(10, WRONG, RIGHT)]


def test_the_same_message_in_two_sources_counts_once() -> None:
    run = replay()
    run.learn([event(1, ANN, RIGHT)])
    list(run.run([event(1, ANN, RIGHT), event(2, ANN, RIGHT), event(2, ANN, RIGHT)]))
    assert (run.summary.messages, run.summary.duplicates) == (1, 2)
    use = run.ledger.pair(ANN, RIGHT)
    assert use is not None
    assert use.sent == 2


def test_a_message_met_again_with_more_recipients_counts_with_these() -> None:
    run = replay()
    first, again = event(1, ANN, BOB), event(1, ANN, BOB, RIGHT)
    list(run.run([first, again, event(2, ANN, WRONG)]))
    bob, eve = run.ledger.pair(ANN, BOB), run.ledger.pair(ANN, RIGHT)
    assert bob is not None
    assert eve is not None
    assert (bob.sent, eve.sent) == (1, 1)
    assert run.summary.prompts == 1


def test_a_failure_is_learned_from_a_message_met_before() -> None:
    run = replay()
    list(run.run([event(1, ANN, WRONG), event(1, ANN, WRONG, bounced=[WRONG])]))
    use = run.ledger.address(WRONG)
    assert use is not None
    assert (use.sent, use.bounced) == (1, 1)


def test_a_failure_that_log_and_notice_tell_of_counts_once() -> None:
    run = replay()
    list(run.run([event(1, ANN, WRONG), *(event(n, None, bounced=[WRONG]) for n in (2, 3))]))
    use = run.ledger.address(WRONG)
    assert use is not None
    assert use.bounced == 1


def test_the_strongest_finding_that_asks_for_the_action_is_told() -> None:
    checks = (Stranger("T1", 0.99), Stranger("X1", 0.6))
    policy = Policy((Rule("T", 0.5, Action.WARN), Rule("X", 0.5, Action.BLOCK)))
    run = replay(checks=checks, policy=policy)
    (prompt,) = run.run([event(1, ANN, RIGHT), event(2, ANN, WRONG)])
    assert (prompt.action, prompt.finding.code) == (Action.BLOCK, "X1")
    assert [f.code for f in prompt.findings] == ["T1", "X1"]


def test_what_is_allowed_by_exception_or_below_the_threshold_is_no_prompt() -> None:
    mail = [event(1, ANN, RIGHT), event(2, ANN, WRONG)]
    assert not list(replay(checks=(Stranger(probability=0.4),)).run(mail))
    allowed = Permissions((Permission(Pattern.parse("partmer.example"), "o", "r"),))
    assert not list(replay(exceptions=allowed).run(mail))


def test_a_crashing_check_is_counted_and_the_others_are_heard() -> None:
    run = replay(checks=(Broken(), Stranger()))
    assert len(list(run.run([event(1, ANN, RIGHT), event(2, ANN, WRONG)]))) == 1
    assert run.summary.errors == {"T998: RuntimeError: broken": 2}


def test_counts_per_thousand_messages_by_code_action_and_sender() -> None:
    run = replay()
    list(run.run([event(1, ANN, RIGHT), event(2, BOB, WRONG), *(event(n, ANN) for n in (3, 4))]))
    summary = run.summary
    assert summary.per_thousand == 250
    assert summary.by_code == {"T999": 1}
    assert summary.by_action == {"warn": 1}
    assert summary.by_sender == {BOB: 1}
    assert (summary.first, summary.last) == (1, 4)
