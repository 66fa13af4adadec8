"""T102: a domain that ends in no public suffix."""

# ruff: noqa: SIM905  a line of suffixes reads better than a list of strings
from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import exp
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from missent.core import slips, suffixes
from missent.core.candidates import can_be_meant
from missent.core.facts import DomainFacts
from missent.core.finding import Finding
from missent.core.known import NOBODY, is_known, is_used, standing
from missent.core.tables import protected, providers, suffix_slips

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from missent.core.address import Address
    from missent.core.facts import Facts
    from missent.core.finding import Json
    from missent.core.message import Message, Recipient

# Suffixes worth a correction, beyond those of the names that are known here.
_COMMON = (
    "com net org edu gov mil int info biz co.uk org.uk ac.uk gov.uk com.au co.nz co.za com.br "
    "co.jp co.in de fr nl it es eu be ch at se no dk fi pl cz ru ca us uk ie pt gr hu in jp cn "
    "br au"
).split()
# RFC 2606, 6761, 6762 and 8375, and what organisations use inside.
_INSIDE = frozenset(
    "local localdomain lan internal intranet corp home private domain arpa test example localhost "
    "invalid onion alt".split()
)
_LABELS = frozenset({"labels_added", "label_lengthened"})
_SAID = 2  # at most so many names are suggested,
_EDITS = 2  # with so many slips in them,
_SHORTEST = 4  # a label this short is like many others
_WITH_LOCAL = 64  # some local parts are known everywhere
_PROVIDERS = 12  # of one label, the most popular first
_CLOSE = 4  # and another than the first only where the first is less than so many times likelier
_SAME_MAILBOX = 30.0  # how much likelier a name is where this very mailbox is known at it


class _Candidate(NamedTuple):
    score: float
    name: str
    slip: str
    words: str


@dataclass(frozen=True, slots=True)
class MistypedSuffix:
    """The domain ends in a suffix that does not exist.

    `hotmail.con`, `navy.mli`, `gmailcom`: no mail server can find such a domain, so the message
    would come back at best; and where the slip is made again with a suffix that does exist, it
    would not come back. The public suffix list inside missent says which suffixes exist.

    Where exactly one name that is known here (written to before, a mail provider, a protected
    zone) is one slip away, it is suggested; two that are equally near are both named. No name that
    nothing is known of is ever suggested.

    Silent for a domain that is your own or is written to (unless the mail came back), for address
    literals, and where the DNS says that the domain exists. Names for use inside an organisation
    (`.local`, `.lan`, `.corp`, a host name without a dot) get a low probability.

    Attributes:
        near: the probability where a name that is known here is near.
        alone: where no such name is near, but a suffix that exists.
        far: where not even that: no slip of the fingers, and it comes back at once.
        inside: where the name can only exist inside an organisation.
        inside_near: where it can, and a name that is known here is near.
    """

    code: ClassVar[str] = "T102"
    spares_familiar: ClassVar[bool] = True
    near: float = 0.98
    alone: float = 0.95
    far: float = 0.4
    inside: float = 0.4
    inside_near: float = 0.6

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        """Look at the suffix of one recipient's domain."""
        address = recipient.address
        domain = address.domain
        possible = domain.is_literal or (domain.parts.known and "." in domain.name)
        if possible or (is_known(domain.name, facts) and not _came_back(address, facts)):
            return ()
        asked = facts.domains.get(domain.name)
        if isinstance(asked, DomainFacts) and asked.exists:
            return ()
        sender = message.mail_from.key if message.mail_from else ""
        best = _best(address, facts, sender)
        if best:
            return (self._finding(address, best, facts, sender),)
        return (self._nothing_near(domain.name),)

    def _finding(
        self, address: Address, best: Sequence[_Candidate], facts: Facts, sender: str
    ) -> Finding:
        name = address.domain.name
        first = best[0]
        why = standing(first.name, facts, sender).words
        summary = (
            f"No domain ends like `{name}`, which is `{first.name}` {first.words}; "
            f"`{first.name}` is {why}."
        )
        summary += "".join(f" It may also be `{other.name}`." for other in best[1:])
        evidence: dict[str, Json] = {"typed": name, "meant": first.name, "slip": first.slip}
        return Finding(
            self.code,
            self.inside_near if _last(name) in _INSIDE else self.near,
            summary,
            tuple(address.at(candidate.name) for candidate in best),
            evidence,
            protected=protected.zone_of(first.name) is not None,
        )

    def _nothing_near(self, name: str) -> Finding:
        last = _last(name)
        evidence: dict[str, Json] = {"typed": name, "suffix": last}
        if last in _INSIDE or last == name:
            words = f"`.{last}`" if last != name else "a host name without a dot"
            summary = f"`{name}` can only exist inside an organisation ({words})."
            return Finding(self.code, self.inside, summary, evidence=evidence)
        if last.isdigit():
            summary = f"`{name}` is no domain; an IP address stands in brackets, `[192.0.2.1]`."
            return Finding(self.code, self.far, summary, evidence=evidence)
        summary = f"There is no suffix `.{last}`, so `{name}` does not exist."
        meant = _nearest_suffix(last)
        if not meant:
            return Finding(self.code, self.far, summary, evidence=evidence)
        summary += f" Perhaps `.{meant}` was meant."
        evidence["suffix_meant"] = meant
        return Finding(self.code, self.alone, summary, evidence=evidence)


