"""T103: characters that look like others."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from missent.core import suffixes
from missent.core.address import Address, Domain
from missent.core.finding import Finding
from missent.core.known import (
    is_established,
    is_known,
    is_own,
    is_used,
    may_be_known,
    standing,
)
from missent.core.tables import confusables, protected, providers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missent.core.facts import Facts
    from missent.core.finding import Json
    from missent.core.message import Message, Recipient

_PIECES = re.compile(r"[._+-]+")
_DOT_OR_NOT = frozenset({("i", "l"), ("l", "i")})  # alike in some typefaces only
# What is taken for something else in a local part; `i` and `l` make different people.
_WITH_LOCAL = 64  # some local parts are known everywhere
_SHORTEST = 4  # labels shorter than this look like each other by chance


class _Twin(NamedTuple):
    """A known name that looks like the typed one, by which characters, how deceptively."""

    name: str
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class Confusable:
    """The address looks like another one and is not.

    `apple.com` with a Cyrillic letter in it, `rnicrosoft.com`, `paypa1.com`, a zero-width space
    within a name: whoever reads such an address takes it for another. It comes from a forged
    message that was answered, a copied text, or a keyboard set to another script. Compared are the
    skeletons of UTS #39, with what looks alike in ASCII besides.

    Looked for: a domain that looks like one that is known here (your own, one that is written to,
    a mail provider, a protected or well-known name); a label that mixes scripts which nobody
    writes together; and in the local part hidden characters, mixed scripts, and a likeness to an
    address that is known at this domain.

    Silent for whatever is itself known.

    Attributes:
        other_script: a name in other characters that looks like a known one.
        ascii: a name in ASCII that looks like one of yours, one written to or a well-known one.
        weak: a likeness that is less telling: accents, `i` for `l`, a name that is merely listed.
        mixed: Latin letters mixed with a script that looks like Latin.
        odd: another mixture of scripts.
        hidden: hidden characters in a local part.
        mailbox: a local part that looks like one that is known at this domain.
    """

    code: ClassVar[str] = "T103"
    spares_familiar: ClassVar[bool] = True
    other_script: float = 0.99
    ascii: float = 0.93
    weak: float = 0.4
    mixed: float = 0.92
    odd: float = 0.6
    hidden: float = 0.95
    mailbox: float = 0.8

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        """Look at the characters of one recipient's address."""
        address = recipient.address
        if is_established(facts.history.address(address.key)):
            return ()
        sender = message.mail_from.key if message.mail_from else ""
        found = []
        if not address.domain.is_literal and not is_known(address.domain.name, facts):
            found.append(self._domain(address, facts, sender))
        found.append(self._local(address, facts))
        return [finding for finding in found if finding is not None]

    def _domain(self, address: Address, facts: Facts, sender: str) -> Finding | None:
        domain = address.domain
        shown = domain.unicode
        found = _in_ascii(domain.parts, facts) if shown.isascii() else _beyond(address, facts)
        twins = {twin for twin in found if self._probability(twin, facts)}
        if not twins:
            if shown.isascii():
                return None
            where = f"`{shown}` ({domain.name})" if shown != domain.name else f"`{shown}`"
            mixed = filter(confusables.is_mixed, shown.split("."))
            return next((self._mixed(label, where) for label in mixed), None)
        best = max(twins, key=lambda twin: (standing(twin.name, facts, sender).weight, twin))
        why = standing(best.name, facts, sender).words
        summary = f"`{shown}` only looks like `{best.name}`: {best.words}; `{best.name}` is {why}."
        evidence: dict[str, Json] = {"typed": domain.name, "meant": best.name, "by": best.by}
        return Finding(
            self.code,
            self._probability(best, facts),
            summary,
            (address.at(best.name),),
            evidence,
            protected=protected.zone_of(best.name) is not None,
        )

    def _probability(self, twin: _Twin, facts: Facts) -> float:
        if twin.by == "characters":
            return self.other_script
        use = facts.history.domain(twin.name)
        own = is_own(twin.name, facts.own_domains) or is_established(use)
        sought = (
            twin.name in providers.popular()
            or twin.name in providers.established()
            or protected.owner(twin.name) is not None
        )
        if twin.by == "accents":  # the owner of a name may well have it with and without them
            return self.ascii if sought else self.weak
        if twin.by == "dot":  # too many real names are that near
            return self.weak if own or sought else 0.0
        return self.ascii if own or sought else self.weak

    def _mixed(self, text: str, where: str) -> Finding:
        of = sorted(confusables.scripts(text))
        summary = f"{where} mixes the scripts {', '.join(of[:-1])} and {of[-1]} within a word."
        probability = self.mixed if confusables.is_deceptive(text) else self.odd
        return Finding(self.code, probability, summary, evidence={"text": text, "scripts": [*of]})

    def _local(self, address: Address, facts: Facts) -> Finding | None:
        local, domain = address.local, address.domain.name
        if local.isascii():  # what looks alike in ASCII is T104's
            return None
        hidden = confusables.hidden(local)
        if hidden:
            return self._hidden(address, hidden)
        plain = confusables.twin(local)
        if plain and is_used(facts.history.address(f"{plain}@{domain}")):
            meant = Address.of(plain, domain)
            why = _foreign(local)
            summary = f"`{address}` only looks like `{meant}`: {why}; the other is known."
            evidence: dict[str, Json] = {"typed": address.key, "meant": meant.key}
            return Finding(self.code, self.mailbox, summary, (meant,), evidence)
        mixed = filter(confusables.is_mixed, _PIECES.split(local))
        where = f"The local part of `{address}`"
        return next((self._mixed(piece, where) for piece in mixed), None)

    def _hidden(self, address: Address, hidden: tuple[str, ...]) -> Finding:
        bare = unicodedata.normalize("NFC", "".join(c for c in address.local if c not in hidden))
        names = ", ".join(dict.fromkeys(map(_named, hidden)))
        summary = f"The local part of `{address}` has characters that show nothing: {names}."
        meant = (Address.of(bare, address.domain.name),) if bare else ()
        evidence: dict[str, Json] = {"characters": [f"U+{ord(c):04X}" for c in hidden]}
        return Finding(self.code, self.hidden, summary, meant, evidence)


