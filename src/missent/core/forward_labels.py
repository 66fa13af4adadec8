"""What larger slips make of a name: separators, suffixes, whole words and labels."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from missent.core import suffixes
from missent.core.forward_letters import edge
from missent.core.tables import keyboards, slip_rates, suffix_slips
from missent.core.word_breaks import breaks

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAILS = ("s", "e", "inc", "corp", "co", "group", "us", "usa", "online", "net", "mail", "llc",
          "global", "uk", "intl", "tech")  # fmt: skip
_GENERIC = frozenset({"com", "net", "org", "edu", "gov", "mil", "info", "biz", "us"})


def separator(name: str) -> Iterator[tuple[str, float]]:
    """A dot, a hyphen or an underscore for another, or a hyphen between two words."""
    for i in range(edge(name)):
        if name[i] in ".-_":
            for wrong in ".-_":
                yield name[:i] + wrong + name[i + 1 :], 1.0
    if name.count("-") > 1:  # who thinks that it is an underscore types it everywhere
        yield from ((name.replace("-", wrong), 1.0) for wrong in "_.")
        yield name.replace("-", ""), 0.5
    for i in _word_breaks(name):
        yield name[:i] + "-" + name[i:], 0.1


def missing_dot(name: str) -> Iterator[tuple[str, float]]:
    """Two labels run together."""
    for i, letter in enumerate(name):
        if letter == ".":
            yield name[:i] + name[i + 1 :], 1.0 if i < edge(name) else 0.5


def extra_dot(name: str) -> Iterator[tuple[str, float]]:
    """A dot between two words, or anywhere."""
    between = _word_breaks(name)
    for i in range(1, edge(name)):
        yield name[:i] + "." + name[i:], 0.5 if i in between else 0.02


def missing_hyphen(name: str) -> Iterator[tuple[str, float]]:
    """Two words run together; a letter that ends the one and begins the other is typed once."""
    for i, letter in enumerate(name):
        if letter in "-_":
            yield name[:i] + name[i + 1 :], 1.0
            if name[i - 1] == name[i + 1]:
                yield name[:i] + name[i + 2 :], 0.5


def suffix_near(name: str) -> Iterator[tuple[str, float]]:
    """A slip within the suffix: those that are known, by their rank, then any other."""
    suffix = suffixes.split(name).suffix
    rest = name[: -len(suffix) - 1]
    if not rest:
        return
    cut = {suffix[:i] + suffix[i + 1 :] for i in range(len(suffix))}
    for rank, wrong in enumerate(suffix_slips.typed_for(suffix), 1):
        known = 1 / (rank + 2)
        if wrong in cut and suffix_slips.exists(wrong):
            known *= 8 if rank == 1 else 4  # nothing tells the typist
        yield f"{rest}.{wrong}", known
    for wrong in cut:
        yield f"{rest}.{wrong}", 0.15
    for i, letter in enumerate(suffix):
        yield f"{rest}.{suffix[:i]}{letter}{suffix[i:]}", 0.06
        yield f"{rest}.{suffix[:i]}{suffix[i + 1 : i + 2]}{letter}{suffix[i + 2 :]}", 0.1
        for wrong in ascii_lowercase:
            if keyboards.near(wrong, letter):
                yield f"{rest}.{suffix[:i]}{wrong}{suffix[i + 1 :]}", 0.05
                yield f"{rest}.{suffix[:i]}{wrong}{suffix[i:]}", 0.02
                yield f"{rest}.{suffix[: i + 1]}{wrong}{suffix[i + 1 :]}", 0.03


def suffix_other(name: str) -> Iterator[tuple[str, float]]:
    """Another suffix, as many names have it; who means a generic one types a generic one."""
    suffix = suffixes.split(name).suffix
    rest = name[: -len(suffix) - 1]
    if not rest:
        return
    for wrong in slip_rates.suffixes():
        weight = slip_rates.suffix_share(wrong)
        if wrong in _GENERIC and suffix in _GENERIC:
            weight = max(weight * 4, 0.04)
        yield f"{rest}.{wrong}", weight


def labels_swapped(name: str) -> Iterator[tuple[str, float]]:
    """Two labels in the other order."""
    labels = name.split(".")
    for i in range(len(labels) - 1):
        swapped = [*labels[:i], labels[i + 1], labels[i], *labels[i + 2 :]]
        yield ".".join(swapped), 1.0 if i + 2 < len(labels) else 0.05


def labels_cut(name: str) -> Iterator[tuple[str, float]]:
    """A label left out."""
    labels = name.split(".")
    for i in range(len(labels) - 1):
        rest = [*labels[:i], *labels[i + 1 :]]
        if len(rest) > 1:
            yield ".".join(rest), 1.0


def labels_added(name: str) -> Iterator[tuple[str, float]]:
    """A suffix after the name; a host's name before it leads to us all the same."""
    yield f"{name}.com", 0.5


def label_shortened(name: str) -> Iterator[tuple[str, float]]:
    """A word of a label left out, or any end of it."""
    for start, end in _labels(name):
        label = name[start:end]
        for i in range(2, len(label) - 1):
            weight = 0.5 if i in breaks(label) or "-" in label[i - 1 : i + 1] else 0.01
            yield name[:start] + label[:i].rstrip("-") + name[end:], weight
            yield name[:start] + label[i:].lstrip("-") + name[end:], weight * 0.5


def label_lengthened(name: str) -> Iterator[tuple[str, float]]:
    """A word too many at the end of a label."""
    end = edge(name)
    for rank, tail in enumerate(_TAILS, 1):
        yield name[:end] + tail + name[end:], 1 / rank


def cut_short(name: str) -> Iterator[tuple[str, float]]:
    """The end of the name never typed."""
    for i in range(name.find(".") + 2, len(name)):
        weight = 1.0 if name[i] == "." else 0.5 / (len(name) - i)
        if i > name.rfind("."):
            weight = 1.0 / (len(name) - i)
        yield name[:i], weight


def _labels(name: str) -> Iterator[tuple[int, int]]:
    start = 0
    for label in name[: edge(name)].split("."):
        yield start, start + len(label)
        start += len(label) + 1


def _word_breaks(name: str) -> frozenset[int]:
    return frozenset(start + i for start, end in _labels(name) for i in breaks(name[start:end]))
