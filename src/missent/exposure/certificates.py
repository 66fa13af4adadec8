"""Certificates that were issued for lookalikes: somebody set such a name up.

Read from what a search in the certificate transparency logs gave (RFC 9162): the JSON that crt.sh
exports (one array, or an object a line), or a plain list of names, one a line. A file may be much
larger than the memory; of each lookalike only a summary is kept.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from missent.core.address import Domain
from missent.core.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from missent.exposure.lookalike import Lookalike

_PIECE = 1 << 16  # octets read at a time
_LONGEST = 1 << 20  # characters of one entry
_CUT_OFF = 16  # an error so near to the end of what was read may be for want of the rest
_NAMES = 1000  # names of one certificate
_SERIALS = 10_000  # certificates of one lookalike that are told apart; above, it says so many
_HOSTS = 8  # hosts for mail that are kept of one lookalike
_MAIL = re.compile(r"(mail|e-?mail|webmail|smtps?|mx|imaps?|pop3?|autodiscover|autoconfig|exchange|"
                   r"mta|mta-sts|owa|relay|zimbra)\d*$")  # fmt: skip
_BLANK = re.compile(r"[\s,\[\]]*")
_decode = json.JSONDecoder().raw_decode


class Entry(NamedTuple):
    """One certificate.

    Attributes:
        names: that it is for, as they stand in it.
        begin: the first day on which it holds, ISO 8601; "" where that is not known.
        end: the last one; "" as before.
        serial: tells it from others, and not from the entry of its precertificate; "" as before.
    """

    names: tuple[str, ...]
    begin: str = ""
    end: str = ""
    serial: str = ""


@dataclass
class Evidence:
    """The certificates of one lookalike."""

    count: int = 0
    latest: str = ""
    until: str = ""
    hosts: Counter[str] = field(default_factory=Counter)
    serials: set[str] = field(default_factory=set)

    def add(self, entry: Entry, hosts: Iterable[str]) -> None:
        """Take one more into account; the same one again adds no more than its hosts."""
        for host in hosts:
            if host in self.hosts or len(self.hosts) < _HOSTS:
                self.hosts[host] += 1
        if entry.serial in self.serials or len(self.serials) >= _SERIALS:
            return
        if entry.serial:
            self.serials.add(entry.serial)
        self.count += 1
        self.latest, self.until = max(self.latest, entry.begin), max(self.until, entry.end)


@dataclass
class Certificates:
    """What a file tells of some names.

    Attributes:
        wanted: the lookalikes.
        found: the evidence by lookalike.
        skipped: entries that could not be read.
    """

    wanted: Container[str]
    found: dict[str, Evidence] = field(default_factory=dict)
    skipped: int = 0

    def read(self, stream: BinaryIO) -> None:
        """Read a whole file.

        Raises:
            OSError: it cannot be read to its end.
        """
        for entry in self._entries(stream):
            if entry is None:
                self.skipped += 1
                continue
            by_lookalike: dict[str, list[str]] = {}
            for name in entry.names[:_NAMES]:
                lookalike = self._below(host := _host(name))
                if lookalike:
                    mail = [host] if _MAIL.match(host.partition(".")[0]) else []
                    by_lookalike.setdefault(lookalike, []).extend(mail)
            for lookalike, hosts in by_lookalike.items():
                self.found.setdefault(lookalike, Evidence()).add(entry, hosts)

    def of(self, one: Lookalike) -> Lookalike:
        """The same lookalike with its evidence."""
        found = self.found.get(one.name)
        if found is None:
            return one
        hosts = tuple(sorted(found.hosts))
        return replace(
            one,
            certificates=found.count,
            certified=found.latest,
            certified_until=found.until,
            mail_hosts=hosts,
        )

    def _below(self, host: str) -> str:
        """The lookalike that a host is, or lies below."""
        while host and host not in self.wanted:
            host = host.partition(".")[2]
        return host

    def _entries(self, stream: BinaryIO) -> Iterator[Entry | None]:
        first = stream.read(_PIECE)
        start = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        return _objects(first, stream) if start in {b"[", b"{"} else _lines(first, stream)


def _lines(first: bytes, stream: BinaryIO) -> Iterator[Entry | None]:
    """A name a line; what follows a `#` is a remark."""
    rest, piece = b"", first
    while piece or rest:
        *lines, rest = (rest + piece).split(b"\n") if piece else (rest, b"")
        for line in lines:
            text = line.decode("utf-8", "replace").partition("#")[0].strip(" \t\r\ufeff")
            if text:
                yield Entry((text,)) if _host(text) else None
        if len(rest) > _LONGEST:
            rest = b"#"  # no name is that long: what remains of the line says nothing
            yield None
        piece = stream.read(_PIECE)


def _objects(first: bytes, stream: BinaryIO) -> Iterator[Entry | None]:
    """JSON objects, in an array or one a line, whatever stands between those that are whole."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    text, more = decode(first).lstrip("\ufeff"), bool(first)
    at = 0
    while True:
        at = _blank(text, at)
        if at < len(text):
            try:
                said, at = _decode(text, at)
            except (json.JSONDecodeError, RecursionError) as error:
                if not (more and _is_cut_off(error, text, at)):
                    yield None
                    at = _next_object(text, at)
            else:
                yield _entry(said)
                continue
        if at >= len(text) and not more:
            return
        if more:
            piece = stream.read(max(_PIECE, len(text) - at))  # twice as much: few second tries
            more = bool(piece)
            text, at = text[at:] + decode(piece, not more), 0


def _blank(text: str, at: int) -> int:
    """Where what stands between entries ends."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _is_cut_off(error: Exception, text: str, at: int) -> bool:
    if len(text) - at > _LONGEST or not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos >= len(text) - _CUT_OFF or error.msg.startswith("Unterminated string")


def _next_object(text: str, at: int) -> int:
    """Where the next object may begin: on the next line, else at the next brace."""
    line, brace = text.find("\n", at + 1), text.find("{", at + 1)
    found = [place for place in (line, brace) if place > 0]
    return min(found, default=len(text))


def _entry(said: Any) -> Entry | None:
    if not isinstance(said, dict):
        return None
    value = said.get("name_value", said.get("common_name"))
    if not isinstance(value, str):
        return None
    serial = said.get("serial_number") or said.get("id") or ""
    names = tuple(dict.fromkeys(value.split()))
    days = _day(said.get("not_before")), _day(said.get("not_after"))
    return Entry(names, *days, f"{said.get('issuer_name', '')} {serial}" if serial else "")


def _day(value: object) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return ""


def _host(text: str) -> str:
    """A name as `Domain.name`; of an address its domain, of `*.x` x; "" where it is none."""
    bare = text.rpartition("@")[2].removeprefix("*.").removesuffix(".")
    try:
        return Domain.parse(bare).name
    except AddressError:
        return ""
