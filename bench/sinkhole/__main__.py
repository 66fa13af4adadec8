"""`python -m bench.sinkhole`: refusals and connections a second, memory, TLS, side by side.

A session is: connect, EHLO, MAIL, one RCPT that is refused, QUIT, by four clients; in step, each
after the answer before, or as mail servers talk: MAIL and RCPT together where PIPELINING is
offered, which aiosmtpd does not. Bursts are RCPT commands in one session, 200 at a time, by two
clients. Servers and clients share the cores: trust the processor time of the server and the ratios
in a row.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bench.sinkhole import load, servers
from bench.sinkhole.measure import Effort, rounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.sinkhole.measure import Rounds
    from bench.sinkhole.servers import Running

RESULTS = Path(__file__).parent.parent / "results" / "sinkhole.md"
MIB = 1 << 20
HANDSHAKES: tuple[tuple[str, dict[str, bool]], ...] = (
    ("a full handshake, TLS 1.3", {"resumed": False}),
    ("a session ticket, TLS 1.3", {"resumed": True}),
    ("a full handshake, TLS 1.2", {"resumed": False, "old": True}),
    ("a session ticket, TLS 1.2", {"resumed": True, "old": True}),
)


def lines(effort: Effort) -> Iterator[str]:
    """The results page, line by line as it is measured."""
    with ExitStack() as stack:
        yield "# The sinkhole, beside others\n"
        load_now = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        yield f"By `make bench-sinkhole` on {os.cpu_count()} cores that clients and servers share,"
        yield f"at a load of {load_now} before it began. A figure is the median of {effort.rounds}"
        yield f"rounds of {effort.seconds:g} s, in each of which every server has its turn. Trust"
        yield "the server's processor time and the ratios, not the rates.\n"
        ours = stack.enter_context(servers.missent())
        single = stack.enter_context(servers.missent(1))
        sink = stack.enter_context(servers.smtp_sink())
        peer = stack.enter_context(servers.aiosmtpd("uvloop"))
        single_peer = stack.enter_context(servers.aiosmtpd("uvloop", 1))
        running = [ours, single, sink, peer, single_peer]
        sessions = rounds(running, load.sessions, 4, effort)
        talks = rounds(running, load.talks, 4, effort)
        bursts = rounds(running, load.bursts, 2, effort)
        yield from _figures(sessions, talks, bursts)
        yield "\nHow many times the other's rate, and by processor time of one:\n"
        yield "| | beside | sessions in step | as mail servers talk | recipients in bursts |"
        yield "|---|---|---|---|---|"
        for one, other in ((0, 2), (1, 2), (0, 3), (1, 4)):
            yield _beside(*((what[one], what[other]) for what in (sessions, talks, bursts)))
        yield "\nIn step, each command waits for the answer before. Mail servers send MAIL and RCPT"
        yield "together where PIPELINING is offered; aiosmtpd does not offer it."
        yield "smtp-sink has one fixed text of 31 octets, parses no address and counts nothing;"
        yield "missent and aiosmtpd write the text for the person; missent also counts into SQLite."
        yield ""
        yield from _memory(running, effort)
        rsa = stack.enter_context(servers.missent(key="rsa"))
        yield from _tls((ours, rsa, peer), sessions[0].cost, effort)


def _figures(*measured: list[Rounds]) -> Iterator[str]:
    heads = ("sessions/s in step", "as mail servers talk", "RCPT/s in bursts")
    yield f"| server | {' | '.join(f'{head} | CPU µs each' for head in heads)} |"
    yield f"|---|{'---|---|' * len(measured)}"
    for row in zip(*measured, strict=True):
        cells = (f"{one.rate:,.0f} | {one.cost:,.4g}" for one in row)
        yield f"| {row[0].server.name} | {' | '.join(cells)} |"


def _beside(*pairs: tuple[Rounds, Rounds]) -> str:
    cells = (f"{rate:.2f}, {cost:.2f}" for rate, cost in (one.beside(its) for one, its in pairs))
    first, its = pairs[0]
    return f"| {first.server.name} | {its.server.name} | {' | '.join(cells)} |"


def _memory(running: list[Running], effort: Effort) -> Iterator[str]:
    yield f"| server | memory at {effort.connections:,} open connections | octets each |"
    yield "|---|---|---|"
    for server in running:
        memory, each = load.idle(server, effort.connections)
        yield f"| {server.name} | {memory / MIB:,.0f} MiB | {each:,.0f} |"
    yield "\nOf all its processes (PSS); what the kernel holds is not counted."


def _tls(running: tuple[Running, Running, Running], plain: float, effort: Effort) -> Iterator[str]:
    ours, rsa, peer = running
    yield "\nSessions with STARTTLS; the handshake is what they cost more than a plain session:\n"
    yield "| server and key | with | sessions/s | CPU µs each | of it TLS |"
    yield "|---|---|---|---|---|"
    for how, options in HANDSHAKES:
        (one,) = rounds([ours], load.secure, 4, effort, **options)
        yield _secure(one, f"{ours.name}, P-256", how, f"{one.cost - plain:,.0f}")
    how, options = HANDSHAKES[0]
    one, other = rounds([rsa, peer], load.secure, 4, effort, **options)
    yield _secure(one, f"{rsa.name}, RSA 2048", how, f"{one.cost - plain:,.0f}")
    yield _secure(other, f"{peer.name}, P-256", how, "")


def _secure(one: Rounds, name: str, how: str, share: str) -> str:
    return f"| {name} | {how} | {one.rate:,.0f} | {one.cost:,.0f} | {share} |"


def main() -> int:
    """Measure, print, and write the results page."""
    parser = argparse.ArgumentParser(description=__doc__)
    whole = Effort()
    parser.add_argument("--rounds", type=int, default=whole.rounds)
    parser.add_argument("--seconds", type=float, default=whole.seconds)
    parser.add_argument("--connections", type=int, default=whole.connections)
    parser.add_argument(
        "--quick", action="store_true", help="a first look; the page is not written"
    )
    options = parser.parse_args()
    effort = Effort(options.rounds, options.seconds, options.connections)
    if options.quick:
        effort = Effort(1, 0.5, 1000)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    said = []
    try:
        for line in lines(effort):
            print(line, flush=True)
            said.append(line)
    except FileNotFoundError as error:
        print(error)
        return 1
    if not options.quick:
        RESULTS.write_text("\n".join(said).rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
