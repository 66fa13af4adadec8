"""The time that the DNS takes: many names asked about at one real NSD, beside dnstwist."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time

from missent.dns.absent import Absent
from missent.dns.ares import Ares
from missent.dns.interface import DnsOptions
from missent.dns.resolver import Resolver
from missent.exposure.lookalike import Lookalike, State
from missent.exposure.survey import Survey
from missent.testing import nsd

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
