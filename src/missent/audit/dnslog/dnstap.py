"""dnstap files: Frame Streams around Protocol Buffers around DNS messages.

The frames are cut by `fstrm`, the messages read by `dnstap-pb`, the DNS inside by hand: of it only
the question and the answer's code are wanted, which stand at its front. Servers write a frame for
the question, one for the answer, or both: both are one question.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NamedTuple

from missent.audit.dnslog.interface import Query
from missent.core.errors import ConfigError, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

START = b"\0\0\0\0"  # a control frame's escape: text never begins so
_TO_US = {1, 2, 5, 6}  # AUTH and CLIENT, query and response; others are a resolver's own questions
_LARGEST = 1 << 20  # octets of a frame
_OPEN = 100_000  # questions whose answer may still come
_CHUNK = 1 << 16
_TYPES = {1: "A", 15: "MX", 28: "AAAA"}
_IN, _NXDOMAIN, _LABEL = 1, 3, 63
_HEADER = 12


class _Key(NamedTuple):
    """What a question and its answer have in common."""

    client: str
    port: int
    id: bytes
    name: str
    kind: int


class Reader:
    """Reads frames.

    Raises:
        ConfigError: the libraries are not installed.

    Attributes:
        lines: how many frames were read.
        unread: how many of them tell of no question.
    """

    def __init__(self) -> None:
        try:
            import dnstap_pb  # noqa: PLC0415  an extra
            import fstrm  # noqa: PLC0415  likewise
        except ImportError:
            raise ConfigError(
                "dnstap needs an extra: in missent's clone, pip install '.[dnstap]'"
            ) from None
        self._codec = fstrm.FstrmCodec()
        self._data = fstrm.FSTRM_DATA_FRAME
        self._make = dnstap_pb.Dnstap
        self.lines = self.unread = 0

    def __call__(self, file: BinaryIO) -> Iterator[Query]:
        """The questions for mail servers and addresses, each when its answer stands there.

        Raises:
            ProtocolError: it is no dnstap file.
        """
        waiting: dict[_Key, Query] = {}
        for key, query in self._frames(file):
            asked = waiting.pop(key, None)
            if query.exists is not None:
                yield query
                continue
            if asked is not None:  # asked again before it was answered
                yield asked
            waiting[key] = query
            if len(waiting) > _OPEN:
                yield waiting.pop(next(iter(waiting)))
        yield from waiting.values()

    def _frames(self, file: BinaryIO) -> Iterator[tuple[_Key, Query]]:
        while octets := file.read(_CHUNK):
            self._codec.append(octets)
            while self._complete():
                try:
                    kind, _, frame = self._codec.decode()
                except Exception as error:  # noqa: BLE001  the library raises no other
                    raise ProtocolError(f"no dnstap file: {error}") from None
                if kind != self._data:
                    continue
                self.lines += 1
                found = self._read(frame)
                if found is None:
                    self.unread += 1
                elif found[1].kind:
                    yield found

    def _complete(self) -> bool:
        done = bool(self._codec.process())
        if max(self._codec.df_length or 0, self._codec.cf_length or 0) > _LARGEST:
            raise ProtocolError("a frame of more than a mebibyte: is it a dnstap file?")
        return done

    def _read(self, frame: bytes) -> tuple[_Key, Query] | None:
        tap = self._make()
        try:
            tap.ParseFromString(frame)
        except Exception:  # noqa: BLE001  protobuf's error has no base that it promises
            return None
        message = tap.message
        if message.type not in _TO_US:
            return None
        octets = message.response_message or message.query_message
        found = _question(octets)
        if found is None:
            return None
        name, number = found
        seconds = message.query_time_sec or message.response_time_sec
        query = Query(
            datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else "unknown",
            _address(message),
            name,
            _TYPES.get(number, ""),
            octets[3] & 0xF != _NXDOMAIN if message.response_message else None,
        )
        return _Key(query.client, message.query_port, octets[:2], name, number), query


def _address(message: Any) -> str:
    try:
        return str(ip_address(bytes(message.query_address)))
    except ValueError:
        return ""


def _question(octets: bytes) -> tuple[str, int] | None:
    """The name and type of the first question (RFC 1035 4.1.2)."""
    labels: list[str] = []
    place = _HEADER
    while place < len(octets):
        length = octets[place]
        place += 1
        if not length:
            break
        if length > _LABEL or place + length > len(octets):
            return None
        labels.append(octets[place : place + length].decode("ascii", "replace").lower())
        place += length
    if place + 4 > len(octets) or not labels:
        return None
    number, kind = struct.unpack_from("!HH", octets, place)
    return (".".join(labels), number) if kind & 0x7FFF == _IN else None
