"""Standing destinations that are probably wrong, as lines for people and as JSON Lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.leaks.show.names import Names
    from missent.audit.standing.look import Standing


def as_text(found: Standing, names: Names) -> Iterator[str]:
    """One destination in two or three lines, and the sums."""
    for one, answer in found.wrong:
        meant = " or ".join(names.address(str(address)) for address in answer.did_you_mean)
        path = names.path(one.path, one.owner)
        place = f"{path}:{one.line}" if one.line else path
        yield f"{answer.action!s:<7}{names.address(one.address)}" + (
            f", probably {meant}" if meant else ""
        )
        yield f"       {place}: {one.kind} of {names.owner(one.owner) or 'nobody named'}"
        finding = answer.findings[0]
        summary = names.summary(finding.summary, {one.address})
        yield f"       {finding.code} {int(100 * finding.probability)}%: {summary}"
    yield (
        f"{found.destinations:,} destinations in {found.files:,} files,"
        f" {len(found.wrong):,} of them probably wrong"
    )


def as_json(found: Standing, names: Names) -> Iterator[str]:
    """One JSON object a wrong destination."""
    for one, answer in found.wrong:
        finding = answer.findings[0]
        yield json.dumps(
            {
                "address": names.address(one.address),
                "owner": names.owner(one.owner),
                "kind": one.kind,
                "path": names.path(one.path, one.owner),
                "line": one.line,
                "action": str(answer.action),
                "code": finding.code,
                "probability": round(finding.probability, 4),
                "did_you_mean": [names.address(str(a)) for a in answer.did_you_mean],
                "summary": names.summary(finding.summary, {one.address}),
            },
            ensure_ascii=False,
        )
