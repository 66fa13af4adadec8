"""A message put together again from what an MTA says of it, octet by octet."""

from __future__ import annotations

from missent.gates.milter.octets import octets_of


class Copy:
    """Takes header fields and pieces of the body.

    Attributes:
        whole: False where the message grew beyond the limit.
    """

    __slots__ = ("_content", "_in_header", "_limit", "_spaced", "whole")

    def __init__(self, limit: int, *, spaced: bool) -> None:
        """Begin.

        Args:
            limit: octets that are kept at most.
            spaced: whether header values come with their leading space; one is put in otherwise.
        """
        self._content = bytearray()
        self._limit = limit
        self._spaced = spaced
        self._in_header = True
        self.whole = True

    def field(self, name: str, value: str) -> None:
        """Take a header field; its folds are line feeds."""
        colon = b":" if self._spaced else b": "
        lines = octets_of(value).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self._add(octets_of(name) + colon + lines + b"\r\n")

    def body(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        if self._in_header:
            self._in_header = False
            self._add(b"\r\n")
        self._add(chunk)

    def content(self) -> bytes:
        """The message."""
        self.body(b"")
        return bytes(self._content)

    def _add(self, octets: bytes) -> None:
        if len(self._content) + len(octets) > self._limit:
            self.whole = False
            self._content.clear()
        elif self.whole:
            self._content += octets
