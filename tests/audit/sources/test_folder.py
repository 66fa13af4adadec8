"""Messages in files of their own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from missent.audit.sources.folder import octets, read, read_mailbox
from missent.audit.sources.interface import Tally

from .test_dsn import REPORT

if TYPE_CHECKING:
    from pathlib import Path


def message(number: int, date: str = "Tue, 1 May 2001 12:00:00 +0200") -> str:
    return (
        f"From: ann@corp.example\nTo: eve@partner.example\nDate: {date}\n"
        f"Message-ID: <{number}@corp.example>\n\nText.\n"
    )


def fill(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def test_a_maildir_is_read_with_its_subfolders_in_order_of_delivery(tmp_path: Path) -> None:
    fill(tmp_path / "cur" / "1000000002.M1P1.mx:2,S", message(2))
    fill(tmp_path / "cur" / "1000000001.M1P1.mx:2,S", message(1))
    fill(tmp_path / "new" / "1000000003.M1P1.mx", message(3, date="none"))
    fill(tmp_path / "tmp" / "1000000004.M1P1.mx", message(4))
    fill(tmp_path / ".Sent" / "cur" / "1000000005.M1P1.mx:2,S", message(5))
    fill(tmp_path / "dovecot.index", "no message")
    tally = Tally()
    events = list(read(tmp_path, tally))
    assert sorted(event.key[0] for event in events) == ["1", "2", "3", "5"]
    assert [event.key[0] for event in events if event.key[0] in "12"] == ["1", "2"]
    assert next(event.at for event in events if event.key[0] == "3") == 1000000003
    assert (tally.events, tally.skipped) == (4, 0)


def test_eml_files_are_found_below_a_folder_and_alone(tmp_path: Path) -> None:
    fill(tmp_path / "b.eml", message(2))
    fill(tmp_path / "a" / "A.EML", message(1))
    fill(tmp_path / "notes.txt", "no message")
    assert [event.key[0] for event in read(tmp_path, Tally())] == ["2", "1"]
    assert [event.key[0] for event in read(tmp_path / "b.eml", Tally())] == ["2"]


def test_a_bad_file_is_counted_by_name_and_the_rest_is_read(tmp_path: Path) -> None:
    fill(tmp_path / "1.eml", message(1))
    fill(tmp_path / "2.eml", "")
    fill(tmp_path / "3.eml", b"\x00\xff" * 100)
    fill(tmp_path / "4.eml", b"\x1f\x8b broken gzip")
    fill(tmp_path / "5.eml", message(5))
    tally = Tally()
    assert [event.key[0] for event in read(tmp_path, tally)] == ["1", "5"]
    assert [sample.where for sample in tally.samples] == ["2.eml", "3.eml", "4.eml"]


def test_links_and_pipes_are_left_alone(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    fill(outside / "1.eml", message(1))
    fill(inside / "2.eml", message(2))
    (inside / "3.eml").symlink_to(outside / "1.eml")
    (inside / "folder").symlink_to(outside)
    os.mkfifo(inside / "4.eml")
    assert [event.key[0] for event in read(inside, Tally())] == ["2"]


def test_a_header_larger_than_the_first_look_is_read_whole(tmp_path: Path) -> None:
    received = "Received: by mx.corp.example; Tue, 1 May 2001 12:00:00 +0200\n" * 2000
    fill(tmp_path / "1.eml", received + message(1))
    assert [event.key for event in read(tmp_path, Tally())] == ["1@corp.example"]


def test_a_report_in_a_file_is_read_and_the_octets_are_those_of_the_files(tmp_path: Path) -> None:
    head = "From: MAILER-DAEMON@mx.example\nTo: ann@corp.example\nDate: 1 May 2001 12:00:00 +0000\n"
    fill(tmp_path / "1.eml", head.encode() + b"Content-Type: multipart/report\n\n" + REPORT)
    fill(tmp_path / "2.eml", message(2) + "x" * 100_000)
    tally = Tally()
    first, _ = read(tmp_path, tally)
    assert [b.address.local for b in first.bounced] == ["Pat", "gone"]
    assert tally.octets == octets(tmp_path) == sum(f.stat().st_size for f in tmp_path.iterdir())


def test_mh_emlx_and_mailboxes_in_a_folder_are_read(tmp_path: Path) -> None:
    fill(tmp_path / "inbox" / "1", message(1))
    fill(tmp_path / "inbox" / ".mh_sequences", "unseen: 1\n")
    text = message(2)
    fill(tmp_path / "Messages" / "2.emlx", f"{len(text)}\n{text}<?xml version='1.0'?>\n")
    fill(tmp_path / "Sent", "From ann@corp.example Tue May  1 12:00:00 2001\n" + message(3))
    fill(tmp_path / "Sent.msf", "// an index")
    tally = Tally()
    assert sorted(event.key[0] for event in read(tmp_path, tally)) == ["1", "2", "3"]
    assert (tally.events, tally.skipped) == (3, 0)


def test_what_was_never_sent_or_is_spam_makes_no_acquaintance(tmp_path: Path) -> None:
    fill(tmp_path / "cur" / "1000000001.M1P1.mx:2,DS", message(1))
    fill(tmp_path / ".Junk" / "cur" / "1000000002.M1P1.mx:2,S", message(2))
    fill(tmp_path / "cur" / "1000000003.M1P1.mx:2,S", message(3))
    tally = Tally()
    found = {event.key[0]: event.automatic for event in read(tmp_path, tally)}
    assert found == {"2": True, "3": False}
    assert (tally.events, tally.unsent, tally.skipped) == (2, 1, 0)


@pytest.mark.parametrize(
    ("name", "fate"),
    [
        ("drafts/1", "unsent"),
        (".Drafts/cur/1000000001.M1P1.mx:2,S", "unsent"),
        ("Inbox.sbd/Drafts", "unsent"),
        ("Drafts.mbox/Messages/1.emlx", "unsent"),
        ("Junk.mbox/mbox", "automatic"),
        ("Spam", "automatic"),
        ("[Gmail]/Junk E-mail/1.eml", "automatic"),
        ("Draftsmen/1", "read"),
        ("Spam reports/1.eml", "read"),
    ],
)
def test_a_mailbox_is_also_told_by_its_name(tmp_path: Path, name: str, fate: str) -> None:
    path = tmp_path / name
    is_mailbox = path.name in {"Drafts", "mbox", "Spam"}
    line = "From ann@corp.example Tue May  1 12:00:00 2001\n" if is_mailbox else ""
    fill(path, line + message(1))
    tally = Tally()
    found = [event.automatic for event in read(tmp_path, tally)]
    assert found == {"unsent": [], "automatic": [True], "read": [False]}[fate]
    assert tally.unsent == (fate == "unsent")
    if is_mailbox:
        alone = [event.automatic for event in read_mailbox(path, Tally())]
        assert alone == (found if path.name != "mbox" else [False])
