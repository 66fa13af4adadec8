"""The cases: what is typed, and what was meant by it."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from missent.core.tables import keyboards, providers, suffix_slips

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DATA = Path(os.environ.get("MISSENT_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
CONTACT = "houston.rr.com"
_SEED = 20261123
_MADE = 2_000
_PROVIDERS = 40  # the most popular ones
_ROW = "abcdefghijklmnopqrstuvwxyz"

_SLIPS = {
    "navy.ml": "navy.mil", "us.af.ml": "us.af.mil", "navy.mli": "navy.mil",
    "state.gv": "state.gov", "houstonrr.com": CONTACT, "gmial.com": "gmail.com",
    "hotmail.con": "hotmail.com", "yaoo.com": "yahoo.com", "outlook.cm": "outlook.com",
}  # fmt: skip
_RIGHT = "hey.com pm.me mailo.com ymail.com technion.ac.il aon.com orange.ml"


@dataclass(frozen=True, slots=True)
class Cases:
    """Some cases of a kind.

    Attributes:
        title: what they are.
        meant: what was meant, by what was typed; "" where the typed one is right.
    """

    title: str
    meant: Mapping[str, str]

    @property
    def slips(self) -> int:
        """How many of them are slips."""
        return sum(map(bool, self.meant.values()))


def read() -> tuple[list[Cases], list[str]]:
    """All cases, and which could not be had."""
    cases = [
        Cases("slips and right ones of the plan", _SLIPS | dict.fromkeys(_RIGHT.split(), "")),
        Cases(f"made slips of the {_PROVIDERS} most popular providers", made_slips()),
    ]
    left_out = []
    for file, title in (
        ("mil-domains.txt", "names under .mil, typed .ml"),
        ("mil-domains.txt", "genuine names under .mil"),
        ("gov-domains.txt", "genuine names under .gov"),
        ("university-domains.txt", "genuine names of universities"),
        ("top-domains-2016.txt", "popular domains of 2016, some of them typosquats"),
    ):
        if not (DATA / file).exists():
            left_out.append(f"{DATA / file} is not there; name its folder with MISSENT_DATA")
            continue
        listed = (DATA / file).read_text("utf-8").split()
        if title.endswith("typed .ml"):
            meant = {f"{name.removesuffix('.mil')}.ml": name for name in listed}
        else:
            meant = dict.fromkeys(listed, "")
        cases.append(Cases(title, meant))
    return cases, left_out


def made_slips() -> dict[str, str]:
    """Slips of popular providers, made by chance, without those that exist themselves."""
    chance = random.Random(_SEED)
    popular = sorted(providers.popular(), key=lambda name: (-providers.popular()[name], name))
    found: dict[str, str] = {}
    while len(found) < _MADE:
        meant = chance.choice(popular[:_PROVIDERS])
        typed = chance.choice(_KINDS)(meant, chance)
        if typed and typed != meant and not providers.is_known(typed):
            found.setdefault(typed, meant)
    return found


def _left_out(name: str, chance: random.Random) -> str:
    at = _place(name, chance)
    return name[:at] + name[at + 1 :]


def _doubled(name: str, chance: random.Random) -> str:
    at = _place(name, chance)
    return name[:at] + name[at] + name[at:]


def _swapped(name: str, chance: random.Random) -> str:
    at = _place(name, chance)
    after = name[at + 1]
    return "" if after == "." else name[:at] + after + name[at] + name[at + 2 :]


def _beside(name: str, chance: random.Random) -> str:
    at = _place(name, chance)
    near = [letter for letter in _ROW if keyboards.near(letter, name[at])]
    return name[:at] + chance.choice(near) + name[at + 1 :] if near else ""


def _put_in(name: str, chance: random.Random) -> str:
    at = _place(name, chance)
    near = [letter for letter in _ROW if keyboards.near(letter, name[at])]
    return name[:at] + chance.choice(near) + name[at:] if near else ""


def _suffix(name: str, chance: random.Random) -> str:
    label, _, suffix = name.partition(".")
    typed = suffix_slips.typed_for(suffix)
    return f"{label}.{chance.choice(typed)}" if typed else ""


def _place(name: str, chance: random.Random) -> int:
    """A letter of the first label."""
    return chance.randrange(name.index("."))


_KINDS: tuple[Callable[[str, random.Random], str], ...] = (
    _left_out, _doubled, _swapped, _beside, _put_in, _suffix,
)  # fmt: skip
