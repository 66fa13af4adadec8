"""Lines as Debian 12's Postfix 3.7 writes them: tests/e2e/test_audit.py has it do so."""

from __future__ import annotations

import gzip
import lzma
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import zstandard

from missent.audit.events.table import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from missent.audit.events.read import Dataset

    Read = Callable[..., Dataset]
    Rows = Callable[..., list[tuple[Any, ...]]]

UTC_ZONE = ZoneInfo("UTC")


def message(  # noqa: PLR0917  a line is made of these
    stamp: str = "Jan  2 03:04:05",
    identity: str = "4SxYz12345zBcD",
    to: str = "gen@army.ml",
    status: str = "sent",
    sender: str = "ann@corp.example",
    origin: str = "mx1 postfix",
) -> str:
    dsn = {"sent": "2.0.0", "bounced": "5.1.1", "deferred": "4.4.1"}[status]
    return (
        f"{stamp} {origin}/smtpd[70]: {identity}: client=pc[10.0.0.1]\n"
        f"{stamp} {origin}/cleanup[71]: {identity}: "
        f"message-id=<{identity}.{stamp[-5:]}@corp.example>\n"
        f"{stamp} {origin}/qmgr[72]: {identity}: "
        f"from=<{sender}>, size=1000, nrcpt=1 (queue active)\n"
        f"{stamp} {origin}/smtp[73]: {identity}: to=<{to}>, relay=mx[192.0.2.1]:25, delay=0.5,"
        f" delays=0.1/0/0.2/0.2, dsn={dsn}, status={status} (250 2.0.0 Ok: queued as 3FAB)\n"
        f"{stamp} {origin}/qmgr[72]: {identity}: removed\n"
    )


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]


def test_a_message_is_joined(reading: Read, rows: Rows) -> None:
    found = reading(message(), year=2024, zone=UTC_ZONE)
    assert rows(found, "began, sender, recipient, via, status, octets") == [
        (at(2024, 1, 2, 3, 4, 5), "ann@corp.example", "gen@army.ml", None, 0, 1000)
    ]
    assert found.sources[0].lines == 5
    assert not found.sources[0].tally.skipped


@pytest.mark.parametrize(
    "line",
    [
        "<22>Jan  2 03:04:05 mx1 postfix/",
        "Jan 02 03:04:05.678901 mx1 postfix/",
        "<22>Jan  2 03:04:05.6 mx1 postfix/",
        "2024-01-02T03:04:05.123456+00:00 mx1 postfix/",
        "2024-01-02T05:04:05+02:00 mx1 postfix/",
        "2024-01-01T22:04:05-05:00 mx1 postfix-out/",
    ],
)
def test_stamps_and_instances(reading: Read, rows: Rows, line: str) -> None:
    text = message().replace("Jan  2 03:04:05 mx1 postfix/", line)
    found = rows(reading(text, year=2024, zone=UTC_ZONE), "began, recipient")
    assert found == [(at(2024, 1, 2, 3, 4, 5), "gen@army.ml")]


@pytest.mark.parametrize("fraction", ["", ".678901"])
def test_what_journalctl_prints_is_read_whole(reading: Read, rows: Rows, fraction: str) -> None:
    text = "".join(
        f"{said} --\n{message(f'{stamp}{fraction}', 'ABC123DEF', to)}"
        for said, stamp, to in [
            ("-- Logs begin at Sun 2023-12-31", "Dec 31 23:59:58", "a@army.ml"),
            ("-- Boot 4f2a90c1d7e8b365", "Jan 01 00:00:01", "b@army.ml"),
        ]
    )
    found = reading(text, message(f"Jan 01 00:00:02{fraction}", origin="other postfix"), year=2024)
    assert rows(found, "strftime(to_timestamp(began)::TIMESTAMP, '%Y'), recipient") == [
        ("2023", "a@army.ml"),
        ("2024", "b@army.ml"),
        ("2024", "gen@army.ml"),
    ]
    assert [source.tally.skipped for source in found.sources] == [0, 0]
    assert found.sources[0].lines == 12


