"""What a process takes with all that it started: nobody can wait for Spark's Java."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

_EVERY = 0.2  # seconds
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Tree:
    """Looks at a process and those below it until `stop`.

    Attributes:
        peak: the most that they held at one time, in MB; what two of them share counts twice.
    """

    def __init__(self, root: int) -> None:
        self.peak = 0
        self._root = root
        self._ticks: dict[int, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    @property
    def cpu(self) -> float:
        """Processor time of all of them up to the last look, in seconds."""
        return round(sum(self._ticks.values()) / _TICKS, 2)

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_EVERY):
            held, there = 0, _processes()
            for process in _below(self._root, there):
                _, ticks, pages = there[process]
                self._ticks[process] = ticks
                held += pages
            self.peak = max(self.peak, held * _PAGE >> 20)


def _processes() -> dict[int, tuple[int, int, int]]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it has ended meanwhile
                stat = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                found[int(folder.name)] = int(stat[1]), int(stat[11]) + int(stat[12]), int(stat[21])
    return found


def _below(root: int, there: dict[int, tuple[int, int, int]]) -> list[int]:
    found = [root] if root in there else []
    for process in found:
        found += [other for other, (parent, *_) in there.items() if parent == process]
    return found
