"""The audit of a generated log, beside the raw engine, pflogsumm and plain Python, in one run.

`make bench-audit`, or `python -m bench.audit [--deliveries N] [--parts NAME,...] [--folder LOG]`.
Each part runs in a process of its own, with whose children it is measured; processor time is what
to compare. Every figure is kept at once and in place of its like alone, so that a long run goes in
stages: `--parts reading`, then `--parts audit`, with the `--folder` of one log.
"raw" is DuckDB reading the same lines, joining senders to recipients by queue id and counting by
pair, with a status, a stamp and a size each, as ours does, without carrying messages over from file
to file, without queue ids that are used again, and without our checks. What was measured with
another number of deliveries stays in the results.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.audit.parts import CROWDED, ONE_TEXT, PARTS, WIDE, WITH_JAVA, unpacked
from bench.audit.results import keep
from bench.audit.tree import Tree

_USUAL = ("raw", "reading", "audit", "afresh", "crowded", "pflogsumm", "python")
_MOST_OF_PEERS = 5_000_000  # deliveries: beyond, one text or one join would take all of the disk


def main() -> int:
    """Measure the parts one after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__)
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    parser.add_argument("--parts", help=f"of {', '.join(PARTS)}; some of them without it")
    parser.add_argument("--folder", type=Path, help="a log that bench.audit.generate has made")
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        _run(given.part[0], Path(given.part[1]))
        return 0
    names = given.parts.split(",") if given.parts else _fitting(given.deliveries)
    unknown = sorted(set(names) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory(prefix="missent-bench-audit-") as made:
        folder = given.folder or Path(made)
        if given.folder is None and set(names) - {"wide", "spark_wide"}:
            _make(given.deliveries, folder)
        for name in names:
            if name == "pflogsumm" and shutil.which("pflogsumm") is None:
                print("pflogsumm is not installed: apt-get install pflogsumm")
                continue
            if name in ONE_TEXT:
                unpacked(folder)
            if name == "crowded":
                _make(given.deliveries, folder / CROWDED, "--crowded")
            if name in {"wide", "spark_wide"} and not (folder / WIDE / "planted.json").exists():
                _make(given.deliveries, folder / WIDE, module="bench.audit.wide")
            told = measure(name, folder)
            print(given.deliveries, name, told, flush=True)
            keep(given.deliveries, name, told)
    return 0


def _make(deliveries: int, folder: Path, *more: str, module: str = "bench.audit.generate") -> None:
    # Not here: a process begins with its parent's peak of memory.
    maker = (sys.executable, "-m", module, str(deliveries), str(folder), *more)
    subprocess.run(maker, stdout=subprocess.DEVNULL, check=True)


def _fitting(deliveries: int) -> list[str]:
    alone = deliveries > _MOST_OF_PEERS
    return [name for name in _USUAL if not alone or name in {"reading", "audit"}]


def measure(name: str, folder: Path) -> dict[str, object]:
    """Run one part in a process of its own."""
    begun, load = time.monotonic(), os.getloadavg()[0]
    command = (sys.executable, "-m", "bench.audit", "--part", name, str(folder))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        tree = Tree(process.pid)
        printed, _ = process.communicate()
        tree.stop()
    if process.returncode:
        raise SystemExit(f"{name} ended with {process.returncode}")
    told: dict[str, object] = json.loads(printed)
    if name in WITH_JAVA:
        told |= {"cpu": tree.cpu}
    told |= {"peak": max(tree.peak, int(str(told["peak"])))}
    return told | {"wall": round(time.monotonic() - begun, 1), "load": round(load, 1)}


def _run(name: str, folder: Path) -> None:
    told = PARTS[name](folder)
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    cpu = round(sum(u.ru_utime + u.ru_stime for u in (own, children)), 2)
    print(json.dumps({"cpu": cpu, "peak": max(own.ru_maxrss, children.ru_maxrss) // 1024} | told))


if __name__ == "__main__":
    raise SystemExit(main())
