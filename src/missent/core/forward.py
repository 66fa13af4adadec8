"""The noisy channel run forwards: what people type who mean a domain, the likeliest first.

`slips` explains a typed name by the meant one; here the typed names are made. Every single slip
that can happen to a name (`forward_letters`, `forward_labels`) has traits, and its probability is
in proportion to the exponential of the sum of what they weigh (`tables/forward.json`, fitted by
`bench/fit/forward.py`). So each letter more is a chance more, and all probabilities together stay
below 1. Names that take two slips, at places that do not touch, follow by the product of both.
"""

from __future__ import annotations

import heapq
from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING, NamedTuple

from missent.core import forward_labels, forward_letters
from missent.core.address import Domain
from missent.core.errors import AddressError
from missent.core.tables import forward_weights, slip_rates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST = 253  # octets of a name, RFC 1035 2.3.4
_LABEL = 63


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


class _Change(NamedTuple):
    """A single slip by its shortest form: what stands where instead of what."""

    start: int
    end: int
    put: str
    share: float


def typed(meant: str) -> Iterator[Typed]:
    """What is typed for a domain (`Domain.name`), in falling probability, each name once.

    It goes on for hundreds of thousands of names: take as many as you need.
    """
    given = {meant}
    singles, changes = _singles(meant)
    doubles = _doubles(Domain(meant).unicode, changes)
    ahead = next(doubles, None)
    for one in singles:
        while ahead is not None and ahead.probability > one.probability:
            if ahead.name not in given:
                given.add(ahead.name)
                yield ahead
            ahead = next(doubles, None)
        if one.name not in given:  # two other slips may have made it before
            given.add(one.name)
            yield one
    while ahead is not None:
        if ahead.name not in given:
            given.add(ahead.name)
            yield ahead
        ahead = next(doubles, None)


def several() -> float:
    """The share of names with two slips among all that are mistyped."""
    another = slip_rates.rates()["another_edit"]
    return another / (1 + another)


@lru_cache(maxsize=1024)
def _singles(meant: str) -> tuple[Sequence[Typed], Sequence[_Change]]:
    """What one slip makes of a domain, in falling probability; together `1 - several()`."""
    spelt = Domain(meant).unicode
    weigh = forward_weights.weights().get
    end = forward_letters.edge(spelt)
    total: dict[str, float] = {}
    kinds: dict[str, tuple[float, str]] = {}
    for edits in (forward_letters.edits, forward_labels.edits):
        for start, stop, put, traits in edits(spelt, end):
            text = spelt[:start] + put + spelt[stop:]
            share = exp(sum([weigh(trait, 0.0) for trait in traits]))
            total[text] = total.get(text, 0.0) + share
            if share > kinds.get(text, (0.0, ""))[0]:
                kinds[text] = share, traits[0]
    named = {text: name for text in total if (name := _name(text)) and text != spelt}
    whole = sum(total[text] for text in named) / (1 - several())
    found = [Typed(name, total[text] / whole, kinds[text][1]) for text, name in named.items()]
    found.sort(key=lambda one: (-one.probability, one.name))
    changes = [_shortest(spelt, text, total[text] / whole) for text in named]
    changes.sort(key=lambda change: -change.share)
    return tuple(found), tuple(changes)


def _shortest(spelt: str, text: str, share: float) -> _Change:
    most = min(len(spelt), len(text))
    start = 0
    while start < most and spelt[start] == text[start]:
        start += 1
    same = 0
    while same < most - start and spelt[-1 - same] == text[-1 - same]:
        same += 1
    return _Change(start, len(spelt) - same, text[start : len(text) - same], share)


def _doubles(spelt: str, changes: Sequence[_Change]) -> Iterator[Typed]:
    """Two slips in one name, in falling probability.

    Of every first slip the likeliest second one waits in the heap; the pair that is taken makes
    room for the first slip's next one, and for the next first slip.
    """
    if len(changes) < 2:  # noqa: PLR2004  a pair
        return
    scale = several() / (1 - several()) ** 2 * 2  # each pair stands for both orders

    def share(one: int, other: int) -> float:
        return changes[one].share * changes[other].share

    waiting = [(-share(0, 1), 0, 1)]
    while waiting:
        product, one, other = heapq.heappop(waiting)
        if other + 1 < len(changes):
            heapq.heappush(waiting, (-share(one, other + 1), one, other + 1))
        if other == one + 1 and other + 1 < len(changes):
            heapq.heappush(waiting, (-share(other, other + 1), other, other + 1))
        first, second = sorted((changes[one], changes[other]))
        if first.end >= second.start:
            continue
        text = (
            spelt[: first.start] + first.put + spelt[first.end : second.start]
            + second.put + spelt[second.end :]
        )  # fmt: skip
        name = _name(text)
        if name:
            yield Typed(name, -product * scale, "several")


def _name(text: str) -> str:
    """As `Domain.name`; "" for what nobody could even look up."""
    if not text.isascii():
        try:
            return Domain.parse(text).name
        except AddressError:
            return ""
    bad = ".." in text or "-." in text or ".-" in text or text[:1] in ".-" or text[-1:] in ".-"
    if bad or "." not in text or len(text) > _LONGEST:
        return ""
    return "" if any(len(label) > _LABEL for label in text.split(".")) else text
