"""Messages a second through a real Postfix, and CPU a message of the milter beside it.

Five filters take turns, some rounds each, with Postfix's own `smtp-source` at 20 sessions:
none; `missent milter` with 100,000 contacts, which decides and learns each message; the same with
its real decision alone ("deciding"); and two peers that decide nothing, pymilter (C below, GPL)
and purepythonmilter. The peers too see the envelope and the end of each message. Needs root,
Debian's postfix and python3-milter. Run it by `make bench-milter`.

With `--kill N` it sends N messages instead while a worker is killed at random every second, and
tells what became of each. With `--fuzz N` it feeds N broken packets to sessions in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

from missent.core.errors import ProtocolError
from missent.gates.confirm import Confirm, LocalAttempts
from missent.gates.milter import commands, wire
from missent.gates.milter.desk import Desk, DeskOptions
from missent.gates.milter.session import Question, Session
from missent.gates.ours import Ours
from missent.memory.interface import Batch, Delta, Lesson
from missent.memory.sql.store import SqlStore
from missent.testing.fuzz import packets
from missent.testing.gates import SuffixGuard
from missent.testing.killing import send_while_killing
from missent.testing.milter import Missent
from missent.testing.postfix import Postfix, answers, free_port, until, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
SESSIONS = 20
CONTACTS = 100_000
SETTINGS = """
[organisation]
domains = ["corp.example"]
[policy]
mode = "enforce"
[serve]
workers = {workers}
[store]
url = "sqlite:///{base}/store/missent.db"
[milter]
networks = ["127.0.0.0/8"]
on_error = "tempfail"
"""
# Nothing is delivered: only what stands before the queue is measured.
MAIN = """
virtual_mailbox_domains =
default_transport = discard
relay_transport = discard
smtpd_relay_restrictions = permit_mynetworks, reject
milter_default_action = tempfail
smtpd_milters = {milters}
"""


@dataclass
class Figures:
    """What the rounds of one filter gave."""

    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second, in the middle round."""
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        """Seconds of CPU a message, in the middle round."""
        return statistics.median(self.costs) if self.costs else 0.0


