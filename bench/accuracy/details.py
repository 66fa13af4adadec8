"""Single findings, to look at why a slip was missed or a prompt was needless.

They hold addresses of the corpus: they stay on the machine and out of the repository.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from bench.accuracy.ours import CODES
from missent.core.moment import iso

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bench.accuracy.labels import Labels
    from bench.accuracy.ours import Ours


def write(folder: Path, ours: Ours, labels: Labels) -> None:
    """Write `slips.csv` and `needless.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    slips = _slips(ours, labels)
    _write(folder / "slips.csv", "kind knowable proved at sender typed meant said first", slips)
    needless = sorted(_needless(ours, labels), reverse=True)
    _write(folder / "needless.csv", "said code doubtful at sender typed named evidence", needless)


def _slips(ours: Ours, labels: Labels) -> Iterable[tuple[object, ...]]:
    best: dict[tuple[str, str, str], tuple[float, int, str]] = {}
    for kind, sightings in ours.findings.items():
        for s in sightings:
            key = kind, s.sender, s.recipient
            if key not in best:
                best[key] = s.score, s.at, s.meant
    for slip in labels.slips:
        for kind in sorted(slip.kinds):
            said, at, meant = best.get((kind, slip.sender, slip.observed), (0.0, 0, ""))
            if at > slip.at:
                said, meant = 0.0, ""
            yield (
                kind,
                int(kind in slip.knowable),
                int(slip.proved),
                iso(slip.at),
                slip.sender,
                slip.observed,
                slip.intended,
                round(said, 4),
                meant,
            )


def _needless(ours: Ours, labels: Labels) -> Iterable[tuple[object, ...]]:
    seen: set[tuple[str, str]] = set()
    wanted = frozenset().union(*CODES.values())
    for prompt, _ in ours.rows:
        pair = prompt.sender.key, prompt.recipient.key
        finding = next((f for f in prompt.findings if f.code in wanted), None)
        if finding is None or pair in seen or pair in labels.pairs:
            continue
        seen.add(pair)
        yield (
            round(finding.probability, 4),
            finding.code,
            int(labels.is_doubtful(pair[1])),
            iso(prompt.at),
            *pair,
            " ".join(a.key for a in finding.did_you_mean),
            json.dumps(dict(finding.evidence)),
        )


def _write(path: Path, head: str, rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head.split())
        writer.writerows(rows)
