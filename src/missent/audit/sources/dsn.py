"""Recipients that do not exist, as a delivery status notification reports them (RFC 3464)."""

from __future__ import annotations

import re

_PART = re.compile(rb"^content-type:\s*([a-z0-9/.+-]+)", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(r"([A-Za-z-]+):[ \t]*(.*)")
_STATUS = re.compile(r"\b5\.(?:1\.(?:1|2|10)|4\.4)\b(?!\.\d)")
_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^<>\s]{1,900})>", re.IGNORECASE | re.MULTILINE)
_MOST = 50


def no_such_address(text: str) -> bool:
    """Whether an enhanced status code says that the address or its domain does not exist.

    5.1.1 and 5.1.2 (RFC 3463), 5.4.4 (no route), 5.1.10 (RFC 7505; Exchange's "not found").
    """
    return _STATUS.search(text) is not None


def failed(body: bytes) -> tuple[tuple[str, ...], str]:
    """Read the machine's part of a notice.

    Args:
        body: the body of a multipart/report, or its beginning.

    Returns:
        The addresses that do not exist, as they were written to, and the Message-ID of the message
        that was returned, "" where it is not there.
    """
    parts = list(_PART.finditer(body))
    found: dict[str, None] = {}
    original = ""
    for part in parts:
        kind = part[1].lower()
        if kind.endswith(b"delivery-status"):
            for group in _groups(body, part.end()):
                address = _address(group)
                if address:
                    found[address] = None
        elif (
            kind in {b"message/rfc822", b"text/rfc822-headers", b"message/global"} and not original
        ):
            identity = _MESSAGE_ID.search(body, part.end())
            original = identity[1].decode("utf-8", "replace") if identity else ""
    return tuple(found)[:_MOST], original


def _groups(body: bytes, start: int) -> list[dict[str, str]]:
    """The groups of fields of one part, separated by empty lines."""
    lines = body[start:].decode("utf-8", "replace").splitlines()
    groups: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    name = ""
    for line in lines[1:]:
        if line.startswith("--"):
            break
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
    if group.get("action", "").lower() != "failed":
        return ""
    # 5.0.0 and the like stand where a relay knew no better than the text that it was given.
    if not no_such_address(f"{group.get('status', '')} {group.get('diagnostic-code', '')}"):
        return ""
    written = group.get("original-recipient") or group.get("final-recipient") or ""
    return written.rpartition(";")[2].strip()
