"""Genuine addresses of many people: those that a Debian system holds of its developers.

They stand in the lists of packages and in the change logs and notices under /usr/share/doc. None is
part of this repository: they are read where the benchmark runs.
"""

from __future__ import annotations

import gzip
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.core.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOCUMENTS = Path("/usr/share/doc")
_LISTS = Path("/var/lib/apt/lists")
_LARGEST = 3_000_000  # bytes; what is larger is no change log
_ADDRESS = re.compile(rb"<([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6})>")
_EXAMPLES = frozenset({"example.com", "example.org", "example.net", "domain.com", "localhost"})


def read() -> Counter[str]:
    """Every address with how often it stands there; empty where there is no such system."""
    found: Counter[str] = Counter()
    for text in _texts():
        for match in _ADDRESS.findall(text):
            key = _parsed(match.decode("ascii", "replace"))
            if key:
                found[key] += 1
    return found


def _parsed(text: str) -> str:
    try:
        address = Address.parse(text)
    except AddressError:
        return ""
    return "" if address.domain.name in _EXAMPLES else address.key


def _texts() -> Iterator[bytes]:
    for path in sorted(_DOCUMENTS.rglob("*")) if _DOCUMENTS.exists() else ():
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
            continue
        content = path.read_bytes()
        yield gzip.decompress(content) if path.suffix == ".gz" else content
    for path in sorted(_LISTS.glob("*_Packages*")) if _LISTS.exists() else ():
        command = ("/usr/lib/apt/apt-helper", "cat-file", str(path))
        done = subprocess.run(command, capture_output=True, check=False)
        lines = done.stdout.splitlines()
        yield b"\n".join(x for x in lines if x.startswith((b"Maintainer:", b"Original-M")))
