"""How often two genuine names look like a slip of each other, by kind of slip.

    python -m bench.fit.coincidences

Each name of the lists is taken for a typed one, with the rest of its list known. What is found is
no slip: both names exist. Popular names of 2016 hold typosquats, so of those it is too many.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from bench.accuracy.mail import DATA
from missent.core import slips, suffixes
from missent.core.evidence import of_domain
from missent.core.neighbours import GrowingIndex, domain_keys, filing_keys, gather
from missent.core.unmistakable import SHORT, has_digit_for_letter, has_suffix_twice

if TYPE_CHECKING:
    from missent.core.slips import Slip

FILES = (
    "gov-domains.txt",
    "university-domains.txt",
    "mil-domains.txt",
    "top-domains-2016.txt",
)


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
                kinds.add(_named(slip, typed, names[number]))
        found.update(kinds)
    return found


def _named(slip: Slip, typed: str, meant: str) -> str:
    if has_suffix_twice(typed, meant):
        return f"{slip.kind}, the suffix twice"
    if not has_digit_for_letter(slip, typed, meant):
        return slip.kind
    short = len(suffixes.split(typed).label) <= SHORT
    return f"{slip.kind}, a digit for a letter{', short names' if short else ''}"


if __name__ == "__main__":
    sys.exit(main())
