"""What is known of a message under way, and that an MTA cannot make it grow without end."""

from __future__ import annotations

import pytest

from missent.core.address import Address
from missent.core.message import Recipient
from missent.gates.disposition import Disposition, Outcome
from missent.gates.milter.copy import Copy
from missent.gates.milter.envelope import Envelope, address_of
from missent.smtp.replies import Reply

REFUSED = Reply(550, "5.7.1", ("not sent",))
ANN = Address.parse("ann@corp.example")


def decided(*outcomes: Outcome) -> Envelope:
    envelope = Envelope(ANN, utf8=False)
    envelope.decide(
        [
            Disposition(
                Address.parse(f"{number}@x.example"),
                outcome,
                reply=REFUSED if outcome is Outcome.REFUSED else None,
            )
            for number, outcome in enumerate(outcomes)
        ]
    )
    return envelope


def test_header_fields_are_kept_in_bounds_and_copied_whole() -> None:
    envelope = Envelope(ANN, utf8=False, copy=Copy(1 << 20, spaced=False))
    envelope.read_field("Subject", "x-rays")
    for number in range(100):
        envelope.read_field(f"List-{number}-{'n' * 100}", " " + "v" * 2000)
    envelope.read_field("Message-ID", "<late@corp.example>")
    assert len(envelope.header) == 64
    assert {len(name) for name in envelope.header} == {76}
    assert max(map(len, envelope.header.values())) <= 998
    assert envelope.copy is not None
    content = envelope.copy.content()
    assert content.startswith(b"Subject: x-rays\r\nList-0-n")
    assert content.count(b"\r\n") == 102 + 1


def test_recipients_are_kept_in_bounds() -> None:
    envelope = Envelope(ANN, utf8=False)
    for number in range(50_010):
        address = Address.parse(f"{number}@x.example")
        envelope.write_to(address, f"<{number}@x.example>")
        envelope.leave(Recipient(address))
        envelope.take((Recipient(address),))
        envelope.decide([Disposition(address, Outcome.ACCEPTED)])
    assert len(envelope.path_of) == len(envelope.undecided) == len(envelope.dispositions) == 50_000
    assert len(envelope.taken) == 500


def test_it_goes_on_to_those_that_it_is_neither_refused_nor_kept_for() -> None:
    envelope = decided(Outcome.ACCEPTED, Outcome.KEPT, Outcome.REFUSED, Outcome.WARNED)
    envelope.read_field("Message-ID", "<1@corp.example>")
    assert [str(r.address) for r in envelope.going] == ["0@x.example", "3@x.example"]
    assert [str(d.address) for d in envelope.kept] == ["1@x.example"]
    finished = envelope.finished("4F2A", queued=True, kept="name")
    assert finished.message.recipients == envelope.going
    assert (finished.message.message_id, finished.kept) == ("1@corp.example", "name")
    assert (finished.queue_id, finished.held, len(finished.dispositions)) == ("4F2A", False, 4)
    assert envelope.finished("", queued=False).message.recipients == ()


def test_it_is_kept_once_for_an_address_that_was_named_twice() -> None:
    envelope = decided(Outcome.KEPT)
    envelope.decide(envelope.dispositions[:])
    assert len(envelope.dispositions) == 2
    assert len(envelope.kept) == 1


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [(REFUSED, Outcome.REFUSED), (Reply(451, "4.3.0", ("later",)), Outcome.TEMPFAILED)],
)
def test_where_it_cannot_be_kept_it_is_refused(reply: Reply, outcome: Outcome) -> None:
    envelope = decided(Outcome.ACCEPTED, Outcome.KEPT)
    envelope.refuse_kept(reply)
    assert [d.outcome for d in envelope.dispositions] == [Outcome.ACCEPTED, outcome]
    assert (envelope.kept, envelope.dispositions[1].reply) == ((), reply)


def test_held_by_the_mta_is_told_only_where_it_was_queued() -> None:
    envelope = decided(Outcome.HELD)
    assert envelope.finished("", queued=True).held
    assert not envelope.finished("", queued=False).held


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("<ann@corp.example>", "ann@corp.example"),
        ("ann@corp.example", "ann@corp.example"),
        ("<>", None),
        ("", None),
        ("<postmaster>", None),
    ],
)
def test_a_path_is_read_as_mtas_hand_it_on(path: str, address: str | None) -> None:
    found = address_of(path)
    assert (str(found) if found else None) == address
