"""What was found, for people and for programs."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from typing import TYPE_CHECKING

from missent.core.address import Domain
from missent.exposure.lookalike import Lookalike, State
from missent.exposure.survey import operators

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from missent.core.finding import Json

_DIGITS = 9
_NAMES = tuple(field.name for field in fields(Lookalike))


def row(one: Lookalike) -> dict[str, Json]:
    """A lookalike as plain values."""
    told: dict[str, Json] = {name: getattr(one, name) for name in _NAMES}
    told["state"] = str(one.state)
    told["exchangers"], told["mail_hosts"] = list(one.exchangers), list(one.mail_hosts)
    told["probability"] = round(one.probability, _DIGITS)
    told["yearly"] = round(one.yearly, _DIGITS)
    return told


def as_json(found: Iterable[Lookalike]) -> dict[str, Json]:
    """A whole run; `--since` reads it."""
    return {"lookalikes": [row(one) for one in found]}


def as_csv(found: Iterable[Lookalike]) -> str:
    """A whole run as comma-separated values with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _NAMES, lineterminator="\n")
    writer.writeheader()
    for one in found:
        lists = {name: " ".join(getattr(one, name)) for name in ("exchangers", "mail_hosts")}
        writer.writerow(row(one) | lists)
    return out.getvalue()


def as_text(found: Sequence[Lookalike], *, every: bool) -> Iterator[str]:
    """Lines for people: what takes mail, what could be registered first, and the sums."""
    if every:
        yield from (_line(one) for one in found)
    else:
        yield from (_line(one) for one in found if one.state.takes_mail)
        quiet = [one for one in found if not one.state.takes_mail]
        yield from (_line(one) for one in quiet if one.certificates)
        free = [one for one in quiet if one.state is State.FREE and not one.certificates]
        yield from (_line(one) for one in free[:10])
    yield ""
    covered = dict.fromkeys(dict.fromkeys(one.meant for one in found), 0.0)
    taken = dict.fromkeys(covered, 0.0)
    for one in found:
        covered[one.meant] += one.probability
        taken[one.meant] += one.probability * one.state.takes_mail
    asked = any(one.was_asked for one in found)
    for meant, share in covered.items():
        takes = f"{taken[meant]:.1%} goes to names that take mail" if asked else "nobody was asked"
        yield (
            f"{Domain(meant).unicode}: the names looked at are {share:.0%} of what people type for "
            f"it by mistake; {takes}."
        )
    counts = {state: sum(one.state is state for one in found) for state in State}
    yield "; ".join(f"{count} {state}" for state, count in counts.items() if count) + "."
    for operator, count in operators(found)[:5]:
        yield f"{count} of them give their mail to {operator}."


def _line(one: Lookalike) -> str:
    name = Domain(one.name).unicode
    marks = [
        word
        for word, is_so in (
            ("wildcard", one.wildcard),
            ("parked", one.parked),
            ("DNSSEC", one.signed),
            ("MTA-STS", one.mta_sts),
            (f"operator {one.operator}", one.operator),
            (f"registered {one.registered}", one.registered),
            (f"until {one.expires}", one.expires),
            (f"by {one.registrar}", one.registrar),
            (one.standing, one.standing),
            (_certificates(one), one.certificates),
            (one.probe, one.probe),
            (one.reason, one.reason),
        )
        if is_so
    ]
    what = str(one.state) + (f" ({', '.join(marks)})" if marks else "")
    advice = f"; {one.advice}" if one.advice else ""
    return f"{name:32} {one.probability:8.3%} {one.yearly:10.3g} a year  {what}{advice}"


def _certificates(one: Lookalike) -> str:
    many = f"{one.certificates} certificates" if one.certificates > 1 else "a certificate"
    when = f" of {one.certified}" if one.certified else ""
    hosts = f" for {' '.join(one.mail_hosts)}" if one.mail_hosts else ""
    return f"{many}{', the latest' if when and one.certificates > 1 else ''}{when}{hosts}"


def change(one: Lookalike, was: str) -> str:
    """A line about what changed."""
    return f"{Domain(one.name).unicode}: {was} -> {one.state}" + (
        f" (operator {one.operator})" if one.operator else ""
    )
