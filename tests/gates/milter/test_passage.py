"""What is known of a message under way, and that an MTA cannot make it grow without end."""

from __future__ import annotations

import pytest

from missent.core.address import Address
from missent.core.message import Recipient
from missent.gates.disposition import Disposition, Outcome
from missent.gates.milter.copy import Copy
from missent.gates.milter.passage import Passage, address_of
from missent.smtp.replies import Reply

REFUSED = Reply(550, "5.7.1", ("not sent",))
ANN = Address.parse("ann@corp.example")


def decided(*outcomes: Outcome) -> Passage:
    passage = Passage(ANN, smtputf8=False)
    passage.decide(
        [
            Disposition(
                Address.parse(f"{number}@x.example"),
                outcome,
                reply=REFUSED if outcome is Outcome.REFUSED else None,
            )
            for number, outcome in enumerate(outcomes)
        ]
    )
    return passage


def test_header_fields_are_kept_in_bounds_and_copied_whole() -> None:
    passage = Passage(ANN, smtputf8=False, copy=Copy(1 << 20, spaced=False))
    passage.read_field("Subject", "x-rays")
    for number in range(100):
        passage.read_field(f"List-{number}-{'n' * 100}", " " + "v" * 2000)
    passage.read_field("Message-ID", "<late@corp.example>")
    assert len(passage.header) == 64
    assert {len(name) for name in passage.header} == {76}
    assert max(map(len, passage.header.values())) <= 998
    assert passage.copy is not None
    content = passage.copy.content()
    assert content.startswith(b"Subject: x-rays\r\nList-0-n")
    assert content.count(b"\r\n") == 102 + 1


def test_recipients_are_kept_in_bounds() -> None:
    passage = Passage(ANN, smtputf8=False)
    for number in range(50_010):
        address = Address.parse(f"{number}@x.example")
        passage.write_to(address, f"<{number}@x.example>")
        passage.leave(Recipient(address))
        passage.take((Recipient(address),))
        passage.decide([Disposition(address, Outcome.ACCEPTED)])
    assert len(passage.path_of) == len(passage.undecided) == len(passage.dispositions) == 50_000
    assert len(passage.taken) == 500


def test_it_goes_on_to_those_that_it_is_neither_refused_nor_kept_for() -> None:
    passage = decided(Outcome.ACCEPTED, Outcome.KEPT, Outcome.REFUSED, Outcome.WARNED)
    passage.read_field("Message-ID", "<1@corp.example>")
    assert [str(r.address) for r in passage.going] == ["0@x.example", "3@x.example"]
    assert [str(d.address) for d in passage.kept] == ["1@x.example"]
    finished = passage.finished("4F2A", queued=True, kept="name")
    assert finished.message.recipients == passage.going
    assert (finished.message.message_id, finished.kept) == ("1@corp.example", "name")
    assert (finished.queue_id, finished.held, len(finished.dispositions)) == ("4F2A", False, 4)
    assert passage.finished("", queued=False).message.recipients == ()


def test_it_is_kept_once_for_an_address_that_was_named_twice() -> None:
    passage = decided(Outcome.KEPT)
    passage.decide(passage.dispositions[:])
    assert len(passage.dispositions) == 2
    assert len(passage.kept) == 1


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [(REFUSED, Outcome.REFUSED), (Reply(451, "4.3.0", ("later",)), Outcome.TEMPFAILED)],
)
def test_where_it_cannot_be_kept_it_is_refused(reply: Reply, outcome: Outcome) -> None:
    passage = decided(Outcome.ACCEPTED, Outcome.KEPT)
    passage.refuse_kept(reply)
    assert [d.outcome for d in passage.dispositions] == [Outcome.ACCEPTED, outcome]
    assert (passage.kept, passage.dispositions[1].reply) == ((), reply)


def test_held_by_the_mta_is_told_only_where_it_was_queued() -> None:
    passage = decided(Outcome.HELD)
    assert passage.finished("", queued=True).held
    assert not passage.finished("", queued=False).held


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
