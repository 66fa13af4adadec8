"""DATA of the engine: each table with its provenance, date and licence, and a small reader.

A data file is UTF-8 text, one entry a line; lines that start with `#` tell where it comes from.
See the README.md in this folder. Nothing is read before it is asked for.
"""

from __future__ import annotations

from pkgutil import get_data


def rows(name: str) -> list[str]:
    """The lines of a data file of this folder, without its comments and empty lines.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    data = get_data(__name__, name)
    if data is None:
        raise FileNotFoundError(f"{name} is missing from this installation; install missent again")
    return [line for line in data.decode("utf-8").split("\n") if line and line[0] != "#"]
