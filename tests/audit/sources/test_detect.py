"""Formats told by content."""

from __future__ import annotations

import bz2
import gzip
import lzma
from typing import TYPE_CHECKING

import pytest

from missent.audit.sources.detect import EMPTY, READERS, detect, reader
from missent.audit.sources.interface import Tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('{"id": "1"}\n', "jsonl"),
        ('\ufeff\n {"id": "1"}\n', "jsonl"),
        ("From ann@corp.example Tue May  1 12:00:00 2001\nFrom: x\n", "mbox"),
        ("From: ann@corp.example\nTo: x\n\n", "eml"),
        ("Received: from x\n by y\n", "eml"),
        ("Feb 29 10:00:01 mx postfix/smtpd[11]: connect from x\n", "postfix"),
        ("2024-02-29T10:00:01.1+00:00 mx kernel: x\n", "postfix"),
        ("<22>1 2024-02-29T10:00:01Z mx postfix/smtpd 1 - - x\n", "postfix"),
    ],
)
def test_a_file_is_told_by_its_beginning(tmp_path: Path, content: str, found: str) -> None:
    path = tmp_path / "whatever"
    for octets in (content.encode(), gzip.compress(content.encode())):
        path.write_bytes(octets)
        assert detect(path) == found


def test_folders_are_told_by_what_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "box" / "cur").mkdir(parents=True)
    (tmp_path / "boxes" / ".Sent" / "cur").mkdir(parents=True)
    (tmp_path / "mails" / "2001").mkdir(parents=True)
    (tmp_path / "mails" / "2001" / "1.EML").write_text("From: x\n\n")
    names = {name: detect(tmp_path / name) for name in ("box", "boxes", "mails")}
    assert names == {"box": "maildir", "boxes": "maildir", "mails": "eml"}


@pytest.mark.parametrize("content", ["Dear Sir or Madam", "a,b,c\n1,2,3\n", "\x00\x01"])
def test_anything_else_is_refused_with_the_mend(tmp_path: Path, content: str) -> None:
    path = tmp_path / "letter"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"letter: neither .* --read-as jsonl\|mbox"):
        detect(path)
    with pytest.raises(ValueError, match="neither"):
        detect(tmp_path)


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == {"jsonl", "mbox", "maildir", "eml", "postfix"}


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_a_file_without_content_is_read_as_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mail.log"
    path.write_text(content)
    assert detect(path) == EMPTY
    assert list(reader(EMPTY, NOW)(path, Tally())) == []


@pytest.mark.parametrize(
    "stamp", ["Nov 05 03:04:05", "Nov 05 03:04:05.123456", "2026-11-05T03:04:05+0000"]
)
def test_what_journalctl_prints_is_a_log(tmp_path: Path, stamp: str) -> None:
    path = tmp_path / "mail.log"
    path.write_text(
        "-- Journal begins at Mon 2026-01-05 10:00:00 UTC. --\n"
        f"{stamp} mx postfix/qmgr[1]: ABC123DEF: from=<me@corp.example>, size=100, nrcpt=1\n"
        "-- Boot 0123456789abcdef --\n"
        f"{stamp} mx postfix/smtp[1]: ABC123DEF: to=<gen@army.ml>, relay=x[192.0.2.1]:25, delay=1,"
        " dsn=2.0.0, status=sent (250 ok)\n"
    )
    assert detect(path) == "postfix"
    tally = Tally()
    (event,) = reader("postfix", NOW)(path, tally)
    assert [str(one.address) for one in event.message.recipients] == ["gen@army.ml"]
    assert not tally.skipped


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_other_compressions_are_told_and_read(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "mail"
    row = '{"date": 988711200, "from": "a@corp.example", "to": ["b@x.example"]}\n'
    path.write_bytes(pack(row.encode() * 3))
    assert detect(path) == "jsonl"
    assert len(list(reader("jsonl", NOW)(path, Tally()))) == 3
    rows = "".join(row.replace("988711200", str(988711200 + n * n)) for n in range(30_000))
    packed = pack(rows.encode())
    path.write_bytes(packed[: len(packed) * 3 // 4])
    tally = Tally()
    some = len(list(reader("jsonl", NOW)(path, tally)))
    assert 0 < some < 30_000
    assert "broken compression" in tally.ends_early


def test_mail_from_the_future_is_taken_as_of_now(tmp_path: Path) -> None:
    path = tmp_path / "mail.jsonl"
    row = '{{"date": {at}, "from": "a@corp.example", "to": ["b@x.example"]}}\n'
    moments = (NOW - 1, NOW + 3600, NOW + 3 * 86_400)
    path.write_text("".join(row.format(at=at) for at in moments))
    tally = Tally()
    assert [event.at for event in reader("jsonl", NOW)(path, tally)] == [NOW - 1, NOW + 3600, NOW]
    assert tally.future == 1


def test_json_that_is_no_json_lines_says_how_to_mend_it(tmp_path: Path) -> None:
    path = tmp_path / "mail.json"
    path.write_text('[\n  {"id": "1"}\n]\n')
    with pytest.raises(ValueError, match="one object a line; `jq -c`"):
        detect(path)


def test_a_folder_of_mailboxes_is_told(tmp_path: Path) -> None:
    (tmp_path / "Mail").mkdir()
    (tmp_path / "Mail" / "Sent").write_text("From a@x Tue May  1 12:00:00 2001\nFrom: x\n")
    assert detect(tmp_path / "Mail") == "mbox"


def test_a_log_that_begins_within_a_line_is_one(tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.write_text("lay=1, status=sent\nFeb 29 10:00:01 mx postfix/qmgr[1]: ABC123DEF: removed\n")
    assert detect(path) == "postfix"
