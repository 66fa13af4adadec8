"""What other tools would have said about the same first contacts.

Those that know names learn each as it occurs, as missent does; the others have their own lists. A
peer that is not installed is left out, and why is said.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from collections import defaultdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

from bench.accuracy import mail
from bench.accuracy.measure import Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bench.accuracy.labels import Kind
    from missent.core.address import Address

NODE = mail.ROOT / "bench" / "peers"
_CUTOFF = 75.0  # below it RapidFuzz pairs anything with anything
# Without homoglyphs: nine of ten candidates, Unicode letters that nobody types by a slip.
_DNSTWIST = """addition bitsquatting cyrillic hyphenation insertion omission plural repetition
    replacement subdomain transposition various vowel-swap"""
Suggestion = tuple[float, str]


class Peer(Protocol):
    """Another tool. Without a memory of its own it need not learn."""

    name: str
    kind: Kind

    def learn(self, address: Address) -> None:
        """Take in an address that occurred for the first time."""

    def suggest(self, address: Address) -> Suggestion | None:
        """How sure it is that another one was meant, and which."""


class _Listed:
    """A tool that has lists of its own and looks at the domain alone."""

    kind: Kind = "domain"

    def __init__(self, name: str, ask: Callable[[str], str | None]) -> None:
        self.name = name
        self._ask = ask
        self._asked: dict[str, str | None] = {}

    def learn(self, address: Address) -> None:
        """Nothing is learned."""

    def suggest(self, address: Address) -> Suggestion | None:
        domain = address.domain.name
        if domain not in self._asked:
            self._asked[domain] = self._ask(domain)
        meant = self._asked[domain]
        return (1.0, meant) if meant and meant != domain else None


class RapidFuzzDomains:
    """The nearest of all known domains, by the share of letters in common."""

    name = f"RapidFuzz {version('rapidfuzz')}, scan"
    kind: Kind = "domain"

    def __init__(self) -> None:
        """Know nothing."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415  each peer imports its own

        self._nearest = process.extractOne
        self._ratio = fuzz.ratio
        self._names: dict[str, None] = {}

    def learn(self, address: Address) -> None:
        """File the domain."""
        self._names[address.domain.name] = None

    def suggest(self, address: Address) -> Suggestion | None:
        """Compare with every known domain."""
        name = address.domain.name
        if name in self._names:
            return None
        found = self._nearest(name, self._names.keys(), scorer=self._ratio, score_cutoff=_CUTOFF)
        return (found[1], found[0]) if found else None


class RapidFuzzLocals(RapidFuzzDomains):
    """The nearest of all known local parts at the same domain."""

    kind: Kind = "local"

    def __init__(self) -> None:
        """Know nothing."""
        super().__init__()
        self._at: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def learn(self, address: Address) -> None:
        """File the local part at its domain."""
        self._at[address.domain.name][address.key.rpartition("@")[0]] = None

    def suggest(self, address: Address) -> Suggestion | None:
        """Compare with every known local part at the domain."""
        local = address.key.rpartition("@")[0]
        there = self._at.get(address.domain.name)
        if not there or local in there:
            return None
        found = self._nearest(local, there.keys(), scorer=self._ratio, score_cutoff=_CUTOFF)
        return (found[1], f"{found[0]}@{address.domain.name}") if found else None


class SymSpellDomains:
    """Known domains within two edits, the nearest first, then the one met more often."""

    name = f"symspellpy {version('symspellpy')}"
    kind: Kind = "domain"

    def __init__(self) -> None:
        """Know nothing."""
        from symspellpy import SymSpell, Verbosity  # noqa: PLC0415  each peer imports its own

        self._speller = SymSpell(max_dictionary_edit_distance=2, prefix_length=12)
        self._closest = Verbosity.CLOSEST

    def learn(self, address: Address) -> None:
        """Count the name once more."""
        self._speller.create_dictionary_entry(self._text(address), 1)

    def suggest(self, address: Address) -> Suggestion | None:
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


class DnstwistReversed:
    """Known domains of which dnstwist would list the typed one as a lookalike."""

    kind: Kind = "domain"

    def __init__(self) -> None:
        """Know nothing."""
        import dnstwist  # noqa: PLC0415  each peer imports its own

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

    def suggest(self, address: Address) -> Suggestion | None:
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

    said: dict[tuple[str, Kind], list[Sighting]] = {(p.name, p.kind): [] for p in peers}
    for at, sender, address in mail.first_contacts(learn):
        for peer in peers:
            found = peer.suggest(address)
            if found:
                said[peer.name, peer.kind].append(Sighting(at, sender, address.key, *found))
    return said, left_out


def _installed() -> tuple[list[Peer], list[str]]:
    peers: list[Peer] = []
    left_out: list[str] = []
    makers: tuple[tuple[str, Callable[[], Peer]], ...] = (
        ("RapidFuzz", RapidFuzzDomains),
        ("RapidFuzz", RapidFuzzLocals),
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
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise OSError("node and npm are not installed")
    described = NODE / "node_modules" / package / "package.json"
    if not described.exists():
        subprocess.run([npm, "ci", "--silent"], cwd=NODE, check=True, timeout=120)
    release = json.loads(described.read_text())["version"]
    domains = {r.address.domain.name for event in mail.events() for r in event.message.recipients}
    answers = _ask_node(node, package.rpartition("/")[2], domains)
    return _Listed(f"{package.rpartition('/')[2]} {release}", answers.get)


def _ask_node(node: str, package: str, domains: Iterable[str]) -> dict[str, str | None]:
    asked = "".join(f"x@{domain}\n" for domain in sorted(domains))
    done = subprocess.run(
        [node, "suggest.cjs", package],
        cwd=NODE,
        input=asked,
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    rows = map(json.loads, done.stdout.splitlines())
    return {row["address"].rpartition("@")[2]: row["domain"] for row in rows}
