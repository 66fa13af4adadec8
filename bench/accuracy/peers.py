"""What other tools would have said about the same first contacts.

Those that know names learn each as it occurs, as missent does; the others have their own lists. A
peer that is not installed is left out, and why is said.
"""

from __future__ import annotations

import subprocess
import warnings
from collections import defaultdict
from importlib.metadata import version
from types import SimpleNamespace
from typing import TYPE_CHECKING, Protocol

import idna

from bench.accuracy import mail
from bench.accuracy.measure import Sighting
from bench.peers import npm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.accuracy.labels import Kind
    from missent.core.address import Address

_CUTOFF = 75.0  # below it RapidFuzz pairs anything with anything
_AT_ONCE = 400  # queries compared in one go
# Without homoglyphs: nine of ten candidates, Unicode letters that nobody types by a slip.
_DNSTWIST = """addition bitsquatting hyphenation insertion omission plural repetition replacement
    subdomain transposition various vowel-swap"""


class Peer(Protocol):
    """Another tool. Without a memory of its own it need not learn."""

    name: str
    kind: Kind

    def learn(self, address: Address) -> None:
        """Take in an address that occurred for the first time."""

    def look(self, at: int, sender: str, address: Address) -> None:
        """Look at a first contact."""

    def said(self) -> list[Sighting]:
        """What it had to say, in the order of time."""


class _Answering:
    """A tool that answers one address at a time."""

    name: str
    kind: Kind = "domain"

    def __init__(self) -> None:
        self._said: list[Sighting] = []

    def learn(self, address: Address) -> None:
        """Nothing is learned."""

    def look(self, at: int, sender: str, address: Address) -> None:
        """Keep the suggestion, if there is one."""
        found = self.suggest(address)
        if found:
            self._said.append(Sighting(at, sender, address.key, *found))

    def said(self) -> list[Sighting]:
        """What was kept."""
        return self._said

    def suggest(self, address: Address) -> tuple[float, str] | None:
        """How sure it is that another one was meant, and which."""
        raise NotImplementedError


class _Listed(_Answering):
    """A tool that has lists of its own and looks at the domain alone."""

    def __init__(self, name: str, ask: Callable[[str], str | None]) -> None:
        super().__init__()
        self.name = name
        self._ask = ask
        self._asked: dict[str, str | None] = {}

    def suggest(self, address: Address) -> tuple[float, str] | None:
        """Ask it once about every domain."""
        domain = address.domain.name
        if domain not in self._asked:
            self._asked[domain] = self._ask(domain)
        meant = self._asked[domain]
        return (1.0, meant) if meant and meant != domain else None


class RapidFuzz:
    """The nearest of all known names by the share of letters in common, compared with each.

    Of a domain the others are all known domains, of a local part all those at the same domain. The
    comparisons are made at the end and many at once, each with the names known at its time.
    """

    name = f"RapidFuzz {version('rapidfuzz')}, scan"

    def __init__(self, kind: Kind) -> None:
        """Know nothing."""
        self.kind = kind
        self._known: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._asked: defaultdict[str, list[tuple[int, str, Address, int]]] = defaultdict(list)

    def _place(self, address: Address) -> tuple[str, str]:
        """Among what it is compared, and the name."""
        local, _, domain = address.key.rpartition("@")
        return ("", domain) if self.kind == "domain" else (domain, local)

    def learn(self, address: Address) -> None:
        """File the name."""
        place, name = self._place(address)
        self._known[place][name] = None

    def look(self, at: int, sender: str, address: Address) -> None:
        """Remember the question, and how many names were known by then."""
        place, name = self._place(address)
        known = self._known.get(place)
        if known and name not in known:
            self._asked[place].append((at, sender, address, len(known)))

    def said(self) -> list[Sighting]:
        """Compare."""
        found: list[Sighting] = []
        for place, asked in self._asked.items():
            names = list(self._known[place])
            for start in range(0, len(asked), _AT_ONCE):
                found += self._compare(place, names, asked[start : start + _AT_ONCE])
        return sorted(found)

    def _compare(
        self, place: str, names: list[str], asked: Sequence[tuple[int, str, Address, int]]
    ) -> Iterator[Sighting]:
        from rapidfuzz import fuzz, process  # noqa: PLC0415  each peer imports its own

        typed = [self._place(address)[1] for _, _, address, _ in asked]
        known = names[: asked[-1][3]]
        scores = process.cdist(typed, known, scorer=fuzz.ratio, score_cutoff=_CUTOFF)
        for (at, sender, address, count), row in zip(asked, scores, strict=True):
            best = int(row[:count].argmax())
            if row[best] >= _CUTOFF:
                meant = f"{known[best]}@{place}" if place else known[best]
                yield Sighting(at, sender, address.key, float(row[best]), meant)


