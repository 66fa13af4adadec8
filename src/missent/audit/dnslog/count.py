"""Counts the questions for lookalikes of protected names, by day, name and resolver network."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from missent.audit.dnslog.interface import Query

_MOST = 1_000_000  # combinations that are counted
_V4, _V6 = 24, 48


@dataclass(slots=True)
class Asked:
    """How a name was asked for.

    Attributes:
        typed: the name, as asked for.
        meant: the protected name that it is near.
        days: questions a day.
        kinds: questions by type.
        networks: questions by resolver network.
        mail: questions for its MX.
    """

    typed: str
    meant: str
    days: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    networks: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All questions."""
        return self.kinds.total()


class Knocks:
    """Adds up.

    Args:
        meant: the protected name that was probably meant by a name; "" for none.
        exists: names that do exist in the zone, such as `army.ml` that is delegated.
    """

    def __init__(self, meant: Callable[[str], str], exists: Iterable[str] = ()) -> None:
        self._meant = lru_cache(maxsize=200_000)(meant)
        self._exists = frozenset(exists)
        self._found: dict[str, Asked] = {}
        self._all: defaultdict[str, int] = defaultdict(int)

    def add(self, query: Query) -> None:
        """Count one question."""
        if query.exists or query.name in self._exists:
            return
        meant = self._meant(query.name)
        if not meant:
            return
        one = self._found.get(query.name)
        if one is None:
            if len(self._found) >= _MOST:
                return
            one = self._found[query.name] = Asked(query.name, meant)
        one.days[query.day] += 1
        one.kinds[query.kind] += 1
        one.networks[network(query.client)] += 1

    def names(self) -> Iterator[Asked]:
        """What was found, the most asked first; questions for the MX weigh most."""
        yield from sorted(
            self._found.values(), key=lambda one: (-one.kinds["MX"], -one.total, one.typed)
        )


@lru_cache(maxsize=100_000)
def network(client: str) -> str:
    """The network of a resolver; its own address says more than is needed."""
    try:
        length = _V6 if ":" in client else _V4
        return str(ip_network(f"{client}/{length}", strict=False))
    except ValueError:
        return "unknown"
