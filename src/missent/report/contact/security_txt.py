"""What a security.txt says of whom to write to (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

from missent.core.address import Address
from missent.core.errors import AddressError

_MOST_LINES = 1000


def mailboxes(content: bytes, now: datetime) -> list[str]:
    """The addresses of its `Contact` fields, in the order of preference.

    One that has expired tells nothing any more (section 2.5.5).
    """
    found: list[str] = []
    for line in content.decode("utf-8", "replace").splitlines()[:_MOST_LINES]:
        name, colon, value = line.partition(":")
        field, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if field == "expires" and _is_over(value, now):
            return []
        if field == "contact" and value.lower().startswith("mailto:"):
            address = mailbox(unquote(value[7:].partition("?")[0]))
            if address and address not in found:
                found.append(address)
    return found


def mailbox(text: str) -> str:
    """An address, normalised; "" where it is none."""
    try:
        return str(Address.parse(text))
    except AddressError:
        return ""


def _is_over(text: str, now: datetime) -> bool:
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) < now
