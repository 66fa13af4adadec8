"""Every verdict through a real Postfix, judged by what lands in the next hop."""

from __future__ import annotations

import json
import smtplib
import socket
import subprocess
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from missent.testing.milter import Missent
from missent.testing.postfix import Postfix, free_port, until, why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]

ANN = "ann@corp.example"
GOOD = "bob@partner.example"
BLOCKED = "gen@army.ml"
HELD = "joe@gmial.com"
WARNED = "sales@watched.example"
OURS = ("127.0.0.2", 0)  # the network that is ours; 127.0.0.1 is a stranger

SETTINGS = """
[organisation]
domains = ["corp.example"]
[policy]
mode = "{mode}"
rules = [
  { code = "T", probability = 0.5, action = "hold" },
  { code = "T", probability = 0.9, action = "block", protected = true },
  { code = "X", probability = 0.5, action = "warn" },
]
[[rule]]
pattern = "watched.example"
owner = "security"
reason = "somebody watches there"
[milter]
networks = ["127.0.0.2/32"]
[store]
url = "sqlite:///{base}/store/missent.db"
[notice]
upstream = "smtp://127.0.0.1:{port}"
author = "postmaster@corp.example"
"""
MASTER = """\
127.0.0.1:{monitored} inet n - n - - smtpd
  -o smtpd_milters=unix:{base}/monitor.sock
127.0.0.1:{submission} inet n - n - - smtpd
  -o milter_macro_daemon_name=ORIGINATING
"""


class Site:
    """A Postfix with two gates: one enforces, one monitors."""

    def __init__(self) -> None:
        self.monitored, self.submission = free_port(), free_port()
        self.postfix = Postfix()
        self.postfix.configure(
            "smtpd_milters = unix:{base}/enforce.sock\nnon_smtpd_milters = $smtpd_milters\n"
            "milter_default_action = tempfail\nsmtpd_authorized_xclient_hosts = 127.0.0.0/8\n",
            MASTER.replace("{monitored}", str(self.monitored))
            .replace("{submission}", str(self.submission))
            .replace("{base}", str(self.postfix.base)),
        )
        settings = SETTINGS.replace("{port}", str(self.postfix.port))
        base = self.postfix.base
        self.enforcing = Missent.at(base, settings.replace("{mode}", "enforce"), "enforce")
        self.monitoring = Missent.at(base, settings.replace("{mode}", "monitor"), "monitor")

    def send(
        self,
        *recipients: str,
        source: tuple[str, int] = OURS,
        port: int = 0,
        options: tuple[str, ...] = (),
        **header: str,
    ) -> dict[str, tuple[int, bytes]]:
        """Send a message; what was refused, by recipient."""
        message = EmailMessage()
        message["From"], message["Subject"] = ANN, "Lunch"
        for name, value in header.items():
            message[name.replace("_", "-")] = value
        message.set_content("At noon.\n")
        with smtplib.SMTP(
            "127.0.0.1", port or self.postfix.port, source_address=source, timeout=20
        ) as client:
            try:
                return client.sendmail(ANN, list(recipients), message.as_bytes(), options)
            except smtplib.SMTPRecipientsRefused as refused:
                return refused.recipients

    def landed(self) -> list[str]:
        """Who got mail in this test."""
        self.postfix.settle()
        return sorted(str(message["Delivered-To"]) for message in self.postfix.delivered())


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    found = Site()
    with found.enforcing, found.monitoring, found.postfix:
        yield found


@pytest.fixture
def site(running: Site) -> Site:
    running.postfix.empty()
    for queue_id in running.postfix.held():
        running.postfix.tool("postsuper", "-d", queue_id)
    return running


def test_an_allowed_message_lands(site: Site) -> None:
    assert site.send(GOOD) == {}
    assert site.landed() == [GOOD]


