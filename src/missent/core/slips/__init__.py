"""The noisy channel: how people mistype, as log P(typed | meant).

A slip is explained by the cheapest way from the meant text to the typed one: single characters
left out, put in, doubled, replaced or swapped (Damerau 1964; Kernighan, Church and Gale 1990), or
whole labels of a domain cut, added, swapped or replaced by another suffix. Costs are in nats:
minus the logarithm of a probability, given that the text was mistyped at all. The rates stand in
`tables/slip_rates.json` with their provenance.
"""

from __future__ import annotations

from missent.core.slips.compare import edits, is_one_edit
from missent.core.slips.of_domain import domain
from missent.core.slips.of_local import local, parts
from missent.core.slips.slip import TOO_FAR, Slip
from missent.core.slips.spelling import misspell, once, spell

__all__ = [
    "TOO_FAR",
    "Slip",
    "domain",
    "edits",
    "is_one_edit",
    "local",
    "misspell",
    "once",
    "parts",
    "spell",
]
