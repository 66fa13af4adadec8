"""Make the tables of confusable characters and of scripts from Unicode's files.

Usage: `python bench/tables/confusables.py confusables.txt Scripts.txt`, both as Unicode publishes
them. Kept are the characters that can stand in a U-label (IDNA 2008) and those that look like
ASCII, which can stand in a local part (RFC 6531).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

from idna import idnadata
from idna.intranges import intranges_contain

TABLES = Path("src/missent/core/tables")
CLASSES = idnadata.codepoint_classes
IGNORED = {"Common", "Inherited", "Unknown"}


def in_label(code: int) -> bool:
    """Whether a character can stand in a U-label."""
    return any(
        intranges_contain(code, CLASSES[name]) for name in ("PVALID", "CONTEXTO", "CONTEXTJ")
    )


def header(text: str) -> str:
    """Version and date of one of Unicode's files."""
    version = re.search(r"(?:Version: |Scripts-)([0-9.]+[0-9])", text)
    date = re.search(r"Date: ([0-9-]+)", text)
    return f"Unicode {version[1] if version else '?'} of {date[1] if date else '?'}"


def confusables(text: str) -> None:
    """Write `confusables.txt`: one line a prototype, then all that look like it."""
    alike: dict[str, list[str]] = {}
    for line in text.lstrip("\ufeff").splitlines():
        fields = line.partition("#")[0].split(";")
        if len(fields) < 3:
            continue
        source = int(fields[0], 16)
        target = "".join(chr(int(code, 16)) for code in fields[1].split())
        single = unicodedata.normalize("NFD", chr(source)) == chr(source)
        letters = target.isascii() and target.isalnum()
        if source > 0x7F and single and (in_label(source) or letters):
            alike.setdefault(target, []).append(chr(source))
    lines = [f"{target}\t{''.join(sorted(all_of))}" for target, all_of in sorted(alike.items())]
    (TABLES / "confusables.txt").write_text(
        "# What looks alike: a prototype, a tab, the single characters that look like it.\n"
        f"# From confusables.txt, {header(text)}, Unicode licence: see README.md beside\n"
        "# this file. ASCII sources are left out, and what can neither stand in a U-label nor\n"
        "# looks like ASCII letters. Made by bench/tables/confusables.py.\n"
        + "".join(f"{x}\n" for x in lines),
        "utf-8",
    )
    print("confusables", sum(map(len, alike.values())))


def scripts(text: str) -> None:
    """Write `scripts.txt`: ranges of one script, run together where nothing lies between."""
    ranges = []
    for line in text.splitlines():
        found = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)", line)
        if found:
            ranges.append((int(found[1], 16), int(found[2] or found[1], 16), found[3]))
    merged: list[tuple[int, int, str]] = []
    for start, end, script in sorted(ranges):
        if merged and merged[-1][2] == script:
            merged[-1] = (merged[-1][0], end, script)
        else:
            merged.append((start, end, script))
    kept = [f"{a:04X} {b:04X} {script}" for a, b, script in merged if script not in IGNORED]
    (TABLES / "scripts.txt").write_text(
        "# Which script characters are of: first, last, script. What is in no range is of none\n"
        f"# or of all. From Scripts.txt, {header(text)}, Unicode licence: see README.md beside\n"
        "# this file. Gaps of unassigned characters are closed. Made by\n"
        "# bench/tables/confusables.py.\n" + "".join(f"{x}\n" for x in kept),
        "utf-8",
    )
    print("scripts", len(kept))


if __name__ == "__main__":
    confusables(Path(sys.argv[1]).read_text("utf-8"))
    scripts(Path(sys.argv[2]).read_text("utf-8"))