def _came_back(address: Address, facts: Facts) -> bool:
    """Whether every message to an address was returned, so that it makes no acquaintance."""
    use = facts.history.address(address.key)
    return use is not None and use.bounced > 0 and not is_used(use)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _best(address: Address, facts: Facts, sender: str) -> list[_Candidate]:
    """The names that may have been meant, the likeliest first, more than one where it is close."""
    typed = address.domain.name
    last = _last(typed)
    found: dict[str, _Candidate] = {}
    for name in _names(address, facts):
        known = standing(name, facts, sender) if name not in found else NOBODY
        slip = slips.domain(typed, name) if known.weight else None
        if slip is None or slip.edits > _EDITS or typed == suffixes.split(name).suffix:
            continue
        if not can_be_meant(name):
            continue
        if slip.kind in _LABELS and not (typed.startswith(f"{name}.") and _nearest_suffix(last)):
            continue  # `gmail.com.con` is a slip, `gmail.com.jane.doe` a file that was cut wrongly
        if slip.kind == "suffix_and_more" and not _is_near(typed, name):
            continue
        again = facts.history.address(address.at(name).key) is not None
        score = known.weight * exp(-slip.cost) * (_SAME_MAILBOX if again else 1.0)
        found[name] = _Candidate(score, name, slip.kind, slip.words)
    ranked = sorted(found.values(), key=lambda c: (-c.score, c.name))
    return [c for c in ranked[:_SAID] if c.score * _CLOSE >= ranked[0].score]


def _is_near(typed: str, name: str) -> bool:
    return suffixes.split(name).suffix in set(_suffixes_near(_last(typed)))


def _names(address: Address, facts: Facts) -> Iterator[str]:
    """Names near a domain: with another suffix, with a suffix at all, and known ones."""
    name = address.domain.name
    labels = name.split(".")
    for cut in range(1, min(len(labels), 3)):
        tail, rest = ".".join(labels[-cut:]), ".".join(labels[:-cut])
        if "." in rest:
            yield rest  # `gmail.com.con`: the suffix twice
        for suffix in _suffixes_near(tail):
            yield f"{rest}.{suffix}"
    for suffix in _COMMON:
        glued = suffix.replace(".", "")
        if name.endswith(glued) and name[: -len(glued)].rstrip("."):
            yield f"{name[: -len(glued)].rstrip('.')}.{suffix}"
        whole = f"{name}.{suffix}"  # the suffix was never typed
        if whole in providers.popular() or facts.history.domain(whole) is not None:
            yield whole
    yield from facts.history.domains_near(name)
    local = address.key.rpartition("@")[0]
    yield from islice(facts.history.domains_with(local), _WITH_LOCAL)
    if len(labels) > 1:
        yield from _providers_near(labels[-2], labels[-1])


def _providers_near(label: str, last: str) -> Iterator[str]:
    """Mail providers that registered almost this label, under almost this suffix."""
    if len(label) < _SHORTEST:
        return
    filed = _filed_providers()
    near = set(_suffixes_near(last))
    for key in _keys(label):
        for provider in filed.get(key, ())[:_PROVIDERS]:
            parts = suffixes.split(provider)
            same = parts.label == label and len(label) > _SHORTEST and last not in _INSIDE
            if same or parts.suffix in near:
                yield provider


def _suffixes_near(typed: str) -> Iterator[str]:
    """Suffixes that people type like this, and those that one slip turns into it."""
    yield from suffix_slips.meant(typed)
    filed = _filed()
    for key in _keys(typed):
        yield from filed.get(key, ())


@cache
def _filed() -> dict[str, list[str]]:
    """The common suffixes under themselves and under what is left without one character."""
    return _file((suffix, suffix) for suffix in _COMMON)


@cache
def _filed_providers() -> dict[str, list[str]]:
    """The mail providers, likewise under the labels that they registered."""
    return _file((suffixes.split(name).label, name) for name in providers.popular())


def _file(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    filed: dict[str, list[str]] = {}
    for text, name in pairs:
        for key in _keys(text):
            filed.setdefault(key, []).append(name)
    return filed


def _keys(text: str) -> set[str]:
    """What two texts share that are one slip apart: themselves, less one character or none."""
    return {text, *(text[:i] + text[i + 1 :] for i in range(len(text)))}


def _nearest_suffix(typed: str) -> str:
    """The suffix that was probably meant, "" where none is one slip away."""
    listed = suffix_slips.meant(typed)
    if listed:
        return listed[0]
    near = [
        (_COMMON.index(suffix), suffix)
        for suffix in set(_suffixes_near(typed))
        if (slip := slips.spell(typed, suffix)) is not None and slip.edits == 1
    ]
    return min(near)[1] if near else ""
