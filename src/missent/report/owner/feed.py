"""From a sinkhole's report to rules of a guard: names to be blocked, such as make sense."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from missent.core import suffixes
from missent.core.errors import ConfigError
from missent.core.pattern import Pattern
from missent.core.tables import protected, providers
from missent.report import whole
from missent.report.as_toml import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from missent.report.owner.model import Report

_LARGEST = 16 << 20
_HEAD = (
    "# Written by `missent feed`; each run adds to it. A guard reads it where policy.feeds says.\n"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule.

    Attributes:
        pattern: the name, or `*.` and the name.
        owner: whose report it is from.
        reason: what the sender reads.
        expires: the first day on which it no longer holds.
    """

    pattern: str
    owner: str
    reason: str
    expires: date


@dataclass(frozen=True, slots=True)
class Taken:
    """What a report came to.

    Attributes:
        entries: to be added.
        skipped: names that were not taken, each with the reason.
    """

    entries: tuple[Entry, ...]
    skipped: tuple[tuple[str, str], ...]


def take(report: Report, zones: Sequence[str], expires: date) -> Taken:
    """Turn a report into rules.

    A report says which names are blocked here, so it must not be able to block any: only names are
    taken that stand for a name of ours, and none that others may well mean.

    Args:
        report: its signature is checked.
        zones: our domains and protected zones, as `Domain.name`.
        expires: when the rules end.
    """
    entries: list[Entry] = []
    skipped: list[tuple[str, str]] = []
    owner = report.receiver.contact or report.receiver.organisation or f"report {report.id}"
    for name in report.typed:
        reason = _doubt(name.typed, name.meant, zones)
        if reason:
            skipped.append((name.typed, reason))
            continue
        text = f"did you mean {name.meant}?"
        entries += [
            Entry(pattern, owner, text, expires) for pattern in (name.typed, f"*.{name.typed}")
        ]
    return Taken(tuple(entries), tuple(skipped))


def _doubt(typed: str, meant: str, zones: Sequence[str]) -> str:
    """Why a name is not taken; "" where it is."""
    registrable = suffixes.split(typed).registrable
    doubts = (
        (not registrable or typed.startswith("*."), "it is no single name"),
        (not any(_within(meant, zone) for zone in zones), f"{meant} is none of ours"),
        (any(_within(typed, zone) for zone in zones), "it is ours"),
        (
            registrable in providers.popular() or protected.is_known(registrable),
            "it is a name that people do mean",
        ),
    )
    return next((reason for true, reason in doubts if true), "")


def _within(name: str, zone: str) -> bool:
    return name == zone or name.endswith(f".{zone}")


def read(file: Path) -> tuple[Entry, ...]:
    """The rules of a file that `write` wrote; none where there is no file yet.

    Raises:
        ConfigError: it is something else.
    """
    try:
        with file.open("rb") as reading:
            rows = tomllib.loads(reading.read(_LARGEST).decode("utf-8")).get("rule", [])
        return tuple(_entry(row) for row in rows)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f"{file}: no file of `missent feed`: {error}") from None


def _entry(row: dict[str, object]) -> Entry:
    expires = row["expires"]
    if not isinstance(expires, date):
        raise TypeError("expires is no date")
    Pattern.parse(str(row["pattern"]))
    return Entry(str(row["pattern"]), str(row["owner"]), str(row["reason"]), expires)


def write(file: Path, entries: Iterable[Entry], today: date) -> int:
    """Add rules to a file, whole or not at all, and return how many are new.

    Rules that have ended are dropped; one that is there already gets the later end.

    Raises:
        ConfigError: the file is something else, or cannot be written.
    """
    before = {one.pattern: one for one in read(file) if one.expires > today}
    after = dict(before)
    for one in entries:
        known = after.get(one.pattern)
        if known is None or known.expires < one.expires:
            after[one.pattern] = one
    rows = [
        {"pattern": one.pattern, "owner": one.owner, "reason": one.reason, "expires": one.expires}
        for one in sorted(after.values(), key=lambda one: one.pattern)
    ]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        whole.write(file, _HEAD + dumps({"rule": rows}), 0o644)
    except OSError as error:
        raise ConfigError(f"{file}: it cannot be written: {error.strerror}") from None
    return len(after.keys() - before.keys())
