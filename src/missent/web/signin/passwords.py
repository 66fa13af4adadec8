"""Passwords: hashed by argon2id (RFC 9106, its second recommended option: 64 MiB, three passes)."""

from __future__ import annotations

import asyncio
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 12, 256
_AT_ONCE = 2  # 64 MiB each


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    """What the password of an account that is not there is compared with: it takes as long."""
    return _hasher().hash("nobody's")


def unfit(password: str, name: str) -> str:
    """Why something should not be a password; "" where it may."""
    if len(password) < SHORTEST:
        return f"it has {len(password)} characters; take at least {SHORTEST}"
    if len(password) > LONGEST:
        return f"it has more than {LONGEST} characters"
    if len(set(password)) < SHORTEST // 2:
        return "it repeats a few characters; take others"
    if password.casefold().strip("0123456789!") == name.casefold():
        return "it is the name of the user; take another"
    return ""


def hashed(password: str) -> str:
    """The hash to be kept, with its parameters and its salt."""
    return _hasher().hash(_normal(password))


def outdated(kept: str) -> bool:
    """Whether a hash was made by other parameters than today's."""
    return _hasher().check_needs_rehash(kept)


def right(kept: str, password: str) -> bool:
    """Whether a password is the one of a hash; "" is no account's, and takes as long."""
    try:
        _hasher().verify(kept or _nobodys(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


class Checking:
    """Hashes beside the event loop, few at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def right(self, kept: str, password: str) -> bool:
        """See `right`."""
        async with self._turn:
            return await asyncio.to_thread(right, kept, password)

    async def hashed(self, password: str) -> str:
        """See `hashed`."""
        async with self._turn:
            return await asyncio.to_thread(hashed, password)


def _normal(password: str) -> str:
    """The same password, however a keyboard composes its letters (RFC 8265 4.2.2)."""
    return unicodedata.normalize("NFC", password[:LONGEST])
