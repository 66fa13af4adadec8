"""Names near the typed one that nobody meant, whatever the likeness."""

# ruff: noqa: SIM905  one line of words reads better than a column of strings
from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missent.core import suffixes
from missent.core.known import has_written
from missent.core.tables import suffix_slips
from missent.core.words import jumble

if TYPE_CHECKING:
    from missent.core.evidence.case import Case
    from missent.core.slips import Slip

_ONCE_OR_TWICE: Final = 2
_WORDS: Final = 12.0  # nats: about a word more or less; a letter makes 4
_OF_A_LETTER: Final = frozenset(
    "omission undoubling insertion doubling substitution transposition look_alike".split()
)
# Countries' domains that people anywhere register below as they do below `.com`.
_ANYWHERE: Final = frozenset(
    "ac ag ai am be cc co fm gg im io la ly me nu sh so tk to tv ws".split()
)


def is_implausible(case: Case, name: str, slip: Slip) -> bool:
    """Whether a known name near the typed one was not meant, for what is known of the two.

    - The one lies below the other: whoever has `example.com` has `mail.example.com` as well.
    - A country's suffix in place of another suffix, in the mail of somebody who is not there, where
      the very mailbox is not known: `example.nl` is where that organisation has an office.
    - The name never wrote, and is what a slip makes of the typed one: it ends in `.co` where `.com`
      was typed, or it was written to once or twice and is a jumble where the typed one is words.

    Args:
        case: the recipient under suspicion.
        name: a domain that was written to before.
        slip: how the typed domain comes from it.
    """
    kind = slip.kind
    if kind in {"labels_added", "labels_cut"}:
        return _is_one_below_the_other(case.address.domain.name, name)
    if kind == "suffix_other":
        return _is_abroad(case, name)
    if kind == "suffix_near":
        suffix = suffixes.split(name).suffix
        slipped_to = case.typed.parts.suffix in suffix_slips.meant(suffix)
        return slipped_to and not has_written(case.met(name).domain)
    return kind in _OF_A_LETTER and _is_jumbled(case, name)


def _is_one_below_the_other(typed: str, name: str) -> bool:
    shorter, longer = sorted((typed, name), key=len)
    return longer.endswith(f".{shorter}") and longer != f"www.{shorter}"


def _is_abroad(case: Case, name: str) -> bool:
    suffix = case.typed.parts.suffix
    country = suffix.rpartition(".")[2]
    if not suffixes.is_of_a_country(suffix) or country in _ANYWHERE or suffix_slips.meant(suffix):
        return False
    if case.facts.history.address(f"{case.local}@{name}") is not None:
        return False
    here = (name, case.sender, *case.facts.own_domains)
    return not any(each.endswith(f".{country}") for each in here)


def _is_jumbled(case: Case, name: str) -> bool:
    use = case.met(name).domain
    if not 0 < use.sent <= _ONCE_OR_TWICE or has_written(use):
        return False
    return case.typed.jumble + _WORDS < jumble(suffixes.split(name).label or name)
