"""`python -m bench.exposure`: recall of real slips, then names a second."""

from __future__ import annotations

from pathlib import Path

from bench.exposure.recall import recall
from bench.exposure.speed import speed

RESULTS = Path(__file__).parents[1] / "results"


def main() -> None:
    """Print the report, and write it beside the others."""
    lines = ["# Exposure", "", *recall(RESULTS / "exposure.svg"), "", *speed()]
    text = "\n".join(lines) + "\n"
    print(text)
    (RESULTS / "exposure.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
