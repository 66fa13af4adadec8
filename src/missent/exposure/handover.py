"""Whether a lookalike is about to change hands, or just did: by what its registry says.

The contract of `.ml` ended on a Monday; who ran it had said so for years. A registration that ends,
waits for its redemption or was taken over tells that the mail's receiver will be, or is, another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missent.exposure.lookalike import Lookalike

SOON = timedelta(60)
"""How long before the end of a registration it is told."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What a registry said of a name.

    Attributes:
        on: the day on which it was said.
        registered: the day of the registration, ISO 8601; "" where it is not told.
        expires: the day on which it ends; "" as before.
        registrar: who registered it; "" as before.
        registrant: for whom; "" as before, which is usual.
        standing: `redemption period`, `pending delete` or `pending transfer` (RFC 8056); else "".
    """

    on: date
    registered: str = ""
    expires: str = ""
    registrar: str = ""
    registrant: str = ""
    standing: str = ""

    @classmethod
    def of(cls, one: Lookalike, on: date) -> Registration | None:
        """What was found of a lookalike today; None where the registry said nothing."""
        said = one.registered, one.expires, one.registrar, one.registrant, one.standing
        return cls(on, *said) if any(said) else None

    def ends_soon(self) -> bool:
        """Whether it was to end within `SOON` on the day on which that was said."""
        return bool(self.expires) and date.fromisoformat(self.expires) - self.on <= SOON


def news(now: Registration, before: Registration | None) -> list[str]:
    """What is to be told, each once; nothing where nothing changed.

    Args:
        now: what is said today.
        before: what was said when last something was told or changed; None for never.
    """
    told = []
    if now.standing and (before is None or before.standing != now.standing):
        told.append(f"is about to change hands: {now.standing}")
    again = before is not None and before.expires == now.expires and before.ends_soon()
    if now.ends_soon() and not again:
        told.append(f"is about to change hands: its registration ends on {now.expires}")
    if before is None:
        return told
    if before.registered and now.registered > before.registered:
        told.append(f"was registered anew on {now.registered}")
    for what in ("registrar", "registrant"):
        was, name = getattr(before, what), getattr(now, what)
        if was and name and was != name:
            told.append(f"changed hands: its {what} was {was} and is {name}")
    return told


def same(now: Registration, before: Registration | None) -> bool:
    """Whether nothing has to be kept: neither the facts nor their nearness changed."""
    if before is None:
        return False
    facts = (now.registered, now.expires, now.registrar, now.registrant, now.standing)
    were = (before.registered, before.expires, before.registrar, before.registrant, before.standing)
    return facts == were and now.ends_soon() == before.ends_soon()


def handovers(
    found: Mapping[str, Registration], before: Mapping[str, Registration]
) -> list[tuple[str, str]]:
    """What is to be told of names: `("navy.ml", "is about to change hands: ...")`."""
    return [(name, told) for name, now in found.items() for told in news(now, before.get(name))]
