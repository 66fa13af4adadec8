"""Confirming by sending again, with two processes that share a store."""

from __future__ import annotations

import smtplib
import time
from typing import TYPE_CHECKING

import pytest

from missent.testing.milter import Missent
from missent.testing.postfix import Postfix, until, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]

ANN, BOB, TYPED = "ann@corp.example", "bob@corp.example", "joe@gmial.com"
SETTINGS = """
[organisation]
domains = ["corp.example"]
[policy]
mode = "enforce"
rules = [{ code = "T", probability = 0.5, action = "hold" }]
[serve]
workers = 2
[store]
url = "sqlite:///{base}/store/missent.db"
[milter]
networks = ["127.0.0.0/8"]
hold_by = "refuse-once"
confirm_after = 2
"""
MAIN = "smtpd_milters = unix:{base}/milter.sock\nmilter_default_action = tempfail\n"


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    with Postfix(MAIN) as running, Missent.at(running.base, SETTINGS):
        yield running


def send(postfix: Postfix, sender: str = ANN, recipient: str = TYPED) -> tuple[int, str]:
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
        client.ehlo()
        client.mail(sender)
        code, said = client.rcpt(recipient)
        if code == 250:
            code, said = client.data(b"Subject: x\r\n\r\nx\r\n")
        return code, said.decode()


def test_the_second_attempt_passes_and_is_learned(postfix: Postfix) -> None:
    began = time.monotonic()
    code, said = send(postfix)
    assert code == 550
    assert said.startswith("5.7.1 <joe@gmial.com>: not sent; did you mean <joe@gmail.com>?")
    assert "if this address is right, send again within 15 minutes" in said
    assert len(said) <= 506
    # a program's second attempt, in whichever process
    for _ in range(4):
        if time.monotonic() - began < 1.5:
            assert send(postfix)[0] == 550
    time.sleep(3 - (time.monotonic() - began))
    # another sender's attempt is no second one
    assert send(postfix, BOB)[0] == 550
    assert send(postfix)[0] == 250
    # it is confirmed now: no more questions, in whichever process
    time.sleep(3)  # until each process has fetched it, on a busy machine too
    for _ in range(4):
        assert send(postfix)[0] == 250
    until(lambda: len(postfix.delivered()) == 5, what="the mail")
    assert {str(m["Return-Path"]) for m in postfix.delivered()} == {f"<{ANN}>"}


def test_local_mail_is_confirmed_in_the_same_way(postfix: Postfix) -> None:
    postfix.configure(MAIN + "non_smtpd_milters = $smtpd_milters\n")
    postfix.command("reload")
    postfix.tool("sendmail", "-f", ANN, TYPED, stdin="Subject: x\n\nx\n")
    until(lambda: len(postfix.delivered()) == 1, what="the bounce")
    [bounce] = postfix.delivered()
    assert bounce["Delivered-To"] == ANN
    assert "send again within" in str(bounce)
    time.sleep(3)
    postfix.tool("sendmail", "-f", ANN, TYPED, stdin="Subject: x\n\nx\n")
    until(lambda: len(postfix.delivered()) == 2, what="the message")
    assert {str(m["Delivered-To"]) for m in postfix.delivered()} == {ANN, TYPED}
