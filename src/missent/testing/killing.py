"""Sends many messages through a Postfix while the gate's processes die, and counts what became."""

from __future__ import annotations

import os
import random
import signal
import smtplib
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.testing.milter import Missent
    from missent.testing.postfix import Postfix

_CLIENTS = 8
_SERVED = 5  # messages that were decided between two kills
_TRIES = 200  # of one message; each waits a moment longer, so that a restart fits in


@dataclass
class Tally:
    """What became of the messages.

    Attributes:
        accepted: the numbers of those that Postfix said 250 to.
        refused: those whose recipient was refused for good.
        given_up: those that got neither in many tries.
        retries: attempts that got 4xx or lost the connection.
        killed: processes that were killed meanwhile.
        delivered: how often each number landed.
    """

    accepted: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    given_up: set[int] = field(default_factory=set)
    retries: int = 0
    killed: int = 0
    delivered: Counter[int] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.killed} workers killed: {len(self.accepted)} messages taken, "
            f"{len(self.refused)} refused, {len(self.given_up)} given up, {len(self.lost)} lost, "
            f"{len(self.twice)} delivered twice, {self.retries} retries"
        )

    @property
    def lost(self) -> set[int]:
        """Accepted, and landed nowhere."""
        return self.accepted - set(self.delivered)

    @property
    def decided(self) -> int:
        """How many messages have had a final answer."""
        return len(self.accepted) + len(self.refused)

    @property
    def twice(self) -> set[int]:
        """Landed more than once."""
        return {number for number, times in self.delivered.items() if times > 1}


def send_while_killing(
    postfix: Postfix, gate: Missent, messages: int, *, pause: float = 1.0, bad_every: int = 10
) -> Tally:
    """Send from eight clients; each tries again after 4xx, as an MTA does, and never after 5xx.

    Args:
        postfix: where to.
        gate: whose workers are killed, one at a time, chosen at random.
        messages: how many; every `bad_every`-th goes to an address that is to be refused.
        pause: seconds between two kills.
        bad_every: see `messages`.
    """
    tally, done = Tally(), threading.Event()
    clients = _Clients(postfix.port, tally, iter(range(messages)), bad_every)

    def killer() -> None:
        before = 0
        while not done.wait(pause):
            # On a busy machine a new worker takes longer than the pause. Killing it before it
            # served anybody would prove nothing, and go on for ever.
            if tally.decided < before + _SERVED:
                continue
            before = tally.decided
            with suppress(OSError, IndexError):
                os.kill(random.choice(gate.workers()), signal.SIGKILL)  # noqa: S311  no secret
                tally.killed += 1

    killing = threading.Thread(target=killer)
    killing.start()
    with ThreadPoolExecutor(_CLIENTS) as threads:
        for running in [threads.submit(clients.run) for _ in range(_CLIENTS)]:
            running.result()
    done.set()
    killing.join()
    postfix.settle(120)
    tally.delivered.update(int(str(m["X-Number"])) for m in postfix.delivered())
    return tally


@dataclass
class _Clients:
    """What the clients share; each runs in a thread of its own."""

    port: int
    tally: Tally
    numbers: Iterator[int]
    bad_every: int
    turn: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        connection: smtplib.SMTP | None = None
        while (number := self._next()) >= 0:
            for attempt in range(_TRIES):
                connection, code = _attempt(self.port, connection, number, self.bad_every)
                if self._is_final(number, code):
                    break
                time.sleep(min(0.02 * (attempt + 1), 0.5))
            else:
                self.tally.given_up.add(number)
        if connection is not None:
            connection.close()

    def _next(self) -> int:
        with self.turn:
            return next(self.numbers, -1)

    def _is_final(self, number: int, code: int) -> bool:
        with self.turn:
            if code // 100 == 2:  # noqa: PLR2004  taken
                self.tally.accepted.add(number)
            elif code // 100 == 5:  # noqa: PLR2004  refused for good
                self.tally.refused.add(number)
            else:
                self.tally.retries += 1
                return False
        return True


def _attempt(
    port: int, connection: smtplib.SMTP | None, number: int, bad_every: int
) -> tuple[smtplib.SMTP | None, int]:
    domain = "army.ml" if number % bad_every == 0 else "partner.example"
    text = f"From: ann@corp.example\r\nSubject: x\r\nX-Number: {number}\r\n\r\nx\r\n"
    try:
        if connection is None:
            connection = smtplib.SMTP("127.0.0.1", port, timeout=30)
        connection.ehlo_or_helo_if_needed()
        code = connection.mail("ann@corp.example")[0]
        if code == 250:  # noqa: PLR2004  taken
            code = connection.rcpt(f"b{number}@{domain}")[0]
        if code == 250:  # noqa: PLR2004  taken
            code = connection.data(text.encode())[0]
        if code >= 400:  # noqa: PLR2004  refused, for now or for good
            connection.rset()
            if code < 500:  # noqa: PLR2004  the milter of this session may be gone for good
                connection.close()
                connection = None
    except smtplib.SMTPDataError as refused:
        connection.close() if connection else None
        return None, refused.smtp_code
    except (OSError, smtplib.SMTPException):
        return None, 0
    return connection, code
