"""Made-up slips: real names, mistyped the way people do, to have more examples than labels.

The shares follow the development half of the labels: about a third left out, a third replaced, a
fifth put in or doubled, a tenth swapped; a quarter of the domains' slips are in the suffix.
"""

from __future__ import annotations

from string import ascii_lowercase, digits
from typing import TYPE_CHECKING

from missent.core import suffixes
from missent.core.tables import keyboards, suffix_slips

if TYPE_CHECKING:
    from random import Random

FIRST = 0.85  # the first letter is seldom wrong (Yannakoudakis and Fawthrop 1983: 1.4 %)
_VOWELS = "aeiou"
_LOOK_ALIKE = {"l": "1", "1": "l", "i": "1", "0": "o", "o": "0"}
_BESIDE = {
    c: [d for d in ascii_lowercase + digits if keyboards.near(c, d)]
    for c in ascii_lowercase + digits + "-."
}
_OTHERS = {
    "com": ("net", "org"),
    "net": ("com", "org"),
    "org": ("com", "net"),
    "edu": ("com", "org"),
}


def one_edit(random: Random, text: str, end: int) -> str:
    """Mistype one character before `end`."""
    at = random.randrange(end)
    if at == 0 and random.random() < FIRST:
        at = random.randrange(end)
    c, kind = text[at], random.random()
    if kind < 0.34:
        return text[:at] + text[at + 1 :]
    if kind < 0.62:
        return text[:at] + _instead(random, c) + text[at + 1 :]
    if kind < 0.72:
        beside = _BESIDE.get(c)
        extra = random.choice(beside if beside and random.random() < 0.4 else ascii_lowercase)
        return text[:at] + extra + text[at:]
    if kind < 0.82:
        return text[:at] + c + text[at:]
    return text[:at] + text[at + 1 : at + 2] + c + text[at + 2 :]


def _instead(random: Random, c: str) -> str:
    which = random.random()
    if c in _VOWELS and which < 0.35:
        return random.choice(_VOWELS)
    if which < 0.7 and _BESIDE.get(c):
        return random.choice(_BESIDE[c])
    if which < 0.9 and c in _LOOK_ALIKE:
        return _LOOK_ALIKE[c]
    return random.choice(ascii_lowercase)


def domain(random: Random, name: str) -> str | None:  # noqa: PLR0911  one way to slip a line
    """Mistype a domain name; None where this name cannot be mistyped in the way drawn."""
    parts = suffixes.split(name)
    if not parts.label:
        return None
    base, kind = name[: -len(parts.suffix) - 1], random.random()
    if kind < 0.14:
        typed = suffix_slips.typed_for(parts.suffix)
        others = (*_OTHERS.get(parts.suffix, ("com", "net")), *typed[:6])
        return f"{base}.{random.choice(others)}"
    if kind < 0.20:
        return f"{base}.{one_edit(random, parts.suffix, len(parts.suffix))}"
    if kind < 0.24:
        at = random.choice([i for i, c in enumerate(name) if c in ".-"])
        return name[:at] + random.choice(("", "", "-", ".", "_")) + name[at + 1 :]
    if kind < 0.27 and parts.below:
        return _labels(random, name.split("."))
    if kind < 0.29:
        return name[: -random.randrange(1, 5)]
    if kind < 0.31 and len(parts.label) > 6:
        return name.replace(parts.label, parts.label[: random.randrange(3, len(parts.label) - 1)])
    typed_name = one_edit(random, name, len(base))
    if len(name) > 9 and random.random() < 0.12:
        typed_name = one_edit(random, typed_name, len(base) - 1)
    return typed_name


def _labels(random: Random, labels: list[str]) -> str:
    which = random.random()
    if which < 0.3:
        labels[0], labels[1] = labels[1], labels[0]
    elif which < 0.8:
        labels.pop(random.randrange(len(labels) - 1))
    else:
        labels.insert(random.randrange(len(labels)), labels[0])
    return ".".join(labels)


def local(random: Random, name: str) -> str:
    """Mistype a local part."""
    if random.random() < 0.08 and any(c in "._" for c in name):
        at = next(i for i, c in enumerate(name) if c in "._")
        return name[:at] + random.choice(("", "_", ".", "-")) + name[at + 1 :]
    if len(name) > 5 and random.random() < 0.05:
        cut = random.randrange(1, 3)
        return name[:-cut] if random.random() < 0.6 else name[cut:]
    typed = one_edit(random, name, len(name))
    if len(typed) > 6 and random.random() < 0.1:
        typed = one_edit(random, typed, len(typed))
    return typed
