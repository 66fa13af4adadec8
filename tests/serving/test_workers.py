"""The parent of the workers, as a process of its own that answers on a TCP port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from missent.testing.postfix import until

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each worker answers with its process number and with what stands in the file; "bad" cannot start.
PROGRAM = """
import os, select, signal, socket, sys, time
from pathlib import Path
from missent.serving.watched import Watched
from missent.serving.workers import Workers, WorkerOptions
listening = socket.create_server(("127.0.0.1", 0))
said = Path(sys.argv[1])
print(listening.getsockname()[1], flush=True)

def work(life):
    text = said.read_text()
    if text == "bad":
        return 2
    if text == "mute":
        time.sleep(60)
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(1))
    life.ready()
    while not ending:
        readable, _, _ = select.select([listening, life.parent], [], [], 0.05)
        if life.parent in readable:
            return 0
        if listening in readable:
            try:
                listening.settimeout(0.05)
                client, _ = listening.accept()
            except OSError:
                continue
            client.sendall(f"{os.getpid()} {life.place} {text}".encode())
            client.close()
    if text == "stubborn":
        time.sleep(60)
    return 0

watched = Watched(lambda: [said.with_name("feed")], every=0.2)
sys.exit(Workers(WorkerOptions(2, start=2, grace=float(sys.argv[2])), work, watched).run())
"""


class Running:
    def __init__(self, base: Path, text: str, grace: float = 1) -> None:
        self.said = base / "said"
        self.said.write_text(text)
        self.log = base / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-c", PROGRAM, str(self.said), str(grace)],
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(lambda: self.log.read_text().partition("\n")[1] == "\n", what="the port")
        self.port = int(self.log.read_text().splitlines()[0])

    def ask(self) -> tuple[int, str]:
        number, _, text = self.answer()
        return int(number), text

    def answer(self) -> tuple[str, str, str]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            process, place, text = client.recv(100).decode().split(" ")
        return process, place, text

    def met(self, places: dict[str, str]) -> int:
        process, place, _ = self.answer()
        places[process] = place
        return len(places)

    def workers(self) -> set[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with suppress(OSError):
            return {int(number) for number in path.read_text().split()}
        return set()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path, "one")
    until(lambda: " ready " in running.log.read_text(), what="all workers")
    yield running
    with suppress(ProcessLookupError):
        os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait()


def test_a_worker_that_dies_is_replaced_and_nobody_is_turned_away(started: Running) -> None:
    first = started.workers()
    assert len(first) == 2
    for worker in first:
        os.kill(worker, signal.SIGKILL)
        assert started.ask()[1] == "one"
    until(lambda: len(started.workers()) == 2 and not started.workers() & first, what="others")
    assert started.ask()[0] in started.workers()


def test_one_that_is_replaced_leaves_its_place_to_its_successor(started: Running) -> None:
    places: dict[str, str] = {}
    until(lambda: started.met(places) == 2, what="both")
    assert set(places.values()) == {"0", "1"}
    dead, place = places.popitem()
    os.kill(int(dead), signal.SIGKILL)
    others = dict(places)
    until(lambda: started.met(others) == 2, what="the successor")
    assert others.popitem()[1] == place


def test_a_reload_replaces_them_all(started: Running) -> None:
    first = started.workers()
    started.said.write_text("two")
    started.process.send_signal(signal.SIGHUP)
    until(lambda: len(started.workers()) == 2 and not started.workers() & first, what="others")
    assert started.ask()[1] == "two"


def test_a_watched_file_that_changes_replaces_them_too(started: Running) -> None:
    for text in ("two", "three"):
        first = started.workers()
        started.said.write_text(text)
        started.said.with_name("feed").write_text(text)
        until(lambda: len(started.workers()) == 2 and not started.workers() & first, what="others")  # noqa: B023  called at once
        assert started.ask()[1] == text
    started.said.write_text("bad")
    started.said.with_name("feed").unlink()
    until(lambda: "reload failed" in started.log.read_text(), what="the new ones to fail")
    assert started.ask()[1] == "three"


@pytest.mark.parametrize("text", ["bad", "mute"])
def test_a_reload_that_fails_leaves_the_old_ones(started: Running, text: str) -> None:
    first = started.workers()
    started.said.write_text(text)
    started.process.send_signal(signal.SIGHUP)
    until(lambda: "reload failed" in started.log.read_text(), what="the new ones to fail")
    until(lambda: started.workers() == first, what="the new ones to be gone")
    assert started.ask()[1] == "one"
    started.said.write_text("two")
    started.process.send_signal(signal.SIGHUP)
    until(lambda: started.ask()[1] == "two", what="a reload that works")


def test_the_first_start_fails_with_the_workers_code(tmp_path: Path) -> None:
    running = Running(tmp_path, "bad")
    running.process.wait(20)
    assert running.process.returncode == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean(started: Running, number: signal.Signals) -> None:
    workers = started.workers()
    started.process.send_signal(number)
    started.process.wait(20)
    assert started.process.returncode == 0
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_a_worker_that_does_not_end_is_killed_after_the_grace(tmp_path: Path) -> None:
    running = Running(tmp_path, "stubborn")
    running.ask()
    running.process.terminate()
    running.process.wait(20)
    assert running.process.returncode == 0


def test_the_same_stop_told_twice_is_one_and_a_second_wish_ends_at_once(tmp_path: Path) -> None:
    running = Running(tmp_path, "stubborn", grace=60)
    until(lambda: " ready " in running.log.read_text(), what="all workers")
    workers = running.workers()
    for _ in range(2):
        running.process.terminate()
        time.sleep(0.3)
    assert len(workers) == 2
    assert all(_alive(worker) for worker in workers)
    time.sleep(1)
    running.process.terminate()
    running.process.wait(20)
    assert running.process.returncode == 0


def test_workers_end_when_their_parent_is_gone(started: Running) -> None:
    workers = started.workers()
    started.process.kill()
    started.process.wait()
    until(lambda: not any(_alive(worker) for worker in workers), what="the workers to end")


def _alive(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
