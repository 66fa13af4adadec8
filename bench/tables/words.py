"""Make `core/tables/words.txt` again: English words by frequency, from symspellpy's dictionary."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

MOST = 30_000
SHORT = frozenset("a i of to in on at by us me my we it is go up".split())  # noqa: SIM905
TARGET = Path(__file__).parents[2] / "src/missent/core/tables/words.txt"

HEADER = f"""\
# English words, the most frequent first, for telling a name made of words from a misspelt one.
# From the frequency dictionary of symspellpy {version("symspellpy")} (MIT, mmb L), which joins the
# Google Books Ngram counts (CC BY 3.0) with the SCOWL word list (free for all uses).
# Made by bench/tables/words.py.
"""


def main() -> None:
    text = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    pairs = [line.split() for line in text.splitlines()]
    pairs.sort(key=lambda pair: -int(pair[1]))
    words = [word for word, _ in pairs if word.isalpha() and (len(word) > 2 or word in SHORT)]
    TARGET.write_text(HEADER + "\n".join(words[:MOST]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
