"""A message file's sender and recipients, read from its header alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import HeaderParser
from typing import TYPE_CHECKING, BinaryIO

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.mailboxes import mailboxes
from missent.core.message import Message, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.core.message import Field

LARGEST = 1 << 20  # octets of a header; MTAs accept far less
_END = re.compile(rb"\r?\n\r?\n")
_FIELDS: tuple[Field, ...] = ("to", "cc", "bcc")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a header says of who writes to whom.

    Attributes:
        message: the sender and those recipients who have an address.
        entries: every recipient in the order of the fields; what is no address by its error.
    """

    message: Message
    entries: tuple[Recipient | AddressError, ...]


def read(file: BinaryIO, sender: Address | None = None) -> Draft:
    """Read the header of a message.

    Args:
        file: the message, RFC 5322; its body is not read.
        sender: the sender where it is known better than from the From field.

    Raises:
        ValueError: it has no header, or one beyond all measure.
    """
    head = _END.split(file.read(LARGEST + 1), maxsplit=1)[0]
    if len(head) > LARGEST:
        raise ValueError(f"the header is longer than {LARGEST} octets")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    header = HeaderParser(policy=policy.compat32).parsestr(text + "\n\n")
    if not any(header.get_all(field) for field in ("from", *_FIELDS)):
        raise ValueError("it has none of the fields From, To, Cc and Bcc")
    entries = tuple(
        entry
        for field in _FIELDS
        for value in header.get_all(field, [])
        for entry in _recipients(str(value), field)
    )
    if sender is None:
        sender = _sender([str(value) for value in header.get_all("from", [])])
    recipients = tuple(entry for entry in entries if isinstance(entry, Recipient))
    message = Message(
        sender,
        recipients,
        str(header.get("message-id", "")).strip().strip("<>"),
        decoded(str(header.get("subject", ""))),
    )
    return Draft(message, entries)


def _recipients(value: str, field: Field) -> Iterator[Recipient | AddressError]:
    for name, spec in mailboxes(value):
        try:
            yield Recipient(Address.parse(spec), field, decoded(name))
        except AddressError as error:
            yield error


def _sender(values: list[str]) -> Address | None:
    for value in values:
        for _, spec in mailboxes(value):
            try:
                return Address.parse(spec)
            except AddressError:
                return None
    return None


def decoded(text: str) -> str:
    """A text of a header with its encoded words (RFC 2047) read; as it was where they cannot be."""
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, UnicodeError, LookupError, ValueError):
        return text