class SymSpellDomains(_Answering):
    """Known domains within two edits, the nearest first, then the one met more often."""

    name = f"symspellpy {version('symspellpy')}"

    def __init__(self) -> None:
        """Know nothing."""
        super().__init__()
        from symspellpy import SymSpell, Verbosity  # noqa: PLC0415  each peer imports its own

        self._speller = SymSpell(max_dictionary_edit_distance=2, prefix_length=12)
        self._closest = Verbosity.CLOSEST

    def learn(self, address: Address) -> None:
        """Count the name once more."""
        self._speller.create_dictionary_entry(self._text(address), 1)

    def suggest(self, address: Address) -> tuple[float, str] | None:
        """Look the name up."""
        text = self._text(address)
        found = [
            s
            for s in self._speller.lookup(text, self._closest, max_edit_distance=2)
            if self._is_alike(s.term, address)
        ]
        if not found or found[0].distance == 0:
            return None
        # The curve: one edit before two, and among these what is met more often.
        return -found[0].distance + min(found[0].count, 999) / 1000, found[0].term

    def _text(self, address: Address) -> str:
        return address.domain.name

    def _is_alike(self, term: str, address: Address) -> bool:  # noqa: ARG002  as of local parts
        return True


class SymSpellLocals(SymSpellDomains):
    """Known addresses at the same domain within two edits."""

    kind: Kind = "local"

    def _text(self, address: Address) -> str:
        return address.key

    def _is_alike(self, term: str, address: Address) -> bool:
        return term.rpartition("@")[2] == address.domain.name


class DnstwistReversed(_Answering):
    """Known domains of which dnstwist would list the typed one as a lookalike."""

    def __init__(self) -> None:
        """Know nothing."""
        super().__init__()
        import dnstwist  # noqa: PLC0415  each peer imports its own

        # Nine tenths of its time go into encoding names that are ASCII already.
        dnstwist.idna = SimpleNamespace(
            decode=idna.decode, encode=lambda name: name.encode("ascii")
        )
        self.name = f"dnstwist {version('dnstwist')}, candidates reversed, without homoglyphs"
        self._fuzzer = dnstwist.Fuzzer
        self._kinds = _DNSTWIST.split()
        self._known: set[str] = set()
        self._meant: dict[str, str] = {}

    def learn(self, address: Address) -> None:
        """Make the candidates of a new domain."""
        name = address.domain.name
        if name in self._known:
            return
        self._known.add(name)
        try:
            fuzzer = self._fuzzer(name)
        except (ValueError, KeyError, IndexError):
            return  # it refuses some names that occur
        fuzzer.generate(fuzzers=self._kinds)
        for candidate in fuzzer.domains:
            self._meant.setdefault(candidate["domain"], name)

    def suggest(self, address: Address) -> tuple[float, str] | None:
        """Look among the candidates of all known domains."""
        name = address.domain.name
        meant = self._meant.get(name)
        return (1.0, meant) if meant and name not in self._known else None


def run() -> tuple[dict[tuple[str, Kind], list[Sighting]], list[str]]:
    """Let every peer look at every first contact.

    Returns:
        What each peer says, by its name and what it looks at; and why others were left out.
    """
    peers, left_out = _installed()

    def learn(address: Address) -> None:
        for peer in peers:
            peer.learn(address)

    for at, sender, address in mail.first_contacts(learn):
        for peer in peers:
            peer.look(at, sender, address)
    return {(peer.name, peer.kind): peer.said() for peer in peers}, left_out


def _installed() -> tuple[list[Peer], list[str]]:
    peers: list[Peer] = []
    left_out: list[str] = []
    makers: tuple[tuple[str, Callable[[], Peer]], ...] = (
        ("RapidFuzz", lambda: RapidFuzz("domain")),
        ("RapidFuzz", lambda: RapidFuzz("local")),
        ("symspellpy", SymSpellDomains),
        ("symspellpy", SymSpellLocals),
        ("dnstwist", DnstwistReversed),
        ("mailcheck", lambda: _npm("mailcheck")),
        ("@zootools/email-spell-checker", lambda: _npm("@zootools/email-spell-checker")),
        ("pymailcheck", _pymailcheck),
    )
    for name, make in makers:
        try:
            peers.append(make())
        except (ImportError, OSError, subprocess.SubprocessError) as error:
            left_out.append(f"{name}: {error}")
    return peers, left_out


def _pymailcheck() -> Peer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pymailcheck  # noqa: PLC0415  each peer imports its own

    def ask(domain: str) -> str | None:
        found = pymailcheck.suggest(f"x@{domain}")
        return str(found["domain"]) if found else None

    return _Listed(f"pymailcheck {version('pymailcheck')}", ask)


def _npm(package: str) -> Peer:
    domains = {r.address.domain.name for event in mail.events() for r in event.message.recipients}
    answers = npm.ask(package, domains)
    return _Listed(answers.name, answers.suggested.get)
