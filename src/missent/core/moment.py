"""Moments as text."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(at: int) -> str:
    """So many seconds since the epoch, as RFC 3339 has it: `2026-11-25T14:05:09Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
