"""From submission to the question in the sender's mailbox, at 50 held messages a second.

Messages are submitted to a real Postfix at a fixed rate, whether or not the ones before were dealt
with; the time runs from before the client connects until the notice lies in the Maildir. Beside it,
at the same rate through the same Postfix and milter: ordinary messages, which nobody holds. All of
it runs on the same cores, with the store in SQLite, synced. `python -m bench.hold`.
"""

from __future__ import annotations

import argparse
import os
import re
import smtplib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from missent.testing.holding import ANN, Site, holding
from missent.testing.postfix import until, why_not

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.testing.milter import Missent

RATE = 50
SECONDS = 20
CLIENTS = 40
RESULTS = Path(__file__).parent / "results/hold.md"
_TICKS = os.sysconf("SC_CLK_TCK")


def submit(port: int, number: int, to: str) -> float:
    """Submit a message as a client does; the moment before it connected."""
    began = time.time()
    text = (
        f"From: {ANN}\r\nSubject: n{number}\r\nMessage-ID: <{to}-{number}@corp.example>\r\n\r\n"
        + "x" * 70
        + "\r\n"
    )
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.sendmail(ANN, [to], text)
    return began


def at_rate(site: Site, count: int, to: Callable[[int], str]) -> tuple[list[float], float]:
    """Submit so many messages, each at its moment: when each began, and the rate reached."""
    start = time.monotonic() + 0.5

    def one(number: int) -> float:
        time.sleep(max(0.0, start + number / RATE - time.monotonic()))
        return submit(site.postfix.port, number, to(number))

    with ThreadPoolExecutor(CLIENTS) as threads:
        began = list(threads.map(one, range(count)))
    return began, count / (max(began) - min(began))


def arrivals(site: Site, pattern: str) -> dict[int, float]:
    """When the message of each number was written into a mailbox."""
    found = {}
    for path in (site.postfix.base / "mail/box/new").iterdir():
        match = re.search(pattern, path.read_text("utf-8", "replace"), re.MULTILINE)
        if match:
            found[int(match[1])] = path.stat().st_mtime
    return found


def processor(gate: Missent) -> float:
    """Seconds of the processor that its workers have used."""
    total = 0
    for process in gate.workers():
        fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def measured(site: Site, gate: Missent, count: int, to: str, pattern: str) -> list[str]:
    """The cells of one row."""
    used = processor(gate)
    began, rate = at_rate(site, count, lambda n: to.format(n=n))
    until(lambda: len(arrivals(site, pattern)) >= count, 120, "all of them")
    there = arrivals(site, pattern)
    used = processor(gate) - used
    took = sorted(there[n] - began[n] for n in range(count))
    cuts = statistics.quantiles(took, n=100)
    figures = [statistics.median(took), cuts[94], cuts[98], took[-1]]
    within = sum(t < 1 for t in took) / count
    return [
        f"{rate:.0f}/s",
        *(f"{1000 * figure:.0f} ms" for figure in figures),
        f"{within:.1%}",
        f"{1000 * used / count:.1f} ms",
    ]


def main() -> int:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    count = RATE * parser.parse_args().seconds
    if reason := why_not():
        print(reason)
        return 1
    head = ["", "submitted", "median", "95 %", "99 %", "longest", "under 1 s", "CPU of missent"]
    rows = [head, ["---"] * len(head)]
    with holding("an_hour = 1000000") as (site, gate):
        for name, to, pattern in (
            ("warm-up", "w{n}@partner.example", r"^Delivered-To: w(\d+)@"),
            ("ordinary message in its recipient's mailbox", "o{n}@partner.example",
             r"^Delivered-To: o(\d+)@"),
            ("held message: the question in its sender's mailbox", "h{n}@gmial.com",
             r"^Subject: Held: your message to h(\d+)@"),
        ):  # fmt: skip
            cells = measured(site, gate, 50 if name == "warm-up" else count, to, pattern)
            if name != "warm-up":
                rows.append([name, *cells])
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    load = os.getloadavg()[0]
    text = (
        f"{table}\n\n{count} messages each, one process, {os.cpu_count()} cores shared by Postfix, "
        f"missent and the clients; load average {load:.1f} at the end.\n"
    )
    print(text)
    RESULTS.write_text(f"# Held mail\n\nBy `make bench-hold`.\n\n{text}", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
