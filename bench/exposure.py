"""Real slips among the first candidates, beside dnstwist; and the time that the DNS takes.

The pairs are those of the labelled corpus (MISSENT_DATA); see docs/explanation/exposure.md. The
server is a real NSD on the loopback.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from missent.core import forward, suffixes
from missent.dns.absent import Absent
from missent.dns.ares import Ares
from missent.dns.interface import DnsOptions
from missent.dns.resolver import Resolver
from missent.exposure.candidates import without_asking
from missent.exposure.lookalike import Lookalike, State
from missent.exposure.survey import Survey
from missent.testing import nsd

DEPTHS = (5, 10, 20, 50, 100, 200, 500)
RESULTS = Path(__file__).parent / "results"
NAMES = int(os.environ.get("MISSENT_BENCH_NAMES", "50000"))
PEER_NAMES = int(os.environ.get("MISSENT_BENCH_PEER_NAMES", "4000"))

_PEER = """
import dnstwist, queue, sys

class Resolver(dnstwist.Resolver):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.port = {port}

dnstwist.Resolver = Resolver
jobs = queue.Queue()
for name in open(sys.argv[1]).read().split():
    jobs.put(dnstwist.Permutation(fuzzer="x", domain=name))
threads = []
for _ in range(32):
    worker = dnstwist.Scanner(jobs)
    worker.option_extdns, worker.nameservers = True, ["127.0.0.1"]
    worker.start()
    threads.append(worker)
for worker in threads:
    worker.join()
"""


def main() -> None:
    lines = ["# Exposure", "", *recall(), "", *speed()]
    text = "\n".join(lines) + "\n"
    print(text)
    (RESULTS / "exposure.md").write_text(text, "utf-8")


def recall() -> list[str]:
    data = os.environ.get("MISSENT_DATA")
    if not data:
        return ["(recall: set MISSENT_DATA to the folder of the labelled corpus)"]
    with (Path(data) / "enron-labels-domains.csv").open() as file:
        pairs = [
            (row["intended_domain"], row["observed_domain"])
            for row in csv.DictReader(file)
            if row["verdict"] == "typo"
        ]
    meant = sorted({one for one, _ in pairs})
    ours = {one: [c.name for c in islice(forward.typed(one), DEPTHS[-1])] for one in meant}
    peer, size = dnstwist(meant)
    rows = [
        "Share of real typed names among the first so many candidates. Weights were",
        f"adjusted on half A of the meant domains; {len(pairs)} pairs in all.",
        "",
        f"| candidates | all | half A | half B | dnstwist, all of its {size:,.0f} a domain |",
        "|---|---|---|---|---|",
    ]
    everything = sum(typed in peer[one] for one, typed in pairs) / len(pairs)
    halves = [[p for p in pairs if _half(p[0]) == wanted] for wanted in (1, 0)]
    curve = []
    for depth in DEPTHS:
        shares = [
            sum(typed in ours[one][:depth] for one, typed in some) / len(some)
            for some in (pairs, *halves)
        ]
        curve.append(shares[0])
        rows.append(
            f"| {depth} | " + " | ".join(f"{s:.3f}" for s in shares) + f" | {everything:.3f} |"
        )
    plot(curve, everything)
    able = [pair for pair in pairs if without_asking(pair[1], ()) is not State.IMPOSSIBLE]
    shares = [
        sum(typed in ours[one][:depth] for one, typed in able) / len(able) for depth in (20, 100)
    ]
    theirs = sum(typed in peer[one] for one, typed in able) / len(able)
    rows += [
        "",
        f"Of the {len(able)} whose typed suffix exists, {shares[0]:.3f} are among the",
        f"first 20, {shares[1]:.3f} among the first 100, and {theirs:.3f} among dnstwist's.",
    ]
    return rows


def _half(name: str) -> int:
    return int(hashlib.sha1(suffixes.split(name).registrable.encode()).hexdigest(), 16) % 2  # noqa: S324


def dnstwist(meant: list[str]) -> tuple[dict[str, set[str]], float]:
    """What dnstwist makes of each name (it ranks nothing), and how many on average."""
    import dnstwist as peer  # noqa: PLC0415  installed by `make bench` alone

    tlds = sorted(suffixes.top_level())
    found = {}
    for name in meant:
        fuzzer = peer.Fuzzer(name, tld_dictionary=tlds)
        fuzzer.generate()
        found[name] = {one["domain"] for one in fuzzer.domains} - {name}
    return found, sum(map(len, found.values())) / len(found)


def plot(curve: list[float], peer: float) -> None:
    import matplotlib as mpl  # noqa: PLC0415  likewise

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(7, 4))
    axes.semilogx(DEPTHS, curve, marker="o", label="missent")
    axes.axhline(peer, color="gray", linestyle="--", label="dnstwist, all of its candidates")
    axes.set(xlabel="candidates of a domain", ylabel="recall of real slips", ylim=(0, 1))
    axes.legend()
    figure.savefig(RESULTS / "exposure.svg")


def speed() -> list[str]:
    if nsd.why_not():
        return [f"(speed: {nsd.why_not()})"]
    base = "example-company"
    names = [f"{base}{number}.com" for number in range(NAMES)]
    # One name in fifty takes mail: about what a real set of lookalikes shows.
    zone = "mx.catcher.com A 192.0.2.1\n" + "".join(
        f"{name} MX 10 mx.catcher.com.\n" for name in names[::50]
    )
    with nsd.Nsd({"": zone}) as server:
        wall, cpu = asyncio.run(survey(server.address, names))
        peer_wall, peer_cpu = run_dnstwist(server.port, names[:PEER_NAMES])
    ratio = (peer_wall / PEER_NAMES) / (wall / NAMES)
    cpu_ratio = (peer_cpu / PEER_NAMES) / (cpu / NAMES)
    load = os.getloadavg()[0]
    peer_cells = (
        PEER_NAMES,
        f"{peer_wall:.1f}",
        f"{PEER_NAMES / peer_wall:,.0f}",
        f"{peer_cpu / PEER_NAMES * 1e6:.0f}",
    )
    return [
        f"Names asked about at one NSD on the loopback, load {load:.1f} besides:",
        "",
        "| | names | seconds | names a second | CPU microseconds a name |",
        "|---|---|---|---|---|",
        f"| missent | {NAMES} | {wall:.1f} | {NAMES / wall:,.0f} | {cpu / NAMES * 1e6:.0f} |",
        f"| dnstwist, 32 threads | {' | '.join(map(str, peer_cells))} |",
        "",
        f"dnstwist takes {ratio:.1f} times as long a name, and {cpu_ratio:.1f} times the CPU.",
    ]


async def survey(address: str, names: list[str]) -> tuple[float, float]:
    options = DnsOptions((address,), timeout=5, tries=3, rate=1e6, parallel=400)
    resolver = Resolver(Absent(Ares(options)), options)
    looked = [Lookalike(name, "example-company.com", 0.0, "omission") for name in names]
    begin, cpu = time.monotonic(), time.process_time()
    found = await Survey(resolver).run(looked)
    spent = time.monotonic() - begin, time.process_time() - cpu
    await resolver.close()
    right = all(
        one.state is (State.FREE if number % 50 else State.MX) for number, one in enumerate(found)
    )
    if not right:
        raise SystemExit("a name was told wrongly")
    return spent


def run_dnstwist(port: int, names: list[str]) -> tuple[float, float]:
    """The scanner of dnstwist over the same names."""
    program = _PEER.format(port=port)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(names))
        file.flush()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        subprocess.run([sys.executable, "-c", program, file.name], check=True, timeout=900)
        wall = time.monotonic() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
