"""The header that a proxy puts before a client's own octets, sans-I/O: PROXY protocol 1 and 2.

After the specification of HAProxy (`proxy-protocol.txt`, 2020/03/05). Whoever may say it says who
the client is: it must be read from trusted networks only.
"""

from __future__ import annotations

import re
import struct
from ipaddress import IPv4Address, IPv6Address

from missent.core.errors import ProtocolError

_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_LONGEST_1 = 107  # octets of a header of version 1, section 2.1
_HEAD_2 = struct.Struct("!12sBBH")
_LONGEST_2 = 1024  # of the addresses and what follows them; proxies send a few dozen
_LINE = re.compile(
    rb"PROXY (?:(?P<unknown>UNKNOWN)[^\r\n]*"
    rb"|TCP(?P<kind>[46]) (?P<source>[0-9a-fA-F:.]{2,39}) [0-9a-fA-F:.]{2,39}"
    rb" [0-9]{1,5} [0-9]{1,5})\r\n"
)
_LOCAL, _PROXY = 0x20, 0x21
_INET, _INET6 = 0x1, 0x2
_MEND = "is it a proxy that speaks the PROXY protocol?"


class Header:
    """Reads one header, however it is cut.

    Attributes:
        source: the client's IP address; None before it is read, and where the proxy speaks for
            itself or does not know.
    """

    __slots__ = ("source",)

    def __init__(self) -> None:
        self.source: str | None = None

    def read(self, octets: bytes | bytearray, end: int) -> int:
        """Read it from the front of a buffer.

        Args:
            octets: the buffer.
            end: how much of it came in.

        Returns:
            How many octets the header has; 0 while it is not complete.

        Raises:
            ProtocolError: it is none.
        """
        first = min(end, len(_SIGNATURE))
        if octets[:first] == _SIGNATURE[:first]:
            return self._second(octets, end) if end >= _HEAD_2.size else 0
        first = min(end, 6)
        if octets[:first] == b"PROXY "[:first]:
            return self._first(octets, end)
        raise ProtocolError(f"no PROXY header; {_MEND}")

    def _first(self, octets: bytes | bytearray, end: int) -> int:
        after = octets.find(b"\n", 0, min(end, _LONGEST_1)) + 1
        if not after:
            if end >= _LONGEST_1:
                raise ProtocolError(f"the PROXY header does not end; {_MEND}")
            return 0
        found = _LINE.fullmatch(octets, 0, after)
        if found is None:
            raise ProtocolError(f"a PROXY header that cannot be read; {_MEND}")
        if not found["unknown"]:
            text = bytes(found["source"]).decode("ascii")
            try:
                version = IPv4Address if found["kind"] == b"4" else IPv6Address
                self.source = str(version(text))
            except ValueError:
                raise ProtocolError(f"no IP address in the PROXY header; {_MEND}") from None
        return after

    def _second(self, octets: bytes | bytearray, end: int) -> int:
        _, command, family, length = _HEAD_2.unpack_from(octets)
        if command not in {_LOCAL, _PROXY} or length > _LONGEST_2:
            raise ProtocolError(f"a PROXY header of another version or length; {_MEND}")
        whole = _HEAD_2.size + int(length)
        if end < whole:
            return 0
        place = _HEAD_2.size
        if command == _PROXY and family >> 4 == _INET and length >= 12:  # noqa: PLR2004  section 2.2
            self.source = str(IPv4Address(bytes(octets[place : place + 4])))
        elif command == _PROXY and family >> 4 == _INET6 and length >= 36:  # noqa: PLR2004  likewise
            self.source = str(IPv6Address(bytes(octets[place : place + 16])))
        return whole
