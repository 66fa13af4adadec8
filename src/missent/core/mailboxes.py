"""The mailboxes of a header field, RFC 5322 3.4: every one of them, in time linear to its length.

The standard library's parsers take minutes for a hostile field, and drop what they cannot read.
Here whatever is neither a mailbox nor an empty group comes out too, to be told as an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAIR = re.compile(r"\\(.)", re.DOTALL)
_ROUTE = re.compile(r"@[^:]*:")  # obs-route, RFC 5322 4.4
_FOLD = re.compile(r"\r?\n")


def mailboxes(value: str) -> Iterator[tuple[str, str]]:
    """Split an address list.

    Args:
        value: the field's body, as it stood in the header.

    Yields:
        Display name (unquoted; encoded words of RFC 2047 still encoded) and address, each
        possibly "". The address is as written and may be none: parse it.
    """
    splitter = _Splitter()
    for character in _FOLD.sub("", value):
        if splitter.feed(character):
            yield from splitter.take()
    yield from splitter.take()


class _Splitter:
    """Where in an address list we are; it is fed one character after the other."""

    __slots__ = ("_angle", "_comments", "_escaped", "_literal", "_outside", "_quoted")

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._outside: list[str] = []
        self._angle: list[str] | None = None
        self._comments = 0
        self._escaped = self._quoted = self._literal = False

    def feed(self, character: str) -> bool:
        """Take in a character; whether it ends a mailbox."""
        if self._comments:
            self._comment(character)
        elif self._quoted:
            self._quote(character)
        elif self._angle is not None and self._angle[-1:] != [">"]:
            self._angle.append(character)
            self._quoted = character == '"'
        elif character in ",;":
            return True
        else:
            self._plain(character)
        return False

    def take(self) -> Iterator[tuple[str, str]]:
        """The mailbox that ended, if there is one; the next begins."""
        outside = "".join(self._outside).strip()
        if self._angle is not None:
            spec = "".join(self._angle).removesuffix(">").strip()
            yield _unquoted(outside), _ROUTE.sub("", spec, count=1) if spec[:1] == "@" else spec
        elif outside or self._comments:
            yield "", outside
        self._reset()

    def _plain(self, character: str) -> None:
        if character == "(":
            self._comments = 1
        elif character == "<" and self._angle is None:
            self._angle = []
        elif character == ":" and not self._literal:
            self._outside.clear()  # it was the name of a group
        else:
            self._quoted = character == '"'
            self._literal = character == "[" or (self._literal and character != "]")
            self._outside.append(character)

    def _comment(self, character: str) -> None:
        if self._escaped or character == "\\":
            self._escaped = not self._escaped
        else:
            self._comments += (character == "(") - (character == ")")

    def _quote(self, character: str) -> None:
        (self._outside if self._angle is None else self._angle).append(character)
        if self._escaped or character == "\\":
            self._escaped = not self._escaped
        else:
            self._quoted = character != '"'


def _unquoted(name: str) -> str:
    if len(name) > 1 and name[0] == name[-1] == '"':
        return _PAIR.sub(r"\1", name[1:-1])
    return name
