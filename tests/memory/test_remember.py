"""What a message teaches, by where its sender and its recipients are."""

from missent.core.address import Address
from missent.core.message import Message, Recipient
from missent.memory.ledger import Ledger
from missent.memory.remember import Flow, flow, remember

OWN = frozenset({"corp.example"})
ANN, BOB = "ann@corp.example", "bob@corp.example"
EVE, DAN = "eve@partner.example", "dan@other.example"


def message(sender: str | None, *recipients: str) -> Message:
    return Message(
        Address.parse(sender) if sender else None,
        tuple(Recipient(Address.parse(r)) for r in recipients),
    )


def test_outgoing_mail_is_sent_to_outsiders_and_both_between_colleagues() -> None:
    assert flow(message(ANN, EVE, BOB), OWN) == Flow(ANN, (EVE, BOB), (BOB,))


def test_incoming_mail_is_received_by_ours_only() -> None:
    assert flow(message(EVE, ANN, DAN), OWN) == Flow(EVE, (), (ANN,))


def test_without_own_domains_every_message_is_both() -> None:
    assert flow(message(EVE, DAN), frozenset()) == Flow(EVE, (DAN,), (DAN,))


def test_a_recipient_named_twice_counts_once() -> None:
    assert flow(message(ANN, EVE, "Eve@Partner.example"), OWN).sent == (EVE,)


def test_automatic_mail_is_no_sign_of_life() -> None:
    assert flow(message(EVE, ANN), OWN, automatic=True).received == ()
    assert flow(message(EVE, ANN), frozenset(), automatic=True) == Flow(EVE, (ANN,), ())


def test_the_null_sender_teaches_nothing() -> None:
    assert flow(message(None, ANN), OWN) == Flow("")


def test_a_reply_makes_the_pair_two_way() -> None:
    ledger = Ledger()
    remember(ledger, message(ANN, EVE), 10, OWN)
    remember(ledger, message(EVE, ANN, BOB), 20, OWN)
    use = ledger.pair(ANN, EVE)
    assert use is not None
    assert (use.sent, use.received, use.first, use.last) == (1, 1, 10, 10)
    whole = ledger.address(EVE)
    assert whole is not None
    assert (whole.sent, whole.received) == (1, 1)  # one message, though two of ours got it


def test_a_bounce_counts_against_the_address() -> None:
    ledger = Ledger()
    remember(ledger, message(ANN, EVE), 10, OWN)
    remember(ledger, message(None), 20, OWN, [(Address.parse(ANN), Address.parse(EVE))])
    remember(ledger, message(None), 30, OWN, [(None, Address.parse(EVE))])
    pair, whole = ledger.pair(ANN, EVE), ledger.address(EVE)
    assert pair is not None
    assert whole is not None
    assert (pair.bounced, whole.bounced) == (1, 2)
