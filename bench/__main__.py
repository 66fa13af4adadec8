"""`python -m bench [NAME...]`: runs the measurements, one after the other; all without a name.

Each is a module of this folder, or a package with a `__main__`, and can be run alone as
`python -m bench.NAME`. What one lacks (root, Postfix, data) it says itself; the others go on.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Makes tables and weights, measures nothing.
_NOT_MEASURING = {"fit", "peers", "tables"}


def names() -> list[str]:
    """Every measurement there is."""
    found = {path.stem for path in HERE.glob("[a-z]*.py")}
    found |= {path.parent.name for path in HERE.glob("*/__main__.py")}
    return sorted(found - _NOT_MEASURING)


def main() -> int:
    """Run them; 0 when every one of them could."""
    wanted = sys.argv[1:] or names()
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(names())}")
        return 2
    failed = []
    for name in wanted:
        print(f"\n== {name}\n", flush=True)
        if subprocess.run((sys.executable, "-m", f"bench.{name}"), check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\ncould not be measured here: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    raise SystemExit(main())
