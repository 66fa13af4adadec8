"""The key under which addresses are hashed: in memory alone, one a day, destroyed at its end.

All processes share one page of memory. Whoever first notices that a day (UTC) is over replaces the
key by a hash of itself, in place: the new one follows for everybody, the old one from nothing. So
digests of different days cannot be compared, and after its end nobody can find out whether an
address was among those of a day. A restart begins with a new key.
"""

from __future__ import annotations

import mmap
import secrets
import struct
from hashlib import blake2b

DAY = 86_400
_KEY_OCTETS = 32
_PAGE = struct.Struct(f"=q{_KEY_OCTETS}s8s")  # day, key, and a check against half a write
_TRIES = 1000


class DayKey:
    """To be made before the processes fork.

    Args:
        at: now, in seconds since the epoch.
    """

    def __init__(self, at: float) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self._day = -1
        self._key = b""
        self._write(int(at // DAY), secrets.token_bytes(_KEY_OCTETS))

    def of(self, at: float) -> bytes:
        """The key of the day of a moment; an earlier day than the current has none any more."""
        day = int(at // DAY)
        if day != self._day:
            self._turn(day)
        return self._key

    def _turn(self, day: int) -> None:
        current, key = self._read()
        if current < day:
            while current < day:
                key = blake2b(key, digest_size=_KEY_OCTETS, person=b"missent-day").digest()
                current += 1
            self._write(current, key)
        self._day, self._key = current, key

    def _read(self) -> tuple[int, bytes]:
        for _ in range(_TRIES):
            day, key, check = _PAGE.unpack_from(self._page)
            if check == _check(day, key):
                return day, key
        raise RuntimeError("the page of the key is damaged")

    def _write(self, day: int, key: bytes) -> None:
        self._page[: _PAGE.size] = _PAGE.pack(day, key, _check(day, key))


def _check(day: int, key: bytes) -> bytes:
    return blake2b(key, digest_size=8, salt=day.to_bytes(16, "big")).digest()


def digest(key: bytes, first: memoryview, second: memoryview) -> int:
    """64 bits for two pieces of a buffer, which are hashed where they stand."""
    state = blake2b(first, digest_size=8, key=key)
    state.update(b"@")
    state.update(second)
    return int.from_bytes(state.digest(), "big")