def test_hosts_are_told_apart_behind_a_fraction(reading: Read, rows: Rows) -> None:
    stamp = "Jan 02 03:04:05.678901"
    one = message(stamp, "ABC123DEF", "a@army.ml", origin="mx1 postfix").splitlines(keepends=True)
    two = message(stamp, "ABC123DEF", "b@army.ml", origin="mx2 postfix").splitlines(keepends=True)
    mixed = "".join(line for pair in zip(one, two, strict=True) for line in pair)
    found = rows(reading(mixed, year=2024, zone=UTC_ZONE), "recipient, status")
    assert found == [("a@army.ml", Status.DELIVERED), ("b@army.ml", Status.DELIVERED)]


def test_rfc5424(reading: Read, rows: Rows) -> None:
    text = message().replace("Jan  2 03:04:05 ", "<22>1 2024-01-02T03:04:05Z ")
    text = text.replace("/", "/submission/", 1)
    for number in range(70, 74):
        text = text.replace(f"[{number}]:", f' {number} - [meta x="a] b"]', 9)
    assert rows(reading(text), "sender, recipient") == [("ann@corp.example", "gen@army.ml")]


def test_a_short_id_that_is_used_again_is_another_message(reading: Read, rows: Rows) -> None:
    first = message("Jan  2 03:04:05", "4A1B2C3D4E", "a@one.example", sender="x@corp.example")
    second = message("Jan  2 03:04:06", "4A1B2C3D4E", "b@two.example", sender="y@corp.example")
    found = rows(reading(first + second, year=2024), "sender, recipient, message")
    assert [row[:2] for row in found] == [
        ("x@corp.example", "a@one.example"),
        ("y@corp.example", "b@two.example"),
    ]
    assert found[0][2] != found[1][2]


def test_the_same_id_on_two_hosts_or_instances_is_not_one(reading: Read, rows: Rows) -> None:
    lines = message(to="a@one.example", sender="x@corp.example").splitlines(keepends=True)
    others = message(to="b@two.example", sender="y@corp.example", origin="mx1 postfix-out")
    mixed = "".join(a + b for a, b in zip(lines, others.splitlines(keepends=True), strict=True))
    assert rows(reading(mixed), "sender, recipient") == [
        ("x@corp.example", "a@one.example"),
        ("y@corp.example", "b@two.example"),
    ]


def test_a_message_is_joined_across_files_whatever_their_order(
    reading: Read, rows: Rows, tmp_path: Path
) -> None:
    lines = message().splitlines(keepends=True)
    old, new = tmp_path / "mail.log.1", tmp_path / "mail.log"
    old.write_text("".join(lines[:3]))
    new.write_text("".join(lines[3:]))
    os.utime(old, (1, 1))
    assert rows(reading(new, old, year=2024)) == [("ann@corp.example", "gen@army.ml", None, 0)]


def test_tries_of_one_delivery_are_one_row(reading: Read, rows: Rows) -> None:
    lines = message().splitlines(keepends=True)
    tried = lines[3].replace("=sent", "=deferred").replace("2.0.0", "4.4.1")
    text = "".join([*lines[:3], tried, lines[2], tried, *lines[2:]])
    assert rows(reading(text)) == [("ann@corp.example", "gen@army.ml", None, Status.DELIVERED)]


def test_what_was_given_up_has_bounced(reading: Read, rows: Rows) -> None:
    lines = message(status="deferred").splitlines(keepends=True)
    expired = lines[2].replace(
        "size=1000, nrcpt=1 (queue active)", "status=expired, returned to sender"
    )
    assert rows(reading("".join([*lines[:4], expired, lines[4]])))[0][3] == Status.BOUNCED


def test_what_goes_to_a_filter_is_passed_on(reading: Read, rows: Rows) -> None:
    text = message().replace("relay=mx[192.0.2.1]:25", "relay=127.0.0.1[127.0.0.1]:10024")
    assert rows(reading(text))[0][3] == Status.PASSED


def test_an_alias_is_told(reading: Read, rows: Rows) -> None:
    text = message().replace("to=<gen@army.ml>,", "to=<gen@army.ml>, orig_to=<Boss@corp.example>,")
    assert rows(reading(text)) == [("ann@corp.example", "gen@army.ml", "boss@corp.example", 0)]


def test_what_smtpd_refused(reading: Read, rows: Rows) -> None:
    text = (
        "Jan  2 03:04:05 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from pc[10.0.0.1]: 550 5.1.2"
        " <gen@army.ml>: Recipient address rejected: did you mean army.mil; from=<ann@corp.example>"
        " to=<gen@army.ml> proto=ESMTP helo=<pc>\n"
    )
    assert rows(reading(text)) == [("ann@corp.example", "gen@army.ml", None, Status.REFUSED)]


