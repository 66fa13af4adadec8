"""The sections of the rooms below: what is remembered, asked and told."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from missent.settings.section import File, Seconds, Section, Texts

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
    """What is asked of the DNS about recipients' domains, for R301 and R302."""

    enabled: bool = False
    """Whether the gates ask; it needs the extra `dns`. Whoever runs the resolvers then learns which
    domains are written to."""
    resolvers: Texts = ()
    """Recursive resolvers: `9.9.9.9`, `127.0.0.1:5353` or `[::1]:53`; without any, the system's."""
    within: Seconds = 2
    """Seconds that a decision waits for an answer; what comes later is not known to it, and counts
    for nothing. It must lie below the gates' `deadline`."""
    timeout: Seconds = 1.5
    """Seconds that a resolver gets for its first try."""
    tries: Annotated[int, Field(ge=1, le=10)] = 2
    """How often each resolver is tried."""
    rate: Annotated[float, Field(gt=0, le=1_000_000)] = 200
    """Questions a second at most, of one process."""
    parallel: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Questions that may be open at a time."""


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
