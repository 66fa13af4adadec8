"""An audit as JSON, and as lines of comma-separated values."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from missent.audit.leaks.leak import Pair
from missent.audit.leaks.show.names import day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.leaks.leak import Audit, Leak
    from missent.audit.leaks.show.names import Names

_COUNTS = ("delivered", "deferred", "bounced", "refused", "passed")


def whole(audit: Audit, names: Names) -> str:
    """The audit as one JSON object."""
    made: dict[str, Any] = {
        "sources": [
            {
                "name": source.name,
                "format": source.format,
                "lines": source.lines,
                "events": source.events,
                "malformed": source.tally.skipped,
                "unknown_columns": list(source.unknown),
                "broken": source.broken,
            }
            for source in audit.sources
        ],
        "own_domains": sorted(audit.own),
        "from": day(audit.first),
        "until": day(audit.last),
        "deliveries": audit.deliveries,
        "notices": audit.notices,
        **audit.fates,
        "domains": audit.domains,
        "pairs": audit.pairs,
        "looked_at": audit.looked,
        "undecided": audit.undecided,
        "numbered": audit.numbered,
        "spared": [{"domain": name, "like": like} for name, like in audit.spared],
        "leaks": [_leak(leak, names) for leak in audit.leaks],
    }
    return json.dumps(made, ensure_ascii=False, indent=1)


def _leak(leak: Leak, names: Names) -> dict[str, Any]:
    addresses = {pair.recipient for pair in leak.pairs}
    return {
        "domain": leak.domain,
        "meant": list(leak.meant),
        "kind": leak.kind.value,
        "code": leak.code,
        "probability": round(leak.probability, 4),
        "action": str(leak.action),
        "summary": names.summary(leak.summary, addresses),
        "owner": leak.owner,
        "habit": leak.habit.value,
        "messages": leak.messages,
        "deliveries": leak.total("deliveries"),
        **{name: leak.total(name) for name in _COUNTS},
        "octets": leak.total("octets"),
        "senders": leak.senders,
        "recipients": leak.recipients,
        "first": day(leak.first),
        "last": day(leak.last),
        "tell": [{"whom": names.address(whom), "why": why} for whom, why in leak.tell],
        "pairs": [_pair(pair, names) for pair in leak.pairs],
    }


def _pair(pair: Pair, names: Names) -> dict[str, Any]:
    made = pair._asdict()
    made["sender"], made["recipient"] = names.address(pair.sender), names.address(pair.recipient)
    made["via"] = names.address(pair.via) if pair.via else None
    made["first"], made["last"] = day(pair.first), day(pair.last)
    return made


def table(audit: Audit, names: Names) -> Iterator[str]:
    """One line for each sender and recipient, after a line of headings."""
    heads = ["domain", "meant", "kind", "code", "probability", "action", "habit", *Pair._fields]
    yield _line(heads)
    for leak in audit.leaks:
        meant = " ".join(leak.meant)
        about = [leak.domain, meant, leak.kind.value, leak.code, f"{leak.probability:.4f}"]
        for pair in leak.pairs:
            row = _pair(pair, names).values()
            yield _line([*about, str(leak.action), leak.habit.value, *row])


def _line(values: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([_harmless(value) for value in values])
    return out.getvalue()


def _harmless(value: object) -> object:
    """A spreadsheet runs what begins like a formula; an address may."""
    text = "" if value is None else value
    return f"'{text}" if isinstance(text, str) and text[:1] in tuple("=+-@\t\r") and text else text
