"""`missent decisions`: what the gates asked about, and how often."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from missent.audit.sources.dates import seconds
from missent.cli import shell
from missent.cli.form import form
from missent.cli.text import printable
from missent.core.moment import iso

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from missent.cli.root import Context
    from missent.core.pattern import Pattern
    from missent.memory.counted import Tally
    from missent.memory.decided import Decision, Sought
    from missent.memory.interface import Store

_ACTIONS = ("warn", "hold", "block")
_AT_ONCE = 1000
_DAY = 86_400


def _moment(_context: click.Context, option: click.Parameter, given: str | None) -> int | None:
    if not given:
        return None
    if given[:-1].isascii() and given[:-1].isdigit() and given[-1:] in _UNITS:
        return max(int(time.time()) - int(given[:-1]) * _UNITS[given[-1]], 0)
    at = seconds(given)
    if at is None:
        raise click.BadParameter(
            f"{given!r} is no moment such as 2026-11-25, 2026-11-25T12:00Z or 7d (days ago)",
            param=option,
        )
    return at


_UNITS = {"m": 60, "h": 3600, "d": _DAY}


def _pattern(_context: click.Context, option: click.Parameter, given: str | None) -> Pattern | None:
    from missent.core.errors import AddressError  # noqa: PLC0415  `--help` needs none
    from missent.core.pattern import Pattern  # noqa: PLC0415  likewise

    try:
        return Pattern.parse(given) if given else None
    except AddressError as error:
        raise click.BadParameter(str(error), param=option) from None


@click.command(name="decisions")
@click.option(
    "--since", callback=_moment, metavar="DATE", help="From this moment on: a date (UTC), 7d, 12h."
)
@click.option("--until", callback=_moment, metavar="DATE", help="Before this moment.")
@click.option(
    "--sender", callback=_pattern, metavar="PATTERN", help="Of an address, a domain, *.domain."
)
@click.option("--recipient", callback=_pattern, metavar="PATTERN", help="About these recipients.")
@click.option("--code", metavar="CODE", default="", help="With a finding of this check, as T101.")
@click.option("--action", type=click.Choice(_ACTIONS), help="That asked for this action.")
@form("text", "json", "ndjson", told="For people, one JSON array, or one JSON object a line.")
@click.pass_obj
def command(
    context: Context,
    *,
    since: int | None,
    until: int | None,
    sender: Pattern | None,
    recipient: Pattern | None,
    code: str,
    action: str | None,
    form: str,
) -> None:
    """List what the gates asked about, the oldest first.

    A line is one recipient with a warn, hold or block; in monitor mode, what would have been done
    stands before what was. How many messages these are of is told at the end, on standard error:
    recipients without a finding are counted by the day, and not kept. The exit code is 0.

    \b
    Examples:
      missent decisions --since 7d
      missent decisions --recipient '*.ml' --action block --format ndjson
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.memory.decided import Sought  # noqa: PLC0415  `--help` needs none

    sought = Sought(since or 0, until, sender, recipient, code.upper(), action or "")
    found, tally = shell.with_store(context, lambda store: _list(store, sought, form))
    if form == "text":
        click.echo(_summary(found, tally, sought), err=True)


async def _list(store: Store, sought: Sought, form: str) -> tuple[int, Tally]:
    found = 0
    async for number, made in _decisions(store, sought):
        if form == "text":
            sys.stdout.write(_line(made) + "\n")
        else:
            lead = "" if form == "ndjson" else ",\n" if found else "[\n"
            end = "\n" if form == "ndjson" else ""
            sys.stdout.write(lead + json.dumps(_as_json(number, made)) + end)
        found += 1
    if form == "json":
        sys.stdout.write("\n]\n" if found else "[]\n")
    sys.stdout.flush()
    end_day = int(time.time() if sought.until is None else sought.until - 1) // _DAY + 1
    return found, await store.tally(sought.since // _DAY, end_day)


async def _decisions(store: Store, sought: Sought) -> AsyncIterator[tuple[int, Decision]]:
    after = 0
    while some := await store.decisions(after=after, limit=_AT_ONCE, sought=sought):
        for one in some:
            yield one
        after = some[-1][0]


def _line(made: Decision) -> str:
    done = made.disposition if made.enforced else f"{made.disposition} (monitor)"
    words = [
        iso(made.at),
        f"{made.action:<5}",
        f"{printable(made.sender or '<>')} -> {printable(made.recipient)}",
    ]
    if made.did_you_mean:
        words.append(f"did you mean {printable(made.did_you_mean[0])}?")
    words.append(f"[{' '.join(made.codes)} {int(100 * made.probability)}%]")
    words.append(printable(done))
    return "  ".join(words)


def _as_json(number: int, made: Decision) -> Mapping[str, Any]:
    said = {"number": number, **asdict(made), "at": iso(made.at)}
    if made.judgement is not None:
        said["judgement"] |= {"at": iso(made.judgement.at)}
    return said


def _summary(found: int, tally: Tally, sought: Sought) -> str:
    messages = sum(count for (_, what), count in tally.items() if what == "messages")
    text = f"{found:,} {'decision' if found == 1 else 'decisions'}"
    if not messages or sought.sender is not None:  # how many these senders sent is not counted
        return text
    counted = f"{messages:,} {'message' if messages == 1 else 'messages'} on these days"
    return f"{text}; {counted}: {1000 * found / messages:,.2f} in 1,000"
