"""Slips that only later mail shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from missent.audit.replay import Replay
from missent.audit.replay_hindsight import Without
from missent.audit.replay_prompt import Options
from missent.audit.sources.interface import Event
from missent.core.address import Address
from missent.core.finding import Finding
from missent.core.message import Message, Recipient
from missent.core.policy import Policy, Rule
from missent.core.verdict import Action
from missent.memory.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.facts import Facts

ANN = "ann@corp.example"
RIGHT, WRONG = "eve@partner.example", "eve@partmer.example"


@dataclass(frozen=True, slots=True)
class KnownElsewhere:
    """The same local part has written from another domain."""

    code: str = "T999"
    spares_familiar: bool = False

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        history, address = facts.history, recipient.address
        if history.address(address.key):
            return ()
        meant = (address.at(d) for d in history.domains_with(address.local))
        alive = tuple(a for a in meant if (use := history.address(a.key)) and use.received)
        return (Finding(self.code, 0.8, str(message.message_id), alive),) if alive else ()


def event(at: int, sender: str, recipient: str) -> Event:
    to = (Recipient(Address.parse(recipient), "to"),)
    return Event(at, f"{at}@test", Message(Address.parse(sender), to, f"{at}@test"))


def replayed(*events: Event) -> tuple[list[int], list[tuple[int, str, str]]]:
    policy = Policy((Rule("T", 0.5, Action.WARN),))
    replay = Replay(Options(policy, (KnownElsewhere(),)))
    asked = [prompt.at for prompt in replay.run(events)]
    later = [(p.at, str(p.recipient), str(p.finding.did_you_mean[0])) for p in replay.afterwards()]
    return asked, later


def test_a_slip_before_the_right_one_was_ever_used_is_told_afterwards() -> None:
    mail = event(1, ANN, WRONG), event(2, ANN, RIGHT), event(3, RIGHT, ANN)
    assert replayed(*mail) == ([], [(1, WRONG, RIGHT)])


def test_what_was_asked_at_the_time_is_not_told_again() -> None:
    mail = event(1, ANN, RIGHT), event(2, RIGHT, ANN), event(3, ANN, WRONG)
    assert replayed(*mail) == ([3], [])


def test_what_answered_or_is_used_often_was_no_slip() -> None:
    mail = [event(1, ANN, WRONG), event(2, ANN, RIGHT), event(3, RIGHT, ANN)]
    assert replayed(*mail, event(4, WRONG, ANN))[1] == []
    assert replayed(*mail, *(event(n, ANN, WRONG) for n in (4, 5)))[1] == []


SENDERS = st.sampled_from(["a@x.example", "b@y.example"])
ADDRESSES = st.sampled_from(["jo@y.example", "jo@z.example", "jon@y.example", "b@y.example"])
DOMAINS = ("x.example", "y.example", "z.example")


@given(st.lists(st.tuples(SENDERS, ADDRESSES)), st.integers(1, 2), ADDRESSES, SENDERS)
def test_the_view_is_that_of_a_ledger_which_never_saw_the_address(
    sent: list[tuple[str, str]], times: int, hidden: str, sender: str
) -> None:
    sent = [pair for pair in sent if pair[1] != hidden]
    without, whole = Ledger(), Ledger()
    for at, (who, address) in enumerate(sent, 1):
        without.send(who, address, at)
        whole.send(who, address, at)
    for _ in range(times):
        whole.send(sender, hidden, 99)
    view = Without(whole, sender, hidden)

    def counted(use: object) -> object:
        return getattr(use, "sent", None)

    for who in ("a@x.example", "b@y.example"):
        for address in (hidden, "jo@y.example", "jo@z.example", "jon@y.example"):
            assert view.pair(who, address) == without.pair(who, address)
            assert view.address(address) == without.address(address)
        for domain in DOMAINS:
            # First and last use are those of the whole; how often is what counts.
            assert counted(view.sender_domain(who, domain)) == counted(
                without.sender_domain(who, domain)
            )
    assert view.domains_known() == without.domains_known()
    for domain in DOMAINS:
        assert counted(view.domain(domain)) == counted(without.domain(domain))
        assert view.locals_at(domain) == without.locals_at(domain)
        assert set(view.domains_near(domain)) == set(without.domains_near(domain))
        for local in ("jo", "jon", "b"):
            assert set(view.locals_near(domain, local)) == set(without.locals_near(domain, local))
            assert view.locals_like(domain, local) == without.locals_like(domain, local)
    for local in ("jo", "jon", "b"):
        assert set(view.domains_with(local)) == set(without.domains_with(local))
