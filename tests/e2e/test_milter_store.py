"""What a gate beside a real Postfix takes from its store, and what it leaves there."""

from __future__ import annotations

import asyncio
import json
import smtplib
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from missent.memory.interface import Batch
from missent.memory.learned import Delta, Lesson
from missent.memory.sql.store import SqlStore
from missent.testing.milter import Missent
from missent.testing.postfix import Postfix, until, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(bool(why_not()), reason=why_not())]

ANN = "ann@corp.example"
SETTINGS = """
[organisation]
domains = ["corp.example"]
[policy]
mode = "enforce"
[store]
url = "sqlite:///{base}/store/missent.db"
[milter]
networks = ["127.0.0.0/8"]
hold_by = "refuse-once"
on_error = "tempfail"
"""
MAIN = "smtpd_milters = unix:{base}/milter.sock\nmilter_default_action = tempfail\n"


class Site:
    def __init__(self) -> None:
        self.postfix = Postfix(MAIN)
        self.database = self.postfix.base / "store/missent.db"
        self.gate = Missent.at(self.postfix.base, SETTINGS)

    def fill(self) -> None:
        """Ann writes to Al and Bo, who write back, and once to Cy and Di, who do not."""

        async def write() -> None:
            store = await SqlStore.open(f"sqlite:///{self.database}")
            at = int(time.time()) - 90 * 86_400
            people = [f"{name}@dynegy.com" for name in ("al", "bo")]
            deltas = [Delta(ANN, address, at, sent=3, received=1) for address in people]
            deltas += [Delta("", address, at, received=1) for address in people]
            once = [Delta(ANN, f"{name}@brightwater.com", at, sent=1) for name in ("cy", "di")]
            await store.write(Batch([Lesson((*deltas, *once))]))
            await store.close()

        asyncio.run(write())

    def send(self, *recipients: str, message_id: str = "") -> dict[str, int]:
        """Send a message; the codes of what was refused, by recipient."""
        text = f"Message-ID: <{message_id}>\nSubject: x\n\nx\n" if message_id else "x: y\n\nx\n"
        with smtplib.SMTP("127.0.0.1", self.postfix.port, timeout=30) as client:
            try:
                refused = client.sendmail(ANN, list(recipients), text)
            except smtplib.SMTPRecipientsRefused as all_of_them:
                refused = all_of_them.recipients
        return {address: code for address, (code, _) in refused.items()}

    def decisions(self, *arguments: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            [Path(sys.executable).with_name("missent"), "--config", self.gate.config,
             "decisions", "--format", "ndjson", *arguments],
            check=True, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        return [json.loads(line) for line in done.stdout.splitlines()]

    def rename(self, table: str, to: str) -> None:
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO {to}")

    def tally(self, what: str) -> int:
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            query = "SELECT coalesce(sum(count), 0) FROM tally WHERE what = ?"
            return int(connection.execute(query, (what,)).fetchone()[0])


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    found = Site()
    found.fill()
    with found.gate, found.postfix:
        yield found


def test_every_prompt_is_kept_and_the_rest_is_counted(site: Site) -> None:
    assert site.send("gen@army.ml", "bob@partner.example", message_id="1@corp.example") == {
        "gen@army.ml": 550
    }
    until(lambda: bool(site.decisions("--recipient", "*.ml")), what="the decision")
    [made] = site.decisions("--recipient", "*.ml", "--sender", ANN, "--action", "block")
    assert made["did_you_mean"] == ["gen@army.mil"]
    assert (made["disposition"], made["enforced"]) == ("refused", True)
    assert made["message_id"] == "1@corp.example"
    assert "T101" in made["codes"]
    before = site.tally("messages")
    for _ in range(3):
        assert site.send("al@dynegy.com") == {}
    until(lambda: site.tally("messages") == before + 3, what="the counts")


def test_whom_else_a_message_goes_to_counts_at_rcpt(site: Site) -> None:
    typed = "jo@brightwoter.com"
    refused = site.send("cy@brightwater.com", "di@brightwater.com", typed)
    assert refused == {typed: 550}
    assert site.send(typed) == {}  # alone, a warning
    until(lambda: len(site.decisions("--recipient", "brightwoter.com")) == 2, what="both decisions")
    beside, alone = site.decisions("--recipient", "brightwoter.com")
    assert (alone["action"], beside["action"]) == ("warn", "hold")
    assert alone["probability"] < beside["probability"]


def test_a_store_that_cannot_be_written_stops_no_mail_and_loses_no_decision(site: Site) -> None:
    asked, counted = len(site.decisions()), site.tally("messages")
    site.rename("decision", "gone")
    try:
        for n in range(5):
            assert site.send(f"x{n}@army.ml", "al@dynegy.com") == {f"x{n}@army.ml": 550}
        until(lambda: "the store failed" in site.gate.log, what="the log")
        site.postfix.settle()
    finally:
        site.rename("gone", "decision")
    until(lambda: len(site.decisions()) == asked + 5, 30, "the decisions")
    assert site.tally("messages") == counted + 5
    until(lambda: "the store is back" in site.gate.log, what="the log")
    workers = len(site.gate.workers())
    assert site.gate.log.count("the store failed") <= workers
