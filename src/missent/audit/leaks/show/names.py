"""Addresses as they are shown: whole, or with a keyed hash for the local part."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path


class Names:
    """Shows addresses.

    Args:
        key: of the hash, 1 to 64 octets; None shows addresses as they are.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key

    def address(self, text: str) -> str:
        """An address; the same one is always shown alike under the same key."""
        local, at, domain = text.rpartition("@")
        if self._key is None or not at:
            return text
        return f"{self._hashed(text)}@{domain}" if local else text

    @property
    def are_whole(self) -> bool:
        """Whether everything is shown as it is."""
        return self._key is None

    def owner(self, text: str) -> str:
        """Whose a destination is: an address, an alias, a list, or a person's name."""
        whole = self.are_whole or "@" in text or not text
        return self.address(text) if whole else self._hashed(text)

    def path(self, path: Path, owner: str) -> str:
        """A file's place, in which the name of its owner may stand: `/home/jim/.forward`."""
        return str(Path(*(self.owner(part) if part == owner else part for part in path.parts)))

    def summary(self, text: str, addresses: set[str]) -> str:
        """A text about some addresses."""
        if self._key is None:
            return text
        for one in sorted(addresses, key=len, reverse=True):
            local = one.rpartition("@")[0]
            text = text.replace(one, self.address(one))
            text = text.replace(f"`{local}`", f"`{self._hashed(one)}`")
            text = text.replace(f"`{local}@", f"`{self._hashed(one)}@")
        return text

    def _hashed(self, text: str) -> str:
        return blake2b(
            text.encode("utf-8", "replace"), key=self._key or b"", digest_size=5
        ).hexdigest()


def day(moment: int) -> str:
    """The day of a moment, in UTC."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d") if moment else "unknown"


def span(first: int, last: int) -> str:
    """The days from one moment to another."""
    one, other = day(first), day(last)
    return one if one == other else f"{one} to {other}"


def size(octets: int) -> str:
    """Octets for people."""
    amount = float(octets)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
