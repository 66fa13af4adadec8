"""Files whose change is noticed by a look at their stamps, every few seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_Stamp = tuple[int, int, int]


class Watched:
    """What the workers read when they start, besides the configuration.

    Args:
        files: which they are; asked for anew at each reload.
        every: seconds between two looks.
    """

    def __init__(self, files: Callable[[], Iterable[Path]] = tuple, every: float = 2) -> None:
        self._files = files
        self._every = every
        self._next = 0.0
        self._stamps: dict[Path, _Stamp | None] = {}

    def reload(self) -> None:
        """From now on, what differs from the present has changed."""
        try:
            files = list(self._files())
        except ConfigError:  # the workers tell it, and the old ones stay
            files = list(self._stamps)
        self._stamps = {file: _stamp(file) for file in files}

    def changed(self, now: float) -> list[Path]:
        """Files that are not as they were; none before it is time to look."""
        if now < self._next or not self._stamps:
            return []
        self._next = now + self._every
        found = [file for file, stamp in self._stamps.items() if _stamp(file) != stamp]
        self._stamps |= {file: _stamp(file) for file in found}
        return found

    def until_next(self, now: float) -> float:
        """Seconds until the next look."""
        return max(0.0, self._next - now) if self._stamps else float("inf")


def _stamp(file: Path) -> _Stamp | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
