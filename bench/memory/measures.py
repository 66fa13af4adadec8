"""How it is measured: time of one core, resident memory, the pace of the machine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


def timed(ask: Callable[[T], object], asked: Sequence[T]) -> float:
    """Microseconds of one core a question."""
    start = time.process_time()
    for one in asked:
        ask(one)
    return (time.process_time() - start) / len(asked) * 1e6


def resident() -> float:
    """Resident memory in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def pace() -> float:
    """How fast the machine is just now: seconds of one core for ten million passes of a loop."""
    start = time.process_time()
    for _ in range(10_000_000):
        pass
    return time.process_time() - start
