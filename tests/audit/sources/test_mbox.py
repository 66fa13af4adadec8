"""Mailboxes of the mbox family, and what a message in one tells."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from missent.audit.sources import mbox

from .test_dsn import REPORT

if TYPE_CHECKING:
    from .conftest import Reading

MESSAGE = """From ann@corp.example Tue May  1 12:00:00 2001
Return-Path: <ann@corp.example>
From: =?utf-8?q?Ann_M=C3=BCller?= <Ann@corp.example>
To: "Doe, Eve" <eve@partner.example>,
 =?utf-8?b?RMO2?= <dan@partner.example>
Cc: undisclosed-recipients:;
Bcc: bob@corp.example
Subject: =?utf-8?q?Mittagessen_=C3=BCbermorgen?=
Date: Tue, 1 May 2001 12:00:00 +0200
Message-ID: <1@corp.example>

From here on it is text.

>From the beginning of a line, quoted
"""


def message(number: int, **fields: str) -> str:
    lines = {
        "From": "ann@corp.example",
        "To": "eve@partner.example",
        "Date": "Tue, 1 May 2001 12:00:00 +0200",
        "Message-ID": f"<{number}@corp.example>",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    header = "".join(f"{name}: {value}\n" for name, value in lines.items() if value)
    return f"From ann@corp.example Tue May  1 10:30:00 2001\n{header}\nText.\n\n"


def test_a_message_is_read_with_its_names_decoded(reading: Reading) -> None:
    [event], tally = reading(mbox.read, MESSAGE)
    assert (event.at, event.key) == (988711200, "1@corp.example")
    assert event.message.mail_from is not None
    assert event.message.mail_from.key == "ann@corp.example"
    assert [(r.address.key, r.field, r.display_name) for r in event.message.recipients] == [
        ("eve@partner.example", "to", "Doe, Eve"),
        ("dan@partner.example", "to", "Dö"),
        ("bob@corp.example", "bcc", ""),
    ]
    assert event.message.subject == "Mittagessen übermorgen"
    assert (event.automatic, event.bounced, tally.skipped) == (False, (), 0)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_messages_are_told_apart(reading: Reading, end: str) -> None:
    content = (message(1) + MESSAGE + "\n" + message(3)).replace("\n", end).encode()
    for octets in (content, gzip.compress(content)):
        events, _ = reading(mbox.read, octets)
        keys = ["1@corp.example", "1@corp.example", "3@corp.example"]
        assert [event.key for event in events] == keys


def test_without_a_date_the_moment_of_delivery_counts(reading: Reading) -> None:
    events, _ = reading(mbox.read, message(1, Date="") + message(2, Date="soon"))
    assert [event.at for event in events] == [988713000, 988713000]


def test_a_message_without_any_date_is_counted_and_shown(reading: Reading) -> None:
    content = message(1) + message(2, Date="").replace("2001\n", "later\n") + message(3)
    events, tally = reading(mbox.read, content)
    assert len(events) == 2
    assert tally.skipped == 1
    assert (tally.samples[0].where, tally.samples[0].reason) == ("line 9", "no date: ''")


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List-Id": "<x.example>"},
        {"List-Unsubscribe": "<mailto:x@x.example>"},
        {"Return-Path": "<>"},
        {"From": "no-reply@corp.example"},
        {"From": "nobody at all"},
    ],
)
def test_what_no_person_wrote_is_automatic(reading: Reading, fields: dict[str, str]) -> None:
    [event], _ = reading(mbox.read, message(1, **fields))
    assert event.automatic


def test_what_says_that_a_person_wrote_it_is_not_automatic(reading: Reading) -> None:
    [event], _ = reading(mbox.read, message(1, **{"Auto-Submitted": "no", "Precedence": "normal"}))
    assert not event.automatic


def report(content_type: str, body: str) -> str:
    return (
        "From MAILER-DAEMON Tue May  1 10:30:00 2001\n"
        "From: Mail Delivery System <MAILER-DAEMON@mx.corp.example>\n"
        "To: ann@corp.example\nDate: Tue, 1 May 2001 12:00:00 +0200\n"
        "Subject: Undelivered Mail Returned to Sender\nMessage-ID: <9@mx.corp.example>\n"
        f"Content-Type: {content_type}\n\n{body}"
    )


def test_a_delivery_report_counts_against_what_it_names(reading: Reading) -> None:
    kind = 'multipart/report; report-type=delivery-status;\n boundary="b1"'
    [event], _ = reading(mbox.read, report(kind, REPORT.decode()))
    assert event.automatic
    assert [(str(b.sender), b.address.key, b.message_id) for b in event.bounced] == [
        ("ann@corp.example", "pat@partnner.example", "1@corp.example"),
        ("ann@corp.example", "gone@partner.example", "1@corp.example"),
    ]


def test_a_plain_notice_does_so_too(reading: Reading) -> None:
    text = "Your message could not be delivered to\n\n<pat@partnner.example>: host not found\n"
    for body, encoding in (
        (text, ""),
        (text.replace("@", "=40"), "Content-Transfer-Encoding: quoted-printable\n"),
    ):
        content = report("text/plain", body).replace("Content-Type", encoding + "Content-Type")
        [event], _ = reading(mbox.read, content)
        assert [b.address.key for b in event.bounced] == ["pat@partnner.example"]


def test_what_is_no_mailbox_is_counted(reading: Reading) -> None:
    events, tally = reading(mbox.read, "Dear Sir,\n\n" + message(1))
    assert len(events) == 1
    assert tally.samples[0].where == "line 1"


def test_a_header_without_end_is_bounded(reading: Reading) -> None:
    content = message(1) + "From x Tue May  1 10:30:00 2001\n" + "X-Long: y\n" * 100_000
    events, tally = reading(mbox.read, content)
    assert (len(events), tally.skipped) == (1, 1)


@pytest.mark.parametrize("charset", ["x-unknown", "utf-8", "us-ascii"])
def test_encoded_words_that_cannot_be_read_stay_as_they_are(reading: Reading, charset: str) -> None:
    [event], _ = reading(mbox.read, message(1, Subject=f"=?{charset}?b?////?="))
    assert event.message.subject


def test_a_message_begins_where_a_date_and_a_header_are(reading: Reading) -> None:
    text = (
        message(1).rstrip("\n")  # no empty line before the next one
        + "\n"
        + message(2)
        + "From here to there, at 10:30\nno header follows.\n\n"
        + "From Monday at 10:30 on\nno header either.\n"
    )
    events, tally = reading(mbox.read, text)
    assert [event.key for event in events] == ["1@corp.example", "2@corp.example"]
    assert tally.skipped == 0


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("Tue May  1 10:30:00 2001", 988713000),
        ("Tue May  1 12:30:00 +0200 2001", 988713000),  # as Google exports it
        ("Tue, May  1 12:30:00 2001 +0200", 988713000),
        ("Tue May  1 10:30 2001 remote from mx", 988713000),
    ],
)
def test_the_moment_of_delivery_is_read_in_any_zone(reading: Reading, stamp: str, at: int) -> None:
    _, _, rest = message(1, Date="").partition("\n")
    [event], _ = reading(mbox.read, f"From ann@corp.example {stamp}\n{rest}")
    assert event.at == at


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_tells_the_encoding(reading: Reading, encoding: str) -> None:
    mark = "\ufeff" if encoding.endswith("e") else ""
    events, tally = reading(mbox.read, (mark + message(1) + message(2)).encode(encoding))
    assert [event.key for event in events] == ["1@corp.example", "2@corp.example"]
    assert tally.skipped == 0


def test_drafts_and_spam_by_their_header(reading: Reading) -> None:
    text = (
        message(1, X_Gmail_Labels="Drafts,Important")
        + message(2, X_Unsent="1")
        + message(3, X_Gmail_Labels="Spam")
        + message(4, X_Spam_Flag="YES")
        + message(5, X_Spam_Flag="NO", X_Gmail_Labels="Sent")
    )
    events, tally = reading(mbox.read, text)
    found = {event.key[0]: event.automatic for event in events}
    assert found == {"3": True, "4": True, "5": False}
    assert tally.unsent == 2


def test_a_clock_that_goes_wrong_is_told_by_when_the_message_came(reading: Reading) -> None:
    received = "from a by b; Tue, 1 May 2001 12:00:05 +0200"
    text = message(1, Date="Fri, 1 May 2037 12:00:00 +0200", Received=received)
    [event], _ = reading(mbox.read, text)
    assert event.at == 988711205


def test_of_several_authors_the_sender_sent_it(reading: Reading) -> None:
    both = "ann@corp.example, bob@corp.example"
    [event], _ = reading(mbox.read, message(1, From=both, Sender="bob@corp.example"))
    assert event.message.mail_from is not None
    assert event.message.mail_from.key == "bob@corp.example"


def test_a_mailbox_with_carriage_returns_alone_is_not_silently_empty(reading: Reading) -> None:
    events, tally = reading(mbox.read, message(1).replace("\n", "\r"))
    assert events == []
    assert tally.is_lost
