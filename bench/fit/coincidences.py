"""How often two genuine names look like a slip of each other, by kind of slip.

    python -m bench.fit.coincidences

Each name of the lists is taken for a typed one, with the rest of its list known. What is found is
no slip: both names exist. Popular names of 2016 hold typosquats, so of those it is too many.
"""

from __future__ import annotations

import sys
from collections import Counter

from bench.accuracy.mail import DATA
from missent.core import slips, suffixes
from missent.core.evidence import of_domain
from missent.core.neighbours import GrowingIndex, domain_keys, filing_keys, gather

FILES = (
    "gov-domains.txt",
    "university-domains.txt",
    "mil-domains.txt",
    "top-domains-2016.txt",
)
SHORT = 3


def main() -> int:
    print("names with a twin in their own list, per 1,000")
    for file in FILES:
        names = sorted({line for line in (DATA / file).read_text().lower().split() if "." in line})
        found = twins(names)
        print(f"\n{file}, {len(names):,} names")
        for kind, many in found.most_common():
            print(f"  {kind:42} {many:6} {1000 * many / len(names):8.2f}")
    return 0


def twins(names: list[str]) -> Counter[str]:
    """How many of the names have a twin, by the kind of slip that would explain it."""
    index, found = GrowingIndex(), Counter[str]()
    for number, name in enumerate(names):
        index.file(number, filing_keys(name))
    for typed in names:
        kinds = set()
        for number in gather(index, domain_keys(typed)):
            slip = slips.domain(typed, names[number], of_domain.NEAR)
            if slip is not None:
                kinds.add(_named(slip.kind, typed, names[number]))
        found.update(kinds)
    return found


def _named(kind: str, typed: str, meant: str) -> str:
    if kind != "look_alike" or _digits(typed) == _digits(meant):
        return kind
    short = len(suffixes.split(typed).label) <= SHORT
    return f"{kind}, a digit for a letter{', short names' if short else ''}"


def _digits(name: str) -> int:
    return sum(c.isdigit() for c in name)


if __name__ == "__main__":
    sys.exit(main())
