"""Since when a lookalike is registered, until when, and by whom: RDAP's events and registrar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from missent.core import suffixes
from missent.core.facts import Unknown
from missent.dns.pace import Pace
from missent.report.contact.rdap import BOOTSTRAP, registration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.exposure.lookalike import Lookalike
    from missent.report.contact.fetch import Web

_MOST = 100  # names of a run: registries count their questions
_LEAVING = ("redemption period", "pending delete", "pending transfer")
_LONGEST = 80  # characters of a registrar's name


class Registry:
    """Asks the registries about names that take mail, the likeliest first.

    Args:
        web: fetches.
        bootstrap: which registry answers for which top-level domain.
        rate: questions a second.
    """

    def __init__(self, web: Web, bootstrap: str = BOOTSTRAP, rate: float = 1.0) -> None:
        self._web = web
        self._bootstrap = bootstrap
        self._pace = Pace(rate, 1)

    async def run(self, found: Sequence[Lookalike]) -> list[Lookalike]:
        """The same names with what is known of their registration."""
        asked = sorted(
            (i for i, one in enumerate(found) if one.state.takes_mail and not one.wildcard),
            key=lambda i: -found[i].probability,
        )
        told = list(found)
        for i in asked[:_MOST]:
            told[i] = await self._ask(found[i])
        return told

    async def _ask(self, one: Lookalike) -> Lookalike:
        async with self._pace.turn():
            name = suffixes.split(one.name).registrable
            said = await registration(name, self._web, self._bootstrap)
        if said is None or isinstance(said, Unknown):
            return one
        return replace(
            one,
            registered=_event(said, "registration"),
            expires=_event(said, "expiration"),
            registrar=_named(said, "registrar"),
            registrant=_named(said, "registrant"),
            standing=_standing(said),
        )


def _event(said: dict[str, Any], action: str) -> str:
    """The day of an event (RFC 9083 4.5); "" where there is none that can be read."""
    for event in _list(said.get("events")):
        if isinstance(event, dict) and event.get("eventAction") == action:
            try:
                return date.fromisoformat(str(event.get("eventDate"))[:10]).isoformat()
            except ValueError:
                return ""
    return ""


def _standing(said: dict[str, Any]) -> str:
    """The first status (RFC 8056) by which the name is about to be another's."""
    return next((one for one in _list(said.get("status")) if one in _LEAVING), "")


def _named(said: dict[str, Any], role: str) -> str:
    """The full name in the jCard (RFC 7095) of whoever has a role."""
    for entity in _list(said.get("entities")):
        if isinstance(entity, dict) and role in _list(entity.get("roles")):
            for row in _list([*_list(entity.get("vcardArray")), [], []][1]):
                match row:
                    case ["fn", _, _, str(name), *_]:
                        return " ".join(name.split())[:_LONGEST]
    return ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
