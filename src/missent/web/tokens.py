"""What programs show to use the API: a secret of 256 random bits, and what it allows.

The store knows its SHA-256 alone. A slow hash, as for passwords, would protect what people choose;
nobody can try 2^256 secrets.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_PREFIX = "missent_"  # so that a secret is recognised where it should not be


class Scope(StrEnum):
    """What a token allows.

    `form` asks as a stranger's web form does: what people here write to counts for nothing, so that
    nobody can find out by asking. `screen` asks with all that is known.
    """

    SCREEN = "screen"
    FORM = "form"
    HELD_READ = "held:read"
    HELD_WRITE = "held:write"
    DECISIONS_READ = "decisions:read"
    DECISIONS_WRITE = "decisions:write"
    EXCEPTIONS_READ = "exceptions:read"
    EXCEPTIONS_WRITE = "exceptions:write"
    CONTACTS_READ = "contacts:read"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without its secret.

    Attributes:
        number: its own, for good.
        name: what it is called in lists and in the trail.
        scopes: what it allows.
        created: when, in seconds since the epoch.
        expires: when it ends by itself; None for never.
        revoked: when it was ended; None while it was not.
        used: when last, to the hour; None for never.
    """

    number: int
    name: str
    scopes: frozenset[Scope]
    created: int
    expires: int | None = None
    revoked: int | None = None
    used: int | None = None

    def holds(self, at: int) -> bool:
        """Whether it can be used at that moment."""
        return self.revoked is None and (self.expires is None or at < self.expires)


def new_secret() -> str:
    """A secret for a token."""
    return _PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What the store knows of a secret."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


class Tokens(Protocol):
    """Keeps tokens. Methods raise `StoreError` when the store cannot be had."""

    async def add(
        self, name: str, scopes: Collection[Scope], by: str, *, at: int, expires: int | None = None
    ) -> tuple[Token, str]:
        """Make a token; its secret is returned this once. It is noted in the trail, as by `by`.

        Raises:
            ValueError: another one that was not revoked has this name.
        """

    async def find(self, digest: bytes) -> Token | None:
        """The token of a secret's digest, also one that no longer holds."""

    async def all(self) -> Sequence[Token]:
        """Every token, the oldest first."""

    async def revoke(self, name: str, by: str, at: int) -> bool:
        """End a token by its name, noted likewise; False where none of that name was left."""

    async def used(self, number: int, at: int) -> None:
        """Note when a token was used."""
