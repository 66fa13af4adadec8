"""What the header of a message says, and what is done where it contradicts itself."""

from __future__ import annotations

import pytest

from missent.audit.sources.interface import Event, Tally
from missent.audit.sources.rfc5322 import Parsed, Stored

NOON = 988718400  # 1 May 2001 12:00 UTC
DATE = "Tue, 1 May 2001 12:00:00 +0000"


def event(tally: Tally, stored: Stored = Stored(), **fields: str) -> Event | None:  # noqa: B008
    lines = {"From": "ann@corp.example", "To": "eve@partner.example", "Date": DATE}
    lines |= {name.replace("_", "-"): value for name, value in fields.items()}
    header = "".join(f"{name}: {value}\n" for name, value in lines.items() if value)
    return Parsed(header.encode(), stored).event("here", tally, b"")


def test_of_several_authors_the_one_who_sent_it_counts() -> None:
    authors = "ann@corp.example, bob@corp.example"
    for sender, found in [("bob@corp.example", "bob"), ("list@x.example", "ann"), ("", "ann")]:
        one = event(Tally(), From=authors, Sender=sender)
        assert one is not None
        assert one.message.mail_from is not None
        assert one.message.mail_from.local == found


@pytest.mark.parametrize(
    ("date", "received", "at"),
    [
        (DATE, "from a by b; Tue, 1 May 2001 18:00:00 +0000", NOON),
        ("Fri, 1 May 2099 12:00:00 +0000", f"from a by b; {DATE}", NOON),
        ("", f"from a by b (x; y); {DATE}", NOON),
        ("soon", "", 7),
        ("", "from a by b", 7),
    ],
)
def test_a_date_that_is_missing_or_from_the_future_gives_way(
    date: str, received: str, at: int
) -> None:
    one = event(Tally(), Stored(7), Date=date, Received=received)
    assert one is not None
    assert one.at == at


def test_a_message_without_any_moment_is_told() -> None:
    tally = Tally()
    assert event(tally, Date="soon") is None
    assert (tally.skipped, tally.samples[0].reason) == (1, "no date: 'soon'")


@pytest.mark.parametrize(
    "fields",
    [
        {"X-Unsent": "1"},
        {"X-Mozilla-Draft-Info": "internal/draft; vcard=0"},
        {"X-Gmail-Labels": "Inbox,Drafts"},
    ],
)
def test_drafts_were_never_sent(fields: dict[str, str]) -> None:
    tally = Tally()
    assert event(tally, Stored(), **fields) is None
    assert (tally.unsent, tally.events, tally.skipped) == (1, 0, 0)


@pytest.mark.parametrize(
    ("fields", "automatic"),
    [
        ({"X-Spam-Flag": "YES"}, True),
        ({"X-Spam-Status": "Yes, score=9.1"}, True),
        ({"X-Gmail-Labels": "Spam,Unread"}, True),
        ({"X-Spam-Status": "No, score=-1"}, False),
        ({"X-Gmail-Labels": "Spammers I know"}, False),
    ],
)
def test_spam_is_no_sign_of_life(fields: dict[str, str], automatic: bool) -> None:  # noqa: FBT001
    one = event(Tally(), Stored(), **fields)
    assert one is not None
    assert one.automatic is automatic


def test_a_sender_that_is_no_address_is_counted() -> None:
    tally = Tally()
    one = event(tally, From="Ann Müller")
    assert one is not None
    assert one.message.mail_from is None
    assert (tally.no_address, tally.events) == (1, 1)