def test_a_log_that_begins_within_a_message(reading: Read, rows: Rows) -> None:
    text = "".join(message().splitlines(keepends=True)[3:])
    assert rows(reading(text)) == [(None, "gen@army.ml", None, 0)]


def test_the_year_changes_within_a_log(reading: Read, rows: Rows) -> None:
    stamps = (
        "Nov 30 01:00:00",
        "Dec 31 23:59:59",
        "Jan  1 00:00:01",
        "Dec 30 12:00:00",
        "Jan  1 01:00:00",
    )
    text = "".join(message(s, f"4SxYz1234{n}zBcD") for n, s in enumerate(stamps))
    found = rows(reading(text, year=2024, zone=UTC_ZONE), "began")
    assert [row[0] for row in found] == [
        at(2022, 11, 30, 1),
        at(2022, 12, 31, 23, 59, 59),
        at(2023, 1, 1, 0, 0, 1),
        at(2023, 12, 30, 12),
        at(2024, 1, 1, 1),
    ]


def test_the_year_is_told_by_the_files_name(reading: Read, rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "mail.log-20190105"
    path.write_text(message("Dec 31 12:00:00", "4SxYz12345zBcD") + message("Jan  4 12:00:00"))
    found = rows(reading(path, zone=UTC_ZONE), "began")
    assert [row[0] for row in found] == [at(2018, 12, 31, 12), at(2019, 1, 4, 12)]


def test_local_time_has_its_summer(reading: Read, rows: Rows) -> None:
    text = message("Jan  2 12:00:00") + message("Jul  2 12:00:00", "4SxYz12346zBcD")
    found = rows(reading(text, year=2024, zone=ZoneInfo("Europe/Berlin")), "began")
    assert [row[0] for row in found] == [at(2024, 1, 2, 11), at(2024, 7, 2, 10)]


def test_mixed_zones(reading: Read, rows: Rows) -> None:
    one = message().replace("Jan  2 03:04:05", "2024-01-02T03:04:05+09:00")
    two = message(identity="4SxYz12346zBcD").replace("Jan  2 03:04:05", "2024-01-01T10:04:06-08:00")
    assert [r[0] for r in rows(reading(one + two), "began")] == [
        at(2024, 1, 1, 18, 4, 5),
        at(2024, 1, 1, 18, 4, 6),
    ]


def test_malformed_lines_are_counted_and_shown(reading: Read, rows: Rows) -> None:
    bad = "\x00\xffrubbish\n"
    cut = message().splitlines()[3][:70] + "\n"
    day = message("Feb 31 03:04:05", "4SxYz12349zBcD").splitlines()[3] + "\n"
    found = reading(bad + message() + cut + day)
    assert len(rows(found)) == 1
    tally = found.sources[0].tally
    assert tally.skipped == 3
    assert any("rubbish" in sample.reason for sample in tally.samples)


def test_other_programs_lines_are_no_fault(reading: Read) -> None:
    text = message() + "Jan  2 03:04:05 mx1 sshd[1]: Accepted publickey\n"
    text += "Jan  2 03:04:05 mx1 postfix/smtpd[1]: connect from pc[10.0.0.1]\n"
    assert not reading(text).sources[0].tally.skipped


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress])
def test_a_file_that_is_cut_off_gives_what_is_whole(
    reading: Read, rows: Rows, pack: Callable[[bytes], bytes]
) -> None:
    text = "".join(
        message(identity=f"4SxYz{n:05}zBcD", to=f"u{os.urandom(200).hex()}@one.example")
        for n in range(5000)
    )
    packed = pack(text.encode())
    found = reading(packed[: len(packed) // 2], name="mail.log.x")
    assert 500 < len(rows(found)) < 4500
    assert "cut off" in found.sources[0].broken
    assert not reading(packed, name="whole.log.x").sources[0].broken


def test_frames_of_zstd_one_after_the_other(reading: Read, rows: Rows) -> None:
    one, two = message().encode(), message(identity="4SxYz12346zBcD", to="b@two.example").encode()
    skipped = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    packed = zstandard.compress(one) + skipped + zstandard.compress(two)
    assert len(rows(reading(packed))) == 2
