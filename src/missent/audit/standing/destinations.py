"""Standing destinations: where forwards, aliases, maps, lists and address books send mail.

One small reader a kind of file, all giving `Destination`s. A file's kind is told by its name and
content; what cannot be read is counted, never raised.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, NamedTuple

from missent.audit.sources.mailboxes import mailboxes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MOST = 64 << 20  # octets of one file
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]|{}=]{1,64}@[^\s<>,;:\"'()|{}\[\]=]{1,255}")
_REDIRECT = re.compile(r'\bredirect\b[^";]*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/|#[^\n]*", re.DOTALL)
_VCARD_EMAIL = re.compile(r"^(?:[A-Z0-9-]+\.)?EMAIL[^:]*:(.+)$", re.IGNORECASE | re.MULTILINE)
_FOLDED = re.compile(r"\r?\n[ \t]")


class Destination(NamedTuple):
    """One address that mail is sent to by itself.

    Attributes:
        address: as it is written there.
        owner: whose mail it is, or what it stands for: an alias, a list, an entry's name.
        kind: what the file is, for people.
        path: the file.
        line: its line, from 1; 0 where lines mean nothing.
    """

    address: str
    owner: str
    kind: str
    path: Path
    line: int


def read(path: Path) -> Iterator[Destination]:
    """Give the standing destinations of a file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is larger than 64 MiB, or of no kind that is known.
    """
    if path.stat().st_size > _MOST:
        raise ValueError(f"{path}: larger than 64 MiB, so it is no list of destinations")
    raw = path.read_bytes()
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    text = raw.decode(encoding, "replace")
    reader = _reader(path, text)
    if reader is None:
        raise ValueError(f"{path}: neither a forward, Sieve, aliases, a map, a list nor a book")
    yield from reader(path, text)


def _reader(  # noqa: PLR0911  one kind of file a line
    path: Path, text: str
) -> Callable[[Path, str], Iterator[Destination]] | None:
    name = path.name.lower()
    first = text.lstrip()[:200]
    if name.startswith(".forward"):
        return forward
    if name.endswith((".sieve", ".dovecot.sieve")) or re.search(r"\brequire\s*[\[\"]", first):
        return sieve
    if name.startswith("aliases") or name.endswith(".aliases"):
        return aliases
    if first.upper().startswith("BEGIN:VCARD") or name.endswith((".vcf", ".vcard")):
        return vcard
    if name.startswith(("virtual", "canonical", "recipient_canonical", "sender_canonical")):
        return postfix_map
    if name.endswith((".csv", ".tsv", ".nk2.txt")):
        return book
    return members if _ADDRESS.search(text) else None


def forward(path: Path, text: str) -> Iterator[Destination]:
    """`.forward`: addresses, commands, files, separated by commas or lines."""
    owner = path.parent.name
    for number, line in _lines(text):
        for one in _targets(line):
            yield Destination(one, owner, "forward", path, number)


def sieve(path: Path, text: str) -> Iterator[Destination]:
    """Sieve's `redirect` (RFC 5228 4.2), with `:copy` or not."""
    bare = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in _REDIRECT.finditer(bare):
        number = bare.count("\n", 0, found.start()) + 1
        for one in _targets(found[1]):
            yield Destination(one, path.parent.name, "Sieve redirect", path, number)


def aliases(path: Path, text: str) -> Iterator[Destination]:
    """`/etc/aliases` (aliases(5)): `name: target, target`, continued by blanks."""
    for number, line in _joined(text):
        name, colon, rest = line.partition(":")
        if colon:
            for one in _targets(rest):
                yield Destination(one, name.strip(' "'), "alias", path, number)


def postfix_map(path: Path, text: str) -> Iterator[Destination]:
    """Postfix's virtual(5) and canonical(5): `pattern target, target`."""
    for number, line in _joined(text):
        name, _, rest = line.strip().partition(" ")
        name, _, more = name.partition("\t")
        for one in _targets(f"{more} {rest}"):
            yield Destination(one, name, "map", path, number)


def members(path: Path, text: str) -> Iterator[Destination]:
    """A list's members, one a line, as Mailman's `list_members` prints them."""
    for number, line in _lines(text):
        for one in _targets(line):
            yield Destination(one, path.stem, "list member", path, number)


def book(path: Path, text: str) -> Iterator[Destination]:
    """An address book or an autocomplete export as CSV: every field that holds an address."""
    delimiter = max(",;\t", key=text[:4096].count)
    for number, row in enumerate(csv.reader(text.splitlines(), delimiter=delimiter), 1):
        owner = next((field for field in row if field.strip() and "@" not in field), "")
        for field in row:
            for one in _targets(field):
                yield Destination(one, owner.strip(), "address book", path, number)


def vcard(path: Path, text: str) -> Iterator[Destination]:
    """VCards (RFC 6350 6.4.2)."""
    for card in re.split(r"(?i)END:VCARD", _FOLDED.sub("", text)):
        named = re.search(r"(?im)^FN[^:\n]*:(.*)$", card)
        for found in _VCARD_EMAIL.finditer(card):
            address = found[1].strip().removeprefix("mailto:")
            for one in _targets(address):
                yield Destination(one, named[1].strip() if named else "", "address book", path, 0)


def _targets(text: str) -> Iterator[str]:
    """The addresses of a list; commands, files and local names are none."""
    for piece in re.split(r"[,;]", text):
        bare = piece.strip().strip('"').lstrip("\\")
        if "@" not in bare or bare.startswith(("|", "/", ":include:")):
            continue
        found, _ = mailboxes(bare)
        for address, _ in found:
            yield str(address)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines: one that begins with a blank goes on with the one before."""
    whole, begun = "", 0
    for number, line in _lines(text):
        if line[0] in " \t" and whole:
            whole += " " + line.strip()
            continue
        if whole:
            yield begun, whole
        whole, begun = line, number
    if whole:
        yield begun, whole
