"""Fit what the traits of a slip weigh when the channel runs forwards; write `tables/forward.json`.

    MISSENT_DATA=... python -m bench.fit.forward

A name is typed with a probability proportional to the exponential of the sum of its slip's traits,
so this is a multinomial regression over everything that one slip can make of a name. Three sources:

- how letters are confused, from the word list of codespell (`forward_confusions`): pairs of letters
  as logarithms of how much oftener than any other;
- the mistyped local parts of the labelled corpus, for letters alone;
- its mistyped domains, of half A of the meant domains alone.

Every trait is held to what was assumed of it before (`forward_assumed`), the more so the narrower
it is. `bench/exposure.py` reports on the other half of the domains.
"""

from __future__ import annotations

import csv
import json
import os
import random
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bench.fit.forward_assumed import ASSUMED, PAIRS, SUFFIX
from bench.fit.forward_confusions import confusions, misspelt
from bench.fit.halves import half
from missent.core import forward_labels, forward_letters
from missent.core.address import Domain
from missent.core.tables import slip_rates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

TARGET = Path(__file__).parents[2] / "src/missent/core/tables/forward.json"
WORDS, WORD_WEIGHT = 600, 0.2  # of the word list, and what one weighs beside a real slip
KIND_HOLD, TRAIT_HOLD, COEFFICIENT_HOLD = 3.0, 3.0, 24.0  # how firmly each is held to the assumed
OWN_HOLD = {"local": 1.0, "word": 0.02}  # likewise, what is peculiar to a source
DIGITS = 3
LEAST_SUFFIX = 8.0  # so that a seldom suffix is near 0: exp(-8) of all names


@dataclass
class Source:
    """Slips of one kind, as rows of traits; all rows of an example are what could have been."""

    name: str
    weight: float
    traits: csr_matrix
    starts: NDArray[np.intp]
    typed: NDArray[np.intp]
    example: NDArray[np.intp]

    def loss(self, weights: Floats) -> tuple[float, Floats]:
        """The negative logarithm of the likelihood, and its gradient."""
        score = self.traits @ weights
        sizes, first = np.diff(self.starts), self.starts[:-1]
        score -= np.repeat(np.maximum.reduceat(score, first), sizes)
        share = np.exp(score)
        share /= np.repeat(np.add.reduceat(share, first), sizes)
        right = np.bincount(self.example, share[self.typed])
        pull = share.copy()
        pull[self.typed] -= share[self.typed] / right[self.example]
        return float(-np.log(right).sum()) * self.weight, self.traits.T @ pull * self.weight


class Traits:
    """Numbers of traits, and what the pairs of letters count for."""

    def __init__(self, pairs: Mapping[str, float]) -> None:
        self.numbers = {name: number for number, name in enumerate(ASSUMED)}
        self.pairs = pairs

    def cells(self, slip: forward_letters.Edit, source: str) -> Iterator[tuple[int, float]]:
        """What stands in a slip's row: numbers of traits, and their values."""
        for trait in filter(None, slip.traits):
            name, value = self._named(trait)
            if not value:
                continue
            yield self._number(name), value
            if source != "domain" and (name == slip.traits[0] or name in PAIRS):
                yield self._number(f"{source}@{name}"), value

    def _named(self, trait: str) -> tuple[str, float]:
        if trait[:3] in PAIRS:
            return trait[:3], self.pairs.get(trait, 0.0)
        if trait.startswith("suffix:"):
            return "suffix:", log(slip_rates.suffix_share(trait[7:])) + LEAST_SUFFIX
        return trait, 1.0

    def _number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))


def main() -> None:
    data = Path(os.environ["MISSENT_DATA"])
    traits = Traits(confusions())
    words = misspelt()
    random.Random(7).shuffle(words)
    sources = [
        gather("domain", 1.0, domain_slips(data), traits),
        gather("local", 1.0, local_slips(data), traits),
        gather("word", WORD_WEIGHT, words[:WORDS], traits),
    ]
    names = list(traits.numbers)
    weights = fit([finish(source, len(names)) for source in sources], names)
    table: dict[str, float] = dict(zip(names, weights, strict=True))
    write({name: value for name, value in table.items() if "@" not in name}, traits.pairs)


