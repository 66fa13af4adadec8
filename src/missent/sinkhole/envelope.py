"""The envelope of one message, as far as it is kept: numbers and domains, never a local part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.sinkhole import grammar

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.sinkhole.mapping import Target
    from missent.sinkhole.scratch import Buffer

_LOOKED_AT = 4  # recipients of a message whose form is looked at


class Envelope:
    """What MAIL and RCPT said.

    Args:
        sender: the domain of the reverse-path, in lower case; None for the null sender.
        digest: a keyed hash of the reverse-path.
        smtputf8: whether SMTPUTF8 was asked for.

    Attributes:
        refused: how many recipients were refused for each pair of names.
        digests: keyed hashes of the first of them.
        persons: how many of the first ones have the form of a person's name.
        noise: how many of them look made up.
    """

    __slots__ = ("digest", "digests", "noise", "persons", "refused", "sender", "smtputf8")

    def __init__(
        self, sender: bytes | None = None, digest: int = 0, *, smtputf8: bool = False
    ) -> None:
        self.sender = sender
        self.digest = digest
        self.smtputf8 = smtputf8
        self.refused: dict[Target, int] = {}
        self.digests: list[int] = []
        self.persons = self.noise = 0

    @property
    def looked_at(self) -> bool:
        """Whether as many recipients were looked at as ever are."""
        return len(self.digests) >= _LOOKED_AT

    def look_at(self, digest: int, buffer: Buffer, local: tuple[int, int]) -> None:
        """Note the form of a recipient, whose local part stands in a buffer."""
        self.digests.append(digest)
        if grammar.PERSON.fullmatch(buffer.octets, *local):
            self.persons += 1
        elif grammar.NOISE.fullmatch(buffer.octets, *local):
            self.noise += 1

    def count(self, target: Target | None, recipients: int) -> None:
        """Add refused recipients; those of domains that are none of ours are not counted."""
        if target is not None:
            self.refused[target] = self.refused.get(target, 0) + recipients


def begun(
    buffer: Buffer, start: int, after: int, digest: Callable[[memoryview, memoryview], int]
) -> Envelope | None:
    """What MAIL begins; None where the line is no well-formed MAIL.

    Args:
        buffer: in which it stands.
        start: where it begins.
        after: where the next line does.
        digest: a keyed hash of the reverse-path, in two pieces.
    """
    octets, view = buffer.octets, buffer.view
    found = grammar.MAIL.fullmatch(octets, start, after)
    whole = found or grammar.MAIL_NULL.fullmatch(octets, start, after)
    if whole is None:
        return None
    more = whole.regs[-1]
    smtputf8 = more[0] >= 0 and grammar.SMTPUTF8.search(octets, *more) is not None
    if found is None:
        return Envelope(smtputf8=smtputf8)
    local, domain = view[slice(*found.span(1))], view[slice(*found.span(2))]
    return Envelope(bytes(domain).lower(), digest(local, domain), smtputf8=smtputf8)
