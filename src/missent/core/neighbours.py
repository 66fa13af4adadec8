"""Known names near a typed one, by index and not by scan.

Every known name is filed under a few keys, and a typed name is looked up under its own: whatever
shares a key is a candidate, to be weighed by the slip model. For domains the keys are the name
with one character left out (symmetric deletion, so that every single edit and every transposition
is found), and forms that survive larger slips: the registered label under any suffix, the labels
in any order, each label alone, the letters without separators, the consonants before the same
suffix or one that is meant by it. For local parts at a domain they are the two halves (a single
edit leaves one of them whole, or all but the two letters in the middle) and the same larger forms.
Keys are 64-bit hashes; a collision only costs a candidate that the slip model refuses.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from missent.core import suffixes
from missent.core.address import Domain
from missent.core.tables import suffix_slips

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

_SEPARATORS = re.compile(r"[._-]+")
_WITHOUT_BONES = "aeiouy0123456789._-"
_NOT_BONES = str.maketrans("", "", _WITHOUT_BONES)
_SHORTEST_SKELETON = 4
_SHORTEST_PART = 3
_MOST_CANDIDATES = 64


@lru_cache(maxsize=16384)
def skeleton(text: str) -> str:
    """The consonants in order, doubled ones once: what survives a misspelling."""
    bones, last = "", ""
    for letter in text.translate(_NOT_BONES):
        if letter != last:
            bones += letter
            last = letter
    return bones


def has_skeleton(text: str, bones: str) -> bool:
    """Whether a text's skeleton is this one, and not empty.

    Mostly it begins otherwise already, which is quicker told than by making it.
    """
    return bones != "" and text.lstrip(_WITHOUT_BONES)[:1] == bones[0] and skeleton(text) == bones


def glued(text: str) -> str:
    """The text without dots, hyphens and underscores."""
    return text.replace(".", "").replace("-", "").replace("_", "")


@lru_cache(maxsize=256)
def domain_keys(name: str) -> AbstractSet[int]:
    """Under what a domain name is looked up: where it is filed, and where its last dot may lie."""
    keys = filing_keys(name)
    parts = suffixes.split(name)
    meant = suffix_slips.meant(parts.suffix)
    if meant and len(bones := skeleton(suffixes.split(_as_read(name)).label)) >= _SHORTEST_SKELETON:
        keys.update([hash(("bones", bones, suffix)) for suffix in meant])
    if not parts.known:  # `sub.acmexcom`, `acme.c.m`: a dot for a letter or back
        name = _as_read(name)
        keys.add(hash(name.rpartition(".")[0].rpartition(".")[0]))
        last = range(name.rfind(".") + 1, len(name))
        keys.update([hash(name[:i] + name[i + 1 :]) for i in last])
    return keys


def _as_read(name: str) -> str:
    # A letter more or less changes much of an A-label.
    return Domain(name).unicode if "xn--" in name else name


def filing_keys(name: str) -> set[int]:
    """Under what a domain name is filed."""
    name = _as_read(name)
    # Names that differ in the last label alone share what stands before it.
    end = name.rfind(".") + 1 or len(name)
    keys = {hash(name[:i] + name[i + 1 :]) for i in range(end)}
    below, label, suffix, _ = suffixes.split(name)
    if not label:
        label, suffix = suffix, ""
    keys |= {
        hash(name),
        hash(name[: end - 1] if "." in name else ""),
        hash(("glued", glued(name))),
        hash(("label", glued(label))),
    }
    if "-" in label:
        keys.update(
            [hash(("label", part)) for part in label.split("-") if len(part) > _SHORTEST_PART]
        )
    bones = skeleton(label)
    if len(bones) >= _SHORTEST_SKELETON:
        keys.add(hash(("bones", bones, suffix)))
    if below:
        keys.add(hash(("labels", *sorted(name.split(".")))))
        keys.update(
            [
                hash(("label", glued(part)))
                for part in below.split(".")
                if len(part) > _SHORTEST_PART
            ]
        )
    return keys


def local_keys(domain: str, local: str) -> set[int]:
    """Under what a local part is filed at its domain."""
    size = len(local)
    half = size // 2
    keys = {hash((domain, size, local[:half], "")), hash((domain, size, "", local[half:]))}
    keys.update(larger_forms(domain, local))
    if half > 1:
        keys.add(_around(domain, local))
    return keys


def local_queries(domain: str, local: str) -> set[int]:
    """Under what a typed local part is looked up at its domain."""
    keys = set(larger_forms(domain, local))
    typed = len(local)
    for size in (typed - 1, typed, typed + 1):
        half = size // 2
        keys.add(hash((domain, size, local[:half], "")))
        keys.add(hash((domain, size, "", local[typed - (size - half) :])))
    if typed // 2 > 1:
        keys.add(_around(domain, local))
    return keys


def _around(domain: str, local: str) -> int:
    """A key without the two letters in the middle: swapped, they change both halves."""
    half = len(local) // 2
    return hash((domain, len(local), local[: half - 1], local[half + 1 :]))


def larger_forms(domain: str, local: str) -> list[int]:
    """Keys of a local part that survive larger slips than one edit."""
    keys = [hash((domain, "glued", glued(local)))]
    if len(local) > _SHORTEST_PART:
        keys.append(hash((domain, "letters", *sorted(local))))
    bones = skeleton(local)
    if len(bones) >= _SHORTEST_SKELETON:
        keys.append(hash((domain, "bones", bones)))
    if local.isalnum():  # as most are: one part
        return keys
    parts = _SEPARATORS.split(local)
    if len(parts) > 1:
        keys.append(hash((domain, "parts", *sorted(parts))))
        last = parts[-1]
        if len(last) > _SHORTEST_PART:
            keys.append(hash((domain, "last", last)))
    return keys


def sharing_a_key(typed: str, known: Iterable[str]) -> list[str]:
    """Local parts that are filed where a typed one of the same domain would be looked up.

    It says of two texts what the keys say: for a handful of them quicker than an index.
    """
    larger = _Larger.of(typed)
    return [local for local in known if _share_a_half(typed, local) or larger.fit(local)]


def _share_a_half(typed: str, local: str) -> bool:
    size, half = len(local), len(local) // 2
    longer = len(typed) - size
    if -1 <= longer <= 1 and (typed.startswith(local[:half]) or typed.endswith(local[half:])):
        return True
    if longer or half <= 1:
        return False
    # Two letters in the middle swapped.
    return typed.startswith(local[: half - 1]) and typed.endswith(local[half + 1 :])


class _Larger(NamedTuple):
    """What `larger_forms` says of one local part, to be compared with many others."""

    letters: Sequence[str]
    glued: str
    bones: str
    parts: Sequence[str]

    @classmethod
    def of(cls, local: str) -> _Larger:
        bones = skeleton(local)
        return cls(
            sorted(local) if len(local) > _SHORTEST_PART else (),
            glued(local),
            bones if len(bones) >= _SHORTEST_SKELETON else "",
            _SEPARATORS.split(local),
        )

    def fit(self, local: str) -> bool:
        """Whether another local part has any of these forms as well."""
        letters, plain, bones, parts = self
        if glued(local) == plain or (len(local) == len(letters) and sorted(local) == letters):
            return True
        if has_skeleton(local, bones):
            return True
        if len(parts) == 1 or local.isalnum():
            return False
        others, last = _SEPARATORS.split(local), parts[-1]
        if len(others) == 1:
            return False
        return (len(last) > _SHORTEST_PART and last == others[-1]) or sorted(parts) == sorted(
            others
        )


class Index(Protocol):
    """Numbers filed under keys."""

    def shared(self, keys: Iterable[int]) -> dict[int, int]:
        """The numbers filed under some keys, each with how many of them it is filed under."""


class GrowingIndex:
    """An index that takes new entries at any time."""

    __slots__ = ("_filed",)

    def __init__(self) -> None:
        self._filed: dict[int, int | list[int]] = {}

    def file(self, number: int, keys: Iterable[int]) -> None:
        """File a number under keys."""
        filed = self._filed
        for key in keys:
            there = filed.setdefault(key, number)
            if there is number or there == number:
                continue
            if isinstance(there, list):
                there.append(number)
            else:
                filed[key] = [there, number]

    def shared(self, keys: Iterable[int]) -> dict[int, int]:
        """The numbers filed under some keys, each with how many of them it is filed under."""
        filed, found = self._filed, dict[int, int]()
        if filed.keys().isdisjoint(keys):  # the usual case
            return found
        for key in filed.keys() & keys:
            there = filed[key]
            for number in there if isinstance(there, list) else (there,):
                found[number] = found.get(number, 0) + 1
        return found


def gather(index: Index, keys: Iterable[int]) -> Mapping[int, int]:
    """The numbers that share a key, with how many they share; at most 64, the most shared."""
    return most_shared(index.shared(keys))


def most_shared(shared: dict[int, int]) -> Mapping[int, int]:
    """Those 64 of some numbers that share the most keys."""
    if len(shared) <= _MOST_CANDIDATES:
        return shared
    best = sorted(sorted(shared), key=shared.__getitem__, reverse=True)
    return {number: shared[number] for number in best[:_MOST_CANDIDATES]}
