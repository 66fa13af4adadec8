"""What the peers make of a name. None of them says what is likelier."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, NamedTuple

from missent.core import suffixes

if TYPE_CHECKING:
    from collections.abc import Sequence


class Made(NamedTuple):
    """The candidates of one tool, by meant name."""

    tool: str
    names: dict[str, set[str]]

    @property
    def size(self) -> float:
        """How many a name has on average."""
        return sum(map(len, self.names.values())) / len(self.names)

    def recall(self, pairs: Sequence[tuple[str, str]]) -> float:
        """The share of the typed names that are among them."""
        return sum(typed in self.names[meant] for meant, typed in pairs) / len(pairs)


def dnstwist(meant: Sequence[str]) -> Made:
    """With every suffix that exists."""
    import dnstwist as peer  # noqa: PLC0415  installed by `make bench` alone

    tlds = sorted(suffixes.top_level())
    found = {}
    for name in meant:
        fuzzer = peer.Fuzzer(name, tld_dictionary=tlds)
        fuzzer.generate()
        found[name] = {one["domain"] for one in fuzzer.domains} - {name}
    return Made("dnstwist", found)


def ail_typo_squatting(meant: Sequence[str]) -> Made:
    """All of its algorithms, by the snapshot of the suffix list that it carries."""
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)  # it tries to fetch a newer one
    from ail_typo_squatting import runAll  # noqa: PLC0415  likewise

    made = {name: set(runAll(name, math.inf, "text", None)) - {name} for name in meant}
    return Made("ail-typo-squatting", made)


def all_of_them(meant: Sequence[str]) -> list[Made]:
    """What every peer makes. URLCrazy is neither in Debian nor on PyPI, and is left out."""
    return [dnstwist(meant), ail_typo_squatting(meant)]
