"""The servers that are measured, each as processes of its own, and what they used."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from missent.testing.postfix import answers, free_port, until
from missent.testing.sinkhole import Process
from missent.testing.tls import certificate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TICKS = os.sysconf("SC_CLK_TCK")
_BOUNDS = """
connections = 100000
recipients = 1000000000
session = 3600
idle = 3600
names = false
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers.

    Attributes:
        name: of it.
        port: of 127.0.0.1.
        processes: all of its.
        trust: the file with its certificate; None without TLS.
    """

    name: str
    port: int
    processes: Sequence[int]
    trust: Path | None = None

    def cpu(self) -> float:
        """Seconds of all its processes so far (proc(5): fields 14 and 15)."""
        return sum(_cpu(process) for process in self.processes)

    def memory(self) -> int:
        """Proportional set size of all its processes, in octets."""
        return sum(_memory(process) for process in self.processes)


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(process: int) -> int:
    text = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    return 1024 * int(text.partition("\nPss:")[2].split()[0])


@contextmanager
def missent(workers: int = 2, key: Literal["rsa", "ec"] = "ec") -> Iterator[Running]:
    """`missent sinkhole` as it is run, with a certificate, the store and the counting."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        trust = certificate(base, key)
        more = f'workers = {workers}\ntls_certificate = "{trust}"\n{_BOUNDS}'
        with Process(base, more, flush=10) as process:
            name = f"missent, {_processes(workers)}"
            yield Running(name, process.port, process.processes, trust)


@contextmanager
def aiosmtpd(loop: str, workers: int = 2) -> Iterator[Running]:
    """Aiosmtpd with the same answers, without a store."""
    port = free_port()
    script = Path(__file__).with_name("refusing.py")
    with ExitStack() as stack:
        trust = certificate(Path(stack.enter_context(tempfile.TemporaryDirectory())), "ec")
        command = (sys.executable, script, str(port), loop, trust)
        started = [stack.enter_context(_process(*command)) for _ in range(workers)]
        until(lambda: answers(port), what="aiosmtpd to listen")
        yield Running(f"aiosmtpd on {loop}, {_processes(workers)}", port, started, trust)


@contextmanager
def smtp_sink() -> Iterator[Running]:
    """Postfix's own, which refuses every RCPT with one fixed short text; it has one process."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        raise FileNotFoundError("smtp-sink is not installed: sh deploy/test-packages.sh")
    port = free_port()
    command = (program, "-u", "nobody", "-m", "100000", "-f", "rcpt", f"127.0.0.1:{port}", "4096")
    with _process(*command) as process:
        until(lambda: answers(port), what="smtp-sink to listen")
        yield Running("smtp-sink, 1 process", port, [process])


def _processes(count: int) -> str:
    return "1 process" if count == 1 else f"{count} processes"


@contextmanager
def _process(*command: str | Path) -> Iterator[int]:
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running.pid
    finally:
        running.kill()
        running.wait()
