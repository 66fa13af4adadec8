"""The gate dies, reloads or cannot decide; Postfix and its clients must lose nothing by it."""

from __future__ import annotations

import smtplib
import threading
from typing import TYPE_CHECKING

import pytest

from missent.testing.killing import send_while_killing
from missent.testing.milter import Missent
from missent.testing.postfix import Postfix, free_port, until, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]

ANN, GOOD, BLOCKED = "ann@corp.example", "bob@partner.example", "gen@army.ml"
SETTINGS = """
[organisation]
domains = ["corp.example"]
[policy]
mode = "enforce"
[serve]
workers = 2
grace = 3
[milter]
networks = ["127.0.0.0/8"]
on_error = "tempfail"
"""
MAIN = "smtpd_milters = unix:{base}/milter.sock\nmilter_default_action = tempfail\n"
OPEN = "127.0.0.1:{port} inet n - n - - smtpd -o milter_default_action=accept\n"


@pytest.fixture
def open_port() -> int:
    return free_port()


@pytest.fixture
def postfix(open_port: int) -> Iterator[Postfix]:
    with Postfix(MAIN, OPEN.replace("{port}", str(open_port))) as running:
        yield running


@pytest.fixture
def gate(postfix: Postfix) -> Iterator[Missent]:
    with Missent.at(postfix.base, SETTINGS) as running:
        yield running


def test_killed_in_the_middle_under_tempfail_the_client_must_come_again(
    postfix: Postfix, gate: Missent
) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
        client.ehlo()
        client.mail(ANN)
        assert client.rcpt(GOOD)[0] == 250
        gate.kill()
        code = client.rcpt("carol@partner.example")[0]
        assert code == 451
        assert client.docmd("DATA")[0] == 451
    postfix.settle()
    assert postfix.delivered() == []


def test_killed_in_the_middle_under_accept_the_mail_goes_on_unfiltered(
    postfix: Postfix, gate: Missent, open_port: int
) -> None:
    with smtplib.SMTP("127.0.0.1", open_port, timeout=20) as client:
        client.ehlo()
        client.mail(ANN)
        assert client.rcpt(BLOCKED)[0] == 550
        assert client.rcpt(GOOD)[0] == 250
        gate.kill()
        assert client.rcpt("x@navy.ml")[0] == 250
        assert client.data(b"Subject: x\r\n\r\nx\r\n")[0] == 250
    until(lambda: len(postfix.delivered()) == 2, what="the mail")
    assert sorted(str(m["Delivered-To"]) for m in postfix.delivered()) == [GOOD, "x@navy.ml"]


def test_three_thousand_messages_while_workers_die(
    postfix: Postfix, gate: Missent, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = send_while_killing(postfix, gate, 3000, pause=0.5)
    with capsys.disabled():
        print(f"\n{tally}")  # noqa: T201  the count is what is to be shown
    assert tally.killed >= 3
    assert tally.refused == set(range(0, 3000, 10))
    assert tally.accepted == set(range(3000)) - tally.refused
    assert tally.lost == tally.twice == tally.given_up == set()
    assert set(tally.delivered) == tally.accepted


def test_a_reload_under_load_lets_no_session_down(postfix: Postfix, gate: Missent) -> None:
    answers: list[int] = []
    done = threading.Event()

    def client(who: int) -> None:
        n = 0
        while not done.is_set():
            with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as smtp:
                for _ in range(5):
                    n += 1
                    smtp.ehlo_or_helo_if_needed()
                    smtp.mail(ANN)
                    answers.append(smtp.rcpt(f"b{who}-{n}@partner.example")[0])
                    answers.append(smtp.rcpt(f"b{n}@army.ml")[0])
                    answers.append(smtp.data(b"Subject: x\r\n\r\nx\r\n")[0])

    clients = [threading.Thread(target=client, args=(n,)) for n in range(4)]
    for one in clients:
        one.start()
    first = gate.workers()
    for _ in range(2):
        gate.reload()
    until(lambda: not set(first) & set(gate.workers()), what="the first workers to end")
    done.set()
    for one in clients:
        one.join()
    messages = len(answers) // 3
    assert messages > 10
    assert sorted(answers) == [250] * 2 * messages + [550] * messages
    until(lambda: len(postfix.delivered()) == messages, what="all of them")


def test_a_reload_that_fails_leaves_the_old_one(postfix: Postfix, gate: Missent) -> None:
    first = gate.workers()
    gate.config.write_text(gate.config.read_text() + "\n[milter.nonsense]\n")
    gate.reload()
    assert "reload failed" in gate.log
    assert "nonsense" in gate.log
    assert sorted(gate.workers())[:2] == sorted(first)
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
        client.ehlo()
        client.mail(ANN)
        assert client.rcpt(BLOCKED)[0] == 550


def test_it_stops_when_told_and_its_place_can_be_taken_again(postfix: Postfix) -> None:
    for _ in range(2):
        with Missent.at(postfix.base, SETTINGS) as gate:
            gate.process.terminate()
            assert gate.process.wait(20) == 0
