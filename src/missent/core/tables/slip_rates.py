"""How often people slip in which way: `slip_rates.json`, with its provenance inside."""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data
from typing import Any

_LEAST = 5e-6


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(get_data("missent.core.tables", "slip_rates.json") or b"{}")
    return table


def rates() -> dict[str, float]:
    """The share of each kind among all slips, and the conditional shares within a kind."""
    rates: dict[str, float] = _table()["rates"]
    return rates


def suffix_share(suffix: str) -> float:
    """The share of domains below a public suffix, at least one in two hundred thousand."""
    share: float = _table()["suffixes"].get(suffix, _LEAST)
    return share


def suffixes() -> dict[str, float]:
    """The shares of domains below the common public suffixes."""
    shares: dict[str, float] = _table()["suffixes"]
    return shares
