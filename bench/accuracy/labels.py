"""The slips that people made in the corpus, and what a prompt is counted as.

The definitions are those of docs/explanation/accuracy.md.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from missent.core import suffixes
from missent.core.tables import protected, providers

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["domain", "local"]
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Slip:
    """The first time that a sender wrote to a mistyped address.

    Attributes:
        at: when, in seconds since the epoch.
        sender: who.
        observed: the address as it was typed.
        intended: the address that was meant.
        kinds: what was mistyped, the domain, the local part or both.
        knowable: the kinds of which the meant one could be known at that moment.
        proved: a bounce, or a second sending to the right address, proves it.
    """

    at: int
    sender: str
    observed: str
    intended: str
    kinds: frozenset[Kind]
    knowable: frozenset[Kind]
    proved: bool

    def is_meant(self, address: str, kind: Kind) -> bool:
        """Whether an address is what was meant; of a domain slip, the domain counts."""
        if kind == "domain":
            return address.rpartition("@")[2] == self.intended.rpartition("@")[2]
        return address == self.intended


@dataclass(frozen=True, slots=True)
class Labels:
    """All labels.

    Attributes:
        slips: the slips that count.
        pairs: every (sender, recipient) of a labelled slip, also of those that do not count: a
            prompt there is never needless.
        doubtful_addresses: addresses that the rater was unsure about.
        doubtful_domains: domains that the rater was unsure about, or called mistyped without
            an event.
    """

    slips: tuple[Slip, ...]
    pairs: frozenset[tuple[str, str]]
    doubtful_addresses: frozenset[str]
    doubtful_domains: frozenset[str]

    def is_doubtful(self, recipient: str) -> bool:
        """Whether a prompt about this recipient may be right although no event says so."""
        return (
            recipient in self.doubtful_addresses
            or recipient.rpartition("@")[2] in self.doubtful_domains
        )


def read(folder: Path) -> Labels:
    """Read the three files of labels."""
    events = _rows(folder / "enron-labels-events.csv")
    addresses = _rows(folder / "enron-labels-addresses.csv")
    domains = _rows(folder / "enron-labels-domains.csv")
    proved = {(r["observed"], r["intended"]) for r in addresses if _is_proved(r)}
    proved |= {(r["observed_domain"], r["intended_domain"]) for r in domains if _is_proved(r)}
    first: dict[tuple[str, str], Slip] = {}
    for row in sorted(filter(_counts, events), key=lambda r: int(r["ts"])):
        first.setdefault((row["sender"], row["observed"]), _slip(row, proved))
    return Labels(
        tuple(first.values()),
        frozenset((r["sender"], r["observed"]) for r in events),
        frozenset(r["observed"] for r in addresses if r["verdict"] == "unsure"),
        frozenset(r["observed_domain"] for r in domains if r["verdict"] in {"unsure", "typo"}),
    )


def _rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            {key: value.lower() if key != "message_id" else value for key, value in row.items()}
            for row in csv.DictReader(file)
        ]


def _is_proved(row: Row) -> bool:
    return row["verdict"] == "typo" and "1" in {row["selfcorrected"], row["bounced"]}


def _counts(row: Row) -> bool:
    """Whether a person sent it: no notice of non-delivery, no copy, no address made from a name."""
    return row["bounce_copy"] == "0" and not row["duplicate_of"] and row["literal_in_header"] == "1"


def _slip(row: Row, proved: set[tuple[str, str]]) -> Slip:
    observed, intended = row["observed"], row["intended"]
    typed, meant = (a.rpartition("@")[2] for a in (observed, intended))
    kinds: frozenset[Kind] = frozenset(
        kind for kind in ("domain", "local") if row["kind"] in {kind, "both"}
    )
    knowable: set[Kind] = set()
    if (
        int(row["domain_known_before"])
        or providers.is_known(meant)
        or protected.is_known(meant)
        or typed.rpartition(".")[2] not in suffixes.top_level()
    ):
        knowable.add("domain")
    if int(row["any_prior_to_intended"]):
        knowable.add("local")
    return Slip(
        int(row["ts"]),
        row["sender"],
        observed,
        intended,
        kinds,
        kinds & knowable,
        (observed, intended) in proved or (typed != meant and (typed, meant) in proved),
    )
