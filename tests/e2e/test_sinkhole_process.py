"""The sinkhole as processes: reloaded, killed, stopped; and what its commands make of counts."""

from __future__ import annotations

import json
import os
import signal
import smtplib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import jsonschema
import pytest

from missent.report.owner import schema
from missent.testing.postfix import Postfix, until, why_not
from missent.testing.serve import Serve
from missent.testing.sinkhole import Process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from missent.testing.sites import Sites

pytestmark = pytest.mark.e2e


@pytest.fixture
def sinkhole(tmp_path: Path) -> Iterator[Process]:
    with Process(tmp_path, "k = 3\n") as running:
        yield running


def write(port: int, number: int, typed: str = "army.ml") -> bytes:
    with smtplib.SMTP("127.0.0.1", port, "mx.corp.example", timeout=60) as client:
        client.ehlo()
        client.mail(f"jane{number}@example.com")
        return client.rcpt(f"john.smith@{typed}")[1]


def counted(sinkhole: Process) -> int:
    return sum(row[4] for row in sinkhole.rows())


def test_killed_and_reloaded_it_goes_on_and_counts(sinkhole: Process) -> None:
    for number in range(20):
        write(sinkhole.port, number)
    until(lambda: counted(sinkhole) == 20, what="the first counts")
    for worker in sinkhole.processes[1:]:
        os.kill(worker, signal.SIGKILL)
    for number in range(20):
        assert b"did you mean <john.smith@army.mil>?" in write(sinkhole.port, number)
    sinkhole.configure('[[sinkhole.lookalike]]\ntyped = "*.mi"\nmeant = "*.mil"\n')
    sinkhole.signal(signal.SIGHUP)
    until(lambda: b"army.mil" in write(sinkhole.port, 99, "army.mi"), 60, "the new name")
    sinkhole.signal(signal.SIGTERM)
    assert sinkhole.wait() == 0
    assert sum(row[4] for row in sinkhole.rows() if row[1] == "army.ml") == 40
    assert "Traceback" not in sinkhole.log


def test_from_the_counts_to_a_guard_that_blocks(sinkhole: Process, tmp_path: Path) -> None:
    public = sinkhole.run("sinkhole", "key", str(tmp_path / "key.pem")).stdout.strip()
    for number in range(8):
        write(sinkhole.port, number)
    until(lambda: counted(sinkhole) == 8, what="the counts")
    sinkhole.configure(f'k = 3\nsigning_key = "{tmp_path}/key.pem"\n')
    period = ("--until", datetime.now(UTC).date().isoformat(), "--days", "2")
    made = sinkhole.run("sinkhole", "report", "--format", "json", *period)
    assert made.returncode == 0, made.stderr
    said = json.loads(made.stdout)
    jsonschema.validate(said, schema.make())
    assert [(name["typed"], name["messages"]) for name in said["typed"]] == [("army.ml", 8)]
    assert "example.com" in sinkhole.run("sinkhole", "senders", *period).stdout

    report, rules = tmp_path / "report.json", tmp_path / "feed.toml"
    feed = ("feed", str(report), "--key", public, "--meant", "mil", "--rules", str(rules))
    report.write_text(made.stdout.replace('"army.ml"', '"navy.ml"'))
    tampered = sinkhole.run(*feed)
    assert tampered.returncode == 1
    assert "changed after it was signed" in tampered.stderr
    assert not rules.exists()
    report.write_text(made.stdout)
    taken = sinkhole.run(*feed)
    assert taken.returncode == 0, taken.stderr
    assert "2 new rules for 1 names" in taken.stdout
    assert '"*.army.ml"' in rules.read_text()


GUARD = """\
[organisation]
domains = ["corp.example"]
[policy]
mode = "enforce"
feeds = ["{base}/feed.toml"]
[relay]
listen = "127.0.0.1:0"
outbox = "{base}/outbox"
"""


def test_a_gate_that_runs_takes_up_what_a_report_names(sinkhole: Process, tmp_path: Path) -> None:
    public = sinkhole.run("sinkhole", "key", str(tmp_path / "key.pem")).stdout.strip()
    for number in range(8):
        write(sinkhole.port, number, "bank.ml")
    until(lambda: counted(sinkhole) == 8, what="the counts")
    sinkhole.configure(f'k = 3\nsigning_key = "{tmp_path}/key.pem"\n')
    period = ("--until", datetime.now(UTC).date().isoformat(), "--days", "2")
    report = tmp_path / "report.json"
    report.write_text(sinkhole.run("sinkhole", "report", "--format", "json", *period).stdout)
    base = tmp_path / "guard"
    base.mkdir()
    with Serve.with_settings(base, GUARD) as serve:
        (port,) = serve.ports
        assert to(port, "jo@bank.ml")[0] == 250
        feed = ("feed", str(report), "--key", public, "--meant", "mil")
        done = sinkhole.run(*feed, "--rules", str(base / "feed.toml"))
        assert done.returncode == 0, done.stderr
        until(lambda: to(port, "jo@bank.ml")[0] == 550, 60, what="the gate to refuse")
        assert to(port, "jo@bank.example")[0] == 250
        (changed,) = serve.events("changed")
        assert changed["files"] == [str(base / "feed.toml")]


def to(port: int, recipient: str) -> tuple[int, bytes]:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo()
        client.mail("jane@corp.example")
        return client.rcpt(recipient)


def test_the_owner_is_told_by_mail_and_the_silence_is_on_record(
    sinkhole: Process, sites: Sites
) -> None:
    if reason := why_not():
        pytest.skip(reason)
    card = ["vcard", [["email", {}, "text", "abuse@army.example"]]]
    said = {"entities": [{"roles": ["abuse"], "vcardArray": card}]}
    sites.pages["rdap.iana.org/domain/mil"] = 200, json.dumps(said).encode()
    for number in range(4):
        write(sinkhole.port, number)
    until(lambda: counted(sinkhole) == 4, what="the counts")
    period = ("--until", datetime.now(UTC).date().isoformat(), "--days", "2")
    with Postfix() as postfix:
        notice = (
            f'[notice]\nupstream = "smtp://127.0.0.1:{postfix.port}"\nauthor = "us@reg.example"\n'
        )
        sinkhole.file.write_text(notice + sinkhole.file.read_text())
        sent = sinkhole.run("sinkhole", "notify", *period)
        assert sent.returncode == 0, sent.stderr
        letter = sinkhole.run("sinkhole", "notify", "--sender", "example.com", *period)
        assert letter.returncode == 0, letter.stderr
        until(lambda: len(postfix.delivered()) == 2, what="both mails")
        by_address = {mail["To"]: mail for mail in postfix.delivered()}
    names = [part.get_filename() for part in by_address["abuse@army.example"].walk()]
    assert [str(name).rpartition(".")[2] for name in names if name] == ["json", "html"]
    assert "postmaster of example.com" in str(by_address["postmaster@example.com"])
    rows = sinkhole.run("sinkhole", "history", "--format", "json").stdout.splitlines()
    first, second = map(json.loads, rows)
    assert (first["subject"], first["outcome"], first["silent_days"]) == ("mil", "sent", 0)
    assert (second["subject"], second["party"]) == ("example.com", "sender")
    sinkhole.run("sinkhole", "note", "mil", "They ask for a monthly report.")
    last = json.loads(
        sinkhole.run("sinkhole", "history", "mil", "--format", "json").stdout.split("\n")[0]
    )
    assert last["silent_days"] is None
