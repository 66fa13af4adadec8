"""Delivery status notifications, RFC 3464."""

from __future__ import annotations

import base64

import pytest

from missent.audit.sources.dsn import Report, failed, no_such_address

REPORT = b"""This is a MIME-encapsulated message.

--b1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

The mail system: <pat@partnner.example>: Host or domain name not found.

--b1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.corp.example
Arrival-Date: Mon,  1 Jan 2024 10:00:00 +0000 (UTC)

Final-Recipient: rfc822; pat@partnner.example
Original-Recipient: rfc822;Pat@Partnner.example
Action: failed
Status: 5.1.2
Diagnostic-Code: X-Postfix; Host or domain name not found. Name service error
    for name=partnner.example type=MX: Host not found

Final-Recipient: rfc822; full@partner.example
Action: failed
Status: 5.2.2

Final-Recipient: rfc822; late@partner.example
Action: delayed
Status: 5.1.1

Final-Recipient: rfc822; gone@partner.example
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550 5.1.1 <gone@partner.example>: Recipient address rejected

--b1
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <ann@corp.example>
Message-ID: <1@corp.example>
To: fine@partner.example

--b1--
"""


def test_recipients_that_do_not_exist_are_named_as_they_were_written() -> None:
    gone = "Pat@Partnner.example", "gone@partner.example"
    assert failed(REPORT) == Report(gone, (), "1@corp.example")


def test_carriage_returns_make_no_difference() -> None:
    assert failed(REPORT.replace(b"\n", b"\r\n")) == failed(REPORT)


@pytest.mark.parametrize("body", [b"", b"no parts", b"Content-Type: message/delivery-status"])
def test_what_is_no_report_names_nobody(body: bytes) -> None:
    assert failed(body) == Report()


@pytest.mark.parametrize("octet", range(0, len(REPORT), 97))
def test_a_report_that_is_cut_off_never_raises(octet: int) -> None:
    assert set(failed(REPORT[:octet]).gone) <= {
        "Pat@Partnner.example",
        "pat@partnner.example",
        "gone@partner.example",
    }


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("5.1.1", True),
        ("5.1.2", True),
        ("5.4.4", True),
        ("550 5.1.10 RecipientNotFound", True),
        ("5.1.0", False),
        ("5.1.11", False),
        ("4.1.1", False),
        ("15.1.1", False),
        ("5.1.1.1", False),
        ("5.7.1", False),
        ("5.2.2", False),
    ],
)
def test_which_codes_speak_of_the_address(text: str, gone: bool) -> None:  # noqa: FBT001  a column
    assert no_such_address(text) is gone


def test_an_encoded_part_is_decoded() -> None:
    fields = b"Final-Recipient: rfc822; gone@partner.example\nAction: failed\nStatus: 5.1.1\n"
    head = b"--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
    assert failed(head + base64.encodebytes(fields) + b"\n--b--\n").gone == (
        "gone@partner.example",
    )


def test_an_address_in_utf_8_is_read() -> None:
    part = (
        b"Content-Type: message/global-delivery-status\n\n"
        b"Final-Recipient: utf-8; j\\x{F6}rg@partner.example\nAction: failed\nStatus: 5.1.1\n"
    )
    assert failed(part).gone == ("jörg@partner.example",)


def test_without_a_code_the_words_tell_and_without_both_it_is_unclear() -> None:
    part = (
        b"Content-Type: message/delivery-status\n\n"
        b"Final-Recipient: rfc822; gone@partner.example\nAction: failed\n"
        b"Diagnostic-Code: smtp; 550 No such user here\n\n"
        b"Final-Recipient: rfc822; <odd@partner.example>\nAction: failed (once)\nStatus: 5.0.0\n"
    )
    assert failed(part) == Report(("gone@partner.example",), ("odd@partner.example",))


def test_a_returned_notice_is_not_read_as_one() -> None:
    returned = b"--b1\nContent-Type: message/rfc822\n\nMessage-ID: <2@corp.example>\n\n" + REPORT
    assert failed(returned) == Report((), (), "2@corp.example")
