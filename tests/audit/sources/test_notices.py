"""Plain-text notices of non-delivery, as mail servers of several makes write them."""

from __future__ import annotations

import pytest

from missent.audit.sources.notices import failed, is_automatic, original_message_id

SENDMAIL = """The original message was received at Fri, 6 Apr 2001 01:49:22 GMT
from mailman.corp.example [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<pat@partnner.example>

   ----- Transcript of session follows -----
550 <pat@partnner.example>... Host unknown (Name server: partnner.example:
host not found)

   ----- Original message follows -----

Message-ID: <1@corp.example>
From: ann@corp.example
To: pat@partnner.example, fine@partner.example
"""
EXCHANGE = """Your message

  To:      Pat@partner.example; fine@partner.example
  Subject: Lunch
  Sent:    Mon, 6 Nov 2000 09:02:21 -0500

did not reach the following recipient(s):

pat@partner.example on Mon, 6 Nov 2000 09:10:09 -0500
    The recipient name is not recognized
 The MTS-ID of the original message is: c=US;a=
    MSEXCH:IMS:Partner:HQ:EX01 0 (000C05A6) Unknown Recipient


Message-ID: <2@corp.example>
From: ann@corp.example
To: pat@partner.example
"""
DOMINO = """Your message

  Subject: Lunch

was not delivered to:

  pat@partner.example

because:

  User pat (pat@partner.example) not listed in public Name & Address Book

Received: from relay.corp.example ([192.0.2.1]) by mail.partner.example
"""
POSTFIX = """This is the mail system at host mx.corp.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<pat@partner.example>: host mx.partner.example[192.0.2.9] said: 550 5.1.1
    <pat@partner.example>: Recipient address rejected: User unknown
"""
QMAIL = """Hi. This is the qmail-send program at corp.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<pat@partnner.example>:
Sorry, I couldn't find any host named partnner.example. (#5.1.2)

--- Below this line is a copy of the message.

Return-Path: <ann@corp.example>
To: fine@partner.example
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  pat@partner.example
    host mx.partner.example [192.0.2.9]
    SMTP error from remote mail server after RCPT TO:<pat@partner.example>:
    550 5.1.1 No such user here
"""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (SENDMAIL, "pat@partnner.example"),
        (EXCHANGE, "pat@partner.example"),
        (DOMINO, "pat@partner.example"),
        (POSTFIX, "pat@partner.example"),
        (QMAIL, "pat@partnner.example"),
        (EXIM, "pat@partner.example"),
    ],
)
def test_the_failed_address_is_named_and_no_other(text: str, address: str) -> None:
    assert failed("Undeliverable: Lunch", text) == (address,)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Delivered: Lunch", EXCHANGE.replace("did not reach", "was delivered to")),
        ("Warning: could not send message for past 4 hours", SENDMAIL),
        ("Returned mail", SENDMAIL.replace("permanent fatal", "transient non-fatal")),
        ("Delivery Status Notification (Relay)", "successfully relayed to pat@partner.example"),
        (
            "Delivery Notification: Delivery has failed",
            (
                "Your message cannot be delivered to the following recipients:\n\n"
                "  Recipient address: pat@partner.example\n  Reason: recipient reached disk quota\n"
            ),
        ),
        ("Re: Lunch", "Pat is no longer with us. Please write to new@partner.example"),
    ],
)
def test_delays_receipts_and_full_mailboxes_name_nobody(subject: str, text: str) -> None:
    assert failed(subject, text) == ()


def test_the_message_that_came_back_is_known_by_its_id() -> None:
    assert original_message_id(SENDMAIL) == "1@corp.example"
    assert original_message_id(DOMINO) == ""


@pytest.mark.parametrize("local", ["MAILER-DAEMON", "postmaster", "no-reply", "do_not_reply"])
def test_some_local_parts_are_no_person(local: str) -> None:
    assert is_automatic(local)
    assert not is_automatic("ann")
