"""Public suffixes and registrable domains, by the list inside the publicsuffixlist package.

No network: the list is the snapshot that the package carries, and `date()` tells of which day.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pkgutil import get_data
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


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
def _listed() -> tuple[str, ...]:
    """The list's rules as they are written.

    The package's own parser takes 90 milliseconds, most of them for U-labels that nobody asks for.
    """
    text = (get_data("publicsuffixlist", "public_suffix_list.dat") or b"").decode()
    lines = (line for line in text.lower().split("\n") if line and not line.startswith("//"))
    return tuple([line.split(None, 1)[0] for line in lines if not line.isspace()])


@cache
def top_level() -> frozenset[str]:
    """Every top-level domain that the list knows, as A-labels."""
    return frozenset(name.rpartition(".")[2] for name in _with_a_labels())


def is_of_a_country(suffix: str) -> bool:
    """Whether a suffix lies in a country's domain: these alone have two letters (RFC 1591)."""
    return len(suffix.rpartition(".")[2]) == 2  # noqa: PLR2004


@cache
def date() -> str:
    """The day of the bundled list, as ISO 8601."""
    from importlib.metadata import version  # noqa: PLC0415  slow, and seldom needed

    stamp = version("publicsuffixlist").rpartition(".")[2]
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"


def _by_name(listed: Iterable[str]) -> dict[str, str]:
    """Rules by the name they stand at: "" for itself, "*" for the labels below, "!" for none."""
    rules: dict[str, str] = {}
    for rule in listed:
        if rule[0] in "*!":
            rules[rule.lstrip("*!").removeprefix(".")] = rule[0]
        else:
            rules.setdefault(rule, "")
    return rules


@cache
def _rules() -> dict[str, str]:
    return _by_name(rule for rule in _listed() if rule.isascii())


@cache
def _with_a_labels() -> dict[str, str]:
    """The rules for other scripts besides: to encode them takes longer than all the rest."""
    others = (rule.encode("idna").decode() for rule in _listed() if not rule.isascii())
    return _rules() | _by_name(others)


@lru_cache(maxsize=65536)
def split(name: str) -> Parts:
    """Cut a domain name (A-labels, lower case) at its public suffix."""
    rules = _with_a_labels() if "xn--" in name else _rules()
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
