"""Public suffixes and registrable domains, by the list inside the publicsuffixlist package.

No network: the list is the snapshot that the package carries, and `date()` tells of which day.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


class Parts(NamedTuple):
    """A domain name cut at its public suffix.

    Attributes:
        below: labels below the registrable domain, "" where there are none.
        label: the label that was registered, "" where the name is itself a public suffix.
        suffix: the public suffix; the last label where the list knows none.
        known: whether the list knows the suffix.
    """

    below: str
    label: str
    suffix: str
    known: bool

    @property
    def registrable(self) -> str:
        """The registrable domain, "" where the name is itself a public suffix."""
        return f"{self.label}.{self.suffix}" if self.label else ""


@cache
def _list() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415  slow, and not always needed

    return PublicSuffixList(accept_unknown=False)


@cache
def top_level() -> frozenset[str]:
    """Every top-level domain that the list knows, as A-labels."""
    suffixes = _list()._publicsuffix  # noqa: SLF001  there is no public way
    names = (suffix.rpartition(".")[2] for suffix in suffixes)
    return frozenset(name for name in names if name.isascii())  # it has U-labels besides


@cache
def date() -> str:
    """The day of the bundled list, as ISO 8601."""
    from importlib.metadata import version  # noqa: PLC0415  slow, and seldom needed

    stamp = version("publicsuffixlist").rpartition(".")[2]
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"


@cache
def _plain() -> tuple[frozenset[str], frozenset[str]]:
    """Top-level domains below which every other name is registrable; and the names of rules."""
    rules = frozenset(_list()._publicsuffix)  # noqa: SLF001  no public way
    named = frozenset(rule.removeprefix("*.") for rule in rules)
    return frozenset(r for r in rules if "." not in r and f"*.{r}" not in rules), named


@lru_cache(maxsize=65536)
def split(name: str) -> Parts:
    """Cut a domain name (A-labels, lower case) at its public suffix."""
    label, _, top = name.partition(".")
    plain, named = _plain()
    if top in plain and label and name not in named:
        return Parts("", label, top, known=True)  # most names: told six times as fast
    suffix: str | None = _list().publicsuffix(name)
    if suffix is None:
        rest, _, suffix = name.rpartition(".")
        known = False
    else:
        rest, known = name[: -len(suffix)].rstrip("."), True
    below, _, label = rest.rpartition(".")
    return Parts(below, label, suffix, known)
