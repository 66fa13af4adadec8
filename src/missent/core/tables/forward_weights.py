"""What each trait of a slip weighs when the channel runs forwards: `forward.json`."""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data


@cache
def weights() -> dict[str, float]:
    """Logarithms, by trait; a trait that is not there weighs nothing."""
    text = get_data("missent.core.tables", "forward.json") or b"{}"
    found: dict[str, float] = json.loads(text)["weights"]
    return found
