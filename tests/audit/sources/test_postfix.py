"""Postfix's log: lines of the shapes that it writes, joined to messages."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from missent.audit.sources.interface import Tally
from missent.audit.sources.postfix import Stamps, read
from missent.testing.postfix import Postfix, until, why_not

if TYPE_CHECKING:
    from pathlib import Path

    from missent.audit.sources.interface import Event

WRITTEN = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
LOG = """\
Feb 29 10:00:01 mx postfix/submission/smtpd[11]: 4TLc1X0Bbczz: client=pc[192.0.2.7], sasl_method=PLAIN, sasl_username=ann
Feb 29 10:00:01 mx postfix/cleanup[12]: 4TLc1X0Bbczz: message-id=<1@corp.example>
Feb 29 10:00:01 mx postfix/qmgr[13]: 4TLc1X0Bbczz: from=<Ann@corp.example>, size=1042, nrcpt=3 (queue active)
Feb 29 10:00:02 mx postfix/smtp[14]: 4TLc1X0Bbczz: to=<eve@partner.example>, relay=mx.partner.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5.1.1)
Feb 29 10:00:02 mx postfix/smtp[15]: 4TLc1X0Bbczz: to=<pat@partnner.example>, relay=none, delay=1, delays=0/0/1/0, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=partnner.example type=AAAA: Host not found)
Feb 29 10:00:03 mx postfix/smtp[16]: 4TLc1X0Bbczz: to=<full@partner.example>, relay=mx.partner.example[192.0.2.9]:25, delay=2, delays=0/0/0/2, dsn=5.2.2, status=bounced (host mx.partner.example[192.0.2.9] said: 552 5.2.2 mailbox full (in reply to RCPT TO command))
Feb 29 10:00:03 mx postfix/bounce[17]: 4TLc1X0Bbczz: sender non-delivery notification: 4TLc1Z0Bbcxx
Feb 29 10:00:03 mx postfix/cleanup[12]: 4TLc1Z0Bbcxx: message-id=<9@mx.corp.example>
Feb 29 10:00:03 mx postfix/qmgr[13]: 4TLc1Z0Bbcxx: from=<>, size=3042, nrcpt=1 (queue active)
Feb 29 10:00:03 mx postfix/qmgr[13]: 4TLc1X0Bbczz: removed
Feb 29 10:00:03 mx postfix/local[18]: 4TLc1Z0Bbcxx: to=<ann@corp.example>, relay=local, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox)
Feb 29 10:00:03 mx postfix/qmgr[13]: 4TLc1Z0Bbcxx: removed
"""  # noqa: E501  as Postfix writes it


def reading(tmp_path: Path, content: str, written: datetime = WRITTEN) -> tuple[list[Event], Tally]:
    path = tmp_path / "mail.log"
    path.write_text(content)
    os.utime(path, (written.timestamp(), written.timestamp()))
    tally = Tally()
    return list(read(path, tally)), tally


def message(
    queue_id: str, sender: str, *lines: str, host: str = "mx", stamp: str = "Feb 29 10:00:01"
) -> str:
    start = f"{stamp} {host} postfix"
    return "".join(
        f"{start}/{line}\n"
        for line in (
            f"smtpd[1]: {queue_id}: client=pc[192.0.2.7]",
            f"qmgr[2]: {queue_id}: from=<{sender}>, size=1, nrcpt=1 (queue active)",
            *(f"smtp[3]: {queue_id}: {line}" for line in lines),
        )
    )


def to(address: str, status: str = "sent", dsn: str = "2.0.0") -> str:
    return f"to=<{address}>, relay=x, delay=1, dsn={dsn}, status={status} (text)"


def recipients(event: Event) -> list[str]:
    return [r.address.key for r in event.message.recipients]


def test_the_lines_of_a_message_are_joined_and_a_notice_is_none(tmp_path: Path) -> None:
    [event], tally = reading(tmp_path, LOG)
    local = datetime(2024, 2, 29, 10, 0, 1)  # noqa: DTZ001  the log's own time
    assert event.at == int(local.timestamp())
    assert event.key == event.message.message_id == "1@corp.example"
    assert str(event.message.mail_from) == "Ann@corp.example"
    assert recipients(event) == [
        "eve@partner.example", "pat@partnner.example", "full@partner.example",
    ]  # fmt: skip
    assert [(str(b.sender), b.address.key, b.message_id) for b in event.bounced] == [
        ("Ann@corp.example", "pat@partnner.example", "1@corp.example")
    ]
    assert (tally.events, tally.skipped, tally.no_address) == (1, 0, 0)


@pytest.mark.parametrize(
    "stamp",
    [
        "2024-02-29T10:00:01.123456+00:00 mx postfix/{p}[{n}]: ",
        "<22>1 2024-02-29T10:00:01.123456Z mx postfix/{p} {n} - - ",
        '1 2024-02-29T11:00:01+01:00 mx postfix/{p} {n} ID47 [x@1 y="z"] ',
    ],
)
def test_stamps_with_a_year_are_read_too(tmp_path: Path, stamp: str) -> None:
    lines = [
        ("smtpd", "ABCDEF12: client=pc[192.0.2.7]"),
        ("qmgr", "ABCDEF12: from=<ann@corp.example>, size=1, nrcpt=1 (queue active)"),
        ("smtp", f"ABCDEF12: {to('eve@partner.example')}"),
        ("qmgr", "ABCDEF12: removed"),
    ]
    content = "".join(stamp.format(p=program, n=7) + rest + "\n" for program, rest in lines)
    [event], _ = reading(tmp_path, content)
    assert event.at == int(datetime(2024, 2, 29, 10, 0, 1, tzinfo=UTC).timestamp())
    assert recipients(event) == ["eve@partner.example"]


def test_a_queue_id_that_is_used_again_is_another_message(tmp_path: Path) -> None:
    again = message("ABCDEF", "bob@corp.example", to("dan@x.example"))
    for end in ("Feb 29 10:00:02 mx postfix/qmgr[2]: ABCDEF: removed\n", ""):
        content = message("ABCDEF", "ann@corp.example", to("eve@x.example")) + end + again
        events, _ = reading(tmp_path, content)
        assert [(str(e.message.mail_from), recipients(e)) for e in events] == [
            ("ann@corp.example", ["eve@x.example"]),
            ("bob@corp.example", ["dan@x.example"]),
        ]


def test_two_hosts_may_use_one_queue_id_at_a_time(tmp_path: Path) -> None:
    one = message("ABCDEF", "ann@corp.example", to("eve@x.example"))
    other = message("ABCDEF", "bob@corp.example", to("dan@x.example"), host="mx2")
    mixed = "".join(
        line for pair in zip(one.splitlines(True), other.splitlines(True), strict=True)
        for line in pair
    )  # fmt: skip
    events, _ = reading(tmp_path, mixed)
    assert [(str(e.message.mail_from), recipients(e)) for e in events] == [
        ("ann@corp.example", ["eve@x.example"]),
        ("bob@corp.example", ["dan@x.example"]),
    ]
    assert events[0].key != events[1].key


def test_behind_a_content_filter_the_same_mail_has_the_same_key(tmp_path: Path) -> None:
    line = "Feb 29 10:00:01 mx postfix/cleanup[1]: {}: message-id=<1@corp.example>\n"
    content = "".join(
        message(queue, "ann@corp.example")
        + line.format(queue)
        + f"Feb 29 10:00:01 mx postfix/smtp[3]: {queue}: {to('eve@x.example')}\n"
        for queue in ("ABCDEF", "ABCDEE")
    )
    events, _ = reading(tmp_path, content)
    assert [event.key for event in events] == ["1@corp.example"] * 2


def test_the_address_that_was_typed_goes_before_its_alias(tmp_path: Path) -> None:
    line = "to=<bob@backend.example>, orig_to=<{}>, relay=x, dsn=2.0.0, status=sent (ok)"
    for typed, expected in (
        ("b.smith@corp.example", "b.smith@corp.example"),
        ("root", "bob@backend.example"),
    ):
        [event], _ = reading(tmp_path, message("ABCDEF", "ann@corp.example", line.format(typed)))
        assert recipients(event) == [expected]


def test_the_last_word_about_a_recipient_counts(tmp_path: Path) -> None:
    lines = [
        to("eve@x.example", "deferred", "4.4.1"),
        to("dan@x.example", "deferred", "4.4.1"),
        to("dan@x.example", "bounced", "5.1.1"),
        to("late@x.example", "bounced", "5.4.4"),
        to("late@x.example", "sent", "2.0.0"),
    ]
    [event], _ = reading(tmp_path, message("ABCDEF", "ann@corp.example", *lines))
    assert recipients(event) == ["eve@x.example", "dan@x.example", "late@x.example"]
    assert [b.address.key for b in event.bounced] == ["dan@x.example"]


def test_a_bounce_that_only_the_text_explains_counts(tmp_path: Path) -> None:
    line = "to=<eve@x.example>, relay=x, dsn=5.0.0, status=bounced (said: 550 5.1.1 no such user)"
    [event], _ = reading(tmp_path, message("ABCDEF", "ann@corp.example", line))
    assert [b.address.key for b in event.bounced] == ["eve@x.example"]


def test_lines_of_others_and_broken_lines_disturb_nothing(tmp_path: Path) -> None:
    noise = (
        "Feb 29 10:00:02 mx sshd[1]: ABCDEF: to=<x@x.example>, dsn=5.1.1, status=bounced\n"
        "Feb 29 10:00:02 mx postfix/smtpd[1]: connect from pc[192.0.2.7]\n"
        "Feb 29 10:00:02 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from pc[192.0.2.7]: 550 5.1.1"
        " <x@x.example>: no; from=<a@x.example> to=<x@x.example> proto=ESMTP helo=<pc>\n"
        "Feb 29 10:00:02 mx postfix/smtp[3]: ABCDEF: to=<cut@x.exa\n"
        "postfix\n\x00\xff postfix \n"
    )
    content = message("ABCDEF", "ann@corp.example", to("eve@x.example"))
    [event], tally = reading(tmp_path, noise + content + noise)
    assert (recipients(event), event.bounced, tally.skipped) == (["eve@x.example"], (), 0)


def test_what_is_no_address_or_no_date_is_counted(tmp_path: Path) -> None:
    content = message("ABCDEF", "ann@corp.example", to("nobody"), to("eve@x.example"))
    content += message("ABCDEE", "not an address", to("eve@x.example"))
    content += message("ABCDED", "x@corp.example", to("e@x.example"), stamp="Feb 30 10:00:01")
    events, tally = reading(tmp_path, content)
    assert [recipients(event) for event in events] == [["eve@x.example"]]
    assert (tally.no_address, tally.skipped) == (1, 4)


@pytest.mark.parametrize(
    ("text", "written", "year"),
    [
        ("Dec 31 23:59:59", datetime(2024, 1, 1, 0, 5), 2023),  # noqa: DTZ001  local
        ("Jan  1 00:00:01", datetime(2024, 1, 1, 0, 5), 2024),  # noqa: DTZ001
        ("Mar  1 00:00:01", datetime(2024, 2, 29, 23, 59), 2024),  # noqa: DTZ001  clocks differ
        ("Mar 30 00:00:01", datetime(2024, 2, 29, 23, 59), 2023),  # noqa: DTZ001
        ("Feb 29 00:00:01", datetime(2025, 1, 1), 2024),  # noqa: DTZ001
    ],
)
def test_a_stamp_without_a_year_is_the_last_before_the_log_was_written(
    text: str, written: datetime, year: int
) -> None:
    at = Stamps(written).seconds(text, None)
    assert at is not None
    assert datetime.fromtimestamp(at).year == year  # noqa: DTZ006  local


@pytest.mark.e2e
@pytest.mark.skipif(bool(why_not()), reason=why_not())
@pytest.mark.parametrize("long_ids", ["yes", "no"])
def test_the_log_of_a_real_postfix_is_understood(long_ids: str) -> None:
    main = (
        "transport_maps = inline:{{gone.example=error:5.1.1 no such user}}\n"
        f"enable_long_queue_ids = {long_ids}\n"
    )
    with Postfix(main=main) as server:
        for number in (1, 2):
            server.tool(
                "sendmail", "-f", "ann@corp.example", "eve@partner.example", "pat@gone.example",
                stdin=f"From: ann@corp.example\nMessage-ID: <{number}@corp.example>\n\nText.\n",
            )  # fmt: skip
        until(lambda: len(server.delivered()) >= 4, what="two messages and two notices")
        until(lambda: server.log.count(": removed") >= 4, what="the end of the messages")
        tally = Tally()
        events = list(read(server.base / "maillog", tally))
    assert sorted(event.key for event in events) == ["1@corp.example", "2@corp.example"]
    for event in events:
        assert str(event.message.mail_from) == "ann@corp.example"
        assert sorted(recipients(event)) == ["eve@partner.example", "pat@gone.example"]
        assert [b.address.key for b in event.bounced] == ["pat@gone.example"]
        assert abs(event.at - time.time()) < 600
    assert (tally.skipped, tally.no_address) == (0, 0)


def test_the_journal_as_json_says_what_the_log_says(tmp_path: Path) -> None:
    rows = []
    for number, line in enumerate(LOG.splitlines()):
        _, _, rest = line.partition(" mx ")
        program, _, text = rest.partition(": ")
        name, _, pid = program.partition("[")
        rows.append({
            "__REALTIME_TIMESTAMP": str((1_709_200_800 + number) * 1_000_000),
            "_HOSTNAME": "mx",
            "SYSLOG_IDENTIFIER": name,
            "_PID": pid.rstrip("]"),
            "MESSAGE": [*text.encode()] if number % 2 else text,  # as the journal has odd octets
        })  # fmt: skip
    rows += [{"__REALTIME_TIMESTAMP": "soon", "MESSAGE": "postfix/"}]
    [one], _ = reading(tmp_path, LOG)
    content = "".join(json.dumps(row) + "\n" for row in rows) + "{postfix\n[]\n"
    [other], tally = reading(tmp_path, content)
    assert other.message.recipients == one.message.recipients
    assert other.bounced == one.bounced
    assert other.at == 1_709_200_800
    assert tally.skipped == 0


def test_a_server_without_codes_is_understood_by_its_words(tmp_path: Path) -> None:
    said = "to=<{}@partner.example>, relay=x, delay=1, dsn=5.0.0, status=bounced (host x said: 550 {} (in reply to {} command))"  # noqa: E501  as Postfix writes it
    log = message(
        "4TLc1X0Bbczz",
        "ann@corp.example",
        said.format("gone", "No such user here", "RCPT TO"),
        said.format("refused", "Unknown user ann", "MAIL FROM"),
        said.format("full", "Over quota", "RCPT TO"),
    )
    [event], _ = reading(tmp_path, log)
    assert [bounce.address.local for bounce in event.bounced] == ["gone"]
    assert len(event.message.recipients) == 3