def cpu_seconds(process: int) -> float:
    """User and system time of a process and all below it."""
    ticks = 0
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    family = {process}
    for _ in range(4):
        family |= {child for child, (parent, _) in parents.items() if parent in family}
    ticks = sum(parents[one][1] for one in family if one in parents)
    return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def running(*command: object) -> Iterator[subprocess.Popen[bytes]]:
    # A session of its own, as a service has: the scheduler shares the processors by sessions.
    with subprocess.Popen(
        [str(word) for word in command], stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextlib.contextmanager
def filtered(name: str, base: Path, options: argparse.Namespace) -> Iterator[tuple[str, int]]:
    """Start a filter; yields what `smtpd_milters` says, and its process."""
    if name == "none":
        yield "", 0
    elif name == "missent":
        settings = SETTINGS.replace("{workers}", str(options.workers))
        with Missent.at(base, settings) as gate:
            yield f"unix:{base}/milter.sock", gate.process.pid
    elif name == "deciding":
        settings = SETTINGS.replace("{workers}", "1")
        gate = Missent.at(base, settings, name)
        ready = gate.config.with_suffix(".ready")
        ready.unlink(missing_ok=True)
        with running(sys.executable, HERE / "peers/missent_deciding.py", gate.config) as process:
            until(ready.exists, 60, what=name)
            yield f"unix:{base}/{name}.sock", process.pid
    elif name == "purepythonmilter":
        port = free_port()
        with running(options.purepythonmilter, HERE / f"peers/trivial_{name}.py", port) as process:
            until(lambda: answers(port), what=name)
            yield f"inet:127.0.0.1:{port}", process.pid
    else:
        socket = base / "pymilter.sock"
        socket.unlink(missing_ok=True)
        with running(options.pymilter, HERE / "peers/trivial_pymilter.py", socket) as process:
            until(socket.exists, what=name)
            time.sleep(1)
            socket.chmod(0o666)
            yield f"unix:{socket}", process.pid


async def remember(base: Path, known: int) -> None:
    """Fill the store: the addresses that `smtp-source -N` writes to, and others all over.

    Args:
        base: where the store lies.
        known: how many of `Nbob@partner.test` are contacts.
    """
    store = await SqlStore.open(f"sqlite:///{base}/store/missent.db")
    at = int(time.time()) - 86400
    addresses = [f"{n}bob@partner.test" for n in range(1, known + 1)]
    addresses += [f"user{n}@firm{n % 20_000}.test" for n in range(CONTACTS - known)]
    for start in range(0, len(addresses), 10_000):
        deltas = [
            Delta("ann@corp.example", address, at, sent=3, received=1)
            for address in addresses[start : start + 10_000]
        ]
        await store.write(Batch([Lesson(tuple(deltas))]))
    await store.close()


def send(postfix: Postfix, messages: int) -> float:
    """Send messages; the rate a second."""
    began = time.monotonic()
    subprocess.run(
        [
            "smtp-source", "-s", str(SESSIONS), "-m", str(messages), "-l", "4000", "-N",
            "-f", "ann@corp.example", "-t", "bob@partner.test", f"127.0.0.1:{postfix.port}",
        ],
        check=True,
        timeout=600,
    )  # fmt: skip
    return messages / (time.monotonic() - began)


def measure(options: argparse.Namespace) -> None:
    figures = {name: Figures() for name in options.only}
    with Postfix(MAIN.replace("{milters}", "")) as postfix:
        # -N counts from 1 in each run: every recipient is a contact, as most are in an office.
        asyncio.run(remember(postfix.base, options.messages))
        for _ in range(options.rounds):
            for name, found in figures.items():
                with filtered(name, postfix.base, options) as (milters, process):
                    postfix.configure(MAIN.replace("{milters}", milters))
                    postfix.command("reload")
                    time.sleep(0.5)
                    send(postfix, 200)
                    before = cpu_seconds(process) if process else 0.0
                    found.rates.append(send(postfix, options.messages))
                    if process:
                        found.costs.append((cpu_seconds(process) - before) / options.messages)
                postfix.settle(60)
    print(f"{'filter':<18}{'messages/s':>12}{'CPU ms/message':>16}   each round")
    for name, found in figures.items():
        each = " ".join(f"{rate:.0f}" for rate in found.rates)
        print(f"{name:<18}{found.rate:>12.0f}{found.cost * 1000:>16.3f}   {each}")


def is_there(name: str, options: argparse.Namespace) -> bool:
    """Whether a peer can be started; says so where it cannot."""
    modules = {"pymilter": "Milter", "purepythonmilter": "purepythonmilter"}
    if name not in modules:
        return True
    python = getattr(options, name)
    found = subprocess.run(
        [python, "-c", f"import {modules[name]}"], check=False, capture_output=True
    )
    if found.returncode:
        print(f"{name} is left out: {python} does not have it")
    return not found.returncode


def kill(messages: int, workers: int) -> None:
    main = "smtpd_milters = unix:{base}/milter.sock\nmilter_default_action = tempfail\n"
    settings = SETTINGS.replace("{workers}", str(workers))
    with Postfix(main) as postfix, Missent.at(postfix.base, settings) as gate:
        tally = send_while_killing(postfix, gate, messages)
    print(f"{messages} messages: {tally}")
    if tally.lost or tally.twice or tally.given_up:
        sys.exit(1)


def fuzz(count: int, seed: int) -> None:
    """Feed broken packets: each ends in an answer, in silence or in an error of the protocol."""
    chance = random.Random(seed)
    ours = Ours(networks=(ip_network("0.0.0.0/0"),))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    guard = SuffixGuard()
    desk = Desk(guard, DeskOptions(), Confirm(LocalAttempts(), time.time), guard.at_once)
    broken = sessions = fed = 0
    while fed < count:
        sessions += 1
        stream, session = wire.from_mta(), Session(ours)
        session.hear(commands.Negotiate(6, 0x1FF, 0x1FFFFF))
        try:
            for packet in packets(chance):
                fed += 1
                stream.feed(packet)
                while (command := stream.next()) is not None:
                    for event in session.hear(command):
                        if isinstance(event, Question):
                            session.settle(desk.at_once(event) or ())
        except ProtocolError:
            broken += 1
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(
        f"{fed} packets in {sessions} sessions, {broken} of them closed for breaking the "
        f"protocol, no other exception; peak memory grew by {grown / 1024:.1f} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3000, help="a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1, help="of missent")
    parser.add_argument("--pymilter", default="/usr/bin/python3", help="a Python with pymilter")
    parser.add_argument("--purepythonmilter", default=sys.executable, help="a Python with it")
    parser.add_argument("--kill", type=int, metavar="N")
    parser.add_argument("--fuzz", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    filters = ["none", "missent", "deciding", "pymilter", "purepythonmilter"]
    parser.add_argument("--only", nargs="*", default=filters, choices=filters)
    options = parser.parse_args()
    if options.fuzz:
        fuzz(options.fuzz, options.seed)
        return
    if why_not():
        sys.exit(f"bench/milter.py: {why_not()}")
    if options.kill:
        kill(options.kill, 2)
    else:
        options.only = [name for name in options.only if is_there(name, options)]
        measure(options)


if __name__ == "__main__":
    main()
