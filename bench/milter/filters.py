"""The filters that take turns at one Postfix, each in processes of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from missent.memory.interface import Batch
from missent.memory.learned import Delta, Lesson
from missent.memory.sql.store import SqlStore
from missent.testing.milter import Missent
from missent.testing.postfix import answers, free_port, until

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

FILTERS = ("none", "missent", "deciding", "pymilter", "purepythonmilter")
PEERS = Path(__file__).parent.parent / "peers"
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
        with running(sys.executable, PEERS / "missent_deciding.py", gate.config) as process:
            until(ready.exists, 120, what=name)
            yield f"unix:{base}/{name}.sock", process.pid
    elif name == "purepythonmilter":
        port = free_port()
        with running(options.purepythonmilter, PEERS / f"trivial_{name}.py", port) as process:
            until(lambda: answers(port), 60, what=name)
            yield f"inet:127.0.0.1:{port}", process.pid
    else:
        socket = base / "pymilter.sock"
        socket.unlink(missing_ok=True)
        with running(options.pymilter, PEERS / "trivial_pymilter.py", socket) as process:
            until(socket.exists, 60, what=name)
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
