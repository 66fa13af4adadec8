"""Message events as JSON Lines, the dirt included."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from missent.audit.sources import jsonl
from missent.audit.sources.interface import Tally

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Reading

ROW = {
    "id": "1@corp.example",
    "date": "2001-05-01T10:00:00Z",
    "from": "ann@corp.example",
    "to": ["Eve <eve@partner.example>"],
    "cc": ["bob@corp.example"],
    "bcc": [],
    "subject": "Lunch",
    "text": "At noon?",
}


def line(**changes: object) -> str:
    return json.dumps(ROW | changes) + "\n"


def test_a_row_becomes_an_event(reading: Reading) -> None:
    [event], tally = reading(jsonl.read, line())
    assert event.at == 988711200
    assert event.key == event.message.message_id == "1@corp.example"
    assert str(event.message.mail_from) == "ann@corp.example"
    assert [(r.address.key, r.field, r.display_name) for r in event.message.recipients] == [
        ("eve@partner.example", "to", "Eve"),
        ("bob@corp.example", "cc", ""),
    ]
    assert event.message.subject == "Lunch"
    assert not event.automatic
    assert (tally.events, tally.skipped, tally.no_address) == (1, 0, 0)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{not json\n", "line 2: no JSON"),
        ("[1, 2]\n", "line 2: not a JSON object"),
        (line(date="yesterday"), "line 2: no date: 'yesterday'"),
        (line(date=None), "line 2: no date"),
        ("[" * 100_000 + "\n", "line 2: no JSON"),
        ("\xff\xfe\n", "line 2: no JSON"),
    ],
)
def test_a_bad_line_is_counted_and_shown_and_the_rest_is_read(
    reading: Reading, bad: str, reason: str
) -> None:
    events, tally = reading(jsonl.read, line(id="1") + bad + line(id="2"))
    assert [event.key for event in events] == ["1", "2"]
    assert tally.skipped == 1
    assert f"{tally.samples[0].where}: {tally.samples[0].reason}".startswith(reason)


def test_empty_lines_are_nothing(reading: Reading) -> None:
    events, tally = reading(jsonl.read, "\n" + line() + "\n  \n")
    assert (len(events), tally.skipped) == (1, 0)


def test_recipients_that_are_no_address_are_counted(reading: Reading) -> None:
    [event], tally = reading(
        jsonl.read, line(to=["Bob", "@x.example", "a@b.example, c@d.example"], cc="e@f.example")
    )
    assert [r.address.key for r in event.message.recipients] == [
        "a@b.example", "c@d.example", "e@f.example",
    ]  # fmt: skip
    assert tally.no_address == 2
    assert "'Bob'" in tally.samples[0].reason


def test_fields_of_other_kinds_are_nothing(reading: Reading) -> None:
    [event], tally = reading(jsonl.read, line(to={"a": 1}, cc=[None, 5], subject=7, id=9))
    assert event.message.recipients == ()
    assert event.message.subject == ""
    assert tally.skipped == 0


def test_without_an_id_the_same_message_has_the_same_key(reading: Reading) -> None:
    events, _ = reading(jsonl.read, line(id="") + line(id=None) + line(id="", subject="Dinner"))
    first, same, other = (event.key for event in events)
    assert first == same
    assert first != other


def test_half_a_surrogate_pair_can_be_written_out(reading: Reading) -> None:
    [event], _ = reading(jsonl.read, line(subject="x \ud83d y"))
    assert event.message.subject == "x ? y"


NOTICE: dict[str, Any] = {
    "from": "mailer-daemon@mx.partner.example",
    "to": ["ann@corp.example"],
    "subject": "Returned mail: User unknown",
    "text": "   ----- The following addresses had permanent fatal errors -----\n"
    "<evve@partner.example>\n\n"
    "   ----- Transcript of session follows -----\n"
    "550 <evve@partner.example>... User unknown\n"
    "   ----- Original message follows -----\n"
    "Message-ID: <7@corp.example>\nFrom: ann@corp.example\nTo: evve@partner.example\n",
}


def test_a_notice_names_who_does_not_exist_and_is_no_sign_of_life(reading: Reading) -> None:
    [event], _ = reading(jsonl.read, line(**NOTICE))
    assert event.automatic
    [bounce] = event.bounced
    assert bounce.sender is not None
    assert (bounce.sender.key, bounce.address.key) == ("ann@corp.example", "evve@partner.example")
    assert bounce.message_id == "7@corp.example"


def test_a_person_who_quotes_a_notice_returns_nothing(reading: Reading) -> None:
    [event], _ = reading(jsonl.read, line(**NOTICE | {"from": "bob@corp.example"}))
    assert (event.automatic, event.bounced) == (False, ())


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, bytes])
def test_compression_is_told_by_content(tmp_path: Path, pack: Any) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(pack(line().encode() * 100))
    tally = Tally()
    assert len(list(jsonl.read(path, tally))) == 100
    assert tally.octets == path.stat().st_size


def test_a_broken_compression_gives_what_came_before_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl.gz"
    rows = "".join(line(id=str(number), text=str(number) * 50) for number in range(20_000))
    path.write_bytes(gzip.compress(rows.encode())[:-2000])
    tally = Tally()
    events = list(jsonl.read(path, tally))
    assert [event.key for event in events] == [str(n) for n in range(len(events))]
    assert 10_000 < len(events) == tally.events < 20_000
    assert re.match(r"line \d+: broken compression: ", tally.ends_early)
