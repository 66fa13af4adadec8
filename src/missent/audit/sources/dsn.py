"""Recipients that do not exist, as a delivery status notification reports them (RFC 3464)."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from typing import NamedTuple

from missent.audit.sources import notices

_PART = re.compile(rb"^content-type:\s*([a-z0-9/.+-]+)", re.IGNORECASE | re.MULTILINE)
_ENCODING = re.compile(
    rb"^content-transfer-encoding:[ \t]*(base64|quoted-printable)", re.IGNORECASE | re.MULTILINE
)
_BLANK = re.compile(rb"\r?\n\r?\n")
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
_FIELD = re.compile(r"([A-Za-z-]+):[ \t]*(.*)")
_STATUS = re.compile(r"\b5\.(?:1\.(?:1|2|10)|4\.(?:4|310))\b(?!\.\d)")
_VAGUE = re.compile(r"\s*(?:[45]\.0\.0|5\.1\.0)?(?![.\d])")
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^<>\s]{1,900})>", re.IGNORECASE | re.MULTILINE)
_RETURNED = frozenset(
    {b"message/rfc822", b"text/rfc822-headers", b"message/global", b"message/global-headers"}
)
_MOST = 50


class Report(NamedTuple):
    """What a notice reports.

    Attributes:
        gone: the addresses that do not exist, as they were written to.
        unclear: those that failed without a word why; the notice's text may have one.
        message_id: of the message that was returned, "" where it is not there.
    """

    gone: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    message_id: str = ""


def no_such_address(text: str) -> bool:
    """Whether an enhanced status code says that the address or its domain does not exist.

    5.1.1 and 5.1.2 (RFC 3463), 5.4.4 (no route), 5.1.10 (RFC 7505; Exchange's "not found"), 5.4.310
    (Exchange's "domain does not exist").
    """
    return _STATUS.search(text) is not None


def is_vague(status: str) -> bool:
    """Whether a status code is missing, or one of those that stand where nothing is known.

    5.0.0 and the like stand where a relay knew no better than the text that it was given.
    """
    return _VAGUE.match(status) is not None


def failed(body: bytes) -> Report:
    """Read the machine's part of a notice.

    Args:
        body: the body of a multipart/report, or its beginning.
    """
    gone: dict[str, None] = {}
    unclear: dict[str, None] = {}
    original = b""
    for part in _PART.finditer(body):
        kind = part[1].lower()
        if kind.endswith(b"delivery-status"):
            for group in _groups(_content(body, part)):
                address = _address(group)
                if address and _is_gone(group):
                    gone[address] = None
                elif address and is_vague(group.get("status", "")):
                    unclear[address] = None
        elif kind in _RETURNED:
            identity = _MESSAGE_ID.search(body, part.end())
            original = identity[1] if identity else b""
            break  # what follows is the returned message's, and may be a notice itself
    return Report(tuple(gone)[:_MOST], tuple(unclear)[:_MOST], original.decode("utf-8", "replace"))


def _content(body: bytes, part: re.Match[bytes]) -> str:
    """The content of a part, decoded, up to the next boundary."""
    blank = _BLANK.search(body, part.end())
    begin = blank.end() if blank else len(body)
    boundary = _BOUNDARY.search(body, begin)
    content = body[begin : boundary.start() if boundary else len(body)]
    before = max(body.rfind(b"\n--", 0, part.start()), 0)
    encoding = _ENCODING.search(body, before, begin)
    try:
        if encoding and encoding[1].lower() == b"base64":
            content = base64.b64decode(content)
        elif encoding:
            content = quopri.decodestring(content)
    except (binascii.Error, ValueError):
        return ""
    return content.decode("utf-8", "replace")


def _groups(content: str) -> list[dict[str, str]]:
    """The groups of fields, separated by empty lines."""
    groups: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    name = ""
    for line in content.splitlines():
        field = _FIELD.match(line)
        if field:
            name = field[1].lower()
            fields[name] = field[2].strip()
        elif line[:1] in {" ", "\t"} and name:
            fields[name] += " " + line.strip()
        elif not line.strip() and fields:
            groups.append(fields)
            fields, name = {}, ""
    if fields:
        groups.append(fields)
    return groups


def _address(group: dict[str, str]) -> str:
    """The recipient that failed, "" where this one did not."""
    if group.get("action", "").partition("(")[0].strip().lower() != "failed":
        return ""
    written = group.get("original-recipient") or group.get("final-recipient") or ""
    kind, _, address = written.rpartition(";")
    if kind.strip().lower() == "utf-8":  # RFC 6533 3
        address = _ESCAPED.sub(_character, address)
    return address.strip(" \t<>")


def _character(escaped: re.Match[str]) -> str:
    number = int(escaped[1], 16)
    return chr(number) if number <= 0x10FFFF else escaped[0]  # noqa: PLR2004  Unicode's last


def _is_gone(group: dict[str, str]) -> bool:
    status, diagnostic = group.get("status", ""), group.get("diagnostic-code", "")
    if no_such_address(f"{status} {diagnostic}"):
        return True
    return is_vague(status) and notices.says_no_such(diagnostic)
