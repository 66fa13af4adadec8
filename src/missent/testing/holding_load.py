"""Many held messages under load while everything breaks, and a count of what became of each."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import smtplib
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING

from missent.testing.holding import ANN, browse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from missent.testing.holding import Site
    from missent.testing.milter import Missent

_CLIENTS = 8
_PEOPLE = 4
_TAKEN, _GONE = 200, (409, 410)


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one message, by its number.

    Each goes to a right address too; a third is sent to another address, a third as it is, and a
    third not at all.
    """

    number: int

    @property
    def good(self) -> str:
        """The recipient that is not held."""
        return f"b{self.number}@partner.example"

    @property
    def held(self) -> str:
        """The recipient that is."""
        domain = "ask.example" if self.number % 3 == 1 else "gmial.com"
        return f"j{self.number}@{domain}"

    @property
    def link(self) -> int:
        """Which link of the notice is chosen, counted from its end: discard, send, instead."""
        return (-3, -2, -1)[self.number % 3]

    @property
    def lands(self) -> str:
        """Where the held copy is to land, "" for nowhere."""
        return (f"j{self.number}@gmail.com", self.held, "")[self.number % 3]


@dataclass
class Count:
    """What became of the messages.

    Attributes:
        taken: the numbers of those that were acknowledged.
        retries: attempts that got 4xx or lost the connection.
        killed: processes that were killed.
        landed: how often each address got a message.
        chosen: the numbers whose notice was answered.
    """

    taken: set[int] = field(default_factory=set)
    retries: int = 0
    killed: int = 0
    landed: Counter[str] = field(default_factory=Counter)
    chosen: set[int] = field(default_factory=set)

    @property
    def due(self) -> set[str]:
        """The addresses that must have got one message."""
        plans = [Plan(number) for number in self.taken]
        return {p.good for p in plans} | {p.lands for p in plans if p.lands}

    @property
    def lost(self) -> set[str]:
        """Got none, and should have."""
        return self.due - set(self.landed)

    @property
    def stray(self) -> set[str]:
        """Got one, and should not have."""
        return set(self.landed) - self.due

    @property
    def twice(self) -> set[str]:
        """Got more than one."""
        return {to for to, times in self.landed.items() if times > 1}

    def __str__(self) -> str:
        plans = [Plan(number) for number in self.taken]
        discarded = sum(not plan.lands for plan in plans)
        return (
            f"{len(self.taken)} messages acknowledged, each to two recipients; {self.killed} kills,"
            f" {self.retries} retries: {len(self.due) - len(self.lost)} copies delivered,"
            f" {discarded} discarded by choice, {len(self.lost)} lost, {len(self.stray)} stray,"
            f" {len(self.twice)} delivered twice"
        )


class Load:
    """Senders and people, in threads, at one site."""

    def __init__(self, site: Site, messages: int) -> None:
        self._site = site
        self._numbers: Iterator[int] = iter(range(messages))
        self._messages = messages
        self._turn = threading.Lock()
        self._box = site.postfix.base / "mail/box/new"
        self.count = Count()

    def run(self, trouble: Callable[[Load], None]) -> Count:
        """Send and choose, beside trouble; return the count when all has come to rest."""
        with ThreadPoolExecutor(_CLIENTS + 2) as threads:
            clients = [threads.submit(self._client) for _ in range(_CLIENTS)]
            people = threads.submit(self._people)
            breaking = threads.submit(trouble, self)
            for one in (*clients, breaking, people):
                one.result()
        self._rest()
        return self.count

    @property
    def sent(self) -> int:
        """How many were acknowledged."""
        return len(self.count.taken)

    def _client(self) -> None:
        while (number := self._next()) >= 0:
            pause = 0.02
            while not self._send(Plan(number)):
                self.count.retries += 1
                time.sleep(pause)
                pause = min(1.5 * pause, 1.0)
            with self._turn:
                self.count.taken.add(number)

    def _next(self) -> int:
        with self._turn:
            return next(self._numbers, -1)

    def _send(self, plan: Plan) -> bool:
        text = (
            f"From: {ANN}\r\nSubject: x\r\nMessage-ID: <{plan.number}@corp.example>\r\n"
            f"X-Number: {plan.number}\r\n\r\n{'x' * 60}\r\n"
        )
        try:
            with smtplib.SMTP("127.0.0.1", self._site.postfix.port, timeout=30) as client:
                return not client.sendmail(ANN, [plan.good, plan.held], text)
        except (OSError, smtplib.SMTPException):
            return False

    def _people(self) -> None:
        """Answer each notice as planned, until every message was chosen about."""
        seen: set[str] = set()
        with ThreadPoolExecutor(_PEOPLE) as people:
            while len(self.count.chosen) < self._messages:
                time.sleep(0.1)
                new = [path for path in self._landed() if path.name not in seen]
                seen |= {path.name for path in new}
                list(people.map(self._read, new))

    def _landed(self) -> list[Path]:
        with contextlib.suppress(FileNotFoundError), os.scandir(self._box) as found:
            return [self._box / entry.name for entry in found]
        return []

    def _read(self, path: Path) -> None:
        text = path.read_text("utf-8", "replace")
        if f"Delivered-To: {ANN}" not in text:
            return
        number = re.search(r"^Subject: Held: your message to j(\d+)@", text, re.MULTILINE)
        plain = text.partition("text/html")[0].replace("=\n", "")
        links = re.findall(r"http://127\.0\.0\.1:\d+/c/[a-z2-7]{45}", plain)
        if number and links:
            self._choose(links[Plan(int(number[1])).link])
            with self._turn:
                self.count.chosen.add(int(number[1]))

    def _choose(self, link: str) -> None:
        while True:
            with contextlib.suppress(OSError, HTTPException):  # killed before or within its answer
                status, _ = browse(link, "POST")
                if status == _TAKEN or status in _GONE:
                    return
            time.sleep(0.2)

    def _rest(self) -> None:
        """Wait until all that is due has landed, and a while more for what is not."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            self._site.postfix.settle(120)
            self.count.landed = Counter(map(_recipient, self._landed()))
            self.count.landed.pop(ANN, None)
            if not self.count.lost:
                break
            time.sleep(0.5)
        time.sleep(2)
        self._site.postfix.settle(120)
        self.count.landed = Counter(map(_recipient, self._landed()))
        self.count.landed.pop(ANN, None)


def _recipient(path: Path) -> str:
    found = re.search(r"^Delivered-To: (.+)$", path.read_text("utf-8", "replace"), re.MULTILINE)
    return found[1] if found else ""


def kill_one(gate: Missent, count: Count) -> None:
    """Kill one of its workers, chosen at random."""
    with contextlib.suppress(OSError, IndexError):
        os.kill(random.choice(gate.workers()), signal.SIGKILL)  # noqa: S311  no secret
        count.killed += 1
