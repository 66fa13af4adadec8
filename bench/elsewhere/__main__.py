"""`python -m bench.elsewhere`: real slips that are not in the Enron mail, beside the peers.

Domains that people mistyped in the sources of public software and in the mail about it
(`domains.csv`; how they were found stands in README.md), and the genuine addresses that a Debian
system holds. Twice: where nothing is known, and where all the genuine ones are. The tables go to
standard output and into bench/results/elsewhere.md. `--half development` looks at the half that
may be learned from and writes nothing; with `--tell` also at what is missed there.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cases import tools
from bench.elsewhere import genuine, known, pairs, tables
from missent.core import suffixes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.elsewhere.pairs import Half, Pair

_RESULTS = Path(__file__).parents[1] / "results"


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m bench.elsewhere")
    parser.add_argument("--half", choices=pairs.HALVES)
    parser.add_argument("--tell", action="store_true", help="say what is missed")
    given = parser.parse_args()
    started = time.perf_counter()
    everything = pairs.read()
    addresses = _genuine(everything)
    lines = ["<!-- written by `python -m bench.elsewhere` (or `make bench-elsewhere`) -->"]
    lines += tables.what(everything, addresses)
    said, left_out = tools.ask(
        [*(p.typed for p in everything), *(a.rpartition("@")[2] for a in addresses)]
    )
    halves: Sequence[Half] = (given.half,) if given.half else pairs.HALVES
    for half in halves:
        lines += tables.alone(everything, addresses, said, half)
    for half in halves:
        columns = known.domains(everything, addresses, half)
        lines += tables.known("Domains", half, columns)
        lines += tables.known("Local parts", half, known.local_parts(addresses, half))
        if given.tell:
            tables.tell(everything, said[0], columns[0], half)
    lines += [f"Left out: {reason}" for reason in left_out]
    print("\n".join(lines))
    if not given.half:
        (_RESULTS / "elsewhere.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{time.perf_counter() - started:.0f} s in all")
    return bool(left_out)


def _genuine(everything: Sequence[Pair]) -> dict[str, int]:
    """The genuine addresses: no domain that a pair doubts, none that cannot exist."""
    doubted = {pair.typed for pair in everything if pair.verdict != "genuine"}

    def is_genuine(domain: str) -> bool:
        return domain not in doubted and "_" not in domain and suffixes.split(domain).known

    return {a: n for a, n in genuine.read().items() if is_genuine(a.rpartition("@")[2])}


if __name__ == "__main__":
    sys.exit(main())
