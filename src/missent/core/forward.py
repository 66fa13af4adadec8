"""The noisy channel run forwards: what people type who mean a domain, the likeliest first.

`slips` explains a typed name by the meant one; here the typed names are made. Each kind of slip
gets its share of `tables/slip_rates.json`, spread over the names that it can make of this one
(`forward_letters`,
`forward_labels`), so that all probabilities together stay below 1. Names that take two slips follow
by the product of both, as long as somebody asks for more.
"""

from __future__ import annotations

import heapq
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from missent.core import forward_labels, forward_letters
from missent.core.address import Domain
from missent.core.errors import AddressError
from missent.core.tables import slip_rates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LONGEST = 253  # octets of a name, RFC 1035 2.3.4
_LABEL = 63
_USUAL = 9  # letters of the names that the table of rates is about
_LIKELIEST = 0.3  # no second slip counts for more: what was not looked at yet has a bound by it

_KINDS: dict[str, Callable[[str], Iterator[tuple[str, float]]]] = {
    make.__name__: make
    for make in (
        forward_letters.omission, forward_letters.undoubling, forward_letters.insertion,
        forward_letters.doubling, forward_letters.substitution, forward_letters.look_alike,
        forward_letters.transposition, forward_letters.sound, forward_labels.separator,
        forward_labels.missing_dot, forward_labels.extra_dot, forward_labels.missing_hyphen,
        forward_labels.suffix_near, forward_labels.suffix_other, forward_labels.labels_swapped,
        forward_labels.labels_cut, forward_labels.labels_added, forward_labels.label_shortened,
        forward_labels.label_lengthened, forward_labels.cut_short,
    )
}  # fmt: skip
# Each letter is a chance more for these; the others happen once a name, or where they can.
_BY_LETTER = frozenset({"omission", "insertion", "doubling", "substitution", "transposition"})
# The share of names to which such a slip can happen at all, where it is not nearly all of them: the
# table's rates are shares of the slips of all names.
_CAN_HAPPEN = {
    "separator": 0.3,
    "missing_dot": 0.3,
    "missing_hyphen": 0.15,
    "labels_cut": 0.3,
    "labels_swapped": 0.3,
    "undoubling": 0.5,
    "look_alike": 0.6,
    "extra_dot": 0.6,
}


class Typed(NamedTuple):
    """A name that is typed for another.

    Attributes:
        name: as `Domain.name`.
        probability: that this is typed, given that the meant name is mistyped.
        kind: the likeliest kind of slip, a key of the table of rates; "several" for two.
    """

    name: str
    probability: float
    kind: str


def typed(meant: str) -> Iterator[Typed]:
    """What is typed for a domain (`Domain.name`), in falling probability, each name once.

    It goes on for hundreds of thousands of names: take as many as you need.
    """
    single = singles(meant)
    given = {meant}
    more = _Doubles(single)
    for one in single:
        yield from more.above(one.probability, given)
        if one.name not in given:  # two other slips may have made it before
            given.add(one.name)
            yield one
    yield from more.above(0.0, given)


@lru_cache(maxsize=4096)
def singles(meant: str) -> Sequence[Typed]:
    """What one slip makes of a domain, in falling probability; together `1 - several()`."""
    spelt = Domain(meant).unicode
    rates = slip_rates.rates()
    total: dict[str, float] = {}
    kinds: dict[str, tuple[float, str]] = {}
    weighed = [(kind, made, sum(made.values())) for kind, made in _made(spelt) if made]
    letters = forward_letters.letters(spelt)
    share_of = {
        kind: rates[kind]
        * (letters / _USUAL if kind in _BY_LETTER else min(weight, 1.0))
        / _CAN_HAPPEN.get(kind, 1.0)
        for kind, _, weight in weighed
    }
    whole = sum(share_of.values())
    for kind, made, weight in weighed:
        for name, own in made.items():
            share = (1 - several()) * share_of[kind] / whole * own / weight
            total[name] = total.get(name, 0.0) + share
            if share > kinds.get(name, (0.0, ""))[0]:
                kinds[name] = share, kind
    found = [Typed(name, share, kinds[name][1]) for name, share in total.items()]
    found.sort(key=lambda one: (-one.probability, one.name))
    return tuple(found)


def several() -> float:
    """The share of names with two slips among all that are mistyped."""
    another = slip_rates.rates()["another_edit"]
    return another / (1 + another)


def _made(spelt: str) -> Iterator[tuple[str, dict[str, float]]]:
    for kind, make in _KINDS.items():
        made: dict[str, float] = {}
        for text, weight in make(spelt):
            name = _name(text)
            if name and text != spelt:
                made[name] = max(made.get(name, 0.0), weight)
        yield kind, made


def _name(text: str) -> str:
    """As `Domain.name`; "" for what nobody could even look up."""
    if not text.isascii():
        try:
            return Domain.parse(text).name
        except AddressError:
            return ""
    bad = ".." in text or "-." in text or ".-" in text or text[0] in ".-" or text[-1] in ".-"
    if bad or "." not in text or len(text) > _LONGEST:
        return ""
    return "" if any(len(label) > _LABEL for label in text.split(".")) else text


class _Doubles:
    """Names with two slips: the second is made of what the first one made."""

    def __init__(self, first: Sequence[Typed]) -> None:
        self._first, self._opened = first, 0
        self._heap: list[tuple[float, int, str, Iterator[Typed]]] = []

    def above(self, probability: float, given: set[str]) -> Iterator[Typed]:
        """Those that are likelier than so much, in falling probability."""
        while True:
            best = -self._heap[0][0] if self._heap else 0.0
            bound = self._share(self._opened, _LIKELIEST)
            if max(best, bound) <= probability:
                return
            if bound > best:
                self._push(self._opened, iter(singles(self._first[self._opened].name)))
                self._opened += 1
                continue
            _, number, name, rest = heapq.heappop(self._heap)
            self._push(number, rest)
            if name not in given:
                given.add(name)
                yield Typed(name, best, "several")

    def _share(self, number: int, second: float) -> float:
        """The share of a second slip after the first one of that number."""
        if number == len(self._first):
            return 0.0
        one = 1 - several()
        return self._first[number].probability / one * min(second, _LIKELIEST) / one * several()

    def _push(self, number: int, rest: Iterator[Typed]) -> None:
        one = next(rest, None)
        if one is not None:
            share = self._share(number, one.probability)
            heapq.heappush(self._heap, (-share, number, one.name, rest))
