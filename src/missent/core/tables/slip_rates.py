"""How often people slip in which way: `slip_rates.json`, with its provenance inside."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def _table() -> dict[str, dict[str, float]]:
    text = (files(__package__) / "slip_rates.json").read_text("utf-8")
    table: dict[str, dict[str, float]] = json.loads(text)
    return table


def rates() -> dict[str, float]:
    """The share of each kind among all slips, and the conditional shares within a kind."""
    return _table()["rates"]


def suffix_share(suffix: str) -> float:
    """The share of mail domains that end in a public suffix, at least one in a hundred thousand."""
    return _table()["suffixes"].get(suffix, 0.00001)
