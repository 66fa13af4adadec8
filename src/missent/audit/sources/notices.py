"""Which recipients a notice of non-delivery says do not exist, read from its plain text.

Only failures that speak of the address count (5.1.1, 5.1.2, 5.4.4 and their wordings before
RFC 3463); a full mailbox or a delay says nothing about it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.message import Message

_HEAD = 8_000
_MOST = 50
_SENDER = re.compile(r"(mailer-daemon|postmaster|mail-daemon|mdaemon)\b", re.IGNORECASE)
_FINE = re.compile(
    r"\b(delivered:|successfully|was delivered to|transient|warning:|delayed|will keep trying"
    r"|out of (the )?office|relay\))",
    re.IGNORECASE,
)
_NO_SUCH = re.compile(
    r"5\.1\.[12](?!\d)|5\.4\.4(?!\d)|5\.1\.10(?!\d)|(?:user|host|recipient|domain|address|mailbox)"
    r"(?: \S{1,80}){0,2} (?:is )?"
    r"(?:unknown|not (?:known|found|listed|recognized|valid)|does not exist|doesn't exist)"
    r"|unknown\s+(?:user|recipient|host|domain|address|mailbox)"
    r"|no such (?:user|host|domain|recipient|address|mailbox|person)"
    r"|name is not recognized|not listed in public|not a valid \S{1,40} ?user|no data known"
    r"|invalid (?:recipient|address|mailbox|user)|couldn't find any host|has no mail exchanger"
    r"|unroute?able address|\bNXDOMAIN\b",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"permanent fatal errors|did not reach the following|(?:was|were|could) not (?:be )?delivered"
    r" to|(?:can ?not|couldn't|could not) be (?:delivered|sent)|undeliverable to the following"
    r"|be delivered to one or more|able to deliver your message|originally addressed to"
    r"|recipient address:"
    r"|delivery to the following (?:recipients?|address)|address(?:es)? (?:had|failed)",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"^\s*(?:-{2,}.*(?:original|transcript|copy of|forwarded|attachment)|received:|message-id:"
    r"|from:|return-path:|because:|possibly truncated|your message reads)",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\s*(?:-{2,}.*(?:original message|copy of|attachment)|return-path:|received:"
    r"|possibly truncated|your message reads)",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]|]{1,64}@[^\s<>,;:\"'()\[\]|]{1,255}")
_MESSAGE_ID = re.compile(r"^\s*message-id:\s*<([^<>\s]{1,900})>", re.IGNORECASE | re.MULTILINE)


def is_notice(local: str) -> bool:
    """Whether mail from this local part is a mail server's own (RFC 5321 4.5.1, and custom)."""
    return _SENDER.match(local) is not None


def says_no_such(text: str) -> bool:
    """Whether a server's words say that an address or its domain does not exist."""
    return _NO_SUCH.search(" ".join(text.split())) is not None


def failed(subject: str, text: str) -> tuple[str, ...]:
    """The addresses that a plain-text notice names as not existing; it gives none when in doubt.

    Args:
        subject: the subject of the notice.
        text: its text; only the first 8,000 characters are looked at.
    """
    head = text[:_HEAD]
    original = _ORIGINAL.search(head)
    own_words = head[: original.start()] if original else head
    if _FINE.search(subject) or _FINE.search(own_words):
        return ()
    if not says_no_such(f"{subject}\n{own_words}"):
        return ()
    found: dict[str, None] = {}
    inside = False
    for line in own_words.splitlines():
        opens = _OPENS.search(line)
        if opens:
            inside = True
            line = line[opens.end() :]  # noqa: PLW2901  the rest of the opening line counts
        elif _CLOSES.match(line):
            inside = False
        if inside:
            found.update(dict.fromkeys(_ADDRESS.findall(line)))
    return tuple(found)[:_MOST]


def original_message_id(text: str) -> str:
    """The Message-ID of the message that a notice returns, "" where it does not say."""
    found = _MESSAGE_ID.search(text[: 4 * _HEAD])
    return found[1] if found else ""


def writers(message: Message) -> list[Address] | list[None]:
    """To whom a notice is addressed: those who wrote what it returns; [None] where nobody is."""
    people = [
        recipient.address
        for recipient in message.recipients
        if recipient.field == "to" and not is_notice(recipient.address.local)
    ]
    return people or [None]


@lru_cache(maxsize=4096)
def is_automatic(local: str) -> bool:
    """Whether a local part is one that no person writes from."""
    bare = local.casefold().replace("-", "").replace("_", "").replace(".", "")
    return is_notice(local) or bare in {"noreply", "donotreply", "bounce", "bounces", "root"}