def domain_slips(data: Path) -> list[tuple[str, str]]:
    with (data / "enron-labels-domains.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["verdict"] == "typo"]
    pairs = [(row["intended_domain"], row["observed_domain"]) for row in rows]
    return [(meant, typed) for meant, typed in pairs if half(meant) == "A"]


def local_slips(data: Path) -> list[tuple[str, str]]:
    with (data / "enron-labels-addresses.csv").open() as file:
        pairs = {
            (row["intended"].rpartition("@")[0], row["observed"].rpartition("@")[0])
            for row in csv.DictReader(file)
            if row["verdict"] == "typo"
        }
    return sorted((meant, typed) for meant, typed in pairs if meant != typed and meant and typed)


def gather(
    source: str, weight: float, slips: Iterable[tuple[str, str]], traits: Traits
) -> tuple[str, float, list[list[tuple[int, float]]], list[list[int]], list[int]]:
    rows: list[list[tuple[int, float]]] = []
    typed_rows, starts = [], [0]
    for meant, typed in slips:
        first, right = len(rows), []
        for slip in possible(meant, source):
            made = slip.of(meant_text(meant, source))
            if source == "domain" and not could_be(made):
                continue
            if made == typed:
                right.append(len(rows))
            rows.append(list(traits.cells(slip, source)))
        if right:
            typed_rows.append(right)
            starts.append(len(rows))
        else:  # two slips, or none that is known
            del rows[first:]
    return source, weight, rows, typed_rows, starts


def meant_text(meant: str, source: str) -> str:
    return Domain(meant).unicode if source == "domain" else meant


def possible(meant: str, source: str) -> Iterator[forward_letters.Edit]:
    text = meant_text(meant, source)
    if source == "domain":
        end = forward_letters.edge(text)
        yield from forward_labels.edits(text, end)
    else:
        end = len(text)
    yield from forward_letters.edits(text, end)


def could_be(name: str) -> bool:
    return bool(name) and not any(bad in f".{name}." for bad in ("..", "-.", ".-")) and "." in name


def finish(
    gathered: tuple[str, float, list[list[tuple[int, float]]], list[list[int]], list[int]],
    width: int,
) -> Source:
    name, weight, rows, typed, starts = gathered
    cells = [cell for row in rows for cell in row]
    ends = np.cumsum([0, *map(len, rows)])
    matrix = csr_matrix(
        ([value for _, value in cells], [number for number, _ in cells], ends),
        shape=(len(rows), width),
    )
    example = np.repeat(np.arange(len(typed)), [len(right) for right in typed])
    return Source(name, weight, matrix, np.array(starts), np.concatenate(typed), example)


def fit(sources: list[Source], names: list[str]) -> Floats:
    assumed = np.array([_assumed(name) for name in names])
    hold = np.array([_hold(name) for name in names])

    def loss(weights: Floats) -> tuple[float, Floats]:
        off = weights - assumed
        total, slope = 0.5 * float((hold * off * off).sum()), hold * off
        for source in sources:
            own, own_slope = source.loss(weights)
            total, slope = total + own, slope + own_slope
        return total, slope

    found: Floats = minimize(loss, assumed, jac=True, method="L-BFGS-B").x
    return found


def _assumed(name: str) -> float:
    return PAIRS.get(name, SUFFIX if name == "suffix:" else ASSUMED.get(name, 0.0))


def _hold(name: str) -> float:
    source, own, _ = name.partition("@")
    if own:
        return OWN_HOLD[source]
    if name in PAIRS or name == "suffix:":
        return COEFFICIENT_HOLD
    return TRAIT_HOLD if ":" in name else KIND_HOLD


def write(weights: Mapping[str, float], pairs: Mapping[str, float]) -> None:
    table = {name: value for name, value in weights.items() if not name.endswith(":")}
    table |= {trait: weights.get(trait[:3], 0.0) * value for trait, value in pairs.items()}
    table |= {
        f"suffix:{suffix}": weights["suffix:"] * (log(share) + LEAST_SUFFIX)
        for suffix, share in slip_rates.suffixes().items()
    }
    rounded = {name: round(value, DIGITS) for name, value in sorted(table.items())}
    about = (__doc__ or "").partition("\n\n")[2]
    content = {"about": " ".join(about.split()), "weights": {k: v for k, v in rounded.items() if v}}
    TARGET.write_text(json.dumps(content, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
