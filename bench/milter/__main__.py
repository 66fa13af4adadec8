"""Messages a second through a real Postfix, and CPU a message of the milter beside it.

Five filters take turns, some rounds each, with Postfix's own `smtp-source` at 20 sessions:
none; `missent milter` with 100,000 contacts, which decides and learns each message; the same with
its real decision alone ("deciding"); and two peers that decide nothing, pymilter (C below, GPL)
and purepythonmilter. The peers too see the envelope and the end of each message. Needs root,
Debian's postfix and python3-milter. Run it by `make bench-milter`; a run of all five is written to
bench/results/milter.md, with the load that the machine was under.

With `--kill N` it sends N messages instead while a worker is killed at random every second, and
tells what became of each. With `--fuzz N` it feeds N broken packets to sessions in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.milter.extremes import fuzz, kill
from bench.milter.filters import CONTACTS, FILTERS, cpu_seconds, filtered, is_there, remember
from missent.testing.postfix import Postfix, why_not

RESULT = Path(__file__).parent.parent / "results/milter.md"
SESSIONS = 20
# Nothing is delivered: only what stands before the queue is measured.
MAIN = """
virtual_mailbox_domains =
default_transport = discard
relay_transport = discard
smtpd_relay_restrictions = permit_mynetworks, reject
milter_default_action = tempfail
smtpd_milters = {milters}
"""


@dataclass
class Figures:
    """What the rounds of one filter gave."""

    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second, in the middle round."""
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        """Seconds of CPU a message, in the middle round."""
        return statistics.median(self.costs) if self.costs else 0.0


def send(postfix: Postfix, messages: int) -> float:
    """Send messages; the rate a second."""
    began = time.monotonic()
    subprocess.run(
        [
            "smtp-source", "-s", str(SESSIONS), "-m", str(messages), "-l", "4000", "-N",
            "-f", "ann@corp.example", "-t", "bob@partner.test", f"127.0.0.1:{postfix.port}",
        ],
        check=True,
        timeout=600,
    )  # fmt: skip
    return messages / (time.monotonic() - began)


def measure(options: argparse.Namespace) -> dict[str, Figures]:
    """Let the filters take turns."""
    figures = {name: Figures() for name in options.only}
    with Postfix(MAIN.replace("{milters}", "")) as postfix:
        # -N counts from 1 in each run: every recipient is a contact, as most are in an office.
        asyncio.run(remember(postfix.base, options.messages))
        for turn in range(options.rounds):
            for name, found in figures.items():
                with filtered(name, postfix.base, options) as (milters, process):
                    postfix.configure(MAIN.replace("{milters}", milters))
                    postfix.command("reload")
                    time.sleep(0.5)
                    send(postfix, 200)
                    found.loads.append(os.getloadavg()[0])
                    before = cpu_seconds(process) if process else 0.0
                    found.rates.append(send(postfix, options.messages))
                    time.sleep(1.2)  # what is written after the last message counts as well
                    if process:
                        found.costs.append((cpu_seconds(process) - before) / options.messages)
                postfix.settle(60)
                cost = f", {found.costs[-1] * 1000:.3f} ms" if found.costs else ""
                print(f"round {turn + 1}, {name}: {found.rates[-1]:.0f}/s{cost}", flush=True)
    return figures


def table(figures: dict[str, Figures]) -> str:
    """The figures, beside those of pymilter where there are any."""
    peer = figures.get("pymilter")
    columns = (
        "filter",
        "messages/s",
        "CPU ms/message",
        "CPU beside pymilter",
        "rate beside pymilter",
        "messages/s, each round",
        "CPU, each round",
    )
    rows = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    for name, found in figures.items():
        cost = f"{found.cost * 1000:.3f}" if found.costs else ""
        cpu = f"{found.cost / peer.cost:.2f}" if peer and found.costs else ""
        rate = f"{found.rate / peer.rate:.2f}" if peer else ""
        rates = " ".join(f"{one:.0f}" for one in found.rates)
        costs = " ".join(f"{one * 1000:.2f}" for one in found.costs)
        rows.append(f"| {name} | {found.rate:.0f} | {cost} | {cpu} | {rate} | {rates} | {costs} |")
    return "\n".join(rows) + "\n"


def report(figures: dict[str, Figures], options: argparse.Namespace) -> str:
    """The page."""
    loads = [load for found in figures.values() for load in found.loads]
    return (
        "<!-- written by `python -m bench.milter` (or `make bench-milter`) -->\n"
        f"Python {platform.python_version()}, {os.cpu_count()} cores of {platform.machine()},"
        " shared with Postfix and the load generator. Load average before the rounds:"
        f" {min(loads):.1f} to {max(loads):.1f}.\n\n"
        f"{options.rounds} rounds of {options.messages:,} messages of 4,000 octets, one to a"
        f" connection, at {SESSIONS} sessions; the figures are those of the median round. missent"
        f" knows {CONTACTS:,} contacts and has {options.workers} worker; *deciding* is the same"
        " without learning. The peers decide nothing.\n\n" + table(figures)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3000, help="a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1, help="of missent")
    parser.add_argument("--pymilter", default="/usr/bin/python3", help="a Python with pymilter")
    parser.add_argument("--purepythonmilter", default=sys.executable, help="a Python with it")
    parser.add_argument("--kill", type=int, metavar="N")
    parser.add_argument("--fuzz", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=list(FILTERS), choices=FILTERS)
    options = parser.parse_args()
    if options.fuzz:
        fuzz(options.fuzz, options.seed)
        return
    if why_not():
        sys.exit(f"bench.milter: {why_not()}")
    if options.kill:
        kill(options.kill, 2)
    else:
        options.only = [name for name in options.only if is_there(name, options)]
        figures = measure(options)
        print(table(figures))
        if set(options.only) == set(FILTERS):
            RESULT.write_text(report(figures, options), encoding="utf-8")


if __name__ == "__main__":
    main()
