"""Texts from outside, fit for a column."""

from __future__ import annotations

_TEXT = 1_000  # characters of a text that a stranger may have written


def clean(text: str) -> str:
    """A text without NUL and half surrogate pairs, of bounded length."""
    return scrub(text[:_TEXT])


def scrub(text: str) -> str:
    """The same of any length."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
