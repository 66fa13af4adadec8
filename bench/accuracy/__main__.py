"""`python -m bench.accuracy [--fast] [--shipped]`: how well slips are found in real mail.

The tables go to standard output and, with a picture, into bench/results/. The models are the
held-out ones of bench/fit/; `--shipped` takes those that are shipped, which saw the labels, and
`--fast` leaves the peers out: both only print. Single findings go into var/accuracy/ (`slips.csv`,
`needless.csv`), which is not for publication. Two processes share the work.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING

from bench.accuracy import details, fresh, held_out, labels, mail, ours, peers, plot, tables

if TYPE_CHECKING:
    from bench.accuracy.labels import Kind
    from bench.accuracy.measure import Sighting

_RESULTS = mail.ROOT / "bench" / "results"
_DETAILS = mail.ROOT / "var" / "accuracy"
_KINDS: tuple[Kind, ...] = ("domain", "local")


def main() -> int:
    """Measure, print and write."""
    fast, shipped = (name in sys.argv[1:] for name in ("--fast", "--shipped"))
    if not (mail.DATA / mail.CORPUS).exists():
        print(f"{mail.DATA / mail.CORPUS} is not there; name its folder with MISSENT_DATA")
        return 2
    if not shipped and not held_out.are_there():
        print("the held-out models are not there; make them with bench.fit, or give --shipped")
        return 2
    started = time.perf_counter()
    said: dict[tuple[str, Kind], list[Sighting]] = {}
    left_out: list[str] = []
    with ProcessPoolExecutor(1) as pool:
        later = None if shipped else pool.submit(_by_development)
        others = None if fast else pool.submit(peers.run)
        known = labels.read(mail.DATA)
        with nullcontext() if shipped else held_out.folds():
            found = ours.run()
            starts = fresh.run()
        runs = {held_out.FOLDS: found, held_out.DEVELOPMENT: later.result() if later else found}
        if others:
            said, left_out = others.result()
    lines = [
        f"{len(found.messages):,} messages were decided, in {found.seconds:.0f} s.",
        "Models: "
        + ("shipped; they saw these labels." if shipped else "held-out; none knows a sender of its")
        + ("" if shipped else " columns, those fitted to dev alone neither the time."),
        "Cells are recall / share of these whose meant address is named first.",
        "",
    ]
    for kind in _KINDS:
        for proved in (False, True):
            lines += tables.main(runs, known, kind, proved=proved)
        lines += fresh.table(starts, known, kind)
        if said:
            of_kind = {name: s for (name, what), s in said.items() if what == kind}
            lines += tables.peers(found, known, kind, of_kind)
    lines += tables.calibration(found, known)
    lines += [f"Left out: {reason}" for reason in left_out]
    print("\n".join(lines))
    details.write(_DETAILS, found, known)
    if not fast and not shipped:
        _RESULTS.mkdir(parents=True, exist_ok=True)
        (_RESULTS / "accuracy.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        plot.draw(_RESULTS / "accuracy.svg", runs, known, said)
    print(f"{time.perf_counter() - started:.0f} s in all")
    return 0


def _by_development() -> ours.Ours:
    with held_out.development():
        found = ours.run()
    found.rows.clear()  # the tables need none of it
    return found


if __name__ == "__main__":
    sys.exit(main())
