"""Delivery status notifications, RFC 3464."""

from __future__ import annotations

import pytest

from missent.audit.sources.dsn import failed, no_such_address

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
    assert failed(REPORT) == (("Pat@Partnner.example", "gone@partner.example"), "1@corp.example")


def test_carriage_returns_make_no_difference() -> None:
    assert failed(REPORT.replace(b"\n", b"\r\n")) == failed(REPORT)


@pytest.mark.parametrize("body", [b"", b"no parts", b"Content-Type: message/delivery-status"])
def test_what_is_no_report_names_nobody(body: bytes) -> None:
    assert failed(body) == ((), "")


@pytest.mark.parametrize("octet", range(0, len(REPORT), 97))
def test_a_report_that_is_cut_off_never_raises(octet: int) -> None:
    addresses, _ = failed(REPORT[:octet])
    assert set(addresses) <= {
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
