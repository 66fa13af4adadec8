"""missent keeps e-mail from going to the wrong place.

`Guard` is the entry; what it takes and returns has its names here too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from missent._version import __version__

if TYPE_CHECKING:
    from missent.core.address import Address, Domain
    from missent.core.errors import AddressError, ConfigError, StoreError
    from missent.core.finding import Finding
    from missent.core.message import Message, Recipient
    from missent.core.verdict import Action, RecipientVerdict, Verdict
    from missent.guard import Guard

__all__ = [
    "Action",
    "Address",
    "AddressError",
    "ConfigError",
    "Domain",
    "Finding",
    "Guard",
    "Message",
    "Recipient",
    "RecipientVerdict",
    "StoreError",
    "Verdict",
    "__version__",
]

# Loaded when first asked for: `import missent` costs next to nothing.
_HOMES = {
    "Action": "missent.core.verdict",
    "Address": "missent.core.address",
    "AddressError": "missent.core.errors",
    "ConfigError": "missent.core.errors",
    "Domain": "missent.core.address",
    "Finding": "missent.core.finding",
    "Guard": "missent.guard",
    "Message": "missent.core.message",
    "Recipient": "missent.core.message",
    "RecipientVerdict": "missent.core.verdict",
    "StoreError": "missent.core.errors",
    "Verdict": "missent.core.verdict",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
