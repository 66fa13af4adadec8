"""The section of held mail."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from missent.settings.gates import Upstream  # noqa: TC001  pydantic reads it
from missent.settings.section import AddressText, File, Section, Texts

_LOCAL_PART = 64 - 46  # RFC 5321 4.5.3.1.1, less a "+" and a token


def _short(text: str) -> str:
    if len(text.rpartition("@")[0]) > _LOCAL_PART:
        raise ValueError(f"the local part has more than {_LOCAL_PART} characters; take a shorter")
    return text


class HoldSection(Section):
    """Keeps held messages and asks their senders. It needs `[store]` and `[notice]`.

    The pages of `[web]` or a `reply_address`, or both, let senders choose.
    """

    key_file: File
    """The keys that seal what is kept and sign what is sent out; `missent hold key` makes it."""
    upstream: Upstream | None = None
    """The server that takes what is released, written as in `[relay]`. It must not ask again: at
    Postfix a port of its own without the milter. Without it, what is released goes where the relay
    hands its mail on."""
    username: str = ""
    """To sign in with; nothing for no AUTH."""
    password_file: File | None = None
    """The file whose first line is the password; without it, it is taken from the environment
    variable `MISSENT_HOLD_PASSWORD`."""
    cafile: File | None = None
    """Certificates to trust instead of the system's."""
    hostname: str = "localhost"
    """Our name to the servers that take released mail and notices, and in reports."""
    expires: Annotated[int, Field(ge=1, le=30 * 86400)] = 259200
    """Seconds that a message waits for its sender's choice; then it is given up, never sent."""
    reply_address: Annotated[AddressText, AfterValidator(_short)] | None = None
    """A mailbox whose extended addresses (`missent+...@corp.example`) reach `reply_listen`."""
    reply_listen: str = ""
    """Where answers to notices come in by SMTP, such as `127.0.0.1:2526`; nothing for nowhere."""
    an_hour: Annotated[int, Field(ge=1)] = 30
    """Messages of one sender that are held within an hour; further ones are refused."""
    review: Texts = ()
    """Codes, or beginnings of codes such as `"X"`: a recipient with such a finding that would be
    held or blocked waits for a reviewer (`missent held`)."""
    retry: Annotated[int, Field(ge=60)] = 432000
    """Seconds that a released message is tried; then its sender gets a report."""
    record_days: Annotated[int, Field(ge=1)] = 90
    """Days after its end for which it is kept on record who chose what; never the content."""
    journal: File | None = None
    """A folder on this host's own disk, for this store alone, where it is noted what the next hop
    took until the store knows too; without it, `missent.db.taken` beside SQLite's `missent.db`, and
    none with PostgreSQL."""
