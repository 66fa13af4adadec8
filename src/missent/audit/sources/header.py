"""The fields of a header, RFC 5322 2.2, whatever stands between them."""

from __future__ import annotations

import re

LONGEST = 4 * 1024 * 1024  # octets of a header that are read
# What is no field is left out, such as a line `>From ` or one that was wrapped without a blank:
# the standard library takes it for the end of the header.
_FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE)
_FOLD = re.compile(r"\r?\n")


class Header:
    """The fields by their names in lower case.

    Attributes:
        is_cut: it is longer than `LONGEST`; the field in which that falls has lost its last entry.
    """

    __slots__ = ("_fields", "is_cut")

    def __init__(self, octets: bytes) -> None:
        """Read the octets of a header, in UTF-8 or else Latin-1."""
        self.is_cut = len(octets) > LONGEST
        if self.is_cut:
            octets = octets[:LONGEST]
            octets = octets[: max(octets.rfind(b","), octets.rfind(b"\n"))]
        try:
            text = octets.decode()
        except UnicodeDecodeError:
            text = octets.decode("latin-1")
        self._fields: dict[str, list[str]] = {}
        for name, body in _FIELD.findall(text):
            unfolded = _FOLD.sub("", body) if "\n" in body else body
            self._fields.setdefault(name.lower(), []).append(unfolded.strip())

    def all(self, name: str) -> list[str]:
        """The bodies of all fields of a name, unfolded, in their order."""
        return self._fields.get(name, [])

    def first(self, name: str) -> str:
        """The body of the first field of a name, or ""."""
        return self._fields[name][0] if name in self._fields else ""