def test_a_blocked_recipient_is_refused_with_the_one_that_was_meant(site: Site) -> None:
    refused = site.send(BLOCKED)
    assert refused[BLOCKED][0] == 550
    assert refused[BLOCKED][1].startswith(
        b"5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>?"
    )
    assert site.landed() == []


def test_of_mixed_recipients_the_good_ones_get_it(site: Site) -> None:
    refused = site.send(BLOCKED, GOOD, "x@navy.ml", "carol@partner.example")
    assert sorted(refused) == [BLOCKED, "x@navy.ml"]
    assert site.landed() == [GOOD, "carol@partner.example"]


def test_swaks_sees_the_same(site: Site, requires: Callable[[str], str]) -> None:
    done = subprocess.run(
        [requires("swaks"), "--server", f"127.0.0.1:{site.postfix.port}", "--from", ANN,
         "--local-interface", "127.0.0.2", "--to", f"{BLOCKED},{GOOD}", "--pipeline"],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "550 5.7.1 <gen@army.ml>: not sent; did you mean <gen@army.mil>?" in done.stdout
    assert site.landed() == [GOOD]


def test_a_warned_message_lands_and_its_sender_is_told_once(site: Site) -> None:
    for _ in range(2):
        assert site.send(WARNED, Message_ID="<1@corp.example>") == {}
    until(lambda: len(site.postfix.delivered()) == 3, what="the notice")
    assert site.landed() == [ANN, WARNED, WARNED]
    [notice] = [m for m in site.postfix.delivered() if m["Delivered-To"] == ANN]
    assert notice["Return-Path"] == "<>"
    assert notice["Auto-Submitted"] == "auto-replied"
    assert notice["In-Reply-To"] == "<1@corp.example>"
    text = str(notice.get_payload(decode=True))
    assert WARNED in text
    assert "somebody watches there" in text


def test_nobody_is_told_of_what_a_program_sent(site: Site) -> None:
    assert site.send("list@watched.example", List_Id="<news.corp.example>") == {}
    assert site.send("auto@watched.example", Auto_Submitted="auto-generated") == {}
    assert site.send("person@watched.example") == {}
    until(lambda: len(site.postfix.delivered()) == 4, what="the one notice")
    [notice] = [m for m in site.postfix.delivered() if m["Delivered-To"] == ANN]
    assert "person@watched.example" in str(notice.get_payload(decode=True))


def test_a_held_message_waits_for_all_its_recipients_until_it_is_released(site: Site) -> None:
    assert site.send("jim@gmial.com", GOOD) == {}
    until(lambda: site.landed() == [ANN], what="the notice")
    [notice] = site.postfix.delivered()
    assert str(notice["Subject"]).startswith("Held")
    [queue_id] = site.postfix.held()
    site.postfix.tool("postsuper", "-H", queue_id)
    site.postfix.tool("postqueue", "-i", queue_id)
    until(lambda: len(site.postfix.delivered()) == 3, what="the released message")
    assert site.landed() == [ANN, GOOD, "jim@gmial.com"]


def test_monitor_mode_stops_nothing_and_writes_it_down(site: Site) -> None:
    assert site.send(BLOCKED, HELD, WARNED, port=site.monitored) == {}
    assert site.landed() == sorted([BLOCKED, HELD, WARNED])
    lines = [json.loads(line) for line in site.monitoring.log.splitlines()]
    [told] = [line for line in lines if line["event"] == "message"]
    assert [(r["action"], r["outcome"]) for r in told["recipients"]] == [
        ("block", "accepted"),
        ("hold", "accepted"),
        ("warn", "accepted"),
    ]


def test_other_peoples_mail_passes_untouched_and_unlogged(site: Site) -> None:
    before = site.enforcing.log
    assert site.send(BLOCKED, HELD, source=("127.0.0.1", 0)) == {}
    assert site.landed() == sorted([BLOCKED, HELD])
    assert site.enforcing.log == before


def test_a_stranger_who_signs_in_is_ours(site: Site) -> None:
    with smtplib.SMTP("127.0.0.1", site.postfix.port, timeout=20) as client:
        client.docmd("XCLIENT", "LOGIN=ann")
        client.ehlo()
        client.mail(ANN)
        assert client.rcpt(BLOCKED)[0] == 550
        client.rset()
        client.docmd("XCLIENT", "LOGIN=[UNAVAILABLE]")
        client.ehlo()
        client.mail(ANN)
        assert client.rcpt(BLOCKED)[0] == 250


def test_the_submission_service_is_ours(site: Site) -> None:
    assert site.send(BLOCKED, port=site.submission, source=("127.0.0.1", 0))[BLOCKED][0] == 550
    assert site.landed() == []


def test_smtputf8(site: Site) -> None:
    with smtplib.SMTP("127.0.0.1", site.postfix.port, source_address=OURS, timeout=20) as client:
        client.ehlo()
        client.command_encoding = "utf-8"
        client.mail(ANN, ("SMTPUTF8",))
        code, said = client.rcpt("jörg@army.ml")
        assert code == 550
        assert said.decode().startswith(
            "5.7.1 <jörg@army.ml>: not sent; did you mean <jörg@army.mil>?"
        )
        assert client.rcpt("jörg@bücher.example")[0] == 250
        assert client.data(b"Subject: x\r\n\r\nx\r\n")[0] == 250
    assert len(site.landed()) == 1


def test_a_pipelined_envelope_is_answered_in_order(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.postfix.port), 20, OURS) as client:
        file = client.makefile("rb")
        file.readline()
        client.sendall(b"EHLO desk.corp.example\r\n")
        while file.readline()[3:4] == b"-":
            pass
        client.sendall(
            b"MAIL FROM:<ann@corp.example>\r\nRCPT TO:<gen@army.ml>\r\n"
            b"RCPT TO:<bob@partner.example>\r\nRCPT TO:<gen@navy.ml>\r\nDATA\r\n"
        )
        assert [file.readline()[:3] for _ in range(5)] == [b"250", b"550", b"250", b"550", b"354"]
        client.sendall(b"Subject: x\r\n\r\nx\r\n.\r\nQUIT\r\n")
        assert file.readline()[:3] == b"250"
    assert site.landed() == [GOOD]


