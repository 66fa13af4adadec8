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
def _rules() -> dict[str, str]:
    """The list's rules by the name that they stand at: "" for itself, "*" for each label below."""
    rules: dict[str, str] = {}
    for rule in _list()._publicsuffix:  # noqa: SLF001  its own look-up takes six times as long
        kind = rule[0] if rule[0] in "*!" else ""
        name = rule.lstrip("*!").removeprefix(".")
        rules[name] = kind or rules.get(name, "")
    return rules


@lru_cache(maxsize=65536)
def split(name: str) -> Parts:
    """Cut a domain name (A-labels, lower case) at its public suffix."""
    rules = _rules()
    cut, known = 0, True
    while (rule := rules.get(name[cut:])) is None:  # the longest one that is listed
        cut = name.find(".", cut) + 1
        if not cut:
            cut, known = name.rfind(".") + 1, False
            break
    if ".." in name or name[:1] == ".":
        cut, known = name.rfind(".") + 1, False
    elif rule == "!":  # an exception from `*`: `www.ck` can be registered
        cut = name.find(".", cut) + 1
    elif rule == "*" and cut:
        cut = name.rfind(".", 0, cut - 1) + 1
    below, _, label = name[: max(cut - 1, 0)].rpartition(".")
    return Parts(below, label, name[cut:], known)
