"""Make the tables of protected names from their public sources.

Usage: `python bench/tables/protected.py FOLDER` with `mil-domains.txt`, `gov-domains.txt` and
`university-domains.txt` in FOLDER (README.md of the tables says where they come from), and
`iso3166.tab` of the tz database in the system's zoneinfo folder.
"""

# ruff: noqa: SIM905  a line of names reads better than a list of strings
from __future__ import annotations

import sys
from pathlib import Path

from publicsuffixlist import PublicSuffixList

from missent.core import suffixes

TABLES = Path("src/missent/core/tables")
COUNTRIES = Path("/usr/share/zoneinfo/iso3166.tab")
GOVERNMENT = {"gov", "gob", "gouv", "gub", "govt", "go", "gv"}
NOT_WHAT_IT_SEEMS = {"go.it", "ac.se"}  # a province, a county
ARTICLE = (
    "Netherlands Philippines Maldives Bahamas Gambia Seychelles Marshall Cayman Cook Solomon "
    "Falkland Comoros Isle Czech Dominican Central Turks Faroe Pitcairn Virgin"
).split()
NAMES = {
    "ae": "the United Arab Emirates", "ac": "Ascension Island", "cd": "the DR Congo",
    "cg": "the Congo", "gb": "the United Kingdom", "uk": "the United Kingdom",
    "kr": "South Korea", "kp": "North Korea", "us": "the United States",
    "do": "the Dominican Republic", "ws": "Samoa",
    "as": "American Samoa", "mm": "Myanmar", "tl": "East Timor", "eu": "Europe",
    "sz": "Eswatini", "vi": "the US Virgin Islands", "mo": "Macau", "va": "the Vatican",
    "bq": "Bonaire", "ax": "Aland", "io": "the British Indian Ocean Territory",
    "st": "Sao Tome and Principe", "ci": "Ivory Coast", "re": "Reunion", "cw": "Curacao",
    "sh": "St Helena", "sx": "Sint Maarten",
}  # fmt: skip


def countries() -> dict[str, str]:
    """Names of countries in running text, by country-code domain."""
    found = {}
    for line in COUNTRIES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            code, name = line.split("\t")
            the = "the " if name.split()[0] in ARTICLE else ""
            found[code.lower()] = the + name.replace(" & ", " and ")
    return found | NAMES


def country_zones() -> list[str]:
    """The zones of governments, armed forces and universities below country codes."""
    names = countries()
    lines = []
    # The package offers no list of the suffixes, only look-ups.
    for suffix in sorted(PublicSuffixList(only_icann=True)._publicsuffix):  # noqa: SLF001
        first, _, code = suffix.partition(".")
        if len(code) != len("xx") or suffix in NOT_WHAT_IT_SEEMS:
            continue
        if first == "mil":
            lines.append(f"{suffix}\tmilitary\tthe armed forces of {names[code]}")
        elif first in GOVERNMENT:
            lines.append(f"{suffix}\tgovernment\tthe government of {names[code]}")
        elif first in {"edu", "ac"}:
            lines.append(f"{suffix}\tuniversity\tschools and universities of {names[code]}")
    return lines


def academic(registrable: str) -> bool:
    """Whether everything below a registrable domain belongs to one school."""
    _, _, suffix = registrable.partition(".")
    return suffix == "edu" or suffix.partition(".")[0] in {"edu", "ac"}


def names(source: Path, *, whole: bool) -> list[str]:
    """The names of a list, shortened to the registrable domain where that is its owner's alone."""
    found = set()
    for line in source.read_text("utf-8").splitlines():
        name = line.strip().lower()
        registrable = suffixes.split(name).registrable
        found.add(registrable if registrable and (whole or academic(registrable)) else name)
    return sorted(found)


def write(name: str, header: str, lines: list[str]) -> None:
    """Write one table with its provenance on top."""
    comment = "".join(f"# {line}\n" for line in header.splitlines())
    (TABLES / name).write_text(comment + "".join(f"{line}\n" for line in lines), "utf-8")
    print(name, len(lines))


def main(folder: Path) -> None:
    write(
        "country_zones.txt",
        f"Zones of governments, armed forces and universities: suffix, kind, owner.\n"
        f"Made by bench/tables/protected.py from the public suffix list of {suffixes.date()}\n"
        "(MPL 2.0; the suffixes as facts) and iso3166.tab of the tz database (public domain).",
        country_zones(),
    )
    write(
        "mil.txt",
        "Registrable domains under .mil, 2015. From github.com/esonderegger/dotmil-domains,\n"
        "MIT licence: see README.md beside this file. Shortened by bench/tables/protected.py.",
        names(folder / "mil-domains.txt", whole=True),
    )
    write(
        "gov.txt",
        "Domains under .gov, 2026-08. From github.com/cisagov/dotgov-data, CC0. The suffix\n"
        ".gov is left out. Made by bench/tables/protected.py.",
        [name.removesuffix(".gov") for name in names(folder / "gov-domains.txt", whole=True)],
    )
    write(
        "universities.txt",
        "Domains of universities, 2026-06. From github.com/Hipo/university-domains-list, MIT\n"
        "licence: see README.md beside this file. Shortened to the registrable domain where it\n"
        "lies in an academic zone. Made by bench/tables/protected.py.",
        names(folder / "university-domains.txt", whole=False),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
