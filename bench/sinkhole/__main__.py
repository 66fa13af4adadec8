"""`python -m bench.sinkhole`: refusals and connections a second, memory, TLS, side by side.

A session is: connect, EHLO, MAIL, one RCPT that is refused, QUIT, each after the answer before, by
four clients. Bursts are RCPT commands in one session, 200 at a time, by two clients. Servers and
clients share the cores: trust the processor time of the server and the ratios in a row.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.sinkhole import load, servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from bench.sinkhole.servers import Running

RESULTS = Path(__file__).parent.parent / "results" / "sinkhole.md"
MIB = 1 << 20


def rows(options: argparse.Namespace) -> Iterator[tuple[str, float, float, float, float, str]]:
    """A server's figures: sessions/s, microseconds, RCPT/s, microseconds, memory."""
    makes: tuple[Callable[[], AbstractContextManager[Running]], ...] = (
        servers.missent,
        lambda: servers.missent(1),
        servers.smtp_sink,
        lambda: servers.aiosmtpd("uvloop"),
        lambda: servers.aiosmtpd("asyncio"),
    )
    for make in makes:
        with make() as server:
            single = [
                load.run(server, load.sessions, options.seconds, 4) for _ in range(options.rounds)
            ]
            burst = [
                load.run(server, load.bursts, options.seconds, 2) for _ in range(options.rounds)
            ]
            memory, each = load.idle(server, options.connections)
            yield (
                server.name,
                statistics.median(one.rate for one in single),
                statistics.median(one.cost for one in single),
                statistics.median(one.rate for one in burst),
                statistics.median(one.cost for one in burst),
                f"{memory / MIB:,.0f} MiB, {each:,.0f} octets each",
            )


def lines(options: argparse.Namespace) -> Iterator[str]:
    load_now = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    yield "# The sinkhole, beside others\n"
    yield f"By `make bench-sinkhole` on {os.cpu_count()} cores that clients and servers share, at a"
    yield f"load of {load_now}; {options.rounds} rounds of {options.seconds:g} s at nice"
    yield f"{options.nice}. Trust the server's processor time and the ratios, not the rates.\n"
    connections = f"memory at {options.connections:,} open connections"
    yield f"| server | sessions/s | CPU µs each | RCPT/s in bursts | CPU µs each | {connections} |"
    yield "|---|---|---|---|---|---|"
    measured = {}
    for name, rate, cost, burst, burst_cost, memory in rows(options):
        measured[name] = (rate, cost, burst, burst_cost)
        cells = (f"{rate:,.0f}", f"{cost:,.1f}", f"{burst:,.0f}", f"{burst_cost:,.2f}", memory)
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""
    names = list(measured)
    ours = measured[names[0]]
    for other in names[2:4]:
        theirs = measured[other]
        yield (
            f"Beside {other}: {ours[0] / theirs[0]:.2f} times its sessions/s "
            f"({theirs[1] / ours[1]:.2f} by processor time of one session), "
            f"{ours[2] / theirs[2]:.2f} times its RCPT/s "
            f"({theirs[3] / ours[3]:.2f} by processor time).\n"
        )
    yield "smtp-sink has one fixed text of 31 octets, parses no address and counts nothing;"
    yield "missent and aiosmtpd write the text for the person; missent also counts into SQLite.\n"
    with servers.missent(tls=True) as server:
        for how, resumed in (("a full handshake", False), ("a session ticket", True)):
            figures = load.run(
                server, load.secure, options.seconds, 4, trust=str(server.trust), resumed=resumed
            )
            yield f"With STARTTLS, P-256 and {how}: {figures.rate:,.0f} sessions/s, "
            yield f"{figures.cost:,.0f} µs of the server's processor time each.\n"


def main() -> int:
    """Measure, print, and keep what was printed where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--nice", type=int, default=0, help="-15 on a machine that others use")
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    os.setpriority(os.PRIO_PROCESS, 0, options.nice)
    said = []
    try:
        for line in lines(options):
            print(line, flush=True)
            said.append(line)
    except FileNotFoundError as error:
        print(error)
        return 1
    if options.keep:
        RESULTS.write_text("\n".join(said).rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
