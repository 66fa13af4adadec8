"""The sections of the rooms below: what is remembered, asked and told."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from missent.settings.section import File, Section

_PASSWORD = re.compile(r"[^:/?#]+://[^@/?#]*:[^@/]*@")


def _without_password(url: str) -> str:
    # Not urllib's parser: it refuses what the store may well take, and shows it in its error.
    if _PASSWORD.match(url):
        raise ValueError("no password here: write it into the file named by store.password_file")
    return url


class StoreSection(Section):
    """Where it is remembered who writes to whom."""

    url: Annotated[str, AfterValidator(_without_password)] = ""
    """`sqlite:///relative/path.db`, `sqlite:////absolute/path.db` or
    `postgresql://user@host/database`; without it nothing is remembered. No password stands here."""
    password_file: File | None = None
    """The file whose first line is the password; without it, it is taken from the environment
    variable `MISSENT_STORE_PASSWORD`."""
    retention_days: Annotated[int, Field(ge=1)] = 1826
    """A contact unused for longer is forgotten, in days."""


class DnsSection(Section):
    """What is asked of the DNS about recipients' domains."""

    enabled: Literal[False] = False
    """Not in this release: R301 and R302 look at what a caller of the library supplies."""


class LogSection(Section):
    """What is written to standard error, one line an event."""

    format: Literal["json", "text"] = "json"
    """One JSON object a line, or text for people."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important lines to be written."""
    addresses: Literal["full", "domain", "hashed"] = "full"
    """Mail addresses as they are, as their domain alone, or as a keyed hash."""
    hash_key_file: File | None = None
    """The key of `hashed`; without it each start makes a new one, and two runs cannot be joined."""
