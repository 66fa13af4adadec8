"""A key for a message that has no Message-ID."""

from __future__ import annotations

from hashlib import blake2b


def digest(*parts: str) -> str:
    """A short digest of what identifies a message; the same parts give the same key."""
    whole = "\x00".join(parts).encode("utf-8", "replace")
    return "digest:" + blake2b(whole, digest_size=12).hexdigest()
