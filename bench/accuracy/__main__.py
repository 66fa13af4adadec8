"""`python -m bench.accuracy [--fast]`: the tables on standard output and in bench/results/.

`--fast` leaves the peers out. Single findings go to var/accuracy/, which is not for publication:
`slips.csv` and `needless.csv`.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from bench.accuracy import details, labels, mail, ours, peers, plot, tables

if TYPE_CHECKING:
    from bench.accuracy.labels import Kind
    from bench.accuracy.measure import Sighting

_RESULTS = mail.ROOT / "bench" / "results"
_DETAILS = mail.ROOT / "var" / "accuracy"
_KINDS: tuple[Kind, ...] = ("domain", "local")


def main() -> int:
    """Measure, print and write."""
    fast = "--fast" in sys.argv[1:]
    if not (mail.DATA / mail.CORPUS).exists():
        print(f"{mail.DATA / mail.CORPUS} is not there; name its folder with MISSENT_DATA")
        return 2
    started = time.perf_counter()
    said: dict[tuple[str, Kind], list[Sighting]] = {}
    left_out: list[str] = []
    with ProcessPoolExecutor(1) as pool:
        others = None if fast else pool.submit(peers.run)
        known = labels.read(mail.DATA)
        found = ours.run()
        if others:
            said, left_out = others.result()
    lines = [
        f"{len(found.messages):,} messages were decided, in {found.seconds:.0f} s.",
        "Cells are recall / share of these whose meant address is named first.",
        "",
    ]
    for kind in _KINDS:
        for proved in (False, True):
            lines += tables.main(found, known, kind, proved=proved)
        if said:
            of_kind = {name: s for (name, what), s in said.items() if what == kind}
            lines += tables.peers(found, known, kind, of_kind)
    lines += tables.calibration(found, known)
    lines += [f"Left out: {reason}" for reason in left_out]
    print("\n".join(lines))
    details.write(_DETAILS, found, known)
    if not fast:
        _RESULTS.mkdir(parents=True, exist_ok=True)
        (_RESULTS / "accuracy.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        plot.draw(_RESULTS / "accuracy.svg", found, known, said)
    print(f"{time.perf_counter() - started:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