def _in_ascii(parts: suffixes.Parts, facts: Facts) -> list[_Twin]:
    """The known names that a domain in ASCII looks like."""
    swapped = _swapped(parts)
    if not may_be_known({name: registrable for name, registrable, _, _ in swapped}, facts):
        return []
    found = []
    for name, registrable, typed, meant in swapped:
        if is_known(name, facts, registrable):
            by = "dot" if (typed, meant) in _DOT_OR_NOT else "swap"
            found.append(_Twin(name, f"it has `{typed}` for `{meant}`", by))
    return found


def _beyond(address: Address, facts: Facts) -> Iterator[_Twin]:
    """The known names that a domain in other characters looks like."""
    domain = address.domain
    shown = domain.unicode
    bones = confusables.skeleton(shown)
    plain = confusables.twin(shown)
    others = _swapped(suffixes.split(plain)) if plain else []
    names = (plain, *(name for name, *_ in others)) if plain else ()
    local = address.key.rpartition("@")[0]
    met = islice(facts.history.domains_with(local), _WITH_LOCAL)
    for name in (*names, *facts.own_domains, *met):
        if name == domain.name or not is_known(name, facts):
            continue
        if confusables.skeleton(Domain(name).unicode) == bones:
            yield _Twin(name, _foreign(shown), "characters")
        elif name == plain:
            yield _Twin(name, "it has accents that the other has not", "accents")


def _swapped(parts: suffixes.Parts) -> list[tuple[str, str, str, str]]:
    """ASCII names whose registered label looks like this one's, with what stands for what.

    Returns:
        The other name, its registrable domain, what was typed there and for what.
    """
    below, label, suffix, _ = parts
    if len(label) < _SHORTEST or label.startswith("xn--") or label.isdigit():
        return []
    before, after = f"{below}." if below else "", "." + suffix
    return [
        (before + other + after, other + after, typed, meant)
        for other, typed, meant in confusables.swapped(label)
        if len(other) >= _SHORTEST
    ]


def _foreign(text: str) -> str:
    """Which characters of a text are not what they look like, for people."""
    first = next(character for character in text if not character.isascii())
    return f"its `{first}` is {_named(first)}"


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
