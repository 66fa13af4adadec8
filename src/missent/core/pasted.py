"""Recipients as people paste them: a bare address, `Jim <jim@x.example>`, a `mailto:` link, a list.

The envelope of a message never has such forms: there `Address.parse` is strict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.mailboxes import mailboxes
from missent.core.message import Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK = "mailto:"
_QUOTES = ("''", "‘’", "“”", "«»")  # noqa: RUF001  as word processors and some mail clients write
_LONGEST = 64 * 1024


def recipient(text: str) -> Recipient:
    """Read one recipient.

    Raises:
        AddressError: there is none, or there are several.
    """
    found = list(recipients(text))
    if len(found) > 1:
        raise AddressError(text, 0, f"these are {len(found)}; give one at a time")
    if isinstance(found[0], AddressError):
        raise found[0]
    return found[0]


def recipients(text: str) -> Iterator[Recipient | AddressError]:
    """Read all recipients, at least one; what is no address comes out as its error."""
    try:
        yield Recipient(Address.parse(text))
    except AddressError as error:
        yield from _listed(text, error)


def _listed(text: str, error: AddressError) -> Iterator[Recipient | AddressError]:
    found = list(mailboxes(_bare(text))) if len(text) <= _LONGEST else []
    if len(found) < 2 and not any(_is_address(spec) for _, spec in found):  # noqa: PLR2004
        yield error  # its place is one in the whole text
        return
    for name, spec in found:
        try:
            yield Recipient(Address.parse(spec), display_name=_decoded(name))
        except AddressError as fault:
            yield fault


def _bare(text: str) -> str:
    text = text.strip()
    if text[: len(_LINK)].lower() == _LINK:
        from urllib.parse import unquote  # noqa: PLC0415  seldom needed

        return unquote(text[len(_LINK) :].partition("?")[0])
    quoted = any(len(text) > 1 and text[0] + text[-1] == pair for pair in _QUOTES)
    return text[1:-1] if quoted else text


def _is_address(text: str) -> bool:
    try:
        Address.parse(text)
    except AddressError:
        return False
    return True


def _decoded(name: str) -> str:
    if "=?" not in name:
        return name
    from missent.core import eml  # noqa: PLC0415  slow to import, and seldom needed

    return eml.decoded(name)
