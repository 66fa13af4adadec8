"""Secrets that are cookies or links, and what the store knows of them."""

from __future__ import annotations

import secrets
from hashlib import sha256


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept: of no use to who reads the store, for the secret cannot be guessed."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
