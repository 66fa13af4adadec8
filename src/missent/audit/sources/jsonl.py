"""Message events as JSON Lines: one object a line, plain, gzip or zstd.

Fields: `id` (Message-ID), `date` (ISO 8601, RFC 5322 or seconds since the epoch), `from`, `to`,
`cc`, `bcc` (lists of header text, dirt included), `subject`, `text`. Only `date` must be there.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from missent.audit.sources import notices
from missent.audit.sources.dates import seconds
from missent.audit.sources.interface import Bounce, Event
from missent.audit.sources.keys import digest
from missent.audit.sources.mailboxes import mailboxes
from missent.audit.sources.octets import lines
from missent.core.message import Field, Message, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from missent.audit.sources.interface import Tally
    from missent.core.address import Address

_FIELDS: tuple[Field, ...] = ("to", "cc", "bcc")
_MOST = 10_000


def read(path: Path, tally: Tally) -> Iterator[Event]:
    """Read message events; see `Reader`."""
    loads = json.loads
    for number, line in lines(path, tally):
        try:
            row = loads(line)
        except (ValueError, RecursionError) as error:
            if line.strip():
                tally.skip(f"line {number}", f"no JSON: {error}")
            continue
        if not isinstance(row, dict):
            tally.skip(f"line {number}", "not a JSON object")
            continue
        event = _event(row, number, tally)
        if event is not None:
            tally.events += 1
            yield event


def _event(row: dict[str, Any], number: int, tally: Tally) -> Event | None:
    at = seconds(row.get("date"))
    if at is None:
        tally.skip(f"line {number}", f"no date: {str(row.get('date'))[:80]!r}")
        return None
    sender = _sender(_text(row.get("from")))
    if sender is None and row.get("from"):
        tally.skip_address(f"line {number}", str(row["from"]))
    recipients: list[Recipient] = []
    for field in _FIELDS:
        for text in _texts(row.get(field)):
            if not isinstance(text, str):
                tally.skip_address(f"line {number}", str(text))
                continue
            found, refused = _recipients(text, field)
            recipients.extend(found)
            for piece in refused:
                tally.skip_address(f"line {number}", piece)
    if sender is None and not recipients:
        tally.skip(f"line {number}", 'neither "from" nor "to", "cc" or "bcc" has an address')
        return None
    subject = _text(row.get("subject"))
    identity = _text(row.get("id")).strip().strip("<>")
    key = identity or digest(str(at), sender.key if sender else "", subject, str(recipients))
    message = Message(sender, tuple(recipients[:_MOST]), identity, subject)
    if sender is None or not notices.is_automatic(sender.local):
        return Event(at, key, message)
    return Event(at, key, message, _bounced(message, _text(row.get("text"))), automatic=True)


def _bounced(message: Message, text: str) -> tuple[Bounce, ...]:
    if message.mail_from is None or not notices.is_notice(message.mail_from.local):
        return ()
    names = notices.failed(message.subject, text)
    if not names:
        return ()
    original = notices.original_message_id(text)
    return tuple(
        Bounce(writer, address, original)
        for writer in notices.writers(message)
        for name in names
        for address, _ in mailboxes(name)[0]
    )


@lru_cache(maxsize=131_072)
def _sender(text: str) -> Address | None:
    found, _ = mailboxes(text)
    return found[0][0] if found else None


@lru_cache(maxsize=131_072)
def _recipients(text: str, field: Field) -> tuple[tuple[Recipient, ...], tuple[str, ...]]:
    found, refused = mailboxes(text)
    return tuple(Recipient(address, field, name) for address, name in found), refused


def _texts(value: object) -> list[object]:
    """The entries of a field; those that are no text are for the tally."""
    if isinstance(value, list):
        return [text for text in value[:_MOST] if text is not None and text != ""]
    return [value] if value and (not isinstance(value, str) or value.strip()) else []


def _text(value: object) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, str):
        return ""
    if value.isascii():
        return value
    return value.encode("utf-8", "replace").decode("utf-8")  # JSON can spell half a surrogate pair
