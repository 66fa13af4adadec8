"""Addresses out of header text as people and programs really wrote it: RFC 5322 3.4, and dirt."""

from __future__ import annotations

import re
from functools import lru_cache

from missent.core.address import Address
from missent.core.errors import AddressError

_MOST = 10_000  # addresses in one header text; more is an attack, not a letter
_TEXT = 4 * 1024 * 1024
_TOO_MANY = f"more than {_MOST:,} addresses; the others were left out"
_PIECE = 2_000
_SPECIAL = re.compile(r'[",;<>()\[\]\\:]')
# What is never closed is a plain character: it would swallow every address behind it.
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)|<[^<>]*>|\\.|[,;:]|[^"(<\\,;:]+|.', re.DOTALL
)
_BARE = re.compile(r"[^\s<>,;:\"'()\[\]|]{1,64}@(?:[^\s<>,;:\"'()|\[\]]{1,255}|\[[^\]]{1,64}\])")
_COMMENT = re.compile(r"\([^()]*\)")  # RFC 5322 4.4 has them within an address as well
_EDGES = " \t\r\n'\"`<>,;"


def mailboxes(text: str) -> tuple[tuple[tuple[Address, str], ...], tuple[str, ...]]:
    """Read the addresses of one header text.

    Args:
        text: one address, `Name <a@b>`, or several of them with commas or semicolons between.

    Returns:
        The addresses with their display names, in order; and the pieces that hold no address.
    """
    if len(text) <= 256:  # noqa: PLR2004  long lists do not repeat, and would fill the cache
        return _cached(text)
    return _read(text)


@lru_cache(maxsize=131_072)
def _cached(text: str) -> tuple[tuple[tuple[Address, str], ...], tuple[str, ...]]:
    return _read(text)


def _read(text: str) -> tuple[tuple[tuple[Address, str], ...], tuple[str, ...]]:
    if not _SPECIAL.search(text):
        try:
            return ((Address.parse(text, lenient=True), ""),), ()
        except AddressError:
            pass
    found: list[tuple[Address, str]] = []
    refused: list[str] = []
    if len(text) > _TEXT:
        text = text[:_TEXT].rpartition(",")[0]
    for piece in _pieces(text):
        if len(found) + len(refused) >= _MOST:
            refused.append(_TOO_MANY)
            break
        mailbox = _mailbox(piece) if len(piece) <= _PIECE else None
        if mailbox is not None:
            found.append(mailbox)
        else:
            refused.append(piece)
    return tuple(found), tuple(refused)


def _pieces(text: str) -> list[str]:
    """Cut at commas and semicolons outside quotes, brackets and comments."""
    pieces: list[str] = []
    current = ""
    for part in _TOKEN.findall(text):
        if part in {",", ";"}:
            pieces.append(current)
            current = ""
        elif part == ":" and _is_group(current):
            current = ""
        else:
            current += part
    pieces.append(current)
    return [piece for piece in pieces if piece.strip()]


def _is_group(name: str) -> bool:
    # RFC 5322 3.4: `name: mailbox, mailbox;`
    return bool(name.strip()) and "@" not in name and "[" not in name


def _mailbox(piece: str) -> tuple[Address, str] | None:
    end = piece.rfind(">")
    start = piece.rfind("<", 0, end) if end > 0 else -1
    if start >= 0:
        address = _address(piece[start + 1 : end])
        if address is not None:
            return address, _display_name(piece[:start])
    address = _address(piece)
    if address is not None:
        return address, ""
    bare = _BARE.search(piece)
    if bare is None:
        address = _address(_COMMENT.sub("", piece))
        return (address, "") if address is not None else None
    address = _address(bare[0].rstrip("."))
    if address is None:
        return None
    before, _, comment = piece.strip().removesuffix(")").partition("(")
    if not comment or "@" not in before:
        comment = piece[: bare.start()]
    return address, _display_name(comment)


def _address(text: str) -> Address | None:
    for spelling in (text, text.strip(_EDGES)):
        bare = spelling.strip()
        bare = bare[7:] if bare[:7].lower() == "mailto:" else bare
        try:
            return Address.parse(bare, lenient=True)
        except AddressError:
            continue
    return None


def _display_name(text: str) -> str:
    name = (
        text.strip().removesuffix("mailto:").strip("'\"").replace('\\"', '"').replace("\\\\", "\\")
    )
    return name.strip(_EDGES + "[()")
