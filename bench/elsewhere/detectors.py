"""What says how sure it is that another domain, or another local part, was meant."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from rapidfuzz import fuzz, process
from symspellpy import SymSpell, Verbosity

from missent import Guard
from missent.core.verdict import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.elsewhere.history import Asked, Memory

Kind = Literal["domain", "local"]
CODES: Final[Mapping[Kind, frozenset[str]]] = {
    "domain": frozenset({"T101", "T102", "T103", "T105"}),
    "local": frozenset({"T104"}),
}
_CUTOFF = 60.0  # below it RapidFuzz pairs anything with anything
_EDITS = 2


class Answer(NamedTuple):
    """What is said of a recipient.

    Attributes:
        score: how sure; 0 for silence.
        meant: the domain, or the local part, that is named first.
        asks: whether the default policy of missent asks; the others ask whenever they say anything.
    """

    score: float = 0.0
    meant: str = ""
    asks: bool = False


SILENT: Final = Answer()


class Detector(Protocol):
    """A tool that has been told which addresses are known."""

    def answer(self, asked: Asked) -> Answer:
        """What it says of a recipient."""


class Missent:
    """missent without settings, with a memory."""

    name = f"missent {version('missent')}"

    def __init__(self, memory: Memory, kind: Kind) -> None:
        """Look with what a memory holds."""
        self._guard, self._kind = Guard(history=memory.ledger), kind

    def answer(self, asked: Asked) -> Answer:
        """The strongest finding of the kind."""
        verdict = self._guard.check(asked.address, asked.sender)
        found = [f for f in verdict.findings if f.code in CODES[self._kind]]
        if not found:
            return SILENT
        best = max(found, key=lambda finding: finding.probability)
        asks = any(self._guard.app.policy.action((f,)) >= Action.WARN for f in found)
        first = best.did_you_mean[:1]
        meant = "".join(a.domain.name if self._kind == "domain" else a.local for a in first)
        return Answer(best.probability, meant, asks)


class RapidFuzz:
    """The nearest known name by the share of letters in common, compared with each."""

    name = f"RapidFuzz {version('rapidfuzz')}, scan"

    def __init__(self, memory: Memory, kind: Kind) -> None:
        """Know names by the place where they stand."""
        self._names, self._kind = _known(memory, kind), kind

    def answer(self, asked: Asked) -> Answer:
        """Compare with all names of the place."""
        place, name = _place(asked, self._kind)
        names = self._names.get(place, ())
        if name in names:
            return SILENT
        best = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=_CUTOFF)
        return Answer(best[1] / 100, best[0], asks=True) if best else SILENT


class SymSpellPy:
    """The nearest known name by a spell checker's index, up to two edits away."""

    name = f"symspellpy {version('symspellpy')}, two edits"

    def __init__(self, memory: Memory, kind: Kind) -> None:
        """Make a dictionary of each place."""
        self._kind = kind
        self._spellers = {}
        for place, known in _known(memory, kind).items():
            speller = SymSpell(max_dictionary_edit_distance=_EDITS, prefix_length=16)
            for name in known:
                speller.create_dictionary_entry(name, 1)
            self._spellers[place] = speller

    def answer(self, asked: Asked) -> Answer:
        """Look up; an edit in a long name is surer than one in a short one, or than two."""
        place, name = _place(asked, self._kind)
        speller = self._spellers.get(place)
        found = speller.lookup(name, Verbosity.CLOSEST, _EDITS) if speller else []
        if not found or not found[0].distance:
            return SILENT
        best = found[0]
        return Answer(1 - best.distance / len(name), best.term, asks=True)


def _place(asked: Asked, kind: Kind) -> tuple[str, str]:
    """Among what a name is compared, and the name: domains with all, local parts at a domain."""
    return ("", asked.domain) if kind == "domain" else (asked.domain, asked.local)


def _known(memory: Memory, kind: Kind) -> dict[str, list[str]]:
    """The known names by where they stand."""
    names: dict[str, dict[str, None]] = {}
    for address in memory.addresses:
        local, _, domain = address.rpartition("@")
        place, name = ("", domain) if kind == "domain" else (domain, local)
        names.setdefault(place, {})[name] = None
    return {place: list(known) for place, known in names.items()}
