"""Which domains are taken for which others: `*.ml` for `*.mil`, `examp1e.org` for `example.org`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missent.core import suffixes
from missent.core.address import Domain
from missent.core.errors import AddressError, ConfigError

if TYPE_CHECKING:
    from typing import Self

_NOTE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Mail to `typed` was meant for `meant`.

    Attributes:
        typed: a domain, or `*.ml` for every name below `ml`.
        meant: a domain, or `*.mil`: the same name below `mil`.
        note: what `typed` really is, in at most 60 ASCII characters: `.ml is Mali`.
    """

    typed: str
    meant: str
    note: str = ""

    @classmethod
    def parse(cls, typed: str, meant: str, note: str = "") -> Self:
        """Read a pair.

        Raises:
            ConfigError: one of them is no domain, or they do not go together.
        """
        read = cls(_pattern(typed), _pattern(meant), note.strip())
        if read.meant.startswith("*.") and not read.typed.startswith("*."):
            raise ConfigError(f"{meant!r} has a star and {typed!r} has none; leave it out")
        if read.typed == read.meant:
            raise ConfigError(f"{typed!r} cannot be its own lookalike")
        if len(read.note) > _NOTE_CHARACTERS or not _printable(read.note):
            raise ConfigError(
                f"the note {note!r} goes into an SMTP reply; write at most {_NOTE_CHARACTERS} "
                "ASCII characters without angle brackets"
            )
        return read

    @property
    def owner(self) -> str:
        """Whose mail it is: the zone `mil`, or the registrable domain that is meant."""
        bare = self.meant.removeprefix("*.")
        return suffixes.split(bare).registrable or bare

    def of(self, name: str) -> str | None:
        """What was meant where `name` (a `Domain.name`) was typed; None where it is another's."""
        if not self.typed.startswith("*."):
            return self.meant if name == self.typed else None
        end = self.typed[1:]
        if not name.endswith(end) or len(name) == len(end):
            return None
        return name[: -len(end)] + self.meant[1:] if self.meant.startswith("*.") else self.meant


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """One typed name and what was meant; compared by identity, for it is counted by.

    Attributes:
        typed: the name that mail came for.
        meant: the name that it was meant for.
        lookalike: the pair that says so.
    """

    typed: str
    meant: str
    lookalike: Lookalike

    @property
    def counted(self) -> tuple[str, str]:
        """The meant and the typed name as they are counted: without what stands below them."""
        return _registrable(self.meant), _registrable(self.typed)


def find(lookalikes: tuple[Lookalike, ...], name: str) -> Target | None:
    """The first pair that speaks of a name; an exact one goes before a star."""
    for lookalike in sorted(lookalikes, key=lambda one: (one.typed[0] == "*", -len(one.typed))):
        meant = lookalike.of(name)
        if meant is not None:
            return Target(name, meant, lookalike)
    return None


def _registrable(name: str) -> str:
    return suffixes.split(name).registrable or name


def _pattern(text: str) -> str:
    bare = text.strip()
    star = "*." if bare.startswith("*.") else ""
    try:
        return star + Domain.parse(bare[len(star) :]).name
    except AddressError as error:
        raise ConfigError(
            f"{text!r} is no domain: {error.reason}; write examp1e.org or *.ml"
        ) from None


def _printable(text: str) -> bool:
    return text.isascii() and text.isprintable() and "<" not in text and ">" not in text
