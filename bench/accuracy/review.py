"""What a review says of single prompts and labels: `reviewed.csv`, which holds no address.

One reviewer read, on 2026-11-25, every prompt that the labels call needless and that the held-out
models of that day said at 0.3 or more (196 of them, by the folds, in all of the mail), and the
labelled slips that were missed, with all that `bench.accuracy.gather` finds about them in the whole
corpus, later mail included, and without the probability. So only what the detector asked about was
looked at: the review corrects what counts against it, and cannot find what it did not ask about.
Likeness alone makes no verdict. Each line is about a pair of sender and typed address.

`verdict` is `slip`, `genuine` or `undecided`, and `reason` one of these. Of a slip:

- `sender`: this sender used the named address for the same person, and nobody else the typed one.
- `resent`: the same went to the named address within hours.
- `owner`: the named address stands in its owner's own mail, and the typed one in nobody's.
- `name`: the mails spell the person's name as the named address does, and nobody's as typed.
- `list`: others write to the same circle of people, with the named address in it.
- `copied`: the answer to everybody, of a message whose sender mistyped by the labels.
- `beside`: others in the message are at the whole of a name that is cut in this one.

Of a genuine address:

- `writes`: it, or its domain, is somebody's own address in a message or in one that is quoted.
- `written`: it is written out in somebody else's mail, for another person than the named one's
  or as the right one.
- `several`: several people use it, each by themselves.
- `both`: the message goes to the typed and to the named address.
- `corrected`: the named address is the slip, and the typed one is what came after it.
- `known`: the typed domain is publicly known as that of another organisation.

Where it is undecided:

- `likeness`: nothing but likeness speaks for a slip, and nothing against it.
- `steady`: the sender keeps to the typed address, for weeks or longer.
- `alias`: both may well reach the same mailbox.
- `damaged`: no person typed it; a program or the making of the corpus cut or glued it.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.accuracy.labels import Labels
    from bench.accuracy.measure import Sighting

_FILE = Path(__file__).with_name("reviewed.csv")
_LETTERS = 16

Of = Literal["prompt", "label"]


def digest(sender: str, typed: str) -> str:
    """What stands for a pair of sender and typed address: the beginning of a SHA-256."""
    return sha256(f"{sender} {typed}".encode()).hexdigest()[:_LETTERS]


@cache
def verdicts(of: Of) -> dict[str, str]:
    """The verdicts on needless prompts or on labels, by digest."""
    with _FILE.open(newline="", encoding="utf-8") as file:
        return {r["pair"]: r["verdict"] for r in csv.DictReader(file) if r["of"] == of}


def after(labels: Labels, sightings: Iterable[Sighting]) -> Labels:
    """The labels after review: what proved to be a slip is neither needless nor caught."""
    slips = {pair for pair, verdict in verdicts("prompt").items() if verdict == "slip"}
    asked = {(s.sender, s.recipient) for s in sightings}
    return replace(labels, pairs=labels.pairs | {p for p in asked if digest(*p) in slips})


def without_wrong(labels: Labels) -> Labels:
    """The labels without those slips that the review found to be none: a prompt is needless."""
    wrong = {pair for pair, verdict in verdicts("label").items() if verdict == "genuine"}
    return replace(
        labels,
        slips=tuple(s for s in labels.slips if digest(s.sender, s.observed) not in wrong),
        pairs=frozenset(p for p in labels.pairs if digest(*p) not in wrong),
    )
