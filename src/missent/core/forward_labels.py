"""What larger slips make of a name: separators, suffixes, whole words and labels.

As in `forward_letters`, each slip comes with the traits that `tables/forward.json` weighs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core import forward_letters
from missent.core.forward_letters import Edit, edge
from missent.core.tables import slip_rates, suffix_slips
from missent.core.word_breaks import breaks, is_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TAILS = ("s", "e", "inc", "corp", "co", "group", "us", "usa", "online", "net", "mail", "llc",
          "global", "uk", "intl", "tech")  # fmt: skip
_GENERIC = frozenset({"com", "net", "org", "edu", "gov", "mil", "info", "biz", "us"})
_HOSTS = frozenset({"mail", "email", "smtp", "mx", "webmail", "www", "exchange", "notes", "pop"})
_LARGEST_RANKS = (1, 2, 4, 9)


def edits(name: str, end: int) -> Iterator[Edit]:
    """Every larger slip; the public suffix begins at `end`."""
    between = dict(_word_breaks(name))
    yield from _separators(name, end, between)
    suffix = name[end + 1 :]
    if suffix:
        yield from _suffix_near(name, end + 1, suffix)
        yield from _suffix_other(name, end + 1, suffix)
    yield from _whole_labels(name)
    yield from _words(name, end)
    yield from _cut_short(name, end)


def _separators(name: str, end: int, between: Mapping[int, str]) -> Iterator[Edit]:
    for i in range(end):
        if name[i] in ".-_":
            yield from _separator(name, i)
        elif i in between:
            yield Edit(i, i, "-", ("separator", f"separator:put in {between[i]}"))
            yield Edit(i, i, ".", ("extra_dot", f"extra_dot:{between[i]}"))
        elif i and name[i - 1] not in ".-_":
            yield Edit(i, i, ".", ("extra_dot", "extra_dot:anywhere"))
    if end < len(name):
        yield Edit(end, end + 1, "", ("missing_dot", "missing_dot:before the suffix"))
    if name.count("-") > 1:  # who thinks that it is an underscore types it everywhere
        for wrong in ("_", ".", ""):
            yield Edit(0, len(name), name.replace("-", wrong), ("separator", "separator:all"))


def _separator(name: str, i: int) -> Iterator[Edit]:
    """Another separator for this one, or none."""
    for wrong in ".-_":
        if wrong != name[i]:
            yield Edit(i, i + 1, wrong, ("separator", f"separator:{name[i]}{wrong}"))
    if name[i] == ".":
        yield Edit(i, i + 1, "", ("missing_dot", "missing_dot:between labels"))
        return
    yield Edit(i, i + 1, "", ("missing_hyphen",))
    if name[i - 1 : i] == name[i + 1 : i + 2]:  # it ends one word and begins the other
        yield Edit(i, i + 2, "", ("missing_hyphen", "missing_hyphen:and a letter"))


def _suffix_near(name: str, start: int, suffix: str) -> Iterator[Edit]:
    """A slip of the fingers within the suffix; some are known, and some lead to another suffix."""
    known = suffix_slips.typed_for(suffix)
    made = set()
    for slip in forward_letters.edits(suffix, len(suffix)):
        wrong = slip.of(suffix)
        made.add(wrong)
        yield _suffix_put(name, start, wrong, known, slip.traits)
    for wrong in known:
        if wrong not in made:
            yield _suffix_put(name, start, wrong, known, ("", "suffix_near:several"))


def _suffix_put(
    name: str, start: int, wrong: str, known: Sequence[str], traits: Sequence[str]
) -> Edit:
    kind = traits[0]
    exists = bool(wrong) and suffix_slips.exists(wrong)
    rank = known.index(wrong) + 1 if wrong in known else 0
    return Edit(start, len(name), wrong, (
        "suffix_near", *traits[1:], f"suffix_near:{kind}" if kind else "",
        f"suffix_near:known {max(m for m in _LARGEST_RANKS if m <= rank)}" if rank else "",
        f"suffix_near:exists {'cut' if kind == 'omission' else 'other'}" if exists else "",
        "suffix_near:ml for mil" if (wrong, name[start:]) == ("ml", "mil") else "",
    ))  # fmt: skip


def _suffix_other(name: str, start: int, suffix: str) -> Iterator[Edit]:
    """Another suffix, as many names have it; who means a generic one types a generic one."""
    local = suffix.rpartition(".")[2]
    for wrong in slip_rates.suffixes():
        traits = ["suffix_other", f"suffix:{wrong}"]
        if suffix in _GENERIC and wrong in _GENERIC:
            traits.append("suffix_other:generic")
            if wrong == "com":
                traits.append("suffix_other:com for a generic one")
            if suffix == "com" and wrong in {"net", "org"}:
                traits.append("suffix_other:net or org for com")
        elif local not in _GENERIC and wrong.rpartition(".")[2] == local:
            traits.append("suffix_other:same country")
        elif wrong == "com":
            traits.append("suffix_other:com for a country")
        yield Edit(start, len(name), wrong, tuple(traits))


def _whole_labels(name: str) -> Iterator[Edit]:
    labels = name.split(".")
    own = name[: edge(name)].count(".")  # labels before the registrable one
    for i in range(len(labels) - 1):
        swapped = [*labels[:i], labels[i + 1], labels[i], *labels[i + 2 :]]
        where = "inside" if i < own else "the suffix"
        yield Edit(0, len(name), ".".join(swapped), ("labels_swapped", f"labels_swapped:{where}"))
        rest = [*labels[:i], *labels[i + 1 :]]
        if len(rest) > 1 and i <= own:
            what = "a host" if labels[i] in _HOSTS else "first" if i == 0 else "other"
            what = "the registered one" if i == own else what
            yield Edit(0, len(name), ".".join(rest), ("labels_cut", f"labels_cut:{what}"))
    yield Edit(len(name), len(name), ".com", ("labels_added",))


def _words(name: str, end: int) -> Iterator[Edit]:
    """A word of a label left out, any end of it, or a word too many at the end."""
    for start, stop in _labels(name):
        label = name[start:stop]
        words = _breaks(label)
        for i in range(2, len(label) - 1):
            at = "hyphen" if "-" in label[i - 1 : i + 1] else words.get(i, "anywhere")
            left, right = label[:i].rstrip("-"), label[i:].lstrip("-")
            yield Edit(start, stop, left, ("label_shortened", f"label_shortened:{at} lost"))
            yield Edit(start, stop, right, ("label_shortened", f"label_shortened:{at} kept"))
    for rank, tail in enumerate(_TAILS, 1):
        few = "s" if tail == "s" else "often" if rank <= 5 else "seldom"  # noqa: PLR2004
        yield Edit(end, end, tail, ("label_lengthened", f"label_lengthened:{few}"))


def _cut_short(name: str, end: int) -> Iterator[Edit]:
    """The end of the name never typed."""
    top = name.rfind(".")
    for i in range(name.find(".") + 2, len(name)):
        left = len(name) - i
        if name[i] == ".":
            trait = "cut_short:at a dot"
        elif i > top:
            trait = "cut_short:last letter" if left == 1 else "cut_short:in the suffix"
        else:
            trait = "cut_short:in a label"
        yield Edit(
            i, len(name), "", ("cut_short", trait, "cut_short:to the name" if i <= end else "")
        )


def _labels(name: str) -> Iterator[tuple[int, int]]:
    start = 0
    for label in name[: edge(name)].split("."):
        yield start, start + len(label)
        start += len(label) + 1


def _word_breaks(name: str) -> Iterator[tuple[int, str]]:
    for start, end in _labels(name):
        yield from ((start + i, sure) for i, sure in _breaks(name[start:end]).items())


def _breaks(label: str) -> dict[int, str]:
    """Where a label may be cut: between two words, or where one begins or ends."""
    return {
        i: "two words" if is_word(label[:i]) and is_word(label[i:]) else "a word"
        for i in breaks(label)
    }