def test_each_message_of_a_connection_is_looked_at_anew(site: Site) -> None:
    with smtplib.SMTP("127.0.0.1", site.postfix.port, source_address=OURS, timeout=20) as client:
        for n in range(3):
            refused = client.sendmail(ANN, [f"a{n}@partner.example", f"b{n}@army.ml"], "x: y\n\nz")
            assert list(refused) == [f"b{n}@army.ml"]
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail(ANN, [f"c{n}@army.ml"], "x: y\n\nz")
    assert site.landed() == [f"a{n}@partner.example" for n in range(3)]


def test_local_mail_is_bounced_as_a_whole(site: Site) -> None:
    site.postfix.tool("sendmail", "-f", ANN, GOOD, stdin="Subject: good\n\nx\n")
    until(lambda: site.landed() == [GOOD], what="the good one")
    site.postfix.tool("sendmail", "-f", ANN, GOOD, BLOCKED, stdin="Subject: bad\n\nx\n")
    until(lambda: len(site.postfix.delivered()) == 2, what="the bounce")
    assert site.landed() == [ANN, GOOD]
    [bounce] = [m for m in site.postfix.delivered() if m["Delivered-To"] == ANN]
    assert "did you mean <gen@army.mil>" in str(bounce).replace("\n", " ").replace("    ", "")


def test_held_local_mail_waits(site: Site) -> None:
    site.postfix.tool("sendmail", "-f", ANN, "jane@gmial.com", stdin="Subject: x\n\nx\n")
    until(lambda: len(site.postfix.held()) == 1, what="the hold queue")
    assert "jane@gmial.com" not in site.landed()
