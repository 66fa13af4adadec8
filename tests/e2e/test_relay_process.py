"""The relay as a process of its own: told to stop, and killed."""

from __future__ import annotations

import contextlib
import random
import signal
import smtplib
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e
SENDER, RIGHT = "a@corp.example", "b@partner.example"
PROGRAM = """
import asyncio, signal, sys
from pathlib import Path
from missent.gates.relay.options import RelayOptions
from missent.gates.relay.server import serving
from missent.smtp.listener import ListenOptions
from missent.testing.relay import MilGuard

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    options = RelayOptions(ListenOptions(port=0, grace=5), outbox=Path(sys.argv[1]))
    async with serving(options, MilGuard()) as names:
        print("port", names[0][1], file=sys.stderr, flush=True)
        await stop.wait()

asyncio.run(main())
"""


@contextlib.contextmanager
def process(outbox: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(outbox)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stderr is not None
        word, _, port = running.stderr.readline().partition(" ")
        assert word == "port"
        yield running, int(port)
    finally:
        running.kill()
        running.communicate()


def kept(outbox: Path) -> list[str]:
    texts = [file.read_text() for file in (outbox / "new").iterdir()]
    return [text.partition("Subject: ")[2].splitlines()[0] for text in texts]


def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    acknowledged: list[str] = []

    def sender(port: int, name: int) -> None:
        number = 0
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp = smtplib.SMTP("127.0.0.1", port, timeout=10)
            while True:
                number += 1
                subject = f"{name}-{number}"
                smtp.sendmail(SENDER, [RIGHT], f"Subject: {subject}\r\n\r\n{'x' * 2000}")
                acknowledged.append(subject)

    chance = random.Random(117)  # noqa: S311  not a secret
    for turn in range(4):
        with process(tmp_path) as (running, port):
            senders = [
                threading.Thread(target=sender, args=(port, turn * 10 + n)) for n in range(4)
            ]
            for thread in senders:
                thread.start()
            time.sleep(0.3 + chance.random() / 3)
            running.kill()
            for thread in senders:
                thread.join()
    there = kept(tmp_path)
    assert len(acknowledged) > 20
    assert len(set(there)) == len(there)
    assert set(acknowledged) <= set(there)
    # at most the one that each sender was waiting for is there beyond these
    assert len(there) - len(acknowledged) <= 16


def test_told_to_stop_it_finishes_the_message_under_way(tmp_path: Path) -> None:
    with process(tmp_path) as (running, port):
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
            smtp.ehlo()
            smtp.mail(SENDER)
            smtp.rcpt(RIGHT)
            assert smtp.docmd("DATA")[0] == 354
            running.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            assert running.poll() is None
            smtp.send(b"Subject: late\r\n\r\nbody\r\n.\r\n")
            assert smtp.getreply()[0] == 250
            assert smtp.getreply()[0] == 421
        assert running.wait(10) == 0
    assert kept(tmp_path) == ["late"]
