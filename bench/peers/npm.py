"""Asks the npm peers, which run in Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Answers:
    """What a peer says.

    Attributes:
        name: the package and its release.
        suggested: the domain that it suggests, by the one that was asked for; None for none.
        microseconds: an answer's time, without starting.
    """

    name: str
    suggested: Mapping[str, str | None]
    microseconds: float


def ask(package: str, domains: Iterable[str], known: Iterable[str] = ()) -> Answers:
    """Ask a package about some domains.

    Args:
        package: its name at npm.
        domains: what was typed.
        known: names that it is told besides its own.

    Raises:
        OSError: Node.js is not installed.
        subprocess.SubprocessError: it failed, or took too long.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise OSError("node and npm are not installed")
    described = _HERE / "node_modules" / package / "package.json"
    if not described.exists():
        subprocess.run([npm, "ci", "--silent"], cwd=_HERE, check=True, timeout=120)
    short = package.rpartition("/")[2]
    done = subprocess.run(
        [node, "suggest.cjs", short, *known],
        cwd=_HERE,
        input="".join(f"x@{domain}\n" for domain in sorted(set(domains))),
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    rows = map(json.loads, done.stdout.splitlines())
    return Answers(
        f"{short} {json.loads(described.read_text())['version']}",
        {row["address"].rpartition("@")[2]: row["domain"] for row in rows},
        float(done.stderr.split()[-1]),
    )
